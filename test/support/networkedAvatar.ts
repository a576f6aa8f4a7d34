import { type IAvatarAsset } from "../../src/format/avatarAsset.js";
import { ConditioningTensors, type IAvatarNetwork, type IMapModel } from "../../src/format/mapModel.js";
import { ComposeMatrix4, MultiplyMatrix4 } from "../../src/math/matrix4.js";
import {
    IdentityQuaternion,
    InvertQuaternion,
    MultiplyQuaternion,
    type QuaternionTuple,
    RotateVector3,
} from "../../src/math/quaternion.js";
import { Float32Tensor } from "../../src/format/onnx/onnxTensor.js";
import { MakeSampleAvatar } from "./avatarSamples.js";
import { MakeAttributeOutputs } from "./mapModels.js";
import { MakeOnnxNetwork, MakePointwiseNetwork, MakeUnknownOperatorNetwork, OnnxNode } from "./onnxGraphs.js";

/** Side of the Gaussian maps, texels. */
const MapSize = 24;

/** Side of the pose map, of the view maps and of what the networks make, pixels. */
const PoseSize = 8;

/** Channels of what goes in: how far front and back are from where they rest. */
const PoseChannels = 6;

/** Channels of all attributes of both sides. */
const OutputChannels = 28;

/** Channels of red on the front and on the back. */
const RedChannels = [11, 25];

/** Channels of upward motion in the pose map, front and back. */
const HeightChannels = [1, 4];

/**
 * What a sample network makes of the pose: nothing, so that the person is as the file has it; red by how far it was raised, pixel by pixel; the
 * same by a product instead of a convolution, which every device compiles at once; red in a trunk, and red by how much a texel faces the camera in a tail; NaN; or it is no ONNX file, or has an operator
 * that does not exist.
 */
export type SampleNetworkKind = "zero" | "red" | "product" | "view" | "nan" | "damaged" | "unknown-operator";

/** What to put into a sample avatar with networks. */
export interface INetworkedAvatarOptions {
    /** Number of Gaussians (default: 400; at most 1,152). */
    readonly gaussians?: number;
    /** What its lite tier's networks do (default: `zero`). */
    readonly lite?: SampleNetworkKind;
    /** What its full tier's networks do (default: there is no full tier). */
    readonly full?: SampleNetworkKind;
    /** Turn of the model's canonical space against that of the asset, xyzw (default: they are one). */
    readonly turn?: QuaternionTuple;
    /** How covariances are skinned (default: `linear`). */
    readonly covariance?: IMapModel["covariance"];
}

/**
 * A sample avatar with networks whose base values are its baked Gaussians.
 *
 * @param options what its networks do
 * @returns the avatar; its texels lie in no order that means anything
 */
export function MakeNetworkedAvatar(options: INetworkedAvatarOptions = {}): IAvatarAsset {
    const { gaussians = 400, lite = "zero", full, turn = IdentityQuaternion } = options;
    const baked = MakeSampleAvatar({ gaussians, joints: 22, seed: 7 });
    const mapModels = [MakeModel(baked, "lite", lite, turn)];
    if (full) {
        mapModels.push(MakeModel(baked, "full", full, turn));
    }
    const { covariance = "linear" } = options;
    return { ...baked, mapModels: mapModels.map((model) => ({ ...model, covariance })) };
}

