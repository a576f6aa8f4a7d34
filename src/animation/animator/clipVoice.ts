import { type Animatable } from "@babylonjs/core/Animations/animatable.core.js";
import { type AnimationGroup } from "@babylonjs/core/Animations/animationGroup.pure.js";
import { AnimationGroupMask } from "@babylonjs/core/Animations/animationGroupMask.js";
import { BodyJointCount } from "../pose/bodyPose.js";
import { type IMovedChannel } from "./channelsBefore.js";
import { DefaultFade, type IPlayOptions } from "./playOptions.js";

/** Every joint is a place to cover; what is no joint shares the last one. */
export const PlaceCount = BodyJointCount + 1;

/** A mask that is there while a clip plays, in place of the clip's own. */
export class LayerMask extends AnimationGroupMask {
    /** The clip's own mask, or null. */
    public readonly previous: AnimationGroupMask | null;

    /**
     * @param names names of the nodes that are moved
     * @param previous the clip's own mask, or null
     */
    public constructor(names: string[], previous: AnimationGroupMask | null) {
        super(names);
        this.previous = previous;
    }
}

/** A clip that plays on a layer. */
export interface IVoice {
    /** What Babylon plays: the clip or a copy of it. */
    readonly group: AnimationGroup;
    /** The clip that was asked for. */
    readonly source: AnimationGroup;
    /** Its layer. */
    readonly layer: number;
    /** Whether it is added to what is below it. */
    readonly isAdditive: boolean;
    /** What plays its tracks. */
    readonly animatables: readonly Animatable[];
    /** Expression channels among what it moves. */
    readonly channels: readonly IMovedChannel[];
    /** Place of each animatable's joint among the joints. */
    readonly places: readonly number[];
    /** [56] 1 for each place that the clip moves. */
    readonly moves: Uint8Array;
    /** How it was asked for. */
    options: IPlayOptions;
    /** The animatable that ends last of those that the mask lets through. */
    lead: Animatable | null;
    /** How much it covers, or adds, once it has faded in, 0..1. */
    weight: number;
    /** Seconds in which it comes and goes. */
    fade: number;
    /** Whether it starts over at its end. */
    loop: boolean;
    /** How far it has faded in, 0..1. */
    level: number;
    /** Whether it fades out. */
    isLeaving: boolean;
}

/**
 * The mask that a group has when it is not played on a layer.
 *
 * @param group the group
 */
export function OwnMask({ mask }: AnimationGroup): AnimationGroupMask | null {
    return mask instanceof LayerMask ? mask.previous : (mask ?? null);
}

/**
 * Whether a clip can go on as it plays under other options.
 *
 * @param voice the clip
 * @param options the options
 */
export function IsSameRun({ options: now }: IVoice, options: IPlayOptions): boolean {
    return now.from === options.from && now.to === options.to && (now.speed ?? 1) < 0 === (options.speed ?? 1) < 0;
}

/**
 * The fade of a clip: it fits twice, in and out, into one that is played once.
 *
 * @param options how it is played
 * @param animatable what plays it
 * @returns seconds
 */
export function FadeOf(
    { fade = DefaultFade, loop = true, speed = 1 }: IPlayOptions,
    animatable?: Animatable | null,
): number {
    if (loop || !animatable) {
        return fade;
    }
    return Math.min(fade, SecondsOf(animatable, animatable.toFrame - animatable.fromFrame, speed) / 2);
}

/**
 * Finds out which joints the mask of a clip lets through: Babylon pauses the others.
 *
 * @param voice the clip; receives `moves` and `lead`
 */
export function Unmask(voice: IVoice): void {
    const { group, animatables, places, moves } = voice;
    moves.fill(0);
    voice.lead = null;
    animatables.forEach((animatable, i) => {
        const { target } = animatable as { target: { name: string } };
        if (!group.mask || group.mask.disabled || group.mask.retainsTarget(target.name)) {
            moves[places[i]!] = 1;
            if (!voice.lead || RateOf(animatable) < RateOf(voice.lead)) {
                voice.lead = animatable;
            }
        }
    });
}

/**
 * Seconds until a clip has played; none when its mask leaves nothing to play.
 *
 * @param voice the clip
 */
export function SecondsLeft({ lead, group }: IVoice): number {
    if (!lead) {
        return 0;
    }
    // Before its first step Babylon does not know the frame.
    return lead.animationStarted ? SecondsOf(lead, lead.toFrame - lead.masterFrame, group.speedRatio) : Infinity;
}

function SecondsOf(animatable: Animatable, frames: number, speed: number): number {
    return Math.abs(frames) / (RateOf(animatable) * Math.max(1e-6, Math.abs(speed)));
}

function RateOf(animatable: Animatable): number {
    return animatable.getAnimations()[0]?.animation.framePerSecond ?? 60;
}
