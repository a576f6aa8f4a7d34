import { type IAvatarJoint } from "../../format/avatarAsset.js";
import { SmplxJointNames, SmplxJointParents, type SmplxJointName } from "../../format/bodyModel.js";
import { IdentityQuaternion, MultiplyQuaternion, type QuaternionTuple } from "../../math/quaternion.js";
import { type Vector3Tuple } from "../../math/vector3.js";
import { CalibrateRig } from "../rig/calibrateRig.js";
import { GenericSkeleton } from "../rig/genericSkeleton.js";
import { MapRig } from "../rig/mapRig.js";
import { RestPositions } from "../rig/restPositions.js";
import { type IRigNode } from "../rig/restRig.js";
import { type IAvatarBody } from "./avatarBody.js";
import { FillJoints } from "./fillJoints.js";
import { StraightLegLength } from "./legLength.js";
import { DefaultSolePoints, LevelSoles, SoleHeights } from "./solePoints.js";

/** An avatar whose ankles are this share of a leg above y = 0, or less, stands on y = 0. */
const StandingShare = 0.25;
/** In the order of {@link IAvatarBody.soles}. */
const FootJoints = (["left_ankle", "left_foot", "right_ankle", "right_foot"] as const).map((name) =>
    SmplxJointNames.indexOf(name),
);
const GenericLegLength = LegLength(GenericSkeleton, "left");

/**
 * Measures an avatar at rest: what its skeleton is like next to the canonical T-pose.
 *
 * @param joints joints of the avatar; SMPL bodies, heads and additional joints are fine
 * @param solePoints [2,3,3] measured soles (`MeasureSoles`); without them feet have the generic height, or stand on y = 0
 * where that is near
 * @returns the measured body; joints that are missing are filled in, `jointIndices` tells which
 */
export function MeasureAvatarBody(joints: readonly IAvatarJoint[], solePoints?: Float64Array): IAvatarBody {
    const positions = RestPositions(joints);
    const indices = SmplxJointNames.map((name) => joints.findIndex((joint) => joint.smplx === name));
    const known = indices.map((index) => (index < 0 ? null : positions[index]!));
    const filled = known.some((position) => position !== null) ? FillJoints(known) : [...GenericSkeleton];
    const root = joints[indices[0]!]?.parent ?? -1;
    const legs = [LegLength(known, "left"), LegLength(known, "right")];
    const legLength = Math.min(...legs) > 0 ? (legs[0]! + legs[1]!) / 2 : 0;
    const calibrated = CorrectionsOf(known, filled);
    const corrections = solePoints ? LevelSoles(calibrated, solePoints) : calibrated;
    const soles = solePoints ? SoleHeights(filled, solePoints, corrections) : GenericSoles(filled, legLength);
    return {
        restPositions: Float64Array.from(filled.flat()),
        jointIndices: Int16Array.from(indices),
        origin: root < 0 ? [0, 0, 0] : positions[root]!,
        corrections,
        legLength,
        soles,
        solePoints: solePoints ?? DefaultSolePoints(filled, soles),
    };
}

/** Straight length from hip to ankle: along the chain when the knee rests bent, else the chord that the leg stands on. */
function LegLength(known: readonly (Vector3Tuple | null)[], side: "left" | "right"): number {
    const at = (part: string): Vector3Tuple | null =>
        known[SmplxJointNames.indexOf(`${side}_${part}` as SmplxJointName)]!;
    const [hip, knee, ankle] = [at("hip"), at("knee"), at("ankle")];
    return hip && knee && ankle ? StraightLegLength(hip, knee, ankle) : 0;
}

/** Calibrates the avatar like any rig. */
function CorrectionsOf(
    known: readonly (Vector3Tuple | null)[],
    filled: readonly Vector3Tuple[],
): readonly QuaternionTuple[] {
    const own = CalibrateJoints(known) ?? CalibrateJoints(filled);
    return own ?? SmplxJointNames.map(() => IdentityQuaternion);
}

function CalibrateJoints(positions: readonly (Vector3Tuple | null)[]): readonly QuaternionTuple[] | null {
    const rig: IRigNode[] = [];
    const explicit: Partial<Record<SmplxJointName, number>> = {};
    positions.forEach((position, joint) => {
        const name = SmplxJointNames[joint]!;
        if (position) {
            explicit[name] = rig.length;
            rig.push({ name, parent: ParentIn(explicit, joint), position, rotation: IdentityQuaternion });
        }
    });
    const mapping = MapRig(rig, explicit);
    if (mapping.missing.length > 0) {
        return null;
    }
    const { heading, corrections } = CalibrateRig(rig, mapping);
    return corrections.map((correction) => MultiplyQuaternion(correction, heading));
}

/** The nearest joint above that is known, as an index into the nodes made so far. */
function ParentIn(nodes: Readonly<Partial<Record<SmplxJointName, number>>>, joint: number): number {
    for (let above = SmplxJointParents[joint]!; above >= 0; above = SmplxJointParents[above]!) {
        const node = nodes[SmplxJointNames[above]!];
        if (node !== undefined) {
            return node;
        }
    }
    return -1;
}

/** Soles on y = 0 where the avatar stands there, else as far below the joints as the generic skeleton's. */
function GenericSoles(positions: readonly Vector3Tuple[], legLength: number): Float64Array {
    const scale = legLength > 0 ? legLength / GenericLegLength : 1;
    const soles = new Float64Array(4);
    FootJoints.forEach((joint, i) => {
        const ankle = positions[FootJoints[i & ~1]!]![1];
        const isStanding = ankle >= 0 && ankle < StandingShare * legLength;
        soles[i] = Math.min(0, isStanding ? -positions[joint]![1] : -scale * GenericSkeleton[joint]![1]);
    });
    return soles;
}
