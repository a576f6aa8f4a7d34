import { describe, expect, it } from "@jest/globals";
import { FaceComposer } from "../../../../src/animation/face/compose/faceComposer.js";
import { FaceFrame } from "../../../../src/animation/face/faceFrame.js";
import { FaceLife } from "../../../../src/animation/face/life/faceLife.js";
import {
    ArkitCount,
    ArkitIndices,
    ArkitMirror,
    ArkitNames,
    ArkitOpposites,
    type ArkitName,
} from "../../../../src/animation/face/vocabulary/arkit.js";
import { SeededRandom } from "../../../support/seededRandom.js";

const Degrees = Math.PI / 180;
/** Weights are kept as 32 bits. */
const Rounding = 1e-6;

type Shapes = Partial<Record<ArkitName, number>>;

function Weights(shapes: Shapes): Float32Array {
    const weights = new Float32Array(ArkitCount);
    for (const [name, weight] of Object.entries(shapes)) {
        weights[ArkitIndices[name as ArkitName]] = weight;
    }
    return weights;
}

function Composed(composer: FaceComposer): Record<ArkitName, number> {
    const out = new FaceFrame();
    composer.compose(out);
    return Object.fromEntries(ArkitNames.map((name, i) => [name, out.weights[i]!])) as Record<ArkitName, number>;
}

/** A face as trackers give it: no shape with its opposite, no closing of what is not open. */
function RecordedFace(random: () => number): Float32Array {
    const weights = Float32Array.from({ length: ArkitCount }, () => (random() < 0.2 ? 1 : random()));
    for (const [one, other] of ArkitOpposites) {
        weights[ArkitIndices[random() < 0.5 ? one : other]] = 0;
    }
    weights[ArkitIndices.mouthClose]! *= weights[ArkitIndices.jawOpen]!;
    return weights;
}

function AnyFace(random: () => number): Float32Array {
    const strange = [NaN, Infinity, -Infinity, -3, 100, 1e30];
    return Float32Array.from({ length: ArkitCount }, () =>
        random() < 0.1 ? strange[Math.floor(random() * strange.length)]! : random() * 1.2,
    );
}

const Mirrored = (weights: ArrayLike<number>): Float32Array =>
    Float32Array.from({ length: ArkitCount }, (_, i) => weights[ArkitMirror[i]!]!);

describe("a single source", () => {
    const random = SeededRandom(1);

    it("comes out as it was recorded, to the bit", () => {
        for (let i = 0; i < 100; i++) {
            const composer = new FaceComposer();
            const out = new FaceFrame();
            const face = RecordedFace(random);
            composer.base.weights.set(face);
            composer.compose(out);
            expect(out.weights).toEqual(face);

            composer.base.weights.fill(0.5);
            composer.followed.weights.set(face);
            composer.followShare = 1;
            composer.blinks.fill(1);
            composer.gaze.fill(0.1);
            composer.compose(out);
            expect(out.weights).toEqual(face);
        }
    });

    it("comes out of an expression by name as well, and of the cross-fade of two equal faces", () => {
        const face = RecordedFace(random);
        for (const mode of ["additive", "blend", "override"] as const) {
            const composer = new FaceComposer();
            const out = new FaceFrame();
            composer.setLayer("face", face, { mode, fade: 0 });
            composer.compose(out);
            expect(out.weights).toEqual(face);
        }
        const composer = new FaceComposer();
        const out = new FaceFrame();
        composer.base.weights.set(face);
        composer.followed.weights.set(face);
        for (const share of [0.1, 0.5, 0.8]) {
            composer.followShare = share;
            composer.setLayer("face", face, { mode: "blend", weight: share, fade: 0 });
            composer.compose(out);
            expect(Math.max(...out.weights.map((weight, i) => Math.abs(weight - face[i]!)))).toBeLessThan(Rounding);
        }
    });

    it("is neutral where it is no number, and cut where it overshoots", () => {
        const composer = new FaceComposer();
        composer.base.weights.set(
            Weights({ jawOpen: NaN, mouthSmileLeft: 1.3, browInnerUp: -0.4, cheekPuff: Infinity }),
        );
        composer.followShare = NaN;
        composer.gaze.fill(NaN);
        composer.eyePitch.fill(NaN);
        composer.blinks.fill(NaN);
        composer.speech.weight = NaN;
        composer.setLayer("none", new Float32Array(ArkitCount).fill(NaN), { weight: NaN, fade: NaN });
        composer.step(NaN);
        const out = new FaceFrame();
        composer.compose(out);
        expect(out.weights).toEqual(Weights({ mouthSmileLeft: 1 }));
    });
});

