import { type _IAnimationState, Animation } from "@babylonjs/core/Animations/animation.pure.js";
import { type AnimationGroup } from "@babylonjs/core/Animations/animationGroup.pure.js";
import { type MorphTarget } from "@babylonjs/core/Morph/morphTarget.js";
import { type IFaceTrack, MakeFaceTrack } from "../face/tracks/faceTrack.js";
import { AnimatorError } from "./rigNodes.js";

/** One animated morph target. */
interface IChannel {
    readonly name: string;
    readonly animation: Animation;
    /** Lets the evaluation start where it last found its keys. */
    readonly state: _IAnimationState;
}

/**
 * The morph targets that an animation group moves, as a recorded face: without playing it and without touching the scene. Of
 * several meshes with targets of one name (skin, teeth, lashes) the first is read.
 *
 * @param group the group; it may play meanwhile
 * @throws AnimatorError `no-face` when it moves none
 */
export function FaceOfGroup(group: AnimationGroup): IFaceTrack {
    const channels = new Map<string, IChannel>();
    for (const { animation, target } of group.targetedAnimations) {
        const { name } = target as MorphTarget;
        if (animation.targetProperty === "influence" && animation.getKeys().length > 0 && !channels.has(name)) {
            const state = { key: 0, repeatCount: 0, loopMode: Animation.ANIMATIONLOOPMODE_CONSTANT };
            channels.set(name, { name, animation, state });
        }
    }
    const moved = [...channels.values()];
    if (moved.length === 0) {
        throw new AnimatorError(
            "no-face",
            `Animation group "${group.name}" has no key that moves a morph target: there is no face in it.`,
        );
    }
    const times = new Set(
        moved.flatMap(({ animation }) => animation.getKeys().map(({ frame }) => frame / animation.framePerSecond)),
    );
    const seconds = Float64Array.from(times).sort();
    return MakeFaceTrack(group.name, [...channels.keys()], {
        count: seconds.length,
        secondsOf: (row) => seconds[row]!,
        read: (row, weights) => {
            moved.forEach(({ animation, state }, i) => {
                const last = animation.getKeys().at(-1)!.frame;
                const frame = Math.min(seconds[row]! * animation.framePerSecond, last);
                weights[i] = animation._interpolate(frame, state) as number;
            });
        },
    });
}
