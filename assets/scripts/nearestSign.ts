import { DotQuaternion, IdentityQuaternion, type QuaternionTuple } from "../../src/math/quaternion.js";

/**
 * The one of q and −q, which are the same rotation, that continues a track of rotations without a jump.
 *
 * @param q the rotation of a key
 * @param track [keys,4] rotations of the keys so far
 * @param key number of the key; 0 continues the identity
 */
export function NearestSign(q: QuaternionTuple, track: Float32Array, key: number): QuaternionTuple {
    const at = (key - 1) * 4;
    const before: QuaternionTuple =
        key === 0 ? IdentityQuaternion : [track[at]!, track[at + 1]!, track[at + 2]!, track[at + 3]!];
    return DotQuaternion(q, before) < 0 ? [-q[0], -q[1], -q[2], -q[3]] : q;
}
