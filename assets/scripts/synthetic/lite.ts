import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { BuildLiteUnet, LiteUnetShapes, type ILiteUnetConfig } from "../../../src/convert/networks/buildLiteUnet.js";
import { type IAvatarAsset } from "../../../src/format/avatarAsset.js";
import {
    ConditioningTensors,
    type GaussianAttribute,
    GaussianAttributeWidths,
    type IAttributeOutput,
    type IAvatarNetwork,
    type IMapModel,
} from "../../../src/format/mapModel.js";
import { ReadAvatar } from "../../../src/format/readAvatar.js";
import { WriteAvatar } from "../../../src/format/writeAvatar.js";
import { NetworkRuntime } from "../../../src/networks/networkRuntime.js";
import { TensorOfData } from "../../../src/networks/networkTensor.js";
import { ConditioningPose } from "../../../src/pipeline/1-pose/conditioningPose.js";
import { BuildPoseMapTable, EvaluatePoseMap } from "../../../src/pipeline/2-maps/poseMapTable.js";
import { type QuaternionTuple } from "../../../src/math/quaternion.js";
import { LayOutAtlas } from "./atlasLayout.js";
import { GaussianNormal } from "./canonicalMaps.js";
import { ClipPoses } from "./jointMatrices.js";
import { RandomNumbers } from "./randomNumbers.js";
import { ThinOut } from "./thinOut.js";

/** Half of the demo person's, so that baked and networked Gaussians together stay a small file. */
const GaussianCount = 30_000;
const MapSize = 256;
/** Side of the pose map and of what the network makes, pixels. */
const NetworkSize = 64;
const Seed = 7;
/** Offset and normal, front and back. */
const PoseChannels = 12;
/** Poses of the walk over which it is measured how much the network changes. */
const PoseCount = 8;

const Network: ILiteUnetConfig = { name: "lite", size: NetworkSize, inputChannels: PoseChannels };
const OutputTensor = "maps";

/** How far attributes move over a walk, root mean square: one sees it, and she stays herself. */
const Strength: Readonly<Record<GaussianAttribute, number>> = {
    position: 4e-4,
    opacity: 0.1,
    scale: 0.03,
    rotation: 0.02,
    color: 0.035,
};

/** What is not known before the network has run. */
type Draft = Omit<IMapModel, "decoding">;

/** What a network makes of a pose: [28,64,64]. */
type RunAsync = (poseMap: Float32Array) => Promise<Float32Array>;

/**
 * Makes the demo person with a lite tier whose network has random weights: in the T-pose she is as baked, and every other pose
 * changes her a little.
 *
 * @param from the baked avatar
 * @param to the file to write
 */
export async function MakeSyntheticLiteAsync(from: string, to: string): Promise<void> {
    const baked = ReadAvatar(new Uint8Array(await readFile(from)));
    let texels: Uint32Array = new Uint32Array(0);
    const person = ThinOut(baked, GaussianCount, (points) => {
        const layout = LayOutAtlas(points, MapSize);
        texels = layout.texels;
        return layout.order;
    });
    const [network] = BuildLiteUnet(Network, RandomWeights(), { precision: "float16" }) as [IAvatarNetwork];
    const runtime = await NetworkRuntime.CreateAsync({ device: null });
    const session = await runtime.createSessionAsync(network, network.bytes!);
    const runAsync: RunAsync = async (poseMap) => {
        const shape = [1, PoseChannels, NetworkSize, NetworkSize];
        const outputs = await session.runAsync(new Map([[ConditioningTensors.pose, TensorOfData(poseMap, shape)]]));
        return outputs.get(OutputTensor)!.data!.slice();
    };
    const model = await MakeModelAsync(person, texels, network, runAsync);
    runtime.dispose();
    const bytes = WriteAvatar({
        ...person,
        name: "Ada (random networks)",
        mapModels: [model],
        credits: Credits(person),
    });
    await writeFile(to, bytes);
    console.log(
        `${path.basename(to)}: ${bytes.length} bytes, ${texels.length} Gaussians, network ${network.byteLength}`,
    );
}

function Credits({ credits }: IAvatarAsset): IAvatarAsset["credits"] {
    const notice =
        "The networks of this file are synthetic: their weights are random, no one was trained. They stand in for a trained person's.";
    return { ...credits, notices: [notice, ...credits.notices] };
}

/** As networks begin their training, but for the last layer, which would begin with zeros. */
function RandomWeights(): Map<string, { shape: readonly number[]; read: () => Float32Array }> {
    return new Map(
        [...LiteUnetShapes(Network)].map(([name, shape], index) => {
            const length = shape.reduce((product, size) => product * size, 1);
            const deviation = name.endsWith(".bias") ? 0 : Math.sqrt(2 / (length / shape[0]!));
            const read = (): Float32Array => new RandomNumbers(Seed * 1000 + index).normals(length, deviation);
            return [name, { shape, read }];
        }),
    );
}

