import { type IFaceTrack } from "./faceTrack.js";

/** Reads a recorded face at any time, by time and not by frame. Makes no objects; fastest from front to back. */
export class FaceTrackSampler {
    private readonly _track: IFaceTrack;
    private _key = 0;

    /** @param track the recording */
    public constructor(track: IFaceTrack) {
        this._track = track;
    }

    /** Seconds from the first to the last frame. */
    public get duration(): number {
        return this._track.times.at(-1)!;
    }

    /**
     * Reads the weights at a time, linear between frames.
     *
     * @param seconds time since the first frame; earlier and later times get the first and last one
     * @param out [C] receives the weights of the channels
     */
    public sample(seconds: number, out: Float32Array): void {
        const { times, values } = this._track;
        const count = out.length;
        const last = times.length - 1;
        const at = Math.min(times[last]!, Math.max(0, Number.isFinite(seconds) ? seconds : 0));
        this._seek(at);
        const from = this._key * count;
        const to = Math.min(this._key + 1, last) * count;
        const gap = times[Math.min(this._key + 1, last)]! - times[this._key]!;
        const share = gap > 0 ? (at - times[this._key]!) / gap : 0;
        for (let i = 0; i < count; i++) {
            out[i] = values[from + i]! + share * (values[to + i]! - values[from + i]!);
        }
    }

    /** Goes to the last frame that is not later: a step or two when time goes on, halving otherwise. */
    private _seek(seconds: number): void {
        const { times } = this._track;
        const last = times.length - 1;
        let near = times[this._key]! <= seconds ? this._key : 0;
        if (near === last || times[near + 1]! > seconds) {
            this._key = near;
            return;
        }
        let far = times[Math.min(near + 2, last)]! > seconds ? Math.min(near + 2, last) : last + 1;
        while (far - near > 1) {
            const middle = (near + far) >> 1;
            if (times[middle]! <= seconds) {
                near = middle;
            } else {
                far = middle;
            }
        }
        this._key = near;
    }
}
