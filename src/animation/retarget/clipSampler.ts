import { type IAnimationClip, type IAnimationTrack, type IAvatarJoint } from "../../format/avatarAsset.js";
import { SmplxJointNames } from "../../format/bodyModel.js";
import { IdentityPacked, SlerpPacked } from "../../math/packedQuaternion.js";
import { type BodyPose } from "../pose/bodyPose.js";
import { RestPositions } from "../rig/restPositions.js";

interface IJointTrack {
    readonly joint: number;
    readonly track: IAnimationTrack;
}

/**
 * Reads a clip on an avatar's joints as poses of a body: the way from baked clips to files and measurements. Allocates
 * nothing while sampling.
 */
export class ClipSampler {
    /** Time of the last key, seconds. */
    public readonly duration: number;

    private readonly _rotations: readonly IJointTrack[];
    private readonly _translation: IAnimationTrack | null;
    private readonly _origin: ArrayLike<number>;
    private readonly _restPelvis: ArrayLike<number>;

    /**
     * @param clip the clip
     * @param joints joints of its avatar
     */
    public constructor(clip: IAnimationClip, joints: readonly IAvatarJoint[]) {
        const positions = RestPositions(joints);
        const pelvis = joints.findIndex((joint) => joint.smplx === "pelvis");
        this._restPelvis = positions[pelvis] ?? [0, 0, 0];
        this._origin = positions[joints[pelvis]?.parent ?? -1] ?? [0, 0, 0];
        this._rotations = clip.tracks
            .filter((track) => track.path === "rotation" && joints[track.joint]?.smplx)
            .map((track) => ({ track, joint: SmplxJointNames.indexOf(joints[track.joint]!.smplx!) }));
        this._translation =
            clip.tracks.find((track) => track.path === "translation" && track.joint === pelvis && pelvis >= 0) ?? null;
        this.duration = clip.tracks.reduce((end, { times }) => Math.max(end, times.at(-1) ?? 0), 0);
    }

    /**
     * Poses the body; joints without a track are at rest.
     *
     * @param seconds clamped to the first and last key of each track
     */
    public sample(seconds: number, result: BodyPose): void {
        for (let i = 0; i < result.rotations.length; i += 4) {
            IdentityPacked(result.rotations, i);
        }
        for (let i = 0; i < this._rotations.length; i++) {
            const { track, joint } = this._rotations[i]!;
            const key = KeyBefore(track.times, seconds);
            const next = Math.min(key + 1, track.times.length - 1);
            const amount = AmountOf(track.times, key, next, seconds);
            SlerpPacked(track.values, key * 4, track.values, next * 4, amount, result.rotations, joint * 4);
        }
        const track = this._translation;
        const key = track ? KeyBefore(track.times, seconds) : 0;
        const next = track ? Math.min(key + 1, track.times.length - 1) : 0;
        const amount = track ? AmountOf(track.times, key, next, seconds) : 0;
        for (let i = 0; i < 3; i++) {
            const a = track?.values[key * 3 + i] ?? 0;
            result.pelvis[i] = track
                ? this._origin[i]! + a + (track.values[next * 3 + i]! - a) * amount
                : this._restPelvis[i]!;
        }
    }
}

/** Index of the last key at or before a time; 0 before the first. */
function KeyBefore(times: Float32Array, seconds: number): number {
    let low = 0;
    let high = times.length;
    while (low < high) {
        const middle = (low + high) >> 1;
        if (times[middle]! <= seconds) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return Math.max(0, low - 1);
}

function AmountOf(times: Float32Array, key: number, next: number, seconds: number): number {
    const span = times[next]! - times[key]!;
    return span > 0 ? Math.min(1, Math.max(0, (seconds - times[key]!) / span)) : 0;
}