describe("any layers", () => {
    function AnyComposer(random: () => number, flip: boolean): FaceComposer {
        const composer = new FaceComposer();
        const face = (): Float32Array => (flip ? Mirrored(AnyFace(random)) : AnyFace(random));
        const modes = ["additive", "blend", "override"] as const;
        composer.base.weights.set(face());
        composer.followed.weights.set(face());
        composer.speech.weights.set(face());
        composer.followShare = random();
        composer.speech.weight = random();
        composer.speech.closure = random();
        composer.speech.labiodental = random();
        composer.gazeWeight = random();
        composer.lidsFollowShapes = random() < 0.5;
        for (const name of ["one", "two"]) {
            const mode = modes[Math.floor(random() * 3)]!;
            composer.setLayer(name, face(), { mode, weight: random(), fade: 1, overrides: { blink: "blend" } });
        }
        composer.step(random() * 1.2);
        const yaws = [random() - 0.5, random() - 0.5];
        const pitches = [random() - 0.5, random() - 0.5];
        const [left, right] = flip ? [1, 0] : [0, 1];
        composer.gaze.set([yaws[left]!, pitches[left]!, yaws[right]!, pitches[right]!]);
        if (flip) {
            composer.gaze[0]! *= -1;
            composer.gaze[2]! *= -1;
        }
        const blinks = [random(), random()];
        composer.blinks.set([blinks[left]!, blinks[right]!]);
        composer.eyePitch.set([pitches[right]!, pitches[left]!]);
        return composer;
    }

    it("make a face that a face can make", () => {
        const random = SeededRandom(2);
        for (let i = 0; i < 500; i++) {
            const face = Composed(AnyComposer(random, false));
            expect(Object.values(face).every((weight) => weight >= 0 && weight <= 1)).toBe(true);
            expect(ArkitOpposites.every(([one, other]) => Math.min(face[one], face[other]) === 0)).toBe(true);
            expect(face.mouthClose).toBeLessThanOrEqual(face.jawOpen);
        }
    });

    it("make the mirrored face of mirrored ones", () => {
        let most = 0;
        for (let seed = 0; seed < 200; seed++) {
            const one = new FaceFrame();
            const other = new FaceFrame();
            AnyComposer(SeededRandom(seed), false).compose(one);
            AnyComposer(SeededRandom(seed), true).compose(other);
            const back = Mirrored(other.weights);
            most = Math.max(most, ...one.weights.map((weight, i) => Math.abs(weight - back[i]!)));
        }
        console.info(`composing the mirrored face: ${most.toExponential(1)} from mirroring the composed one at most`);
        expect(most).toBeLessThan(Rounding);
    });

    it("make the same face into the base as into another frame", () => {
        const one = AnyComposer(SeededRandom(5), false);
        const out = new FaceFrame();
        one.compose(out);
        one.compose(one.base);
        expect(one.base.weights).toEqual(out.weights);
    });
});

