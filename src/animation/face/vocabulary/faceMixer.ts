import { ArkitIndices, type ArkitName, ArkitParts } from "./arkit.js";
import { type IFaceMapping } from "./faceMapping.js";

/** What a channel may keep away of others. */
const Groups = ["blink", "lookAt", "mouth"] as const;

/** One channel, ready to be added up. */
interface IVoice {
    readonly index: number;
    readonly shapes: Int32Array;
    readonly weights: Float32Array;
    readonly isBinary: boolean;
    /** [3] 0 nothing, 1 blocks, 2 blends, by {@link Groups}. */
    readonly overrides: Uint8Array;
    /** Group that the channel itself is of, -1 for none. */
    readonly group: number;
}

/**
 * Adds the channels of a source up to the 52 shapes, as their mapping says. Channels that keep others away do so as VRM has
 * it: what is left of blinks, gazes and mouths is 1 less the sum of what keeps them away, never below 0.
 */
export class FaceMixer {
    private readonly _voices: readonly IVoice[];
    private readonly _left = new Float32Array(Groups.length);
    private readonly _hasOverrides: boolean;

    /** @param mapping what the channels are */
    public constructor(mapping: IFaceMapping) {
        this._voices = mapping.channels.map(({ index, shapes, isBinary = false, overrides = {} }) => {
            const names = Object.keys(shapes) as ArkitName[];
            return {
                index,
                shapes: Int32Array.from(names, (name) => ArkitIndices[name]),
                weights: Float32Array.from(names, (name) => shapes[name]!),
                isBinary,
                overrides: Uint8Array.from(Groups, (group) => ({ block: 1, blend: 2 })[overrides[group]!] ?? 0),
                group: GroupOf(names),
            };
        });
        this._hasOverrides = this._voices.some(({ overrides }) => overrides.some((way) => way > 0));
    }

    /**
     * Adds up. Makes no objects.
     *
     * @param values the source's weights; what is no number counts as 0
     * @param at where they begin
     * @param out [52] receives the weights, which may exceed 1
     */
    public mix(values: ArrayLike<number>, at: number, out: Float32Array): void {
        out.fill(0);
        if (this._hasOverrides) {
            this._keepAway(values, at);
        }
        for (let v = 0; v < this._voices.length; v++) {
            const { index, shapes, weights, isBinary, group } = this._voices[v]!;
            let value = WeightOf(values[at + index], isBinary);
            if (value === 0) {
                continue;
            }
            if (this._hasOverrides && group >= 0) {
                value *= this._left[group]!;
            }
            for (let i = 0; i < shapes.length; i++) {
                out[shapes[i]!]! += value * weights[i]!;
            }
        }
    }

    private _keepAway(values: ArrayLike<number>, at: number): void {
        this._left.fill(1);
        for (let v = 0; v < this._voices.length; v++) {
            const { index, overrides, isBinary } = this._voices[v]!;
            const value = WeightOf(values[at + index], isBinary);
            for (let group = 0; group < Groups.length; group++) {
                const way = overrides[group]!;
                if (way > 0 && value > 0) {
                    this._left[group] = Math.max(0, this._left[group]! - (way === 1 ? 1 : value));
                }
            }
        }
    }
}

function WeightOf(value: number | undefined, isBinary: boolean): number {
    const weight = value !== undefined && Number.isFinite(value) ? value : 0;
    return isBinary ? Number(weight > 0.5) : weight;
}

/** Channels of one group only are kept away: a smile that squints is no blink. */
function GroupOf(names: readonly ArkitName[]): number {
    const groups = new Set(
        names.map((name) => {
            const part = ArkitParts[ArkitIndices[name]]!;
            return name.startsWith("eyeBlink")
                ? 0
                : part === "gaze"
                  ? 1
                  : ["jaw", "lips", "tongue"].includes(part)
                    ? 2
                    : -1;
        }),
    );
    return groups.size === 1 ? [...groups][0]! : -1;
}
