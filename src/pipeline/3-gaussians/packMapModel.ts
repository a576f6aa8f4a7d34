import { type IMapModel } from "../../format/mapModel.js";
import { FixedHandLayout, InfluenceLayout, MapSettingsLayout, MapTexelLayout } from "./mapModelLayout.js";

/** What a map model is on the GPU, as words. */
export interface IPackedMapModel {
    /** See {@link MapSettingsLayout}. */
    readonly settings: Uint32Array<ArrayBuffer>;
    /** [N,16] see {@link MapTexelLayout}. */
    readonly texels: Uint32Array<ArrayBuffer>;
    /** [N,K,2] see {@link InfluenceLayout}. */
    readonly influences: Uint32Array<ArrayBuffer>;
    /** [N,12] see {@link FixedHandLayout}; empty when hands are not fixed. */
    readonly hands: Uint32Array<ArrayBuffer>;
}

/**
 * Lays a map model out as the layouts of this stage say.
 *
 * @param model the model
 * @returns words for the GPU
 */
export function PackMapModel(model: IMapModel): IPackedMapModel {
    return {
        settings: PackSettings(model),
        texels: PackTexels(model),
        influences: PackInfluences(model),
        hands: PackHands(model),
    };
}

function PackSettings({ mapSize, texels, influences, covariance, decoding }: IMapModel): Uint32Array<ArrayBuffer> {
    const words = new Uint32Array(MapSettingsLayout.size / 4);
    words[MapSettingsLayout.gaussianCount] = texels.length;
    words[MapSettingsLayout.mapSize] = mapSize;
    words[MapSettingsLayout.influenceCount] = influences.count;
    words[MapSettingsLayout.skinsQuaternions] = Number(covariance === "quaternion");
    words[MapSettingsLayout.hasLogitColors] = Number(decoding.colorActivation === "sigmoid");
    words[MapSettingsLayout.hasFixedHands] = Number(decoding.fixedHands !== null);
    const { position, opacity, scale, rotation, color } = decoding.gains;
    new Float32Array(words.buffer).set([position, opacity, scale, rotation, color], MapSettingsLayout.gains);
    return words;
}

function PackTexels({ texels, positions, decoding }: IMapModel): Uint32Array<ArrayBuffer> {
    const width = MapTexelLayout.stride / 4;
    const words = new Uint32Array(texels.length * width);
    const floats = new Float32Array(words.buffer);
    texels.forEach((texel, index) => {
        const word = index * width;
        CopyRow(positions, index, 3, floats, word + MapTexelLayout.position);
        CopyRow(decoding.opacities, index, 1, floats, word + MapTexelLayout.opacity);
        CopyRow(decoding.rotations, index, 4, floats, word + MapTexelLayout.rotation);
        CopyRow(decoding.scales, index, 3, floats, word + MapTexelLayout.scale);
        CopyRow(decoding.colors, index, 3, floats, word + MapTexelLayout.color);
        words[word + MapTexelLayout.texel] = texel;
    });
    return words;
}

/**
 * Lays out which joints move the Gaussians of a model.
 *
 * @param model the model
 * @returns [N,K,2] see {@link InfluenceLayout}
 */
export function PackInfluences({ influences }: Pick<IMapModel, "influences">): Uint32Array<ArrayBuffer> {
    const width = InfluenceLayout.stride / 4;
    const words = new Uint32Array(influences.joints.length * width);
    const floats = new Float32Array(words.buffer);
    influences.joints.forEach((joint, index) => {
        words[index * width + InfluenceLayout.joint] = joint;
        floats[index * width + InfluenceLayout.weight] = influences.weights[index]!;
    });
    return words;
}

function PackHands({ texels, decoding }: IMapModel): Uint32Array<ArrayBuffer> {
    const hands = decoding.fixedHands;
    if (!hands) {
        return new Uint32Array(0);
    }
    const width = FixedHandLayout.stride / 4;
    const floats = new Float32Array(texels.length * width);
    for (let index = 0; index < texels.length; index++) {
        const word = index * width;
        CopyRow(hands.positions, index, 3, floats, word + FixedHandLayout.position);
        CopyRow(hands.shares, index, 1, floats, word + FixedHandLayout.share);
        CopyRow(hands.rotations, index, 4, floats, word + FixedHandLayout.rotation);
        CopyRow(hands.scales, index, 3, floats, word + FixedHandLayout.scale);
        CopyRow(hands.opacities, index, 1, floats, word + FixedHandLayout.opacity);
    }
    return new Uint32Array(floats.buffer);
}

function CopyRow(source: Float32Array, row: number, width: number, target: Float32Array, offset: number): void {
    for (let column = 0; column < width; column++) {
        target[offset + column] = source[row * width + column]!;
    }
}
