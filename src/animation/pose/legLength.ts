import { AngleBetweenVector3, DistanceVector3, SubtractVector3, type Vector3Tuple } from "../../math/vector3.js";

/** A knee that bends less than this at rest is straight: SMPL-X rests with up to 15°, artists leave 3–6°. */
const StraightKnee = (16 * Math.PI) / 180;

/**
 * Length of a leg in the canonical pose: the chord that the leg stands on, unless the knee rests bent; then thigh and shin.
 *
 * @param hip position at rest
 * @param knee position at rest
 * @param ankle position at rest
 */
export function StraightLegLength(hip: Vector3Tuple, knee: Vector3Tuple, ankle: Vector3Tuple): number {
    const bend = AngleBetweenVector3(SubtractVector3(knee, hip), SubtractVector3(ankle, knee));
    return bend < StraightKnee
        ? DistanceVector3(hip, ankle)
        : DistanceVector3(hip, knee) + DistanceVector3(knee, ankle);
}
