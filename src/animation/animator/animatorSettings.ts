import { type RigJointNames } from "../rig/rigProfile.js";
import { type IPlayOptions } from "./playOptions.js";

/** Class name in saved scenes. */
export const AnimatorClassName = "BABYLON.AvatarAnimator";

/** A clip that plays, by name. */
export interface ISavedVoice extends IPlayOptions {
    /** Name of the group in the avatar's `animationGroups`. */
    readonly group: string;
}

/** Settings of an animator as a saved scene holds them: plain data. What is looked at, held and followed is not saved. */
export interface IAnimatorSettings {
    /** Class name, for who reads the scene. */
    readonly customType: typeof AnimatorClassName;
    /** Corrections of rigs, by the name of the rig. */
    readonly rigs?: Readonly<Record<string, RigJointNames>>;
    /** Breathing and shifting of weight. */
    readonly idle?: Readonly<Partial<Record<"weight" | "breathing" | "sway" | "seed", number>>>;
    /** Planting of feet. */
    readonly feet?: Readonly<Partial<Record<"weight", number>>>;
    /** Blinks, jumps of the eyes and small stirrings of the face. */
    readonly life?: Readonly<Partial<Record<"weight" | "blinking" | "saccades" | "micro" | "seed", number>>>;
    /** Clips that play, lowest layer first. */
    readonly playing?: readonly ISavedVoice[];
}

/**
 * Reads settings out of a saved scene. Whatever is not as it should be is left out: scenes are edited by hand.
 *
 * @param parsed JSON data of any origin
 */
export function ReadAnimatorSettings(parsed: unknown): IAnimatorSettings {
    const { rigs, idle, feet, life, playing } = Fields(parsed);
    return {
        customType: AnimatorClassName,
        rigs: Object.fromEntries(Object.entries(Fields(rigs)).filter(IsCorrection)),
        idle: Numbers(idle, ["weight", "breathing", "sway", "seed"]),
        feet: Numbers(feet, ["weight"]),
        life: Numbers(life, ["weight", "blinking", "saccades", "micro", "seed"]),
        playing: Array.isArray(playing) ? playing.filter(IsSavedVoice) : [],
    };
}

function Fields(value: unknown): Record<string, unknown> {
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function Numbers<K extends string>(value: unknown, names: readonly K[]): Partial<Record<K, number>> {
    const found: Partial<Record<K, number>> = {};
    for (const name of names) {
        const field = Fields(value)[name];
        const [isWeight, isSeed] = [(name as string) === "weight", (name as string) === "seed"];
        const isThere = typeof field === "number" && Number.isFinite(field);
        if (isThere && (isSeed || field >= 0) && !(isWeight && field > 1)) {
            found[name] = field;
        }
    }
    return found;
}

function IsCorrection(entry: [string, unknown]): entry is [string, RigJointNames] {
    const [, joints] = entry;
    return (
        typeof joints === "object" &&
        joints !== null &&
        !Array.isArray(joints) &&
        Object.values(joints).every((bone) => bone === null || typeof bone === "string")
    );
}

function IsSavedVoice(value: unknown): value is ISavedVoice {
    return typeof Fields(value)["group"] === "string";
}
