import { SmplxJointNames, SmplxJointParents } from "../../format/bodyModel.js";
import {
    IdentityQuaternion,
    InvertQuaternion,
    MultiplyQuaternion,
    type QuaternionTuple,
} from "../../math/quaternion.js";
import { type IRigCalibration } from "./calibrateRig.js";
import { type IRigMapping } from "./mapRig.js";
import { type RestRig } from "./restRig.js";

/**
 * Constant part of the transfer of one rig's rotations to a skeleton in the canonical T-pose:
 * B = (C·W°)⁻¹·Q⁻¹ per SMPL-X joint, null where the rig has no node.
 */
export function RetargetBases(
    rig: RestRig,
    mapping: IRigMapping,
    calibration: IRigCalibration,
): readonly (QuaternionTuple | null)[] {
    return SmplxJointNames.map((joint, j) => {
        const node = mapping.nodes[joint];
        if (node === undefined) {
            return null;
        }
        const rest = MultiplyQuaternion(calibration.heading, rig[node]!.rotation);
        return MultiplyQuaternion(InvertQuaternion(rest), InvertQuaternion(calibration.corrections[j]!));
    });
}

/** World rotations G = (C·W)·B of all SMPL-X joints; a joint without a node moves with its parent. */
export function RetargetWorldRotations(
    bases: readonly (QuaternionTuple | null)[],
    mapping: IRigMapping,
    canonicalRotationOf: (node: number) => QuaternionTuple,
): QuaternionTuple[] {
    const world: QuaternionTuple[] = [];
    SmplxJointNames.forEach((joint, j) => {
        const base = bases[j];
        const parent = world[SmplxJointParents[j]!] ?? IdentityQuaternion;
        world.push(base ? MultiplyQuaternion(canonicalRotationOf(mapping.nodes[joint]!), base) : parent);
    });
    return world;
}

/** Local rotations R = G_parent⁻¹·G of world rotations in SMPL-X order: the SMPL pose. */
export function LocalRotations(world: readonly QuaternionTuple[]): QuaternionTuple[] {
    return world.map((rotation, j) => {
        const parent = world[SmplxJointParents[j]!];
        return parent ? MultiplyQuaternion(InvertQuaternion(parent), rotation) : rotation;
    });
}