describe("expressions by name", () => {
    const smile = Weights({ mouthSmileLeft: 0.6, mouthSmileRight: 0.6, cheekSquintLeft: 0.3 });

    it("add softly: more than each, less than all, never over 1", () => {
        const composer = new FaceComposer();
        composer.base.weights.set(Weights({ mouthSmileLeft: 0.6, browInnerUp: 0.95 }));
        composer.setLayer("smile", smile, { fade: 0 });
        composer.setLayer("brow", Weights({ browInnerUp: 0.02 }), { fade: 0 });
        const face = Composed(composer);
        expect(face.mouthSmileLeft).toBeCloseTo(0.8 + 0.2 * Math.tanh(2), 6);
        expect(face.mouthSmileRight).toBeCloseTo(0.6, 6);
        // What addition hardly enlarged is not made less than it was.
        expect(face.browInnerUp).toBeCloseTo(0.95, 6);
    });

    it("replace what is below in their own parts: by their weight, or all of it", () => {
        const composer = new FaceComposer();
        composer.base.weights.set(Weights({ mouthPucker: 0.8, browInnerUp: 0.5 }));
        composer.setLayer("smile", smile, { mode: "blend", weight: 0.5, fade: 0 });
        expect(Composed(composer)).toMatchObject({ mouthPucker: Math.fround(0.4), browInnerUp: 0.5 });
        composer.setLayer("smile", smile, { mode: "override", weight: 0.5, fade: 0 });
        const face = Composed(composer);
        expect(face).toMatchObject({ mouthPucker: 0, browInnerUp: 0.5 });
        expect(face.mouthSmileLeft).toBeCloseTo(0.3, 6);
        composer.setLayer("smile", smile, { mode: "override", parts: ["brow"], fade: 0 });
        expect(Composed(composer)).toMatchObject({ mouthPucker: Math.fround(0.8), browInnerUp: 0, mouthSmileLeft: 0 });
        composer.setLayer("smile", smile, { mode: "override", weight: 0, fade: 0 });
        expect(Composed(composer)).toMatchObject({ mouthPucker: Math.fround(0.8), mouthSmileLeft: 0 });
    });

    it.each(["additive", "blend", "override"] as const)("come, change and go without a leap (%s)", (mode) => {
        const composer = new FaceComposer();
        const steps: Float32Array[] = [];
        composer.base.weights.set(Weights({ mouthPucker: 0.8 }));
        const run = (count: number): void => {
            for (let i = 0; i < count; i++) {
                composer.step(1 / 60);
                const out = new FaceFrame();
                composer.compose(out);
                steps.push(out.weights);
            }
        };
        run(1);
        composer.setLayer("smile", smile, { mode, fade: 0.5 });
        run(20);
        composer.setLayer("smile", Weights({ mouthSmileLeft: 1, jawOpen: 0.5 }), { mode: "blend", fade: 0.5 });
        run(40);
        composer.setLayer("smile", null, { fade: 0.5 });
        run(31);
        const leaps = steps
            .slice(1)
            .map((now, i) => Math.max(...now.map((weight, k) => Math.abs(weight - steps[i]![k]!))));
        // The fastest a smooth step of half a second goes is 1.5 / 0.5 per second.
        expect(Math.max(...leaps)).toBeLessThan(1.5 / 0.5 / 60);
        expect(steps[60]![ArkitIndices.mouthSmileLeft]).toBe(1);
        expect(steps.at(-1)).toEqual(steps[0]);
        composer.setLayer("unknown", null);
        expect(Composed(composer).mouthPucker).toBeCloseTo(0.8, 6);
    });

    it("keep blinks, gazes and the mouth away as VRM says", () => {
        const composer = new FaceComposer();
        composer.base.weights.set(Weights({ eyeBlinkLeft: 0.8, eyeLookUpLeft: 0.6, jawOpen: 0.5, browInnerUp: 0.4 }));
        composer.speech.weights.set(Weights({ jawOpen: 0.7 }));
        composer.speech.weight = 0.5;
        composer.blinks.fill(1);
        composer.gaze.fill(0.2);
        const overrides = { blink: "block", lookAt: "block", mouth: "block" } as const;
        composer.setLayer("sad", Weights({ browInnerUp: 0.2 }), { weight: 0.3, overrides, fade: 0 });
        const face = Composed(composer);
        expect(face).toMatchObject({ eyeBlinkLeft: 0, eyeBlinkRight: 0, eyeLookUpLeft: 0, jawOpen: 0 });
        expect(face.browInnerUp).toBeCloseTo(0.46, 6);
        composer.speech.weight = 0;
        composer.blinks.fill(0);
        composer.setLayer("sad", Weights({ browInnerUp: 0.2 }), {
            weight: 0.25,
            overrides: { blink: "blend" },
            fade: 0,
        });
        expect(Composed(composer).eyeBlinkLeft).toBeCloseTo(0.6, 1);
        expect(Composed(composer).jawOpen).toBeCloseTo(0.5, 6);
    });
});

