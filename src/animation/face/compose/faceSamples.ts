import { type FaceFrame } from "../faceFrame.js";
import { ArkitCount } from "../vocabulary/arkit.js";
import { SaneWeight } from "./saneWeight.js";

/** The last frames of a face, to see how it usually is. */
export class FaceSamples {
    /** [52,N] weights, a row a shape. */
    private readonly _weights: Float32Array;
    private readonly _capacity: number;
    private _added = 0;

    /** @param capacity how many frames are kept, 1..36 000 (ten minutes) */
    public constructor(capacity: number) {
        this._capacity = Math.min(36_000, Math.max(1, Math.floor(capacity) || 1));
        this._weights = new Float32Array(ArkitCount * this._capacity);
    }

    /** How many frames there are. */
    public get count(): number {
        return Math.min(this._added, this._capacity);
    }

    /** Forgets all frames. */
    public reset(): void {
        this._added = 0;
    }

    /** Keeps a frame; the oldest one goes when there is no room. */
    public add(frame: FaceFrame): void {
        const slot = this._added % this._capacity;
        for (let shape = 0; shape < ArkitCount; shape++) {
            this._weights[shape * this._capacity + slot] = SaneWeight(frame.weights[shape]!);
        }
        this._added++;
    }

    /**
     * What a share of the frames has less of. Sorts, so not for every frame.
     *
     * @param share 0..1; 0.5 is the median
     * @param result [52] receives it; 0 without frames
     */
    public percentile(share: number, result: Float32Array): void {
        const { count } = this;
        for (let shape = 0; shape < ArkitCount; shape++) {
            const start = shape * this._capacity;
            const sorted = this._weights.slice(start, start + count).sort();
            result[shape] = sorted[Math.round(share * (count - 1))] ?? 0;
        }
    }
}
