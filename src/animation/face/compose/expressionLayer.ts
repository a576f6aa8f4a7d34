import { ArkitCount, ArkitParts, type FacePart } from "../vocabulary/arkit.js";
import { FaceError } from "../faceError.js";
import { FaceRegions, type FaceRegion } from "./faceRegions.js";
import { SaneWeight } from "./saneWeight.js";

/** Seconds in which a layer comes and goes unless told otherwise. */
const DefaultFade = 0.25;

/** How an expression joins what the face does. */
export interface IExpressionLayerOptions {
    /** How much of it, 0..1 (default: 1). */
    readonly weight?: number;
    /**
     * `additive` adds to what is below; `blend` replaces it by the weight, `override` all of it at any weight, in the parts
     * of the face that the layer has (default: `additive`).
     */
    readonly mode?: (typeof Modes)[number];
    /** Parts that are the layer's (default: those that its weights move). */
    readonly parts?: readonly FacePart[];
    /** What it keeps away of blinks, gaze and the mouth's speech: `blend` by its weight, `block` all (default: nothing). */
    readonly overrides?: Readonly<Partial<Record<FaceRegion, "block" | "blend">>>;
    /** Seconds in which the change is made, eased; 0 at once, for weights set every frame (default: 0.25). */
    readonly fade?: number;
}

const Modes = ["additive", "blend", "override"] as const;
const Ways = ["block", "blend"] as const;
const FaceParts: readonly string[] = [...new Set(ArkitParts)];

const CoversAt = ArkitCount;
const AwaysAt = CoversAt + ArkitCount;
const StateLength = AwaysAt + FaceRegions.length;

/** An expression that is added to a face. It changes smoothly, whatever of it changes. */
export class ExpressionLayer {
    /** Name of the layer. */
    public readonly name: string;
    /** [52] what it adds now; its weight is in it. */
    public readonly values: Float64Array;
    /** [52] share of what is below that it covers now. */
    public readonly covers: Float64Array;
    /** [3] share of each region's other movements that it keeps away now, in the order of `FaceRegions`. */
    public readonly aways: Float64Array;

    private readonly _now = new Float64Array(StateLength);
    private readonly _from = new Float64Array(StateLength);
    private readonly _to = new Float64Array(StateLength);
    private _fade = 0;
    private _age = 0;
    private _isChanging = false;
    private _isLeaving = false;

    /** @param name of the layer */
    public constructor(name: string) {
        this.name = name;
        this.values = this._now.subarray(0, CoversAt);
        this.covers = this._now.subarray(CoversAt, AwaysAt);
        this.aways = this._now.subarray(AwaysAt);
    }

    /** Whether it has gone and can be forgotten. */
    public get isOver(): boolean {
        return this._isLeaving && !this._isChanging;
    }

    /**
     * Says what the layer shall be.
     *
     * @param weights [52] weights, or null to let it go
     * @param options how it joins the face
     * @throws FaceError `invalid-options` for a mode, part, region or override that does not exist; the layer stays as it is
     */
    public set(weights: ArrayLike<number> | null, options: IExpressionLayerOptions): void {
        const { fade = DefaultFade, weight = 1 } = options;
        CheckOptions(options);
        this._from.set(this._now);
        this._to.fill(0);
        this._isLeaving = weights === null;
        if (weights !== null) {
            this._aim(weights, SaneWeight(weight), options);
        }
        this._fade = fade > 0 && fade < Infinity ? fade : 0;
        this._age = 0;
        this._isChanging = true;
        this.step(0);
    }

    /** Lets `seconds` (≥ 0) pass. */
    public step(seconds: number): void {
        if (!this._isChanging) {
            return;
        }
        this._age = Math.min(this._fade, this._age + seconds);
        const s = this._fade > 0 ? this._age / this._fade : 1;
        const share = s * s * (3 - 2 * s);
        for (let i = 0; i < StateLength; i++) {
            this._now[i] = this._from[i]! * (1 - share) + this._to[i]! * share;
        }
        this._isChanging = this._age < this._fade;
    }

    private _aim(weights: ArrayLike<number>, weight: number, options: IExpressionLayerOptions): void {
        const { mode = "additive", overrides = {} } = options;
        const parts = new Set(options.parts ?? ArkitParts.filter((_, shape) => SaneWeight(weights[shape] ?? 0) > 0));
        const isThere = weight > 0 ? 1 : 0;
        const cover = { additive: 0, blend: weight, override: isThere }[mode];
        for (let shape = 0; shape < ArkitCount; shape++) {
            if (parts.has(ArkitParts[shape]!)) {
                this._to[shape] = weight * SaneWeight(weights[shape] ?? 0);
                this._to[CoversAt + shape] = cover;
            }
        }
        FaceRegions.forEach((region, i) => {
            const kind = overrides[region];
            this._to[AwaysAt + i] = kind === undefined ? 0 : kind === "block" ? isThere : weight;
        });
    }
}

/** Options come from scripts and saved scenes, whatever their types say. */
function CheckOptions({ mode, parts = [], overrides = {} }: IExpressionLayerOptions): void {
    const known: readonly (readonly [option: string, value: string | undefined, allowed: readonly string[]])[] = [
        ["mode", mode, Modes],
        ...parts.map((part) => ["parts", part, FaceParts] as const),
        ...Object.keys(overrides).map((region) => ["overrides", region, FaceRegions] as const),
        ...Object.values(overrides).map((way) => ["overrides", way, Ways] as const),
    ];
    const wrong = known.find(([, value, allowed]) => value !== undefined && !allowed.includes(value));
    if (wrong) {
        const [option, value, allowed] = wrong;
        throw new FaceError(
            "invalid-options",
            `The option \`${option}\` is "${value}": ${allowed.join(", ")} are understood.`,
        );
    }
}