describe("a followed face", () => {
    it("takes the place of what clips left by its share, part by part", () => {
        const composer = new FaceComposer();
        composer.base.weights.set(Weights({ jawOpen: 0.2, browInnerUp: 1 }));
        composer.followed.weights.set(Weights({ jawOpen: 0.6 }));
        composer.followShare = 0.5;
        expect(Composed(composer).jawOpen).toBeCloseTo(0.4, 6);
        expect(Composed(composer).browInnerUp).toBeCloseTo(0.5, 6);
        composer.followParts({ brow: 0 });
        expect(Composed(composer).browInnerUp).toBe(1);
        expect(Composed(composer).jawOpen).toBeCloseTo(0.4, 6);
    });
});

describe("speech", () => {
    it("has the mouth; expressions keep their corners, and the rest of the face", () => {
        const composer = new FaceComposer();
        composer.base.weights.set(Weights({ jawOpen: 0.9, browInnerUp: 0.3 }));
        composer.speech.weights.set(Weights({ jawOpen: 0.4, browInnerUp: 1 }));
        composer.speech.weight = 1;
        composer.setLayer("joy", Weights({ mouthSmileLeft: 0.5, mouthUpperUpLeft: 0.5, cheekSquintLeft: 0.5 }), {
            fade: 0,
        });
        const face = Composed(composer);
        expect(face.jawOpen).toBeCloseTo(0.4, 6);
        expect(face.browInnerUp).toBeCloseTo(0.3, 6);
        expect(face.mouthSmileLeft).toBeCloseTo(0.4, 6);
        expect(face.mouthUpperUpLeft).toBeCloseTo(0.15, 6);
        expect(face.cheekSquintLeft).toBeCloseTo(0.5, 6);
    });

    it("closes lips for p, b, m and holds the jaw for f, v, whatever the face feels", () => {
        const composer = new FaceComposer();
        composer.speech.weight = 1;
        composer.speech.weights.set(Weights({ jawOpen: 0.05, mouthClose: 0.05, mouthPressLeft: 0.4 }));
        composer.setLayer("fear", Weights({ jawOpen: 1, mouthFunnel: 0.6, mouthLowerDownLeft: 0.8 }), { fade: 0 });
        composer.speech.closure = 1;
        const closed = Composed(composer);
        expect(closed.jawOpen).toBeCloseTo(0.12, 6);
        expect(closed.mouthClose).toBe(closed.jawOpen);
        expect(closed).toMatchObject({ mouthFunnel: 0, mouthLowerDownLeft: 0, mouthPressLeft: Math.fround(0.4) });
        composer.speech.closure = 0;
        composer.speech.labiodental = 0.6;
        expect(Composed(composer).jawOpen).toBeCloseTo(0.18, 6);
        expect(Composed(composer).mouthLowerDownLeft).toBeGreaterThan(0.2);
        composer.speech.weight = 0;
        expect(Composed(composer).jawOpen).toBe(1);
        composer.speech.reset();
        expect([...composer.speech.weights].every((weight) => weight === 0)).toBe(true);
    });
});

