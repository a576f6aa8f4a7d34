import { ArkitCount, ArkitIndices, type ArkitName } from "../vocabulary/arkit.js";
import { MapFaceChannels } from "../vocabulary/mapFaceChannels.js";
import { type ICompoundChannel, type IExpressionSpace } from "./expressionSpace.js";

/**
 * The expression space of channels whose names tell what they do, each from 0 to 1. A channel that is one shape, or a side of one,
 * follows it; those that are several (visemes, a smile with its cheeks), and those that are parts of these, are found together. Channels that
 * mean nothing stay at rest.
 *
 * @param name name of the avatar, for messages
 * @param channels names of its channels
 */
export function NamedExpressionSpace(name: string, channels: readonly string[]): IExpressionSpace {
    const count = channels.length;
    const fromArkit = new Float32Array(ArkitCount * count);
    const compounds: ICompoundChannel[] = [];
    const mapped = MapFaceChannels(channels, { name }).channels;
    const several = mapped.filter(({ shapes }) => Object.keys(shapes).length > 1);
    const shared = new Set(several.flatMap(({ shapes }) => Object.keys(shapes)));
    for (const { index, shapes } of mapped) {
        const entries = Object.entries(shapes) as [ArkitName, number][];
        const [only] = entries;
        // A channel that is a part of others is found together with them; one of two sides of a shape follows it as the other does.
        if (entries.length > 1 || (only?.[1] === 1 && shared.has(only[0]))) {
            const row = new Float32Array(ArkitCount);
            entries.forEach(([shape, weight]) => (row[ArkitIndices[shape]] = weight));
            compounds.push({ channel: index, shapes: row });
        } else if (only) {
            fromArkit[ArkitIndices[only[0]] * count + index] = 1;
        }
    }
    return {
        channels,
        rest: new Float32Array(count),
        least: new Float32Array(count),
        greatest: new Float32Array(count).fill(1),
        fromArkit,
        ...(compounds.length > 0 ? { compounds } : {}),
        joints: [],
    };
}
