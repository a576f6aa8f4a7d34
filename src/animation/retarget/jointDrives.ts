import { SmplxJointNames, SmplxJointParents, type SmplxJointName } from "../../format/bodyModel.js";
import {
    IdentityQuaternion,
    InvertQuaternion,
    MultiplyQuaternion,
    NormalizeQuaternion,
    type QuaternionTuple,
} from "../../math/quaternion.js";
import { type IAvatarBody } from "../pose/avatarBody.js";
import { BodyJointCount } from "../pose/bodyPose.js";
import { type RestRig } from "../rig/restRig.js";
import { type IRigProfile } from "../rig/rigProfile.js";
import { FingerCurl, FingerSubstitute } from "./fingers.js";
import { type IRetargetOptions } from "./retargetOptions.js";
import { type IChainPlace, NeckPlace, SpinePlaces } from "./spineChain.js";

/**
 * What turns each joint, in SMPL-X order: one node, two nodes of a chain with the joint between them, or none. Flat, because
 * it is read every frame.
 */
export interface IJointDrives {
    /** [55] node whose world rotation drives the joint, or -1: the joint keeps its local rotation {@link still}. */
    readonly first: Int32Array;
    /** [55] second node of a chain, or -1. */
    readonly second: Int32Array;
    /** [55] how far the joint lies from the first node's towards the second's, 0..1. */
    readonly amount: Float64Array;
    /** [55,4] B of the first node: joint = node·B, in the rest space of the rig. */
    readonly firstBase: Float64Array;
    /** [55,4] B of the second node. */
    readonly secondBase: Float64Array;
    /** [55,4] local rotation of a joint without a node. */
    readonly still: Float64Array;
}

/** Works out once a rig and body what is multiplied every frame. */
export function DriveJoints(
    rig: RestRig,
    { mapping, calibration }: IRigProfile,
    body: IAvatarBody,
    options: IRetargetOptions,
): IJointDrives {
    const { isSmpl, heading } = calibration;
    // SMPL parameters are rotations relative to the body's own rest pose, whatever it looks like.
    const target = (joint: number): QuaternionTuple => (isSmpl ? IdentityQuaternion : body.corrections[joint]!);
    const source = (joint: number): QuaternionTuple => (isSmpl ? IdentityQuaternion : calibration.corrections[joint]!);
    const drives: IJointDrives = {
        first: new Int32Array(BodyJointCount).fill(-1),
        second: new Int32Array(BodyJointCount).fill(-1),
        amount: new Float64Array(BodyJointCount),
        firstBase: new Float64Array(BodyJointCount * 4),
        secondBase: new Float64Array(BodyJointCount * 4),
        still: new Float64Array(BodyJointCount * 4),
    };
    const base = (node: number, calibratedAs: number, joint: number): QuaternionTuple => {
        const rest = MultiplyQuaternion(heading, NormalizeQuaternion(rig[node]!.rotation));
        const uncalibrated = MultiplyQuaternion(InvertQuaternion(rest), InvertQuaternion(source(calibratedAs)));
        return MultiplyQuaternion(uncalibrated, target(joint));
    };
    const spine = options.spine ?? "interpolate";
    const places = new Map<SmplxJointName, IChainPlace>([
        ...SpinePlaces(rig, mapping, body, spine),
        ...NeckPlace(mapping, spine),
    ]);
    SmplxJointNames.forEach((name, joint) => {
        const at = joint * 4;
        const curl = FingerCurl(name, mapping.nodes, options.grip ?? 0);
        const parent = SmplxJointParents[joint]!;
        const above = parent < 0 ? IdentityQuaternion : InvertQuaternion(target(parent));
        drives.still.set(MultiplyQuaternion(above, MultiplyQuaternion(curl, target(joint))), at);
        if (IsSkipped(body, joint)) {
            drives.still.set(IdentityQuaternion, at);
            return;
        }
        const place = places.get(name);
        if (place) {
            drives.first[joint] = place.first.node;
            drives.firstBase.set(base(place.first.node, place.first.joint, joint), at);
            if (place.second) {
                drives.second[joint] = place.second.node;
                drives.secondBase.set(base(place.second.node, place.second.joint, joint), at);
                drives.amount[joint] = place.amount;
            }
            return;
        }
        const actor = FingerSubstitute(name, mapping.nodes);
        const node = mapping.ends[actor] ?? mapping.nodes[actor];
        if (node !== undefined) {
            drives.first[joint] = node;
            drives.firstBase.set(base(node, SmplxJointNames.indexOf(actor), joint), at);
        }
    });
    return drives;
}

/** A joint that the avatar lacks between two that it has does not turn: the one below takes its rotation. */
function IsSkipped({ jointIndices }: IAvatarBody, joint: number): boolean {
    if (jointIndices[joint]! >= 0) {
        return false;
    }
    let hasAbove = false;
    for (let above = SmplxJointParents[joint]!; above >= 0; above = SmplxJointParents[above]!) {
        hasAbove ||= jointIndices[above]! >= 0;
    }
    return hasAbove && jointIndices.some((index, below) => index >= 0 && IsBelow(below, joint));
}

function IsBelow(joint: number, ancestor: number): boolean {
    for (let above = SmplxJointParents[joint]!; above >= 0; above = SmplxJointParents[above]!) {
        if (above === ancestor) {
            return true;
        }
    }
    return false;
}
