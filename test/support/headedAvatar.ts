import { CloudOfHead } from "../../src/convert/gaussianHead/headCloud.js";
import { EvaluateHeadAsync } from "../../src/convert/gaussianHead/evaluateHead.js";
import { type IAvatarAsset } from "../../src/format/avatarAsset.js";
import { type IHeadBranch, type IHeadModel, type IPerceptron, ParameterCount } from "../../src/format/headModel.js";
import { EncodedSize } from "../../src/math/positionalEncoding.js";
import { MakeSampleAvatar } from "./avatarSamples.js";
import { type ISampleRefinerOptions, MakeSampleRefiner } from "./sampleRefiner.js";
import { SeededRandom } from "./seededRandom.js";

/** What to put into a sample head. */
export interface ISampleHeadOptions {
    /** Number of points (default: 300). */
    readonly points?: number;
    /** Numbers of the expression code (default: 3). */
    readonly codeSize?: number;
    /** Whether poses move it, too (default: yes). */
    readonly hasPose?: boolean;
    /** Joint that moves it (default: 0). */
    readonly joint?: number;
    /** Refines its picture (default: nothing does). */
    readonly refiner?: Omit<ISampleRefinerOptions, "channels">;
}

const Features = 6;
const Octaves = 2;
const Channels = 5;
/** Wide enough for all quads of a workgroup to differ, narrow enough to be quick. */
const Hidden = 70;

/**
 * A small head with networks of random weights: an ellipsoid a head high, in units of 12 cm.
 *
 * @param options sizes
 */
export function MakeSampleHead(options: ISampleHeadOptions = {}): IHeadModel {
    const { points = 300, codeSize = 3, hasPose = true, joint = 0, refiner } = options;
    const random = SeededRandom(5);
    const spread = (length: number, size: number): Float32Array =>
        Float32Array.from({ length }, () => size * (2 * random() - 1));
    const perceptron = (widths: readonly number[], size: number): IPerceptron => ({
        widths,
        parameters: spread(ParameterCount(widths), size),
    });
    const branch = (code: number): IHeadBranch => ({
        color: perceptron([Features + code, Hidden, Channels], 0.3),
        attributes: perceptron([Features + code, Hidden, Hidden, 8], 0.12),
        deformation: perceptron([EncodedSize(3, Octaves) + code, Hidden, Hidden, 3], 0.05),
    });
    const positions = new Float32Array(points * 3);
    for (let point = 0; point < points; point++) {
        // A spiral over a sphere.
        const y = 1 - (2 * (point + 0.5)) / points;
        const [around, radius] = [point * 2.399963, Math.sqrt(1 - y * y)];
        positions.set([0.8 * radius * Math.cos(around), 1.1 * y, radius * Math.sin(around)], point * 3);
    }
    const shares = Float32Array.from({ length: points }, (_, point) =>
        hasPose ? Math.min(1, Math.max(0, 1.5 - (2 * point) / points)) : 1,
    );
    return {
        tier: "lite",
        codeSize,
        channels: Channels,
        octaves: Octaves,
        positions,
        features: spread(points * Features, 1),
        shares,
        scales: spread(points * 3, 0.3).map((value) => value - 2),
        rotations: spread(points * 4, 1),
        opacities: spread(points, 1).map((value) => value + 2),
        gains: { position: 0.3, attributes: 0.2 },
        unit: 0.12,
        origin: [0, 1.6, 0],
        expression: branch(codeSize),
        pose: hasPose ? branch(EncodedSize(6, Octaves)) : null,
        poseRange: {
            rest: [0, 0, 0, 0.1, 0, 0],
            least: [-0.5, -0.5, -0.5, 0.1, 0, 0],
            greatest: [0.5, 0.5, 0.5, 0.1, 0, 0],
        },
        influences: {
            count: 1,
            joints: new Uint16Array(points).fill(joint),
            weights: new Float32Array(points).fill(1),
        },
        ...(refiner ? { refiner: MakeSampleRefiner({ ...refiner, channels: Channels }) } : {}),
    };
}

/**
 * An avatar with a sample head and nothing else: its own Gaussians are the head's neutral face.
 *
 * @param options of the head
 */
export async function MakeHeadedAvatarAsync(options: ISampleHeadOptions = {}): Promise<IAvatarAsset> {
    const body = MakeSampleAvatar({ gaussians: 40, joints: 22, morphTargets: 0, seed: 7 });
    const joint = body.joints.findIndex(({ smplx }) => smplx === "head");
    const headModel = MakeSampleHead({ ...options, joint });
    return {
        ...body,
        animations: [],
        headModel,
        gaussians: await FaceCloudAsync(headModel, []),
        morphTargets: Array.from({ length: headModel.codeSize }, (_, i) => ({
            name: `code${i}`,
            indices: new Uint32Array(0),
            deltas: new Float32Array(0),
            range: [-3, 3] as const,
        })),
    };
}

/**
 * A face of a head, as the processor makes it.
 *
 * @param model the head
 * @param code the first numbers of its expression; the others are 0
 * @param turn rotation vector of the head
 */
export async function FaceCloudAsync(
    model: IHeadModel,
    code: readonly number[],
    turn: readonly number[] = [0, 0, 0],
): Promise<IAvatarAsset["gaussians"]> {
    const codes = Array.from({ length: model.codeSize }, (_, i) => code[i] ?? 0);
    const pose = model.poseRange.rest.map((value, i) => value + (turn[i] ?? 0));
    return CloudOfHead(model, await EvaluateHeadAsync(model, codes, pose));
}
