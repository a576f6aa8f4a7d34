import { ToPictureSize } from "../heads/avatarPicture.js";
import { type IMapModel } from "../../format/mapModel.js";

/**
 * What makes an avatar's Gaussians, cheapest first: `"baked"`, those of the file; `"lite"`, small networks; `"full"`, the
 * networks of the published method.
 */
export type AvatarTier = "baked" | IMapModel["tier"];

/** Tiers from the cheapest to the dearest. */
export const AvatarTiers: readonly AvatarTier[] = ["baked", "lite", "full"];

/** Milliseconds of network work a frame, unless the application says otherwise: a quarter of a frame at 60 Hz. */
export const DefaultNetworkBudget = 4;

/** Class name in saved scenes. */
export const NetworksClassName = "BABYLON.AvatarNetworks";

/** Half the frames at 60 Hz: clothes are not seen to change faster, since skinning moves them in every frame. */
const DefaultMaximumRate = 30;

/** No screen shows as many frames a second: rates above, infinity too, mean every frame. */
const HighestMaximumRate = 1000;

/** Settings of an avatar's networks as a saved scene holds them: plain data. */
export interface INetworkSettings {
    /** Class name, for who reads the scene. */
    readonly customType: typeof NetworksClassName;
    /** The tier to show. */
    readonly preferredTier: AvatarTier | "auto";
    /** Whether networks run. */
    readonly enabled: boolean;
    /** Most updates a second. */
    readonly maximumRate: number;
    /** Largest side of the refined picture of a head. */
    readonly pictureSize: number;
}

/**
 * Reads settings out of a saved scene. Whatever is not as it should be gets its default: scenes are edited by hand.
 *
 * @param parsed JSON data of any origin
 */
export function ReadNetworkSettings(parsed: unknown): INetworkSettings {
    const { preferredTier, enabled, maximumRate, pictureSize } = (
        typeof parsed === "object" && parsed !== null ? parsed : {}
    ) as Record<string, unknown>;
    return {
        customType: NetworksClassName,
        preferredTier: AvatarTiers.find((tier) => tier === preferredTier) ?? "auto",
        enabled: enabled !== false,
        maximumRate: ToMaximumRate(maximumRate),
        pictureSize: ToPictureSize(pictureSize),
    };
}

/**
 * Makes a rate of anything.
 *
 * @param value what was asked for
 * @returns updates a second, 0..1000; the default when it is no number, or a negative one
 */
export function ToMaximumRate(value: unknown): number {
    return typeof value === "number" && value >= 0 ? Math.min(value, HighestMaximumRate) : DefaultMaximumRate;
}

/**
 * The tier to have.
 *
 * @param available tiers that the file has, cheapest first
 * @param preferred the one asked for; `"auto"` for the cheapest that has networks
 * @param hasFailed tells those that could not be had
 * @returns the best at or below the one asked for
 */
export function ChooseTier(
    available: readonly AvatarTier[],
    preferred: AvatarTier | "auto",
    hasFailed: (tier: AvatarTier) => boolean,
): AvatarTier {
    const ceiling = preferred === "auto" ? (available[1] ?? "baked") : preferred;
    const allowed = available.slice(1).filter((tier) => AvatarTiers.indexOf(tier) <= AvatarTiers.indexOf(ceiling));
    return allowed.filter((tier) => !hasFailed(tier)).at(-1) ?? "baked";
}
