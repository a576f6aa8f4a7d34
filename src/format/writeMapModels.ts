import { ComponentType } from "./accessorElements.js";
import { type IAvatarAsset } from "./avatarAsset.js";
import { NetworksOfAvatar } from "./avatarNetworks.js";
import { type GltfWriter } from "./gltfWriter.js";
import { type IAvatarNetwork, type IConditioning, type IMapDecoding, type IMapModel } from "./mapModel.js";
import { QuantizeI16 } from "./quantize.js";
import { RowTypes, type RowWidth } from "./rowTypes.js";
import { EncodeUri } from "./safeUri.js";
import { type IMapsDescription, type INetworkDescription, type ITierDescription } from "./tierSchema.js";
import { WriteMorphTarget } from "./writeMorphTarget.js";

/** The networks of a file, and those of them that stand beside it. */
export interface IWrittenNetworks {
    /** One for each network. */
    readonly networks: INetworkDescription[];
    /** Bytes of side files by their URI, decoded; the arrays are those of the avatar. */
    readonly sideFiles: ReadonlyMap<string, Uint8Array>;
}

/**
 * Writes the networks of all tiers, each once.
 *
 * @param writer receives the bytes of those that are embedded
 * @param asset the avatar
 * @param uriOf URI for a network that is to become a side file, relative and decoded; null embeds it
 * @returns the networks
 */
export function WriteNetworks(
    writer: GltfWriter,
    asset: IAvatarAsset,
    uriOf: (network: IAvatarNetwork) => string | null,
): IWrittenNetworks {
    const sideFiles = new Map<string, Uint8Array>();
    const all = new Map(NetworksOfAvatar(asset).map((network) => [network.name, network]));
    const networks = [...all.values()].map((network) => {
        const { name, bytes, byteLength } = network;
        const uri = bytes === null ? network.uri : uriOf(network);
        if (bytes !== null && uri !== null) {
            sideFiles.set(uri, bytes);
        }
        const place = uri === null ? { bufferView: writer.addBytes(bytes!) } : { uri: EncodeUri(uri) };
        const inputs = network.inputs.map((tensor) => ({ ...tensor, shape: [...tensor.shape] }));
        const outputs = network.outputs.map((tensor) => ({ ...tensor, shape: [...tensor.shape] }));
        return { name, ...place, byteLength, inputs, outputs };
    });
    return { networks, sideFiles };
}

/** Rows of 32-bit floats in full. */
export function WriteFloats(writer: GltfWriter, values: Float32Array, width: RowWidth): number {
    const count = values.length / width;
    return writer.add(values, { componentType: ComponentType.F32, type: RowTypes[width], count });
}

/** Rows of 32-bit floats: in full, or the one row that all are. */
function WriteRows(writer: GltfWriter, values: Float32Array, width: 1 | 3 | 4): number | number[] {
    return values.every((value, i) => value === values[i % width])
        ? [...values.subarray(0, width)]
        : WriteFloats(writer, values, width);
}

/** Base rotations as {@link WriteRows} has them, but as 16-bit integers where these hold the very same numbers. */
function WriteRotations(writer: GltfWriter, rotations: Float32Array): number | number[] {
    const steps = QuantizeI16(rotations);
    const isOneRow = rotations.every((value, i) => value === rotations[i % 4]);
    const description = { componentType: ComponentType.I16, type: "VEC4", normalized: true } as const;
    return !isOneRow && IsExactly(rotations, steps, 32767)
        ? writer.add(steps, { ...description, count: rotations.length / 4 })
        : WriteRows(writer, rotations, 4);
}

/** Weights as 16-bit integers where these hold the very same numbers, else as 32-bit floats. */
export function WriteWeights(writer: GltfWriter, weights: Float32Array): number {
    const steps = Uint16Array.from(weights, (weight) => Math.round(weight * 65535));
    const description = { componentType: ComponentType.U16, type: "SCALAR", normalized: true } as const;
    return IsExactly(weights, steps, 65535)
        ? writer.add(steps, { ...description, count: weights.length })
        : WriteFloats(writer, weights, 1);
}

/** Whether integers stand for the very numbers, the sign of zero included. */
function IsExactly(values: Float32Array, steps: Int16Array | Uint16Array, maximum: number): boolean {
    return values.every((value, i) => Object.is(Math.fround(steps[i]! / maximum), value));
}

