import { type IAvatarAsset, type IAvatarJoint } from "../../src/format/avatarAsset.js";
import {
    ConditioningTensors,
    type GaussianAttribute,
    GaussianAttributeWidths,
    type IAttributeOutput,
    type IAvatarNetwork,
    type IConditioning,
    type IFixedHands,
    type IMapModel,
    type IPoseProjection,
} from "../../src/format/mapModel.js";
import { SeededRandom } from "./seededRandom.js";

/** What to put into a sample map model. */
export interface ISampleMapModelOptions {
    /** The tier that runs it (default: `lite`). */
    readonly tier?: IMapModel["tier"];
    /** Number of texels with a Gaussian, N (default: 60). */
    readonly texels?: number;
    /** Side of a map, W (default: 16). */
    readonly mapSize?: number;
    /** Joints a Gaussian, K (default: 4, or as many as the asset has). */
    readonly influences?: number;
    /** How covariances are skinned (default: `linear`). */
    readonly covariance?: IMapModel["covariance"];
    /** Parts of the conditioning that differ from 8 × 8 means of posed front and back positions. */
    readonly conditioning?: Partial<IConditioning>;
    /** Whether there is a pose projection, over the pixels of the front map (default: no). */
    readonly hasProjection?: boolean;
    /** Whether the hands are fixed (default: no). */
    readonly hasFixedHands?: boolean;
    /** What makes a raw colour a display value (default: `sigmoid`). */
    readonly colorActivation?: "none" | "sigmoid";
    /** The networks (default: one named `decoder` that has no sensible bytes, with the contract of {@link MapsContract}). */
    readonly networks?: readonly IAvatarNetwork[];
    /** Side of the output tensor of the default network, R (default: the side of the pose map). */
    readonly outputSize?: number;
    /** Where the attributes stand (default: {@link MakeAttributeOutputs} of the tensor `maps`). */
    readonly outputs?: readonly IAttributeOutput[];
    /** Turn of the hips from T-pose to canonical pose, radians (default: 25 degrees, as in the published body method). */
    readonly hipAngle?: number;
    /** Seed of everything random in it (default: 1). */
    readonly seed?: number;
}

/** Attributes in the order of their channels. */
const Attributes = Object.keys(GaussianAttributeWidths) as GaussianAttribute[];

/** Channels of all attributes of one side. */
const SideChannels = Object.values(GaussianAttributeWidths).reduce<number>((sum, width) => sum + width, 0);

/**
 * Attributes one behind the other in a tensor of 28 channels: those of the front, then those of the back.
 *
 * @param tensor name of the tensor
 * @returns one entry for each attribute
 */
export function MakeAttributeOutputs(tensor = "maps"): IAttributeOutput[] {
    let first = 0;
    return Attributes.map((attribute) => {
        const front = Array.from({ length: GaussianAttributeWidths[attribute] }, (_, c) => first + c);
        first += front.length;
        return { attribute, tensor, front, back: front.map((channel) => channel + SideChannels) };
    });
}

/**
 * A network from its bytes: pose map in, one tensor with all attributes out.
 *
 * @param bytes the ONNX file, or anything where none is run
 * @param conditioning what goes in
 * @param outputSize R
 * @returns the network, with output `maps` [1,28,R,R]
 */
export function MakeNetwork(bytes: Uint8Array, conditioning: IConditioning, outputSize: number): IAvatarNetwork {
    const { size, side, channels } = conditioning;
    const inputChannels = channels.length * 3 * (side === "both" ? 2 : 1);
    return {
        name: "decoder",
        bytes,
        uri: null,
        byteLength: bytes.length,
        inputs: [{ name: ConditioningTensors.pose, type: "float32", shape: [1, inputChannels, size, size] }],
        outputs: [{ name: "maps", type: "float32", shape: [1, 2 * SideChannels, outputSize, outputSize] }],
    };
}

