import { MultiplyPacked, RotatePacked } from "../../math/packedQuaternion.js";
import { ToRotationVectorPacked } from "../../math/packedRotation.js";
import { type Vector3Tuple } from "../../math/vector3.js";
import { BodyJointCount } from "../pose/bodyPose.js";
import { NeutralSmplxSkeleton } from "../pose/neutralSkeleton.js";
import { type IBodyFrames } from "./bodyFrames.js";
import { WriteNpz } from "./writeNpz.js";

/** How a motion is written for SMPL-X. */
export interface IWriteSmplMotionOptions {
    /** Axis of the file's world that points up: `y` as the body model has it (default), `z` as mocap archives have it. */
    readonly upAxis?: "y" | "z";
    /** Rest position of the pelvis in the space of the body model, metres (default: of the average SMPL-X body). */
    readonly restPelvis?: Vector3Tuple;
}

/** Shape coefficients in the archives' layout; all zero is the average body. */
const BetaCount = 16;

/** 90° about x: y up → z up. */
const LaidDown = Float64Array.of(Math.SQRT1_2, 0, 0, Math.SQRT1_2);

/**
 * Writes a motion as SMPL-X parameters in the layout of the AMASS archive: `poses` (T,165), `trans` (T,3), `betas` (16),
 * `gender`, `mocap_frame_rate`, `surface_model_type`. Hand angles are absolute.
 *
 * `trans` is the pelvis' position less its rest position in the model, R·(J0 + trans') − J0 where the world is turned by R:
 * put into the model, the feet stand on height 0 of the file's up axis.
 *
 * @param frames the poses
 * @returns an NPZ file; the same motion makes the same bytes
 */
export function WriteSmplMotion(frames: IBodyFrames, options: IWriteSmplMotionOptions = {}): Uint8Array {
    const { frameCount, frameRate, rotations, pelvis } = frames;
    const rest = options.restPelvis ?? NeutralSmplxSkeleton.positions[0]!;
    const isZUp = options.upAxis === "z";
    const poses = new Float32Array(frameCount * BodyJointCount * 3);
    const trans = new Float32Array(frameCount * 3);
    const turned = new Float64Array(4);
    const place = new Float64Array(3);
    for (let i = 0; i < frameCount * BodyJointCount; i++) {
        if (isZUp && i % BodyJointCount === 0) {
            MultiplyPacked(LaidDown, 0, rotations, i * 4, turned, 0);
            ToRotationVectorPacked(turned, 0, poses, i * 3);
        } else {
            ToRotationVectorPacked(rotations, i * 4, poses, i * 3);
        }
    }
    for (let frame = 0; frame < frameCount; frame++) {
        place.set(pelvis.subarray(frame * 3, frame * 3 + 3));
        if (isZUp) {
            RotatePacked(LaidDown, 0, place, 0, place, 0);
        }
        for (let i = 0; i < 3; i++) {
            trans[frame * 3 + i] = place[i]! - rest[i]!;
        }
    }
    return WriteNpz({
        poses: { shape: [frameCount, BodyJointCount * 3], values: poses },
        trans: { shape: [frameCount, 3], values: trans },
        betas: { shape: [BetaCount], values: new Float32Array(BetaCount) },
        gender: "neutral",
        mocap_frame_rate: { shape: [], values: Float64Array.of(frameRate) },
        surface_model_type: "smplx",
    });
}
