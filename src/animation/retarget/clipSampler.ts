import { type IAnimationClip, type IAnimationTrack } from "../../format/avatarAsset.js";
import { IdentityPacked, SlerpPacked } from "../../math/packedQuaternion.js";
import { type IAvatarBody } from "../pose/avatarBody.js";
import { type BodyPose } from "../pose/bodyPose.js";

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
    private readonly _body: IAvatarBody;

    /**
     * @param clip the clip
     * @param body the body of its avatar
     */
    public constructor(clip: IAnimationClip, body: IAvatarBody) {
        this._body = body;
        this._rotations = clip.tracks
            .filter((track) => track.path === "rotation")
            .map((track) => ({ track, joint: body.jointIndices.indexOf(track.joint) }))
            .filter(({ joint }) => joint >= 0);
        this._translation =
            clip.tracks.find((track) => track.path === "translation" && track.joint === body.jointIndices[0]) ?? null;
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
        if (!track) {
            for (let i = 0; i < 3; i++) {
                result.pelvis[i] = this._body.restPositions[i]!;
            }
            return;
        }
        const key = KeyBefore(track.times, seconds);
        const next = Math.min(key + 1, track.times.length - 1);
        const amount = AmountOf(track.times, key, next, seconds);
        for (let i = 0; i < 3; i++) {
            const a = track.values[key * 3 + i]!;
            result.pelvis[i] = this._body.origin[i]! + a + (track.values[next * 3 + i]! - a) * amount;
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
