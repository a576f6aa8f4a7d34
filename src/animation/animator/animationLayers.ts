import { type Animatable } from "@babylonjs/core/Animations/animatable.core.js";
import {
    type AnimationGroup,
    AnimationGroupMakeAnimationAdditive,
} from "@babylonjs/core/Animations/animationGroup.pure.js";
import { AnimationGroupMask } from "@babylonjs/core/Animations/animationGroupMask.js";
import { type TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { SmplxJointNames } from "../../format/bodyModel.js";
import { BodyJointCount } from "../pose/bodyPose.js";
import { type JointMask, JointsOfMask } from "./jointMasks.js";

/** How a clip is played. */
export interface IPlayOptions {
    /** Which layer it plays on; higher ones cover lower ones, one clip a layer (default: 0). */
    readonly layer?: number;
    /** Seconds in which it replaces what plays on the layer, or fades in (default: 0.25). */
    readonly fade?: number;
    /** Whether it starts over at its end; else it fades out over what plays below, or stays (default: true). */
    readonly loop?: boolean;
    /** Factor on its speed (default: 1). */
    readonly speed?: number;
    /** How much it covers, or adds, 0..1 (default: 1). */
    readonly weight?: number;
    /** Joints that it moves (default: all it has tracks for). */
    readonly mask?: JointMask;
    /** Whether it is added to what plays below, as its difference from its first frame, instead of covering it (default: false). */
    readonly additive?: boolean;
    /** First frame (default: the group's). */
    readonly from?: number;
    /** Last frame (default: the group's). */
    readonly to?: number;
}

/** Seconds of a cross-fade when none are given. */
export const DefaultFade = 0.25;

/** Weight of a clip that is covered: too small to be seen, but Babylon would not end a clip whose weight is 0. */
const CoveredWeight = 1e-5;

/** Every joint is a place to cover; what is no joint shares the last one. */
const PlaceCount = BodyJointCount + 1;

/** A clip that plays. */
interface IVoice {
    readonly group: AnimationGroup;
    readonly source: AnimationGroup;
    readonly options: IPlayOptions;
    readonly layer: number;
    readonly isAdditive: boolean;
    readonly previousMask: AnimationGroupMask | null;
    readonly animatables: readonly Animatable[];
    /** Place of each animatable's joint among the joints. */
    readonly places: readonly number[];
    /** [56] 1 for each place that the clip moves. */
    readonly moves: Uint8Array;
    weight: number;
    fade: number;
    loop: boolean;
    /** How far it has faded in, 0..1. */
    level: number;
    isLeaving: boolean;
}

/**
 * What Babylon's animation groups lack: layers that cover each other, and cross-fades. The clips themselves are played,
 * weighted, masked and added up by Babylon; all that is done here is to say each frame how much every clip weighs at every
 * joint. A clip covers what is below it by its weight, so weights at a joint never add up to more than one.
 */
export class AnimationLayers {
    private readonly _jointOf = new Map<unknown, number>();
    private readonly _voices: IVoice[] = [];
    private readonly _additives = new Map<AnimationGroup, AnimationGroup>();
    /** [56] what is still uncovered at each place. */
    private readonly _uncovered = new Float64Array(PlaceCount);

    /** @param nodes [55] node of each joint, or null */
    public constructor(nodes: readonly (TransformNode | null)[]) {
        nodes.forEach((node, joint) => {
            if (node) {
                this._jointOf.set(node, joint);
            }
        });
    }

    /** What plays and is not on its way out, lowest layer first, as it was asked for. */
    public get playing(): readonly { readonly group: AnimationGroup; readonly options: IPlayOptions }[] {
        return this._voices
            .filter((voice) => !voice.isLeaving && this._topOf(voice.layer) === voice)
            .map(({ source, options, weight, loop, group }) => ({
                group: source,
                options: { ...options, weight, loop, speed: group.speedRatio },
            }));
    }

    /**
     * Plays a clip on its layer. Asking again for the clip that plays there changes its weight and speed, and does not
     * start it over.
     *
     * @param group clip on the avatar's joints
     * @returns the group that plays, for its observables: the clip itself, or its additive copy
     */
    public play(group: AnimationGroup, options: IPlayOptions): AnimationGroup {
        const { layer = 0, fade = DefaultFade, loop = true, speed = 1, weight = 1 } = options;
        const playing = this._voices.find((voice) => voice.source === group && voice.layer === layer);
        if (playing?.group.isStarted && !playing.isLeaving && this._topOf(layer) === playing) {
            playing.weight = weight;
            playing.group.speedRatio = speed;
            playing.group.loopAnimation = loop;
            playing.loop = loop;
            return playing.group;
        }
        const names = options.mask ? this._namesOf(options.mask) : null;
        if (playing) {
            this._drop(playing);
        }
        const played = options.additive && !group.isAdditive ? this._additiveOf(group) : group;
        played.stop(true);
        const previousMask = played.mask;
        if (names) {
            played.mask = new AnimationGroupMask(names);
        }
        played.start(loop, speed, options.from, options.to);
        const animatables = [...played.animatables];
        const places = animatables.map(({ target }) => this._jointOf.get(target) ?? BodyJointCount);
        const moves = new Uint8Array(PlaceCount);
        places.forEach((place, i) => {
            moves[place] = moves[place]! | (animatables[i]!.paused ? 0 : 1); // the mask pauses what it keeps out
        });
        this._voices.push({
            group: played,
            source: group,
            options,
            layer,
            isAdditive: played.isAdditive,
            previousMask,
            animatables,
            places,
            moves,
            weight,
            fade,
            loop,
            level: fade > 0 ? 0 : 1,
            isLeaving: false,
        });
        // Lower layers first; on one layer the older first, which is where a stable sort leaves them.
        this._voices.sort((a, b) => a.layer - b.layer);
        this.update(0);
        return played;
    }

    /**
     * Fades a layer out, or all of them.
     *
     * @param layer the layer; all when left out
     * @param fade seconds
     */
    public stop(layer?: number, fade = DefaultFade): void {
        for (const voice of [...this._voices]) {
            if (layer === undefined || voice.layer === layer) {
                voice.isLeaving = true;
                voice.fade = fade;
                if (fade <= 0) {
                    this._drop(voice);
                }
            }
        }
    }

    /**
     * Brings fades and weights up to date; called ahead of every animation step. Allocates nothing while nothing ends.
     *
     * @param seconds time since the last call
     */
    public update(seconds: number): void {
        const voices = this._voices;
        if (voices.length === 0) {
            return;
        }
        this._uncovered.fill(1);
        const isAlone = voices.length === 1 && !voices[0]!.isAdditive;
        for (let v = voices.length - 1; v >= 0; v--) {
            const voice = voices[v];
            if (!voice) {
                continue; // who was told of an end has stopped others
            }
            this._fade(voice, v, seconds);
            if (!voice.group.isStarted || (voice.isLeaving && voice.level <= 0) || this._isReplaced(v)) {
                this._drop(voice);
            } else {
                this._weigh(voice, isAlone && voice.level >= 1 && voice.weight >= 1);
            }
        }
    }

    /** Stops all clips, and disposes the additive copies that were made of some. */
    public dispose(): void {
        this.stop(undefined, 0);
        for (const group of this._additives.values()) {
            group.dispose();
        }
        this._additives.clear();
    }

    private _fade(voice: IVoice, index: number, seconds: number): void {
        // A gesture that ends leaves in time to end blended with what goes on below it.
        voice.isLeaving ||= !voice.loop && index > 0 && SecondsLeft(voice.group) <= voice.fade;
        const step = voice.fade > 0 ? seconds / voice.fade : 1;
        voice.level = Math.min(1, Math.max(0, voice.level + (voice.isLeaving ? -step : step)));
    }

    /** Whether a newer clip of the same layer has faded in completely. */
    private _isReplaced(index: number): boolean {
        const { layer } = this._voices[index]!;
        for (let above = index + 1; above < this._voices.length; above++) {
            const other = this._voices[above]!;
            if (other.layer === layer && other.level >= 1) {
                return true;
            }
        }
        return false;
    }

    private _weigh(voice: IVoice, isWhole: boolean): void {
        const { animatables, places, moves, isAdditive } = voice;
        const uncovered = this._uncovered;
        const strength = voice.weight * voice.level * voice.level * (3 - 2 * voice.level);
        for (let i = 0; i < animatables.length; i++) {
            const covering = isAdditive ? strength : Math.max(CoveredWeight, strength * uncovered[places[i]!]!);
            animatables[i]!.weight = isWhole ? -1 : covering;
        }
        for (let place = 0; place < PlaceCount && !isAdditive; place++) {
            uncovered[place]! *= moves[place] === 1 ? 1 - strength : 1;
        }
    }

    private _topOf(layer: number): IVoice | undefined {
        return this._voices.filter((voice) => voice.layer === layer).at(-1);
    }

    private _namesOf(mask: JointMask): string[] {
        const joints = new Set<number>(JointsOfMask(mask).map((name) => SmplxJointNames.indexOf(name)));
        return [...this._jointOf].flatMap(([node, joint]) => (joints.has(joint) ? [(node as TransformNode).name] : []));
    }

    private _additiveOf(group: AnimationGroup): AnimationGroup {
        let additive = this._additives.get(group);
        if (!additive) {
            additive = group.clone(`${group.name} (additive)`, undefined, true, true);
            AnimationGroupMakeAnimationAdditive(additive, { referenceFrame: group.from });
            this._additives.set(group, additive);
        }
        return additive;
    }

    private _drop(voice: IVoice): void {
        const at = this._voices.indexOf(voice);
        if (at >= 0) {
            this._voices.splice(at, 1);
            voice.group.stop();
            voice.group.mask = voice.previousMask;
        }
    }
}

function SecondsLeft(group: AnimationGroup): number {
    const rate = group.targetedAnimations[0]?.animation.framePerSecond ?? 60;
    const [animatable] = group.animatables;
    const way = animatable ? Math.abs(animatable.toFrame - animatable.masterFrame) : 0;
    return way / (rate * Math.max(1e-6, Math.abs(group.speedRatio)));
}
