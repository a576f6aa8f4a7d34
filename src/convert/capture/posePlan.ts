import { SmplxJointNames, SmplxJointParents } from "../../format/bodyModel.js";
import { MultiplyQuaternion, QuaternionFromAxisAngle, type QuaternionTuple } from "../../math/quaternion.js";
import { BodyOverlap } from "./bodyOverlap.js";
import { type CaptureSplit } from "./cameraPlacement.js";
import { type ICaptureSubject } from "./captureSubject.js";
import { type IMotionPose, type IPlanMotion, ReadMotionPoses } from "./motionPoses.js";
import { ChooseFarApart } from "./poseDistance.js";
import { SampleExpression } from "./sampleExpression.js";
import { ChooseFamily, SamplePose } from "./samplePose.js";
import { SeededRandom } from "./seededRandom.js";
import { SkinMatrices } from "./skinMatrices.js";

export { type IPlanMotion };

/** A pose to capture. */
export interface IPlannedPose {
    /** Where it is from: name of the motion and its time, or the way it was sampled. */
    readonly source: string;
    /** Whether it is for training. */
    readonly split: CaptureSplit;
    /** [55,4] local rotations xyzw, the root's first. */
    readonly rotations: Float32Array;
    /** [3] metres that the root is away from its place at rest: upwards or downwards only. */
    readonly translation: Float32Array;
    /** [E] weights of the expression channels, 0..1. */
    readonly expressions: Float32Array;
}

/** How poses are chosen. */
export interface IPlanPosesOptions {
    /** Whose joints and expressions. */
    readonly subject: Pick<ICaptureSubject, "restJoints" | "expressions">;
    /** Number of poses in all. */
    readonly count: number;
    /** Motions to take poses from (default: none). */
    readonly motions?: readonly IPlanMotion[];
    /** Share of poses that are from motions when there are any (default: 0.5); fewer when these have no more that differ. */
    readonly motionShare?: number;
    /** Share of poses that are held out (default: 0.1). */
    readonly heldOutShare?: number;
    /** Makes the choice repeatable. */
    readonly seed: number;
}

/** Two poses nearer than this are one: 2.5° at every joint. */
const MinDistance = (2.5 * Math.PI) / 180;

/** Held-out poses are at least this far from every pose of the training: 4° at every joint. */
const HeldOutDistance = (4 * Math.PI) / 180;

/** Depth by which limbs may go into each other, metres: flesh gives, and capsules are rough. */
const MaxOverlap = 0.012;

/** Tries to sample a pose without overlaps before the least bad is taken. */
const MaxTries = 40;

/** Degrees from one pose to the next about the vertical: the golden angle spreads any number of them evenly. */
const GoldenAngle = Math.PI * (3 - Math.sqrt(5));

/** What a pose is before it has a heading and a face. */
interface IBarePose {
    readonly source: string;
    readonly rotations: Float32Array;
    readonly lift: number;
}

/**
 * Chooses the poses of a capture: as different ones as there are in motions, retargeted to the subject, and seeded samples
 * within the limits of joints. Held out are whole stretches of motions, and samples of a generator of their own; none is
 * near a pose of the training. Cameras stand, so that everybody turns: headings are spread evenly.
 *
 * @param options how
 * @returns the poses, those for training first, mixed; any beginning of them is a fair choice
 *
 * @example
 * ```ts
 * const poses = PlanPoses({ subject, count: 240, seed: 1, motions: [{ name: "walk", motion, profile }] });
 * ```
 */