describe("eyes", () => {
    it("turn by shapes of 30° to the sides, 22° up and 28° down", () => {
        const composer = new FaceComposer();
        composer.gaze.set([15 * Degrees, 11 * Degrees, -15 * Degrees, -14 * Degrees]);
        const face = Composed(composer);
        expect(face.eyeLookOutLeft).toBeCloseTo(0.5, 6);
        expect(face.eyeLookUpLeft).toBeCloseTo(0.5, 6);
        expect(face.eyeLookOutRight).toBeCloseTo(0.5, 6);
        expect(face.eyeLookDownRight).toBeCloseTo(0.5, 6);
        expect(face.eyeLookInLeft + face.eyeLookInRight + face.eyeLookUpRight + face.eyeLookDownLeft).toBe(0);
        composer.base.weights.set(Weights({ eyeLookInLeft: 1 }));
        expect(Composed(composer).eyeLookInLeft).toBeCloseTo(0.5, 6);
        composer.gazeWeight = 1;
        expect(Composed(composer).eyeLookOutLeft).toBeCloseTo(0.5, 6);
    });

    it("take their upper lids along, whether shapes or joints turn them", () => {
        const composer = new FaceComposer();
        composer.gaze.set([0, -28 * Degrees, 0, 22 * Degrees]);
        expect(Composed(composer).eyeBlinkLeft).toBeCloseTo(0.35, 6);
        expect(Composed(composer).eyeWideRight).toBeCloseTo(0.2, 6);
        composer.gaze.fill(0);
        composer.eyePitch.set([-14 * Degrees, 90 * Degrees]);
        expect(Composed(composer).eyeBlinkLeft).toBeCloseTo(0.175, 6);
        expect(Composed(composer).eyeWideRight).toBeCloseTo(0.2, 6);
        composer.lidFollow = 0;
        expect(Composed(composer).eyeBlinkLeft).toBe(0);
        composer.lidFollow = 1;
        composer.eyePitch.fill(0);
        composer.base.weights.set(Weights({ eyeLookDownLeft: 1 }));
        expect(Composed(composer).eyeBlinkLeft).toBe(0);
        composer.lidsFollowShapes = true;
        expect(Composed(composer).eyeBlinkLeft).toBeCloseTo(0.35, 6);
    });

    it("shut in a blink, also when wide or looking up, and once", () => {
        const composer = new FaceComposer();
        composer.base.weights.set(Weights({ eyeWideLeft: 0.8, eyeBlinkRight: 0.7, eyeSquintRight: 0.3 }));
        composer.gaze.set([0, 0.2, 0, 0.2]);
        composer.blinks.fill(1);
        expect(Composed(composer)).toMatchObject({
            eyeBlinkLeft: 1,
            eyeWideLeft: 0,
            eyeBlinkRight: 1,
            eyeSquintRight: 0,
        });
        composer.gaze.fill(0);
        composer.blinks.fill(0.5);
        expect(Composed(composer).eyeBlinkRight).toBeCloseTo(0.7, 6);
        expect(Composed(composer).eyeSquintRight).toBeCloseTo(0.3, 6);
    });

    it("close without a leap from wide open", () => {
        const composer = new FaceComposer();
        composer.base.weights.set(Weights({ eyeWideLeft: 0.8 }));
        let before = -0.8;
        for (let blink = 0; blink <= 1; blink += 0.01) {
            composer.blinks.fill(blink);
            const face = Composed(composer);
            const lid = face.eyeBlinkLeft - face.eyeWideLeft;
            expect(lid - before).toBeGreaterThanOrEqual(-Rounding);
            expect(lid - before).toBeLessThan(0.0181);
            before = lid;
        }
    });

    it("never have lids in the eyeball while the face lives", () => {
        const composer = new FaceComposer();
        const life = new FaceLife(3);
        const random = SeededRandom(4);
        const out = new FaceFrame();
        life.weight = 1;
        let most = 0;
        let both = 0;
        for (let i = 0; i < 6000; i++) {
            if (i % 100 === 0) {
                const squint = random();
                const mood = Weights({
                    eyeSquintLeft: squint,
                    eyeBlinkLeft: (1 - squint) * random(),
                    eyeWideRight: random(),
                });
                composer.setLayer("mood", mood, { mode: "blend" });
                composer.eyePitch.fill((random() - 0.5) * 50 * Degrees);
            }
            composer.base.reset();
            life.step(1 / 30);
            life.addTo(composer.base);
            composer.blinks.set(life.blinks);
            composer.gaze.set([...life.gaze, ...life.gaze]);
            composer.step(1 / 30);
            composer.compose(out);
            const { weights } = out;
            most = Math.max(most, weights[ArkitIndices.eyeBlinkLeft]! + weights[ArkitIndices.eyeSquintLeft]!);
            most = Math.max(most, weights[ArkitIndices.eyeBlinkRight]! + weights[ArkitIndices.eyeSquintRight]!);
            both = Math.max(both, Math.min(weights[ArkitIndices.eyeBlinkRight]!, weights[ArkitIndices.eyeWideRight]!));
        }
        console.info(`lids of 200 s of life: closing and squinting are ${most.toFixed(3)} together at most`);
        expect(both).toBe(0);
        expect(most).toBeGreaterThan(0.9);
        expect(most).toBeLessThanOrEqual(1 + Rounding);
    });
});
