import { FaceFrame } from "../faceFrame.js";
import { AddGaze, PitchOfGaze } from "../life/gazeShapes.js";
import { BlinkWithLid, FollowWithLid } from "../life/lids.js";
import { ArkitCount, ArkitParts, type FacePart } from "../vocabulary/arkit.js";
import { ExpressionLayer, type IExpressionLayerOptions } from "./expressionLayer.js";
import { CancelOpposites, LimitLips, LimitSum } from "./faceLimits.js";
import { FaceRegions, MouthShapes, RegionOfShape } from "./faceRegions.js";
import { SaneWeight } from "./saneWeight.js";
import { GuardSounds, SpeechLoss, SpeechSlot } from "./speechSlot.js";

const Blink = FaceRegions.indexOf("blink");
const LookAt = FaceRegions.indexOf("lookAt");
const Mouth = FaceRegions.indexOf("mouth");
const Eyelid = ArkitParts.indexOf("eyelid");
const Gaze = ArkitParts.indexOf("gaze");

/** Parts of a face that move together: lips on a jaw. */
const Parts = ["brow", "eyelid", "gaze", "cheek", "nose", "mouth"] as const;
const PartOfShape = Uint8Array.from(ArkitParts, (part, shape) =>
    MouthShapes[shape] === 1 ? Parts.indexOf("mouth") : Math.max(0, Parts.indexOf(part as (typeof Parts)[number])),
);

/**
 * Makes one face of all that move it, in this order: what clips left, a followed face, speech, expressions by name, gaze,
 * lids, blinks; then what a face cannot do is taken back. A single recorded face comes out as it was recorded.
 *
 * @example
 * ```ts
 * const composer = new FaceComposer();
 * composer.setLayer("joy", happy, { weight: 0.8, fade: 0.5 });
 * // Every frame:
 * composer.base.weights.set(fromClips);
 * life.step(seconds);
 * life.addTo(composer.base);
 * composer.blinks.set(life.blinks);
 * composer.step(seconds);
 * composer.compose(frame);
 * ```
 */
export class FaceComposer {
    /** What clips left on the avatar's channels. */
    public readonly base = new FaceFrame();
    /** The face that is followed. */
    public readonly followed = new FaceFrame();
    /** How far the face is that of {@link followed}: 0 not at all, 1 all of it. */
    public followShare = 0;
    /** The mouth of speech. */
    public readonly speech = new SpeechSlot();
    /** [4] yaw (to the person's left) and pitch (up) of the left eye, then of the right, radians. */
    public readonly gaze = new Float64Array(4);
    /** Whether joints turn the eyes by {@link eyeTurns}, not shapes (default: false). */
    public eyesAreJoints = false;
    /** [4] yaw and pitch of both eyes that joints have to make, radians; 0 where shapes turn the eyes. */
    public readonly eyeTurns = new Float64Array(4);
    /** How far {@link gaze} takes the place of where shapes look: 0 adds to it, 1 replaces it. */
    public gazeWeight = 0;
    /** [2] pitch (up) of the left and the right eye, radians, that others have turned already; lids follow it. */
    public readonly eyePitch = new Float64Array(2);
    /** How far upper lids follow the eyes: 1 as people's do; 0 where the avatar's own shapes that look move its lids. */
    public lidFollow = 1;
    /** Whether lids follow also where recorded shapes look (default: false, as recorded lids have followed already). */
    public lidsFollowShapes = false;
    /** [2] how far a blink closes the left and the right eye, 0..1; faces that are followed have blinks of their own. */
    public readonly blinks = new Float64Array(2);

    private readonly _layers: ExpressionLayer[] = [];
    /** [52] share of each shape that a followed face may have. */
    private readonly _followMask = new Float64Array(ArkitCount).fill(1);
    /** [52] what it is on the way to, and seconds until it is there. */
    private readonly _nextMask = new Float64Array(ArkitCount).fill(1);
    private _maskTime = 0;
    /** [52] the most that one of the layers says of each shape. */
    private readonly _most = new Float64Array(ArkitCount);
    /** [3] share of each region that layers leave to others. */
    private readonly _kept = new Float64Array(FaceRegions.length);
    private _mouthOfSpeech = 0;
    /** [52] what clips left, and what limits make of that alone. */
    private readonly _baseWeights = new Float32Array(ArkitCount);
    private readonly _alone = new Float32Array(ArkitCount);
    /** 1 for each part of the face that a layer moves. */
    private readonly _movedParts = new Uint8Array(Parts.length);

