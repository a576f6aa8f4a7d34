import { type IHeadModel } from "../../format/headModel.js";
import { CheckBufferSize } from "../../gpu/growableBuffer.js";
import { EncodedSize, EncodePosition } from "../../math/positionalEncoding.js";
import { type IPackedBranch, OutputStride, PackBranch } from "./headBranch.js";
import { HeadPointLayout, HeadSettingsLayout } from "./headModelLayout.js";
import { InfluenceLayout, MapSettingsLayout } from "./mapModelLayout.js";
import { PackInfluences } from "./packMapModel.js";
import { UploadArray } from "./uploadArray.js";

/** A branch on the GPU. */
export interface IBranchBuffers {
    /** What all frames have in common. */
    readonly packed: IPackedBranch;
    /** Points that the branch moves. */
    readonly pointCount: number;
    /** Settings and weights of each network. */
    readonly networks: readonly {
        readonly input: "features" | "places";
        readonly settings: GPUBuffer;
        readonly weights: GPUBuffer;
    }[];
}

/**
 * What never changes of a head, on the GPU. Made once per asset and borrowed by all of its avatars: dispose it after the last
 * of them. Owns its buffers.
 */
export class HeadBuffers {
    /** The head. */
    public readonly model: IHeadModel;
    /** Name seen in errors and in GPU debuggers. */
    public readonly label: string;
    /** Moves points by the expression. @internal */
    public readonly _expression: IBranchBuffers;
    /** Moves points by the pose; null where all points are the expression's. @internal */
    public readonly _pose: IBranchBuffers | null;
    /** See `HeadSettingsLayout`. @internal */
    public readonly _settings: GPUBuffer;
    /** See `MapSettingsLayout`, for the kernel that skins. @internal */
    public readonly _skinSettings: GPUBuffer;
    /** [N] see `HeadPointLayout`. @internal */
    public readonly _points: GPUBuffer;
    /** [N,F] features; [N,E] encoded places. @internal */
    public readonly _inputs: Readonly<Record<"features" | "places", GPUBuffer>>;
    /** [N,K] see `InfluenceLayout`. @internal */
    public readonly _influences: GPUBuffer;
    /** Stands for tables of offsets, which heads do not have. @internal */
    public readonly _nothing: GPUBuffer;

    /**
     * @param device device to upload to; borrowed
     * @param model the head; its arrays are not kept by the device
     * @param label name seen in errors and in GPU debuggers
     * @throws AvatarDeviceError `"device-limit"` when the head is too large for the device; nothing is allocated then
     */
    public constructor(device: GPUDevice, model: IHeadModel, label: string) {
        const count = model.shares.length;
        const placeSize = EncodedSize(3, model.octaves);
        const featureSize = model.features.length / count;
        for (const [elements, stride] of [
            ["rows of features", featureSize * 4],
            ["encoded places", placeSize * 4],
            ["rows of outputs", OutputStride(model) * 4],
            ["Gaussians", HeadPointLayout.stride],
            ["joint influences", InfluenceLayout.stride * model.influences.count],
        ] as const) {
            CheckBufferSize(device, { label, stride, elements }, count);
        }
        this.model = model;
        this.label = label;
        const expressionCount = CountWhile(model.shares, (share) => share > 0);
        const firstOfPose = CountWhile(model.shares, (share) => share >= 1);
        const upload = (data: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>, title: string): GPUBuffer =>
            UploadArray(device, Words(data), 16, `${label}, ${title}`, GPUBufferUsage.STORAGE);
        const uniform = (data: Uint32Array<ArrayBuffer>, title: string): GPUBuffer =>
            UploadArray(device, data, data.byteLength, `${label}, ${title}`, GPUBufferUsage.UNIFORM);
        const branch = (kind: "expression" | "pose", first: number, pointCount: number): IBranchBuffers | null => {
            const networks = model[kind];
            if (networks === null) {
                return null;
            }
            const packed = PackBranch(model, networks, { first, count: pointCount });
            return {
                packed,
                pointCount,
                networks: packed.networks.map(({ input, settings, weights }, i) => ({
                    input,
                    settings: uniform(settings, `${kind} network ${i}`),
                    weights: upload(weights, `weights of ${kind} network ${i}`),
                })),
            };
        };
        this._expression = branch("expression", 0, expressionCount)!;
        this._pose = branch("pose", firstOfPose, count - firstOfPose);
        this._settings = uniform(PackHeadSettings(model, expressionCount, firstOfPose), "settings");
        const skinSettings = new Uint32Array(MapSettingsLayout.size / 4);
        skinSettings[MapSettingsLayout.gaussianCount] = count;
        skinSettings[MapSettingsLayout.influenceCount] = model.influences.count;
        this._skinSettings = uniform(skinSettings, "skin settings");
        this._points = upload(PackHeadPoints(model), "points");
        const places = new Float32Array(count * placeSize);
        for (let point = 0; point < count; point++) {
            EncodePosition(model.positions, point * 3, 3, model.octaves, places, point * placeSize);
        }
        this._inputs = {
            features: upload(new Float32Array(model.features), "features"),
            places: upload(places, "places"),
        };
        this._influences = upload(PackInfluences(model), "joints");
        this._nothing = upload(new Uint32Array(8), "no offsets");
    }

