import { type ArkitName } from "./arkit.js";

/** Naming schemes that are known, most telling first: where two name the same part of a face, the earlier one is believed. */
export const FaceFamilies = ["arkit", "facs", "visemes", "presets"] as const;

/** A naming scheme. `custom`: the user's own word. */
export type FaceFamily = (typeof FaceFamilies)[number] | "custom";

/** What one channel of a source does to a face. */
export interface IFaceChannel {
    /** Name as the source has it. */
    readonly source: string;
    /** Index in the source's channels. */
    readonly index: number;
    /** Which scheme told so. */
    readonly family: FaceFamily;
    /** What it stands for, in the scheme's own words: `eyeBlinkLeft`, `PP`, `happy`, `AU12L`. */
    readonly means: string;
    /** Shapes that the channel moves, and how much of each a weight of 1 is. */
    readonly shapes: Readonly<Partial<Record<ArkitName, number>>>;
    /** Whether the channel is on or off, nothing in between (VRM's `isBinary`). */
    readonly isBinary?: boolean;
    /** What of the other channels' blinks, gazes and mouths it keeps away (VRM's overrides). */
    readonly overrides?: Readonly<Partial<Record<"blink" | "lookAt" | "mouth", "block" | "blend">>>;
}

/**
 * How the channels of a source are the 52 shapes: look at it, correct it with the option `shapes`, store it
 * with `SerializeFaceMapping`.
 */
export interface IFaceMapping {
    /** Channels that move something, in the source's order. */
    readonly channels: readonly IFaceChannel[];
    /** Names that mean nothing here. They may still be channels of an avatar, by the same name. */
    readonly unknown: readonly string[];
    /** Channels left out because a more telling scheme names the same part of the face. */
    readonly unused: readonly string[];
    /** What was assumed, a sentence each. */
    readonly warnings: readonly string[];
}

/** The user's word on what a channel means: a shape, shapes with weights, or null for nothing. */
export type FaceShapes = ArkitName | Readonly<Partial<Record<ArkitName, number>>> | null;

/**
 * What a file says about the channels of a face, by name: what `ReadVrmExpressions` reads. Their `shapes` count where a name
 * alone tells nothing.
 */
export type FaceStatements = Readonly<
    Record<string, Pick<IFaceChannel, "isBinary" | "overrides"> & Partial<Pick<IFaceChannel, "shapes">>>
>;

/** How names are mapped. */
export interface IMapFaceOptions {
    /** Name of the source, for messages. */
    readonly name: string;
    /** What channels mean, by the source's name for them, where it is known better. */
    readonly shapes?: Readonly<Record<string, FaceShapes>>;
    /** What a file says about the channels (VRM); `shapes` above count more. */
    readonly channels?: FaceStatements;
}
