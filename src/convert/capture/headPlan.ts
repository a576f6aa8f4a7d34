import { SmplxJointNames, type SmplxJointName } from "../../format/bodyModel.js";
import {
    IdentityQuaternion,
    MultiplyQuaternion,
    QuaternionFromAxisAngle,
    type QuaternionTuple,
} from "../../math/quaternion.js";
import { type CaptureSplit } from "./cameraPlacement.js";
import { type ICaptureSubject } from "./captureSubject.js";
import { type IPlannedPose } from "./posePlan.js";
import { SampleExpression } from "./sampleExpression.js";
import { SeededRandom } from "./seededRandom.js";

/** How the faces of a capture are chosen. */
export interface IPlanHeadsOptions {
    /** Whose expressions. */
    readonly subject: Pick<ICaptureSubject, "expressions">;
    /** Number of faces to train with. */
    readonly count: number;
    /** Number of faces to measure with. */
    readonly heldOut: number;
    /** Makes the choice repeatable. */
    readonly seed: number;
}

/** Visemes are combinations of the other channels: those who drive a head by them blend these. */
const Combined = "viseme_";

/** Farthest that neck and head turn each, degrees: enough to see the neck stretch, and little for shadows to change. */
const MaxTurn = 5;

/** Degrees that hanging arms are lowered by: what stands off sideways would be in the way of cameras at the side. */
const ArmDrop = 68;

const Degree = Math.PI / 180;

/**
 * Chooses the frames of a capture of a head: first every expression channel alone and in full, then sampled faces; those held
 * out are samples of a generator of their own. The body stands still with its arms down, neck and head turn a little.
 *
 * @param options how
 * @returns the frames, those for training first
 *
 * @example
 * ```ts
 * const frames = PlanHeads({ subject, count: 320, heldOut: 24, seed: 1 });
 * ```
 */
export function PlanHeads({ subject, count, heldOut, seed }: IPlanHeadsOptions): IPlannedPose[] {
    const names = subject.expressions.map(({ name }) => name);
    const channels = [...names.keys()].filter((channel) => !names[channel]!.startsWith(Combined));
    const sample = (split: CaptureSplit, random: () => number): IPlannedPose => {
        const weights = SampleExpression(
            channels.map((channel) => names[channel]!),
            random,
        );
        const expressions = new Float32Array(names.length);
        channels.forEach((channel, i) => (expressions[channel] = weights[i]!));
        return { source: "face", split, rotations: Turned(random), translation: new Float32Array(3), expressions };
    };
    const random = SeededRandom(seed * 2 + 1);
    const alone = channels.slice(0, Math.max(0, count - 1)).map((channel): IPlannedPose => {
        const expressions = new Float32Array(names.length);
        expressions[channel] = 1;
        return { ...sample("train", random), source: names[channel]!, expressions };
    });
    const neutral = { ...sample("train", random), source: "neutral", expressions: new Float32Array(names.length) };
    const mixed = Array.from({ length: Math.max(0, count - 1 - alone.length) }, () => sample("train", random));
    const unseen = SeededRandom(seed * 2 + 2);
    return [
        ...(count > 0 ? [neutral] : []),
        ...alone,
        ...mixed,
        ...Array.from({ length: heldOut }, () => sample("heldOut", unseen)),
    ];
}

/** [55,4] a body that stands with its arms down, and turns its head a little. */
function Turned(random: () => number): Float32Array {
    const rotations = Float32Array.from(SmplxJointNames.flatMap(() => IdentityQuaternion));
    const set = (joint: SmplxJointName, [x, y, z]: readonly [number, number, number]): void => {
        const about = (axis: readonly [number, number, number], angle: number): QuaternionTuple =>
            QuaternionFromAxisAngle(axis, angle * Degree);
        const rotation = MultiplyQuaternion(
            about([1, 0, 0], x),
            MultiplyQuaternion(about([0, 0, 1], z), about([0, 1, 0], y)),
        );
        rotations.set(rotation, SmplxJointNames.indexOf(joint) * 4);
    };
    set("left_shoulder", [0, 0, -ArmDrop]);
    set("right_shoulder", [0, 0, ArmDrop]);
    const turn = (): number => MaxTurn * (2 * random() - 1);
    set("neck", [turn(), turn(), turn()]);
    set("head", [turn(), turn(), turn()]);
    return rotations;
}
