import { type FaceFrame } from "../faceFrame.js";
import {
    ArkitCount,
    ArkitIndices,
    ArkitNames,
    ArkitParts,
    type ArkitName,
    type FacePart,
} from "../vocabulary/arkit.js";
import { LipGap, PartingNames } from "./lipGap.js";
import { SaneWeight } from "./saneWeight.js";

/** Seconds in which a part of the face does 63 % of the way, growing and falling. */
const PartTimes: Readonly<Record<FacePart, readonly [rise: number, fall: number]>> = {
    brow: [0.08, 0.08],
    cheek: [0.1, 0.1],
    eyelid: [0.06, 0.06],
    gaze: [0, 0],
    jaw: [0.04, 0.04],
    lips: [0.03, 0.06],
    nose: [0.1, 0.1],
    tongue: [0.03, 0.06],
};
/** What presses lips together does so at once: p, b and m last 60 ms. */
const ClosingTime = 0.015;
const Closing: readonly ArkitName[] = [
    "mouthClose", "mouthPressLeft", "mouthPressRight", "mouthRollLower", "mouthRollUpper",
]; // prettier-ignore
/** Lips that are less apart than this are about to meet: what parts them falls as fast then. */
const NearlyClosed = 0.1;
/** Time beyond this is a gap, seconds: the face is what it is after it. */
const LongestStep = 0.25;

const Rise = Float64Array.from(ArkitNames, (name) => (Closing.includes(name) ? ClosingTime : TimesOf(name)[0]));
const Fall = Float64Array.from(ArkitNames, (name) => TimesOf(name)[1]);
const IsParting = Uint8Array.from(ArkitNames, (name) => (PartingNames.includes(name) ? 1 : 0));

/**
 * Takes the tremble out of a live face: every shape follows its source with the time constant of its part, the same at any
 * frame rate. Blinks and eyes are left alone, and lips that meet do meet. Only for sources that are not smooth already.
 */
export class FaceSmoother {
    private readonly _values = new Float64Array(ArkitCount);
    private _isNew = true;

    /** Forgets the face: the next one is taken as it is. */
    public reset(): void {
        this._isNew = true;
    }

    /**
     * Smooths a frame.
     *
     * @param frame its weights are changed; what is no number is neutral
     * @param seconds since the last call; beyond a quarter of a second the frame stays as it is
     */
    public apply(frame: FaceFrame, seconds: number): void {
        const { weights } = frame;
        for (let shape = 0; shape < ArkitCount; shape++) {
            weights[shape] = SaneWeight(weights[shape]!);
        }
        const isCut = this._isNew || seconds > LongestStep;
        const time = seconds > 0 ? seconds : 0;
        const closeness = Math.max(0, 1 - LipGap(weights) / NearlyClosed);
        this._isNew = false;
        for (let shape = 0; shape < ArkitCount; shape++) {
            const target = weights[shape]!;
            const value = this._values[shape]!;
            let constant = target > value ? Rise[shape]! : Fall[shape]!;
            if (IsParting[shape] === 1 && target < value) {
                constant += (ClosingTime - constant) * closeness;
            }
            const rest = isCut || constant === 0 ? 0 : Math.exp(-time / constant);
            this._values[shape] = target + (value - target) * rest;
            weights[shape] = this._values[shape]!;
        }
    }
}

function TimesOf(name: ArkitName): readonly [rise: number, fall: number] {
    return name.startsWith("eyeBlink") ? [0, 0] : PartTimes[ArkitParts[ArkitIndices[name]]!];
}
