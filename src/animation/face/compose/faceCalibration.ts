import { type FaceFrame } from "../faceFrame.js";
import { ArkitCount, ArkitParts, type FacePart } from "../vocabulary/arkit.js";
import { type FaceSamples } from "./faceSamples.js";
import { SaneWeight } from "./saneWeight.js";

/** Shapes that a person moved less than this were not tried: their range stays. */
const LeastRange = 0.25;
/** A neutral face has less than this of a shape; else the person was not neutral. */
const MostNeutral = 0.5;
/** The most of a shape is what is seen in this share of a person's frames, so that single glitches do not count. */
const MostShare = 0.98;

/**
 * Fits a person's face to the 52 shapes: what is neutral for this person becomes 0, the most the person does becomes 1.
 *
 * @example
 * ```ts
 * const samples = new FaceSamples(120);
 * // For two seconds of a neutral face, every frame:
 * samples.add(frame);
 * calibration.setNeutral(samples);
 * // From then on, every frame:
 * calibration.apply(frame);
 * ```
 */
export class FaceCalibration {
    /** [52] weights of the person's neutral face. */
    public readonly neutral = new Float32Array(ArkitCount);
    /** [52] weights of the most that the person does. */
    public readonly most = new Float32Array(ArkitCount).fill(1);
    /** How much is made of each part of the face (default: 1). */
    public readonly gains: Partial<Record<FacePart, number>> = {};

    /** Neutral is 0, the most is 1, nothing is enlarged. */
    public reset(): void {
        this.neutral.fill(0);
        this.most.fill(1);
        for (const part of new Set(ArkitParts)) {
            delete this.gains[part];
        }
    }

    /** Takes the median of what was seen for the neutral face; nothing changes where nothing was seen. */
    public setNeutral(samples: FaceSamples): void {
        if (samples.count === 0) {
            return;
        }
        samples.percentile(0.5, this.neutral);
        for (let shape = 0; shape < ArkitCount; shape++) {
            this.neutral[shape] = Math.min(MostNeutral, this.neutral[shape]!);
        }
    }

    /** Takes what was seen for all that the person does; nothing changes where nothing was seen. */
    public setMost(samples: FaceSamples): void {
        if (samples.count === 0) {
            return;
        }
        samples.percentile(MostShare, this.most);
        for (let shape = 0; shape < ArkitCount; shape++) {
            if (this.most[shape]! - this.neutral[shape]! < LeastRange) {
                this.most[shape] = 1;
            }
        }
    }

    /** Fits a frame: f ← gain · (f − neutral) / (most − neutral), within 0..1. */
    public apply(frame: FaceFrame): void {
        const { weights } = frame;
        for (let shape = 0; shape < ArkitCount; shape++) {
            const neutral = SaneWeight(this.neutral[shape]!);
            const range = Math.max(LeastRange, SaneWeight(this.most[shape]!) - neutral);
            const gain = this.gains[ArkitParts[shape]!] ?? 1;
            weights[shape] = SaneWeight((gain * (SaneWeight(weights[shape]!) - neutral)) / range);
        }
    }
}