async function MakeModelAsync(
    person: IAvatarAsset,
    texels: Uint32Array,
    network: IAvatarNetwork,
    runAsync: RunAsync,
): Promise<IMapModel> {
    const { gaussians } = person;
    const draft = MakeDraft(person, texels, network);
    const mapOf = PoseMaps(person, draft);
    const atRest = await runAsync(mapOf(new Map()));
    const posed: Float32Array[] = [];
    for (const pose of ClipPoses(person, PoseCount)) {
        posed.push(await runAsync(mapOf(pose)));
    }
    const outputs = AttributeOutputs();
    const gains = { position: 0, opacity: 0, scale: 0, rotation: 0, color: 0 };
    /** Base values: what is left of the baked ones without what the network says of the T-pose. */
    const base = (attribute: GaussianAttribute, values: Float32Array): Float32Array => {
        const { front, back } = outputs.find((entry) => entry.attribute === attribute)!;
        const width = GaussianAttributeWidths[attribute];
        const sample = (map: Float32Array, at: number): number => {
            const texel = texels[Math.floor(at / width)]!;
            const side = texel % (2 * MapSize) < MapSize ? front : back;
            return SampleAt(map, side[at % width]!, texel);
        };
        const rest = values.map((_, at) => sample(atRest, at));
        const changes = posed.map((map) => values.reduce((sum, _, at) => sum + (sample(map, at) - rest[at]!) ** 2, 0));
        const mean = changes.reduce((sum, change) => sum + change, 0) / (values.length * posed.length);
        gains[attribute] = Strength[attribute] / Math.sqrt(mean);
        return values.map((value, at) => value - gains[attribute] * rest[at]!);
    };
    return {
        ...draft,
        // The network adds half a millimetre to its template points at rest: as good as nothing for what it sees of them.
        positions: base("position", gaussians.positions),
        decoding: {
            outputs,
            opacities: base(
                "opacity",
                gaussians.opacities.map((opacity) => Math.log(opacity / (1 - opacity))),
            ),
            scales: base("scale", gaussians.scales.map(Math.log)),
            rotations: base("rotation", gaussians.rotations),
            colors: base("color", gaussians.colors),
            gains,
            colorActivation: "none",
            fixedHands: null,
        },
    };
}

function MakeDraft(person: IAvatarAsset, texels: Uint32Array, network: IAvatarNetwork): Draft {
    const { gaussians } = person;
    const normals = new Float32Array(gaussians.count * 3);
    for (let i = 0; i < gaussians.count; i++) {
        normals.set(GaussianNormal(gaussians.rotations, i), i * 3);
    }
    return {
        tier: "lite",
        mapSize: MapSize,
        texels,
        positions: gaussians.positions,
        normals,
        influences: { count: 4, joints: gaussians.jointIndices, weights: gaussians.jointWeights },
        inverseBindMatrices: person.inverseBindMatrices,
        covariance: "linear",
        conditioning: {
            size: NetworkSize,
            side: "both",
            channels: ["offset", "normal"],
            reduction: "mean",
            // Where she faces is no part of the pose.
            restJoints: Uint16Array.of(0),
            projection: null,
            viewSize: 0,
        },
        networks: [network],
        morphTargets: person.morphTargets,
    };
}

/** Gives what the network sees of poses. */
function PoseMaps(person: IAvatarAsset, draft: Draft): (pose: ReadonlyMap<number, QuaternionTuple>) => Float32Array {
    const model = draft as IMapModel; // nothing of the decoding is asked for
    const conditioning = new ConditioningPose(person.joints, model);
    const table = BuildPoseMapTable(model);
    return (pose) => {
        const rotations = new Float32Array(person.joints.length * 4).map((_, at) => (at % 4 === 3 ? 1 : 0));
        pose.forEach((rotation, joint) => {
            rotations.set(rotation, joint * 4);
        });
        conditioning.compute(rotations);
        const map = new Float32Array(PoseChannels * NetworkSize * NetworkSize);
        EvaluatePoseMap(table, conditioning.matrices, map);
        return map;
    };
}

/** Attributes one behind the other, those of the front, then those of the back. */
function AttributeOutputs(): IAttributeOutput[] {
    const widths = Object.entries(GaussianAttributeWidths) as [GaussianAttribute, number][];
    const sideChannels = widths.reduce((sum, [, width]) => sum + width, 0);
    let first = 0;
    return widths.map(([attribute, width]) => {
        const front = Array.from({ length: width }, (_, component) => first + component);
        first += width;
        return { attribute, tensor: OutputTensor, front, back: front.map((channel) => channel + sideChannels) };
    });
}

/** A channel at a texel, enlarged bilinearly with half-pixel centres. */
function SampleAt(values: Float32Array, channel: number, texel: number): number {
    const place = (coordinate: number): [number, number, number] => {
        const at = Math.max(0, ((coordinate + 0.5) * NetworkSize) / MapSize - 0.5);
        const low = Math.floor(at);
        return [low, Math.min(low + 1, NetworkSize - 1), at - low];
    };
    const [x0, x1, fx] = place(texel % MapSize);
    const [y0, y1, fy] = place(Math.floor(texel / (2 * MapSize)));
    const at = (x: number, y: number): number => values[(channel * NetworkSize + y) * NetworkSize + x]!;
    const top = at(x0, y0) * (1 - fx) + at(x1, y0) * fx;
    return top * (1 - fy) + (at(x0, y1) * (1 - fx) + at(x1, y1) * fx) * fy;
}
