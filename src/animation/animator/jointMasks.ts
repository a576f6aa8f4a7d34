import { SmplxJointNames, SmplxJointParents, type SmplxJointName } from "../../format/bodyModel.js";
import { AnimatorError } from "./rigNodes.js";

/** Parts of a body that a layer can be limited to. */
export type JointMaskName = "upperBody" | "lowerBody" | "head" | "hands" | "face";

/** Which joints a layer moves: a part of the body, or joints by their SMPL-X names. */
export type JointMask = JointMaskName | readonly SmplxJointName[];

/** The joints that each part begins with; all below them belong to it. */
const Roots: Readonly<Record<JointMaskName, readonly SmplxJointName[]>> = {
    upperBody: ["spine1"],
    lowerBody: ["left_hip", "right_hip"],
    head: ["neck"],
    hands: ["left_wrist", "right_wrist"],
    face: ["jaw", "left_eye", "right_eye"],
};

/**
 * The joints of a mask.
 *
 * @param mask part of the body, or names of joints
 * @returns SMPL-X names
 * @throws AnimatorError `unknown-mask` when a name is none of a part or joint
 */
export function JointsOfMask(mask: JointMask): SmplxJointName[] {
    if (Array.isArray(mask)) {
        const names: readonly SmplxJointName[] = mask;
        const unknown = names.find((name) => !SmplxJointNames.includes(name));
        if (unknown !== undefined) {
            throw UnknownMask(unknown);
        }
        return [...names];
    }
    const part = mask as JointMaskName;
    const roots = Object.hasOwn(Roots, part) ? Roots[part] : null;
    if (!roots) {
        throw UnknownMask(String(mask));
    }
    const own = SmplxJointNames.filter((_, joint) => IsBelowAny(joint, roots));
    // Whoever moves the legs moves the whole body over the ground.
    return mask === "lowerBody" ? ["pelvis", ...own] : own;
}

function IsBelowAny(joint: number, roots: readonly SmplxJointName[]): boolean {
    for (let i = joint; i >= 0; i = SmplxJointParents[i]!) {
        if (roots.includes(SmplxJointNames[i]!)) {
            return true;
        }
    }
    return false;
}

function UnknownMask(name: string): AnimatorError {
    return new AnimatorError(
        "unknown-mask",
        `"${name}" is no part of a body (${Object.keys(Roots).join(", ")}) and no SMPL-X joint.`,
    );
}
