import { ArkitCount, ArkitIndices, ArkitNames } from "../vocabulary/arkit.js";
import { MouthShapes } from "./faceRegions.js";
import { PartingNames } from "./lipGap.js";
import { SaneWeight } from "./saneWeight.js";

const { jawOpen: JawOpen, mouthClose: MouthClose } = ArkitIndices;

/** Share of an expression's mouth that full speech takes away, and of its corners, by which a smile is seen. */
const MouthLoss = 0.7;
const CornerLoss = 0.2;
/** The most that a jaw is open while lips are on each other, and while the lower lip is on the teeth. */
const ClosedJaw = 0.12;
const LabiodentalJaw = 0.18;

const Corners = /^mouth(Smile|Frown)/;
/** What of lips apart the jaw does not do. */
const Partings = PartingNames.filter((name) => name !== "jawOpen").map((name) => ArkitIndices[name]);

/** [52] share of an expression's shape that full speech takes away. */
export const SpeechLoss = Float64Array.from(MouthShapes, (isMouth, shape) =>
    isMouth === 0 ? 0 : Corners.test(ArkitNames[shape]!) ? CornerLoss : MouthLoss,
);

/** The mouth of a person who speaks. Filled by whatever makes speech, every frame. */
export class SpeechSlot {
    /** [52] weights; those of jaw, lips and tongue count. */
    public readonly weights = new Float32Array(ArkitCount);
    /** How far the mouth is that of speech: 0 silent, 1 speaking. */
    public weight = 0;
    /** How far lips are on each other, 0..1: the sounds p, b, m. */
    public closure = 0;
    /** How far the lower lip is on the teeth, 0..1: the sounds f, v. */
    public labiodental = 0;

    /** Silent. */
    public reset(): void {
        this.weights.fill(0);
        this.weight = 0;
        this.closure = 0;
        this.labiodental = 0;
    }
}

/**
 * Lets lips meet where a sound asks for it, whatever expressions add to the mouth.
 *
 * @param weights [52] changed
 * @param speech tells what the sounds ask for
 * @param weight how far the mouth is that of speech, 0..1
 */
export function GuardSounds(weights: Float32Array, speech: SpeechSlot, weight: number): void {
    const closure = weight * SaneWeight(speech.closure);
    const labiodental = weight * SaneWeight(speech.labiodental);
    if (closure === 0 && labiodental === 0) {
        return;
    }
    const jaw = Math.min(weights[JawOpen]!, JawLimit(closure, ClosedJaw), JawLimit(labiodental, LabiodentalJaw));
    weights[JawOpen] = jaw;
    for (let i = 0; i < Partings.length; i++) {
        weights[Partings[i]!]! *= 1 - closure;
    }
    weights[MouthClose] = Math.max(weights[MouthClose]!, jaw * closure);
}

/** The jaw is held as soon as a sound is more there than not; before, it is led to it. */
function JawLimit(sound: number, limit: number): number {
    return 1 + (limit - 1) * Math.min(1, 2 * sound);
}