    /** Frees the buffers; what was made with them must be gone. Twice is fine. */
    public dispose(): void {
        const networks = [this._expression, this._pose].flatMap((branch) => branch?.networks ?? []);
        const buffers = networks.flatMap(({ settings, weights }) => [settings, weights]);
        buffers.push(this._settings, this._skinSettings, this._points, this._influences, this._nothing);
        for (const buffer of [...buffers, ...Object.values(this._inputs)]) {
            buffer.destroy();
        }
    }
}

function Words(data: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
    return new Uint32Array(data.buffer, data.byteOffset, data.length);
}

/** Shares descend: those that are so stand first. */
function CountWhile(shares: Float32Array, isSo: (share: number) => boolean): number {
    const end = shares.findIndex((share) => !isSo(share));
    return end < 0 ? shares.length : end;
}

function PackHeadSettings(model: IHeadModel, expressionCount: number, firstOfPose: number): Uint32Array<ArrayBuffer> {
    const words = new Uint32Array(HeadSettingsLayout.size / 4);
    const floats = new Float32Array(words.buffer);
    words[HeadSettingsLayout.gaussianCount] = model.shares.length;
    words[HeadSettingsLayout.expressionCount] = expressionCount;
    words[HeadSettingsLayout.firstOfPose] = firstOfPose;
    words[HeadSettingsLayout.rowWidth] = OutputStride(model);
    words[HeadSettingsLayout.channels] = model.channels;
    floats[HeadSettingsLayout.positionGain] = model.gains.position;
    floats[HeadSettingsLayout.attributeGain] = model.gains.attributes;
    floats[HeadSettingsLayout.unit] = model.unit;
    floats.set(model.origin, HeadSettingsLayout.origin);
    words[HeadSettingsLayout.featureChannels] = model.refiner ? model.channels : 0;
    return words;
}

function PackHeadPoints({ shares, positions, opacities, rotations, scales }: IHeadModel): Float32Array<ArrayBuffer> {
    const width = HeadPointLayout.stride / 4;
    const floats = new Float32Array(shares.length * width);
    for (let point = 0; point < shares.length; point++) {
        const word = point * width;
        floats.set(positions.subarray(point * 3, point * 3 + 3), word + HeadPointLayout.position);
        floats.set(rotations.subarray(point * 4, point * 4 + 4), word + HeadPointLayout.rotation);
        floats.set(scales.subarray(point * 3, point * 3 + 3), word + HeadPointLayout.scale);
        floats[word + HeadPointLayout.opacity] = opacities[point]!;
        floats[word + HeadPointLayout.share] = shares[point]!;
    }
    return floats;
}
