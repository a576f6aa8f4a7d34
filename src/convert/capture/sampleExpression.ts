/** How a face is made up, and how often. */
const Neutral = 0.15;
const Speaking = 0.35;
/** Chance of a blink and of a look aside. */
const Blink = 0.2;
const Gaze = 0.5;
/** Most channels of a mixed expression; a pair of sides counts as one. */
const MostMixed = 4;
/** Chance that both sides of a face do the same. */
const Symmetric = 0.75;

/** Channels of which another cannot be at the same time; the first of them that was set stays. */
const Opposites: readonly (readonly string[])[] = [
    ["mouthLeft", "mouthRight"],
    ["jawLeft", "jawRight"],
    ["mouthSmileLeft", "mouthFrownLeft", "mouthPucker", "mouthFunnel"],
    ["mouthSmileRight", "mouthFrownRight", "mouthPucker", "mouthFunnel"],
    ["mouthRollUpper", "mouthUpperUpLeft", "mouthUpperUpRight"],
    ["mouthRollLower", "mouthLowerDownLeft", "mouthLowerDownRight"],
    ["eyeWideLeft", "eyeBlinkLeft"],
    ["eyeWideRight", "eyeBlinkRight"],
    ["browInnerUp", "browDownLeft"],
    ["cheekPuff", "jawOpen"],
    ["mouthClose"],
];

/** What a mixture is not drawn from: it is set in other ways, or means nothing on its own. */
const SetElsewhere = /^(eyeLook|eyeBlink|viseme_|mouthClose$|tongueOut$)/;

/**
 * Samples an expression: a neutral face, one that speaks (a viseme, or an open jaw with rounded or spread lips), or a sparse
 * mixture of channels, with blinks and looks aside. ARKit's and viseme names are understood; channels with other names are
 * mixed all the same.
 *
 * @param names the channels
 * @param random source of numbers in [0, 1)
 * @returns [E] weights, 0..1
 */
export function SampleExpression(names: readonly string[], random: () => number): Float32Array {
    const weights = new Float32Array(names.length);
    const set = (name: string, weight: number): void => {
        const index = names.indexOf(name);
        const others = Opposites.filter((group) => group.includes(name)).flat();
        if (index >= 0 && !others.some((other) => other !== name && weights[names.indexOf(other)]! > 0)) {
            weights[index] = Math.max(weights[index]!, Math.min(1, weight));
        }
    };
    const kind = random();
    if (names.length === 0) {
        return weights;
    }
    if (kind >= Neutral && kind < Neutral + Speaking) {
        Speak(names, set, random);
    } else if (kind >= Neutral + Speaking) {
        Mix(names, set, random);
    }
    if (random() < Blink) {
        const shut = random() < 0.5 ? 1 : random();
        set("eyeBlinkLeft", shut);
        set("eyeBlinkRight", shut);
    }
    if (random() < Gaze) {
        LookAside(set, 2 * random() - 1, 2 * random() - 1);
    }
    return weights;
}

type SetWeight = (name: string, weight: number) => void;

function Speak(names: readonly string[], set: SetWeight, random: () => number): void {
    const visemes = names.filter((name) => name.startsWith("viseme_"));
    if (visemes.length > 0 && random() < 0.5) {
        set(visemes[Math.floor(random() * visemes.length)]!, 0.4 + 0.6 * random());
        return;
    }
    set("jawOpen", 0.8 * random() ** 1.5);
    const lips = ["mouthFunnel", "mouthPucker", "mouthStretch", "mouthSmile", "mouthShrugUpper"] as const;
    const shape = lips[Math.floor(random() * lips.length)]!;
    const weight = random();
    for (const name of [shape, `${shape}Left`, `${shape}Right`]) {
        set(name, weight);
    }
}

function Mix(names: readonly string[], set: SetWeight, random: () => number): void {
    const free = names.filter((name) => !SetElsewhere.test(name));
    const count = free.length > 0 ? 1 + Math.floor(random() * MostMixed) : 0;
    for (let i = 0; i < count; i++) {
        const name = free[Math.floor(random() * free.length)]!;
        const weight = 0.2 + 0.8 * random();
        const isPaired = random() < Symmetric;
        set(name, weight);
        const other = name.replace(/(Left|Right)$/, (side) => (side === "Left" ? "Right" : "Left"));
        if (isPaired && other !== name) {
            set(other, weight);
        }
    }
}

/** Both eyes look to the person's left (positive) or right, and up (positive) or down. */
function LookAside(set: SetWeight, left: number, up: number): void {
    set("eyeLookOutLeft", Math.max(0, left));
    set("eyeLookInRight", Math.max(0, left));
    set("eyeLookInLeft", Math.max(0, -left));
    set("eyeLookOutRight", Math.max(0, -left));
    for (const side of ["Left", "Right"]) {
        set(`eyeLookUp${side}`, Math.max(0, up));
        set(`eyeLookDown${side}`, Math.max(0, -up));
    }
}