export function PlanPoses(options: IPlanPosesOptions): IPlannedPose[] {
    const { subject, count, motions = [], motionShare = 0.5, heldOutShare = 0.1, seed } = options;
    const heldOut = Math.round(count * heldOutShare);
    const counts = { train: count - heldOut, heldOut } as const;
    const recorded = motions.flatMap((motion) => ReadMotionPoses(motion, subject.restJoints, heldOutShare));
    const sampler = new PoseSampler(subject.restJoints);
    const train = ChoosePoses(recorded, "train", counts.train, motionShare, sampler, seed * 4 + 1, []);
    const test = ChoosePoses(recorded, "heldOut", heldOut, motionShare, sampler, seed * 4 + 2, train);
    const random = SeededRandom(seed * 4 + 3);
    const names = subject.expressions.map(({ name }) => name);
    const start = 2 * Math.PI * random();
    const finish = (split: CaptureSplit, offset: number) => (pose: IBarePose, i: number) => {
        const yaw = start + (i + offset) * GoldenAngle + 0.2 * (random() - 0.5);
        return {
            source: pose.source,
            split,
            rotations: Turned(pose.rotations, yaw),
            translation: Float32Array.of(0, pose.lift, 0),
            expressions: SampleExpression(names, random),
        };
    };
    return [
        ...Shuffled(train, random).map(finish("train", 0)),
        ...Shuffled(test, random).map(finish("heldOut", train.length)),
    ];
}

function ChoosePoses(
    recorded: readonly IMotionPose[],
    split: CaptureSplit,
    count: number,
    motionShare: number,
    sampler: PoseSampler,
    seed: number,
    others: readonly IBarePose[],
): IBarePose[] {
    const distance = split === "train" ? MinDistance : HeldOutDistance;
    const known = others.map(({ rotations }) => rotations);
    const candidates = recorded.filter((pose) => pose.split === split);
    const chosen: IBarePose[] = ChooseFarApart(
        candidates.map(({ rotations }) => rotations),
        Math.round(count * motionShare),
        distance,
        known,
    ).map((index) => candidates[index]!);
    const random = SeededRandom(seed);
    while (chosen.length < count) {
        chosen.push(sampler.sample(random));
    }
    return chosen;
}

/** Samples poses in which nothing overlaps and the lowest foot stands on the floor. */
class PoseSampler {
    private readonly _overlap: BodyOverlap;
    private readonly _joints: SkinMatrices;
    private readonly _rest: Float32Array;

    public constructor(restJoints: Float32Array) {
        this._rest = restJoints;
        this._overlap = new BodyOverlap(restJoints);
        this._joints = new SkinMatrices({
            joints: SmplxJointNames.map((name, j) => ({ name, parent: SmplxJointParents[j]! })),
            restJoints,
        });
    }

    public sample(random: () => number): IBarePose {
        const family = ChooseFamily(random());
        let best = SamplePose(family, random);
        let least = this._overlap.depth(best);
        for (let i = 1; i < MaxTries && least > MaxOverlap; i++) {
            const pose = SamplePose(family, random);
            const depth = this._overlap.depth(pose);
            if (depth < least) {
                [best, least] = [pose, depth];
            }
        }
        return { source: family, rotations: best, lift: this._liftOf(best) };
    }

    /** How far the pelvis must move for the lowest foot to be as high as at rest. */
    private _liftOf(rotations: Float32Array): number {
        this._joints.update(rotations, [0, 0, 0]);
        const feet = (["left_ankle", "right_ankle", "left_foot", "right_foot"] as const).map((name) => {
            const at = SmplxJointNames.indexOf(name) * 3 + 1;
            return this._joints.positions[at]! - this._rest[at]!;
        });
        return -Math.min(...feet);
    }
}

function Turned(rotations: Float32Array, yaw: number): Float32Array {
    const turned = Float32Array.from(rotations);
    const root: QuaternionTuple = [rotations[0]!, rotations[1]!, rotations[2]!, rotations[3]!];
    turned.set(MultiplyQuaternion(QuaternionFromAxisAngle([0, 1, 0], yaw), root));
    return turned;
}

function Shuffled<T>(items: readonly T[], random: () => number): T[] {
    const result = [...items];
    for (let i = result.length - 1; i > 0; i--) {
        const j = Math.floor(random() * (i + 1));
        [result[i], result[j]] = [result[j]!, result[i]!];
    }
    return result;
}