/** Whole numbers in as few bytes as hold the largest. */
export function WriteIntegers(writer: GltfWriter, values: Uint16Array | Uint32Array): number {
    let largest = 0;
    for (const value of values) {
        largest = Math.max(largest, value);
    }
    const { U8, U16, U32 } = ComponentType;
    const description = { type: "SCALAR", count: values.length } as const;
    if (largest <= 0xff) {
        return writer.add(new Uint8Array(values), { componentType: U8, ...description });
    }
    return largest <= 0xffff
        ? writer.add(new Uint16Array(values), { componentType: U16, ...description })
        : writer.add(new Uint32Array(values), { componentType: U32, ...description });
}

/** Normals as 16-bit integers where they fit into ±1: an error of 1.6e-5 of a component. */
function WriteNormals(writer: GltfWriter, normals: Float32Array): number {
    if (!normals.every((value) => Math.abs(value) <= 1)) {
        return WriteFloats(writer, normals, 3);
    }
    const description = { componentType: ComponentType.I16, type: "VEC3", normalized: true } as const;
    return writer.add(QuantizeI16(normals), { ...description, count: normals.length / 3 });
}

function WriteConditioning(writer: GltfWriter, conditioning: IConditioning): IMapsDescription["conditioning"] {
    const { size, side, channels, reduction, restJoints, projection, viewSize } = conditioning;
    const written = { size, side, channels: [...channels], reduction, restJoints: [...restJoints], viewSize };
    return projection === null
        ? written
        : {
              ...written,
              projection: {
                  pixels: WriteIntegers(writer, projection.pixels),
                  mean: WriteFloats(writer, projection.mean, 3),
                  components: WriteFloats(writer, projection.components, 3),
                  limits: WriteFloats(writer, projection.limits, 1),
              },
          };
}

function WriteDecoding(writer: GltfWriter, decoding: IMapDecoding): IMapsDescription["decoding"] {
    const { outputs, gains, colorActivation, fixedHands } = decoding;
    const written = {
        outputs: outputs.map((output) => ({ ...output, front: [...output.front], back: [...output.back] })),
        gains: { ...gains },
        opacities: WriteRows(writer, decoding.opacities, 1),
        scales: WriteRows(writer, decoding.scales, 3),
        rotations: WriteRotations(writer, decoding.rotations),
        colors: WriteRows(writer, decoding.colors, 3),
        colorActivation,
    };
    return fixedHands === null
        ? written
        : {
              ...written,
              fixedHands: {
                  shares: WriteRows(writer, fixedHands.shares, 1),
                  positions: WriteFloats(writer, fixedHands.positions, 3),
                  opacities: WriteRows(writer, fixedHands.opacities, 1),
                  scales: WriteRows(writer, fixedHands.scales, 3),
                  rotations: WriteRows(writer, fixedHands.rotations, 4),
              },
          };
}

/**
 * Writes a map model as a tier of the extension.
 *
 * @param writer receives its arrays
 * @param model the model
 * @returns the tier
 */
export function WriteMapModel(writer: GltfWriter, model: IMapModel): ITierDescription {
    const { tier, mapSize, texels, influences, covariance, networks, morphTargets } = model;
    const targets = morphTargets.map((target) => WriteMorphTarget(writer, target, texels.length));
    return {
        name: tier,
        networks: networks.map(({ name }) => name),
        maps: {
            size: mapSize,
            texels: WriteIntegers(writer, texels),
            positions: WriteFloats(writer, model.positions, 3),
            normals: WriteNormals(writer, model.normals),
            influences: {
                count: influences.count,
                joints: WriteIntegers(writer, influences.joints),
                // Rounding is left to who knows what it costs: 16 bits move a point by up to 8 µm for each of its joints.
                weights: WriteWeights(writer, influences.weights),
            },
            inverseBindMatrices: WriteFloats(writer, model.inverseBindMatrices, 16),
            covariance,
            conditioning: WriteConditioning(writer, model.conditioning),
            decoding: WriteDecoding(writer, model.decoding),
            ...(targets.length > 0 ? { targets } : {}),
        },
    };
}
