import { ArkitCount, ArkitIndices, type ArkitName } from "../vocabulary/arkit.js";
import { MapFaceChannels } from "../vocabulary/mapFaceChannels.js";
import { type IExpressionSpace } from "./expressionSpace.js";

/**
 * The expression space of channels whose names tell what they do, each from 0 to 1. A channel that is one shape follows it; one
 * that is several (a blink of both eyes, a smile with its cheeks) follows as far as its shapes are there: the share of the face
 * that it explains. Channels that mean nothing stay at rest.
 *
 * @param name name of the avatar, for messages
 * @param channels names of its channels
 */
export function NamedExpressionSpace(name: string, channels: readonly string[]): IExpressionSpace {
    const count = channels.length;
    const fromArkit = new Float32Array(ArkitCount * count);
    for (const { index, shapes } of MapFaceChannels(channels, { name }).channels) {
        const entries = Object.entries(shapes) as [ArkitName, number][];
        const square = entries.reduce((sum, [, weight]) => sum + weight * weight, 0);
        for (const [shape, weight] of entries) {
            fromArkit[ArkitIndices[shape] * count + index] = weight / square;
        }
    }
    return {
        channels,
        rest: new Float32Array(count),
        least: new Float32Array(count),
        greatest: new Float32Array(count).fill(1),
        fromArkit,
        joints: [],
    };
}