    /** Whether there is more to the face than what clips left. */
    public get isActive(): boolean {
        return this.followShare > 0 || this.speech.weight > 0 || this._layers.length > 0;
    }

    /**
     * Says which parts of a face are followed.
     *
     * @param parts share of each part that the followed face has, 0..1; those that are left out: all of it
     * @param fade seconds in which the change is made (default: 0, at once)
     */
    public followParts(parts: Readonly<Partial<Record<FacePart, number>>>, fade = 0): void {
        for (let shape = 0; shape < ArkitCount; shape++) {
            this._nextMask[shape] = SaneWeight(parts[ArkitParts[shape]!] ?? 1);
        }
        this._maskTime = fade;
        this._stepMask(0);
    }

    private _stepMask(seconds: number): void {
        const share = seconds < this._maskTime ? seconds / this._maskTime : 1;
        this._maskTime = Math.max(0, this._maskTime - seconds);
        for (let shape = 0; shape < ArkitCount; shape++) {
            this._followMask[shape]! += share * (this._nextMask[shape]! - this._followMask[shape]!);
        }
    }

    /**
     * Adds, changes or lets go an expression. Later names lie above earlier ones.
     *
     * @param name of the expression
     * @param weights [52] weights in the order of `ArkitNames`, copied; null lets it go
     * @param options how it joins the face
     */
    public setLayer(name: string, weights: ArrayLike<number> | null, options: IExpressionLayerOptions = {}): void {
        let layer = this._layers.find((one) => one.name === name);
        if (layer === undefined) {
            if (weights === null) {
                return;
            }
            layer = new ExpressionLayer(name);
            this._layers.push(layer);
        }
        layer.set(weights, options);
    }

    /** Lets time pass: expressions come and go. */
    public step(seconds: number): void {
        const time = seconds > 0 ? seconds : 0;
        this._stepMask(time);
        for (let i = this._layers.length - 1; i >= 0; i--) {
            const layer = this._layers[i]!;
            layer.step(time);
            if (layer.isOver) {
                this._layers.splice(i, 1);
            }
        }
    }

    /**
     * Makes the face of the moment.
     *
     * @param out receives the weights, all within 0..1; how the head is turned is left as it is. May be {@link base}.
     */
    public compose(out: FaceFrame): void {
        const { weights } = out;
        this._baseWeights.set(this.base.weights); // which may be those of `out`
        this._keepAway();
        this._takeSources(weights);
        this._addLayers(weights);
        CancelOpposites(weights);
        GuardSounds(weights, this.speech, this._mouthOfSpeech);
        LimitLips(weights);
        this._leaveBase(weights);
        const replaced = SaneWeight(this.gazeWeight) * this._kept[LookAt]!;
        this._replaceLooks(weights, replaced);
        this._turnEye(weights, 0, replaced);
        this._turnEye(weights, 1, replaced);
    }

    /**
     * What clips do by themselves is their own affair: where nothing else moves a part of the face, what limits would take of that
     * alone is given back.
     */
    private _leaveBase(weights: Float32Array): void {
        if (this.followShare > 0 || this.speech.weight > 0) {
            return;
        }
        const [alone, moved] = [this._alone, this._movedParts];
        moved.fill(0);
        for (let i = 0; i < this._layers.length; i++) {
            const { values, covers } = this._layers[i]!;
            for (let shape = 0; shape < ArkitCount; shape++) {
                moved[PartOfShape[shape]!] ||= values[shape] !== 0 || covers[shape] !== 0 ? 1 : 0;
            }
        }
        for (let shape = 0; shape < ArkitCount; shape++) {
            alone[shape] = SaneWeight(this._baseWeights[shape]!);
        }
        CancelOpposites(alone);
        LimitLips(alone);
        for (let shape = 0; shape < ArkitCount; shape++) {
            const taken = SaneWeight(this._baseWeights[shape]!) - alone[shape]!;
            if (taken !== 0 && moved[PartOfShape[shape]!] === 0) {
                weights[shape] = Math.min(1, weights[shape]! + taken);
            }
        }
    }

