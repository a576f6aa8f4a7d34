import { type SmplxJointName, SmplxJointNames } from "../../format/bodyModel.js";
import { CalibrateRig, type IRigCalibration } from "./calibrateRig.js";
import { type IRigMapping, type ExplicitJoints, MapRig, RequireJoints } from "./mapRig.js";
import { NodeByReference } from "./nodeReference.js";
import { type RestRig } from "./restRig.js";
import { RigError } from "./rigError.js";
import { SmplHeading } from "./smplFamily.js";
import { FindRestFault } from "./usableRest.js";

/**
 * All that retargeting needs to know of a rig: which node is which joint, and how the rig's rest pose differs from the
 * canonical T-pose. Made once a rig.
 */
export interface IRigProfile {
    /** Which node plays which joint. */
    readonly mapping: IRigMapping;
    /** How the rig rests. */
    readonly calibration: IRigCalibration;
}

/** Nodes by name for joints that were found wrong, or not at all; null for a joint that no node plays. */
export type RigJointNames = Readonly<Partial<Record<SmplxJointName, string | null>>>;

/** How a rig is described. */
export interface IDescribeRigOptions {
    /** Name of the rig, for messages. */
    readonly name: string;
    /** Nodes that the file itself names as human bones (VRM, SMPL). */
    readonly humanoid?: Readonly<Partial<Record<SmplxJointName, number>>>;
    /** Nodes that move: of several skeletons alike, the one that does is taken. */
    readonly moving?: ReadonlySet<number>;
    /**
     * The user's word, above all others: the name of a node, or the end of its path (`LeftArm/Hand`) where several nodes
     * have the name.
     */
    readonly joints?: RigJointNames;
}

/**
 * The nodes that a map of joints names.
 *
 * @param rig the rig
 * @param joints names of nodes, or ends of their paths, by SMPL-X joint; null for none
 * @param name name of the rig, for messages
 * @throws RigError `rig-unknown-joint`, `rig-unknown-node` or `rig-ambiguous-node`
 */
export function NodesByName(rig: RestRig, joints: RigJointNames, name: string): ExplicitJoints {
    const own: Partial<Record<SmplxJointName, number | null>> = {};
    for (const [joint, reference] of Object.entries(joints)) {
        if (!(SmplxJointNames as readonly string[]).includes(joint)) {
            throw new RigError(
                "rig-unknown-joint",
                `The joint map for the rig of "${name}" has "${joint}", which is no SMPL-X joint. ` +
                    `Known are ${SmplxJointNames.slice(0, 22).join(", ")}, the face and the fingers.`,
            );
        }
        own[joint as SmplxJointName] = reference === null ? null : NodeByReference(rig, reference, name);
    }
    return own;
}

/**
 * Maps and calibrates a rig.
 *
 * @param rig nodes in a rest pose: the bind pose, never the current one
 * @throws RigError `rig-joints-missing` naming what was not found, `rig-unknown-node`, `rig-ambiguous-node` or
 * `rig-unknown-joint` for `joints` that cannot be used, `rig-cyclic` or `rig-invalid-parent` when the nodes are no tree
 * @example
 * ```ts
 * const profile = DescribeRig(rig, { name: "hero", joints: { left_wrist: "Hand_L", jaw: null } });
 * console.log(profile.mapping.confidence, profile.mapping.warnings);
 * ```
 */
export function DescribeRig(rig: RestRig, { name, humanoid, moving, joints = {} }: IDescribeRigOptions): IRigProfile {
    const mapping = MapRig(rig, { ...humanoid, ...NodesByName(rig, joints, name) }, moving);
    RequireJoints(mapping, name);
    const measured = CalibrateRig(rig, mapping);
    const calibration = measured.isSmpl ? { ...measured, heading: SmplHeading(rig, mapping) } : measured;
    const fault = FindRestFault(rig, mapping.nodes);
    const warnings = fault === null ? [] : [UnusableRest(name, fault)];
    return {
        mapping: { ...mapping, warnings: [...mapping.warnings, ...calibration.warnings, ...warnings] },
        calibration,
    };
}

function UnusableRest(name: string, fault: string): string {
    return (
        `The rest pose of "${name}" is near no T- or A-pose: ${fault}. Give a frame or clip in which the character stands ` +
        "with the arms out, else limbs may be off by as much."
    );
}