/** Position of each joint in the canonical pose, and what takes canonical space to it: hips turned by ± `angle` about z. */
function MakeCanonicalPose(joints: readonly IAvatarJoint[], angle: number): [number[][], Float32Array] {
    const inverse = new Float32Array(joints.length * 16);
    const places: number[][] = [];
    const turns: number[] = [];
    joints.forEach(({ parent, translation, smplx }, j) => {
        const turn = parent < 0 ? 0 : turns[parent]!;
        const [px, py, pz] = parent < 0 ? [0, 0, 0] : places[parent]!;
        const [x, y, z] = translation;
        const [c, s] = [Math.cos(turn), Math.sin(turn)];
        const place = [px! + c * x - s * y, py! + s * x + c * y, pz! + z];
        const own = turn + (smplx === "left_hip" ? angle : smplx === "right_hip" ? -angle : 0);
        const [a, b] = [Math.cos(own), Math.sin(own)];
        places.push(place);
        turns.push(own);
        const shift = [-a * place[0]! - b * place[1]!, b * place[0]! - a * place[1]!, -place[2]!];
        inverse.set([a, -b, 0, 0, b, a, 0, 0, 0, 0, 1, 0, ...shift, 1], j * 16);
    });
    return [places, inverse];
}

/** N different texels of 2W², ascending. */
function PickTexels(count: number, total: number, random: () => number): Uint32Array {
    const texels = new Uint32Array(count);
    for (let texel = 0, kept = 0; kept < count; texel++) {
        // Each is kept with the chance that leaves the right number at the end.
        if (random() * (total - texel) < count - kept) {
            texels[kept++] = texel;
        }
    }
    return texels;
}

/** A slab of a person: x and y by the texel, 2 m a map; front texels before the back ones. */
function MakePositions(texels: Uint32Array, mapSize: number, random: () => number): Float32Array {
    const positions = new Float32Array(texels.length * 3);
    texels.forEach((texel, i) => {
        const u = texel % (2 * mapSize);
        const v = Math.floor(texel / (2 * mapSize));
        const isFront = u < mapSize;
        const x = ((u % mapSize) + 0.5) * (2 / mapSize) - 1;
        const y = 1.9 - (v + 0.5) * (2 / mapSize);
        positions.set([x, y, (isFront ? 1 : -1) * (0.05 + 0.1 * random())], i * 3);
    });
    return positions;
}

/** The nearest joints, weighed by the inverse of the squared distance. */
function MakeInfluences(positions: Float32Array, places: readonly number[][], count: number): IMapModel["influences"] {
    const rows = positions.length / 3;
    const joints = new Uint16Array(rows * count);
    const weights = new Float32Array(rows * count);
    for (let row = 0; row < rows; row++) {
        const nearest = places
            .map(([x, y, z], joint) => {
                const [px, py, pz] = positions.subarray(row * 3, row * 3 + 3);
                return { joint, share: 1 / ((px! - x!) ** 2 + (py! - y!) ** 2 + (pz! - z!) ** 2 + 1e-4) };
            })
            .sort((a, b) => b.share - a.share)
            .slice(0, count);
        const sum = nearest.reduce((total, { share }) => total + share, 0);
        nearest.forEach(({ joint, share }, k) => {
            joints[row * count + k] = joint;
            weights[row * count + k] = share / sum;
        });
    }
    return { count, joints, weights };
}

/** Rows of unit length, of four standard normal-like numbers each or three. */
function MakeUnitRows(count: number, width: number, random: () => number): Float32Array {
    const rows = new Float32Array(count * width);
    for (let row = 0; row < count; row++) {
        const values = Array.from({ length: width }, () => random() + random() + random() - 1.5);
        const length = Math.hypot(...values) || 1;
        rows.set(
            values.map((value) => value / length),
            row * width,
        );
    }
    return rows;
}

function MakeArray(length: number, from: number, to: number, random: () => number): Float32Array {
    return new Float32Array(length).map(() => from + (to - from) * random());
}

