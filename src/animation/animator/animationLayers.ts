import {
    type AnimationGroup,
    AnimationGroupMakeAnimationAdditive,
} from "@babylonjs/core/Animations/animationGroup.pure.js";
import { type TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { SmplxJointNames } from "../../format/bodyModel.js";
import { BodyJointCount } from "../pose/bodyPose.js";
import { ChannelsBefore } from "./channelsBefore.js";
import { FadeOf, IsSameRun, type IVoice, LayerMask, OwnMask, PlaceCount, SecondsLeft, Unmask } from "./clipVoice.js";
import { type JointMask, JointsOfMask } from "./jointMasks.js";
import { CheckNumber, CheckPlayOptions, DefaultFade, type IPlayOptions } from "./playOptions.js";

/** Weight of a clip that is covered: too small to be seen, but Babylon would not end a clip whose weight is 0. */
const CoveredWeight = 1e-5;

/**
 * What Babylon's animation groups lack: layers that cover each other, and cross-fades. The clips themselves are played,
 * weighted, masked and added up by Babylon; all that is done here is to say each frame how much every clip weighs at every
 * joint. A clip covers what is below it by its weight, so weights at a joint never add up to more than one.
 */
export class AnimationLayers {
    private readonly _jointOf = new Map<unknown, number>();
    private readonly _channels = new ChannelsBefore();
    private readonly _voices: IVoice[] = [];
    private readonly _copies = new Map<AnimationGroup, AnimationGroup[]>();
    /** [56] what is still uncovered at each place. */
    private readonly _uncovered = new Float64Array(PlaceCount);

    private readonly _beforeStart: () => void;

    /**
     * @param nodes [55] node of each joint, or null
     * @param beforeStart brings the joints to how they stand without adjustments: Babylon blends with how it finds them
     */
    public constructor(nodes: readonly (TransformNode | null)[], beforeStart: () => void) {
        this._beforeStart = beforeStart;
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
     * Plays a clip on its layer. Asking again for the clip that plays there takes over what has changed in the options,
     * goes on where the clip was paused, and does not start it over unless `restart` is set.
     *
     * @param group clip on the avatar's joints
     * @returns the group that plays, for its observables: the clip itself, or a copy
     * @throws AnimatorError `invalid-option`, `unknown-mask`
     */
    public play(group: AnimationGroup, options: IPlayOptions): AnimationGroup {
        CheckPlayOptions(options);
        const present = this._voiceOf(group, options);
        if (present && IsSameRun(present, options)) {
            this._change(present, options);
            return present.group;
        }
        const level = present?.level ?? 0;
        const frame = present && present.options.from === options.from && present.options.to === options.to;
        const at = frame ? present.lead?.masterFrame : undefined;
        if (present) {
            this._drop(present, true);
        }
        const voice = this._start(group, options, level);
        if (at !== undefined && options.restart !== true) {
            voice.group.goToFrame(at); // it only turns round
        }
        this.update(0);
        return voice.group;
    }

    /**
     * Fades a layer out, or all of them.
     *
     * @param layer the layer; all when left out
     * @param fade seconds
     * @throws AnimatorError `invalid-option`
     */
    public stop(layer?: number, fade = DefaultFade): void {
        CheckNumber("layer", layer);
        CheckNumber("fade", fade, 0);
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
            const isGone = voice.isLeaving && voice.level <= 0; // shown without it once, so that nothing is left of it
            this._fade(voice, seconds);
            if (voice.source.targetedAnimations.length === 0) {
                this._drop(voice);
                this._forget(voice.source); // disposed
            } else if (!voice.group.isStarted || isGone || this._isReplaced(v)) {
                this._drop(voice);
            } else {
                this._weigh(voice, isAlone && voice.level >= 1 && voice.weight >= 1);
            }
        }
    }

    /** Stops all clips, and disposes the copies that were made of some. */
    public dispose(): void {
        this.stop(undefined, 0);
        for (const source of [...this._copies.keys()]) {
            this._forget(source);
        }
    }

    private _voiceOf(group: AnimationGroup, { layer = 0, additive = false }: IPlayOptions): IVoice | null {
        for (let v = this._voices.length - 1; v >= 0; v--) {
            const voice = this._voices[v]!;
            const isAdditive = additive || group.isAdditive;
            if (voice.source === group && voice.layer === layer && voice.isAdditive === isAdditive) {
                return voice.group.isStarted ? voice : null;
            }
        }
        return null;
    }

    private _start(source: AnimationGroup, options: IPlayOptions, level: number): IVoice {
        const { layer = 0, loop = true, speed = 1, weight = 1 } = options;
        const group = this._groupFor(source, options.additive === true && !source.isAdditive);
        this._beforeStart();
        group.stop(true);
        if (options.mask) {
            group.mask = new LayerMask(this._namesOf(options.mask), OwnMask(group));
        }
        group.start(loop, speed, options.from, options.to);
        const animatables = [...group.animatables];
        const fade = FadeOf(options, animatables[0]);
        const voice: IVoice = {
            group,
            source,
            options,
            layer,
            isAdditive: group.isAdditive,
            animatables,
            channels: this._channels.keep(animatables),
            places: animatables.map(({ target }) => this._jointOf.get(target) ?? BodyJointCount),
            moves: new Uint8Array(PlaceCount),
            lead: null,
            weight,
            fade,
            loop,
            level: fade > 0 ? level : 1,
            isLeaving: false,
        };
        Unmask(voice);
        this._voices.push(voice);
        // Lower layers first; on one layer the older first, which is where a stable sort leaves them.
        this._voices.sort((a, b) => a.layer - b.layer);
        return voice;
    }

    /** What has changed in the options takes effect on a clip that plays. Allocates nothing while the mask stays. */
    private _change(voice: IVoice, options: IPlayOptions): void {
        const { group } = voice;
        voice.weight = options.weight ?? 1;
        voice.loop = options.loop ?? true;
        voice.fade = FadeOf(options, voice.lead);
        group.speedRatio = options.speed ?? 1;
        group.loopAnimation = voice.loop;
        if (options.mask !== voice.options.mask) {
            group.mask = options.mask ? new LayerMask(this._namesOf(options.mask), OwnMask(group)) : OwnMask(group);
            Unmask(voice);
        }
        voice.options = options;
        if (!group.isPlaying) {
            group.restart();
        }
        if (options.restart === true || (voice.isLeaving && !voice.loop)) {
            group.goToFrame(voice.lead?.fromFrame ?? group.from, true);
        }
        voice.isLeaving = false;
        this._raise(voice);
    }

    /** Brings a clip to the top of its layer, so that nothing jumps: what it stood below covers it less and less. */
    private _raise(voice: IVoice): void {
        const voices = this._voices;
        const at = voices.indexOf(voice);
        const above = voices[at + 1];
        if (above?.layer === voice.layer) {
            voices[at] = above;
            voices[at + 1] = voice;
            voice.level = 1 - above.level;
            above.level = 1;
            above.isLeaving = false;
            this._raise(voice);
        }
    }

    private _fade(voice: IVoice, seconds: number): void {
        // A gesture that ends leaves in time to end blended with what goes on below it.
        const leaves = !voice.loop && seconds > 0 && (voice.layer > 0 || voice.isAdditive || !voice.lead);
        voice.isLeaving ||= leaves && SecondsLeft(voice) <= voice.fade + seconds;
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
        // A clip in a pause says nothing to Babylon: what is below it shows, not the rest pose.
        const strength = voice.group.isPlaying ? voice.weight * voice.level * voice.level * (3 - 2 * voice.level) : 0;
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

    /** The group itself where it is free, else a copy: Babylon plays a group once at a time. */
    private _groupFor(source: AnimationGroup, additive: boolean): AnimationGroup {
        if (!additive && !this._isPlaying(source)) {
            return source;
        }
        const copies = this._copies.get(source) ?? [];
        this._copies.set(source, copies);
        const isAdditive = additive || source.isAdditive;
        let copy = copies.find((candidate) => candidate.isAdditive === isAdditive && !this._isPlaying(candidate));
        if (!copy) {
            copy = source.clone(`${source.name} (${additive ? "additive" : "copy"})`, undefined, additive, additive);
            copy.mask = OwnMask(source);
            if (additive) {
                AnimationGroupMakeAnimationAdditive(copy, { referenceFrame: source.from });
            }
            copies.push(copy);
        }
        return copy;
    }

    private _isPlaying(group: AnimationGroup): boolean {
        return this._voices.some((voice) => voice.group === group);
    }

    /** Disposes the copies of a group. */
    private _forget(source: AnimationGroup): void {
        for (const copy of this._copies.get(source) ?? []) {
            copy.dispose();
        }
        this._copies.delete(source);
    }

    private _drop(voice: IVoice, isSilent = false): void {
        const at = this._voices.indexOf(voice);
        if (at >= 0) {
            this._voices.splice(at, 1);
            const { isStarted } = voice.group;
            voice.group.stop(isSilent);
            this._channels.restore(voice.channels);
            if (isStarted && !voice.lead && !isSilent) {
                voice.group.onAnimationGroupEndObservable.notifyObservers(voice.group); // Babylon does not: nothing of it played
            }
            voice.group.mask = OwnMask(voice.group);
        }
    }
}