function MakeModel(
    asset: IAvatarAsset,
    tier: IMapModel["tier"],
    kind: SampleNetworkKind,
    turn: QuaternionTuple,
): IMapModel {
    const { count, positions, rotations, scales, opacities, colors, jointIndices, jointWeights } = asset.gaussians;
    const back = InvertQuaternion(turn);
    const bindTurn = ComposeMatrix4([0, 0, 0], turn, [1, 1, 1]);
    const inverseBindMatrices = new Float32Array(asset.inverseBindMatrices.length);
    for (let m = 0; m < inverseBindMatrices.length; m += 16) {
        const own = Float64Array.from(asset.inverseBindMatrices.subarray(m, m + 16));
        inverseBindMatrices.set(MultiplyMatrix4(own, bindTurn), m);
    }
    return {
        tier,
        mapSize: MapSize,
        texels: new Uint32Array(count).map((_, i) => Math.floor((i * 2 * MapSize * MapSize) / count)),
        positions: MapRows(positions, 3, (row) => RotateVector3(back, row as [number, number, number])),
        normals: MapRows(positions, 3, (row) => Normalized([row[0]!, 0, row[2]!])),
        influences: { count: 4, joints: jointIndices, weights: jointWeights },
        inverseBindMatrices,
        covariance: "linear",
        conditioning: {
            size: PoseSize,
            side: "both",
            channels: ["offset"],
            reduction: "mean",
            restJoints: Uint16Array.of(0),
            projection: null,
            viewSize: kind === "view" ? PoseSize : 0,
        },
        // Names are unique in a file.
        networks: MakeNetworks(kind).map((network) => ({ ...network, name: `${tier} ${network.name}` })),
        decoding: {
            // What makes a red is no sensible position.
            outputs:
                kind === "product"
                    ? [{ attribute: "color", tensor: "maps", front: [1, 0, 2], back: [4, 3, 5] }]
                    : MakeAttributeOutputs().filter(({ attribute }) => kind === "zero" || attribute === "color"),
            gains: { position: 1, opacity: 1, scale: 1, rotation: 1, color: 1 },
            opacities: opacities.map((value) => Math.log(value / (1 - value))),
            scales: scales.map(Math.log),
            rotations: MapRows(rotations, 4, (row) =>
                MultiplyQuaternion(back, row as [number, number, number, number]),
            ),
            colors,
            colorActivation: "none",
            fixedHands: null,
        },
        morphTargets: asset.morphTargets,
    };
}

function MakeNetworks(kind: SampleNetworkKind): IAvatarNetwork[] {
    const redByRise = Array.from({ length: OutputChannels }, (_, channel) =>
        Array.from({ length: PoseChannels }, (_, input) =>
            RedChannels.includes(channel) && RedChannels.indexOf(channel) === HeightChannels.indexOf(input) ? 6 : 0,
        ),
    );
    const nothing = redByRise.map((row) => row.map(() => 0));
    const biases = redByRise.map(() => (kind === "nan" ? Number.NaN : 0));
    if (kind === "unknown-operator") {
        const [strange] = [MakeUnknownOperatorNetwork(PoseSize)];
        const shape = (channels: number): number[] => [1, channels, PoseSize, PoseSize];
        return [
            {
                ...strange,
                inputs: [{ name: ConditioningTensors.pose, type: "float32", shape: shape(PoseChannels) }],
                outputs: [{ name: "maps", type: "float32", shape: shape(OutputChannels) }],
            },
        ];
    }
    if (kind === "product") {
        const maps = [1, PoseChannels, PoseSize, PoseSize];
        const factors = Float32Array.from({ length: PoseChannels }, (_, input) =>
            HeightChannels.includes(input) ? 6 : 0,
        );
        return [
            MakeOnnxNetwork(
                "product",
                { [ConditioningTensors.pose]: maps },
                { maps },
                [OnnxNode("Mul", `${ConditioningTensors.pose} factors`, "maps")],
                [Float32Tensor("factors", [1, PoseChannels, 1, 1], factors)],
            ),
        ];
    }
    if (kind === "view") {
        const maps = [1, OutputChannels, PoseSize, PoseSize];
        const view = [1, 1, PoseSize, PoseSize];
        return [
            MakePointwiseNetwork("trunk", ConditioningTensors.pose, "features", redByRise, biases, PoseSize),
            MakeOnnxNetwork("tail", { features: maps, [ConditioningTensors.viewFront]: view }, { maps }, [
                OnnxNode("Add", `features ${ConditioningTensors.viewFront}`, "maps"),
            ]),
        ];
    }
    const weights = kind === "red" ? redByRise : nothing;
    const network = MakePointwiseNetwork("decoder", ConditioningTensors.pose, "maps", weights, biases, PoseSize);
    return [kind === "damaged" ? { ...network, bytes: network.bytes!.slice().fill(255, 8) } : network];
}

function MapRows(rows: Float32Array, width: number, map: (row: readonly number[]) => readonly number[]): Float32Array {
    const result = new Float32Array(rows.length);
    for (let row = 0; row < rows.length; row += width) {
        result.set(map([...rows.subarray(row, row + width)]), row);
    }
    return result;
}

function Normalized(v: readonly number[]): readonly number[] {
    const length = Math.hypot(...v) || 1;
    return v.map((value) => value / length);
}
