import { ArkitCount } from "./vocabulary/arkit.js";

/** What a face does at a moment. Made once and filled, frame after frame. */
export class FaceFrame {
    /** [52] weights in the order of `ArkitNames`, 0 neutral, 1 the most that a face does. Sources may overshoot. */
    public readonly weights = new Float32Array(ArkitCount);
    /** How the head is turned, a quaternion xyzw in avatar space; identity where the source says nothing of it. */
    public readonly head = Float64Array.of(0, 0, 0, 1);

    /** Neutral, looking ahead. */
    public reset(): void {
        this.weights.fill(0);
        this.head.fill(0);
        this.head[3] = 1;
    }

    /** Takes another frame's values. */
    public copyFrom(other: FaceFrame): void {
        this.weights.set(other.weights);
        this.head.set(other.head);
    }
}