    private _keepAway(): void {
        this._kept.fill(1);
        for (let i = 0; i < this._layers.length; i++) {
            const { aways } = this._layers[i]!;
            for (let region = 0; region < aways.length; region++) {
                this._kept[region]! -= aways[region]!;
            }
        }
        for (let region = 0; region < this._kept.length; region++) {
            this._kept[region] = Math.max(0, this._kept[region]!);
        }
        this._mouthOfSpeech = SaneWeight(this.speech.weight) * this._kept[Mouth]!;
    }

    /** Base, followed face and speech replace each other: none adds to another. */
    private _takeSources(weights: Float32Array): void {
        const share = SaneWeight(this.followShare);
        for (let shape = 0; shape < ArkitCount; shape++) {
            const followed = share * this._followMask[shape]!;
            const region = RegionOfShape[shape]!;
            let value = SaneWeight(this.base.weights[shape]!) * (1 - followed);
            value += SaneWeight(this.followed.weights[shape]!) * followed;
            value *= region < 0 ? 1 : this._kept[region]!;
            if (MouthShapes[shape] === 1) {
                value *= 1 - this._mouthOfSpeech;
                value += SaneWeight(this.speech.weights[shape]!) * this._mouthOfSpeech;
            }
            weights[shape] = value;
            this._most[shape] = value;
        }
    }

    private _addLayers(weights: Float32Array): void {
        for (let i = 0; i < this._layers.length; i++) {
            const { values, covers } = this._layers[i]!;
            for (let shape = 0; shape < ArkitCount; shape++) {
                const value = values[shape]! * (1 - SpeechLoss[shape]! * this._mouthOfSpeech);
                const cover = covers[shape]! * (1 - MouthShapes[shape]! * this._mouthOfSpeech);
                weights[shape] = weights[shape]! * (1 - cover) + value;
                // A layer that replaces what is below adds nothing to it.
                const replaced = this._most[shape]! * (1 - cover) + Math.min(value, cover);
                this._most[shape] = Math.max(replaced, value);
            }
        }
        for (let shape = 0; shape < ArkitCount; shape++) {
            weights[shape] = LimitSum(weights[shape]!, this._most[shape]!);
        }
    }

    /** Where shapes look gives way to the gaze. */
    private _replaceLooks(weights: Float32Array, share: number): void {
        if (share > 0) {
            for (let shape = 0; shape < ArkitCount; shape++) {
                weights[shape]! *= RegionOfShape[shape] === LookAt ? 1 - share : 1;
            }
        }
    }

    private _turnEye(weights: Float32Array, side: 0 | 1, replaced: number): void {
        const follow = SaneWeight(this.followShare);
        // Eyes of a followed face jump and blink by themselves, unless the gaze is taken from it.
        const added = Math.max(replaced, this._kept[LookAt]! * (1 - follow * this._followMask[Gaze]!));
        const yaw = added * SaneAngle(this.gaze[2 * side]!);
        const pitch = added * SaneAngle(this.gaze[2 * side + 1]!);
        this.eyeTurns[2 * side] = this.eyesAreJoints ? yaw : 0;
        this.eyeTurns[2 * side + 1] = this.eyesAreJoints ? pitch : 0;
        if (!this.eyesAreJoints && (yaw !== 0 || pitch !== 0)) {
            AddGaze(weights, side, yaw, pitch);
        }
        const shapes = this.lidsFollowShapes ? PitchOfGaze(weights, side) : 0;
        const looked = this.eyesAreJoints || !this.lidsFollowShapes ? shapes + pitch : shapes;
        const turned = looked + SaneAngle(this.eyePitch[side]!);
        FollowWithLid(weights, side, SaneWeight(this.lidFollow) * turned);
        const blink = this._kept[Blink]! * (1 - follow * this._followMask[Eyelid]!);
        BlinkWithLid(weights, side, blink * SaneWeight(this.blinks[side]!));
    }
}

/** An angle, radians; 0 for what is no number. */
function SaneAngle(angle: number): number {
    return Number.isFinite(angle) ? angle : 0;
}