/** Two unit vectors that touch different pixels, so that they are orthogonal, about a random mean. */
function MakeProjection(size: number, random: () => number): IPoseProjection {
    const pixels = PickTexels(Math.max(2, (size * size) >> 1), size * size, random);
    const components = new Float32Array(2 * pixels.length * 3);
    for (let row = 0; row < 2; row++) {
        const values = Array.from({ length: pixels.length * 3 }, (_, i) =>
            Math.floor(i / 3) % 2 === row ? random() - 0.5 : 0,
        );
        const length = Math.hypot(...values);
        components.set(
            values.map((value) => value / length),
            row * values.length,
        );
    }
    const mean = MakeArray(pixels.length * 3, -1, 1, random);
    return { pixels, mean, components, limits: Float32Array.of(0.5, 0.25) };
}

function MakeFixedHands(positions: Float32Array, random: () => number): IFixedHands {
    const count = positions.length / 3;
    return {
        shares: new Float32Array(count).map((_, i) => Math.max(0, Math.abs(positions[i * 3]!) - 0.6) * 2.5),
        positions: positions.map((value) => value + 0.02 * (random() - 0.5)),
        opacities: MakeArray(count, 0.1, 0.95, random),
        scales: MakeArray(count * 3, 0.005, 0.03, random),
        rotations: MakeUnitRows(count, 4, random),
    };
}

/**
 * A small random map model that keeps every rule of the format. Texels lie on a slab of two metres, canonical space has
 * its hips turned, and base values are such that a picture shows something. The same options give the same model, always.
 *
 * @param asset the avatar whose joints move it
 * @param options sizes, networks and seed
 * @returns the model
 */
export function MakeSampleMapModel(asset: IAvatarAsset, options: ISampleMapModelOptions = {}): IMapModel {
    const random = SeededRandom(options.seed ?? 1);
    const { mapSize = 16, texels: count = 60, hipAngle = (25 * Math.PI) / 180 } = options;
    const conditioning: IConditioning = {
        size: Math.min(8, mapSize),
        side: "both",
        channels: ["position"],
        reduction: "mean",
        restJoints: new Uint16Array(0),
        projection: null,
        viewSize: 0,
        ...options.conditioning,
    };
    const [places, inverseBindMatrices] = MakeCanonicalPose(asset.joints, hipAngle);
    const texels = PickTexels(count, 2 * mapSize * mapSize, random);
    const positions = MakePositions(texels, mapSize, random);
    const colorActivation = options.colorActivation ?? "sigmoid";
    const bytes = new Uint8Array(1000).map(() => Math.floor(random() * 256));
    return {
        tier: options.tier ?? "lite",
        mapSize,
        texels,
        positions,
        normals: MakeUnitRows(count, 3, random),
        influences: MakeInfluences(positions, places, Math.min(options.influences ?? 4, asset.joints.length)),
        inverseBindMatrices,
        covariance: options.covariance ?? "linear",
        conditioning: options.hasProjection
            ? { ...conditioning, side: "front", projection: MakeProjection(conditioning.size, random) }
            : conditioning,
        networks: options.networks ?? [
            MakeNetwork(
                bytes,
                options.hasProjection ? { ...conditioning, side: "front" } : conditioning,
                options.outputSize ?? conditioning.size,
            ),
        ],
        decoding: {
            outputs: options.outputs ?? MakeAttributeOutputs(),
            gains: { position: 0.05, opacity: 1, scale: 1, rotation: 1, color: 1 },
            opacities: MakeArray(count, -2, 4, random),
            scales: MakeArray(count * 3, Math.log(0.01), Math.log(0.06), random),
            rotations: MakeUnitRows(count, 4, random),
            colors:
                colorActivation === "none" ? MakeArray(count * 3, 0, 1, random) : MakeArray(count * 3, -3, 3, random),
            colorActivation,
            fixedHands: options.hasFixedHands ? MakeFixedHands(positions, random) : null,
        },
        morphTargets: asset.morphTargets.map(({ name }, channel) => {
            const indices = PickTexels(Math.min(count, 5 + channel), count, random);
            return { name, indices, deltas: MakeArray(indices.length * 3, -0.02, 0.02, random) };
        }),
    };
}
