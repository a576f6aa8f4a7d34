import { SmplxJointNames, SmplxJointParents } from "../../src/format/bodyModel.js";
import {
    DotQuaternion,
    IdentityQuaternion,
    InvertQuaternion,
    MultiplyQuaternion,
    NormalizeQuaternion,
    type QuaternionTuple,
    SlerpQuaternion,
} from "../../src/math/quaternion.js";

/**
 * Joints that take part in the correction: which one's mean is levelled, and how much of that each takes.
 * The skull and back markers of the capture sit on another body, so that its neutral is not upright.
 */
const Shares: readonly { readonly joint: string; readonly like: string; readonly share: number }[] = [
    { joint: "spine1", like: "spine3", share: 1 / 3 },
    { joint: "spine2", like: "spine3", share: 2 / 3 },
    { joint: "spine3", like: "spine3", share: 1 },
    { joint: "left_collar", like: "spine3", share: 1 },
    { joint: "right_collar", like: "spine3", share: 1 },
    { joint: "neck", like: "head", share: 0.6 },
    { joint: "head", like: "head", share: 1 },
];

/** Turns chest and head so that on average they are upright and look ahead; arms and legs keep their directions. */
export function LevelTrunk(poses: readonly (readonly QuaternionTuple[])[]): QuaternionTuple[][] {
    const worlds = poses.map(WorldRotations);
    const corrections = Shares.map(({ joint, like, share }) => ({
        joint: IndexOf(joint),
        turn: SlerpQuaternion(IdentityQuaternion, InvertQuaternion(MeanOf(worlds, IndexOf(like))), share),
    }));
    return worlds.map((world) => {
        const levelled = [...world];
        for (const { joint, turn } of corrections) {
            levelled[joint] = MultiplyQuaternion(turn, world[joint]!);
        }
        return levelled.map((rotation, j) => {
            const parent = levelled[SmplxJointParents[j]!];
            return parent ? MultiplyQuaternion(InvertQuaternion(parent), rotation) : rotation;
        });
    });
}

function IndexOf(joint: string): number {
    return (SmplxJointNames as readonly string[]).indexOf(joint);
}

function WorldRotations(local: readonly QuaternionTuple[]): QuaternionTuple[] {
    const world: QuaternionTuple[] = [];
    local.forEach((rotation, j) => {
        const parent = world[SmplxJointParents[j]!];
        world.push(parent ? MultiplyQuaternion(parent, rotation) : rotation);
    });
    return world;
}

function MeanOf(worlds: readonly (readonly QuaternionTuple[])[], joint: number): QuaternionTuple {
    const sum = [0, 0, 0, 0] as [number, number, number, number];
    for (const world of worlds) {
        const q = world[joint]!;
        const sign = DotQuaternion(q, worlds[0]![joint]!) < 0 ? -1 : 1;
        q.forEach((value, k) => {
            sum[k]! += sign * value;
        });
    }
    return NormalizeQuaternion(sum);
}
