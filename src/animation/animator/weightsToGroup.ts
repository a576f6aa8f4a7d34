import { Animation } from "@babylonjs/core/Animations/animation.pure.js";
import { type AnimationGroup } from "@babylonjs/core/Animations/animationGroup.js";
import { type IAnimationKey } from "@babylonjs/core/Animations/animationKey.js";
import { type MorphTargetManager } from "@babylonjs/core/Morph/morphTargetManager.js";
import { type IAnimationTrack } from "../../format/avatarAsset.js";

/** Weights that differ by less look the same. */
const Tolerance = 0.002;

/**
 * Adds a track of expression channels to an animation group: an animation a channel that ever leaves rest, without the keys
 * that lie on the line between others.
 *
 * @param group receives the animations
 * @param track weights of all channels
 * @param manager the avatar's channels
 * @param framesPerSecond of the group
 */
export function AddWeights(
    group: AnimationGroup,
    { times, values }: IAnimationTrack,
    manager: MorphTargetManager,
    framesPerSecond: number,
): void {
    const count = values.length / times.length;
    for (let channel = 0; channel < Math.min(count, manager.numTargets); channel++) {
        const weights = Float32Array.from(times, (_, key) => values[key * count + channel]!);
        if (weights.some((weight) => Math.abs(weight) > Tolerance)) {
            const target = manager.getTarget(channel);
            const animation = new Animation(
                `${group.name}.${target.name}`,
                "influence",
                framesPerSecond,
                Animation.ANIMATIONTYPE_FLOAT,
                Animation.ANIMATIONLOOPMODE_CYCLE,
            );
            const keys: IAnimationKey[] = KeysOf(times, weights).map((key) => ({
                frame: Math.round(times[key]! * framesPerSecond * 1000) / 1000, // times are single precision
                value: weights[key]!,
            }));
            animation.setKeys(keys);
            group.addTargetedAnimation(animation, target);
        }
    }
}

/**
 * Keys between which lines keep within the tolerance of all others. From each key on, the lines that do so form a wedge that
 * narrows; where it closes, a new one begins.
 */
function KeysOf(times: ArrayLike<number>, weights: Float32Array): number[] {
    const last = weights.length - 1;
    const keys = [0];
    let start = 0;
    let [low, high] = [-Infinity, Infinity];
    for (let key = 1; key <= last; key++) {
        const slope = SlopeOf(times, weights, start, key);
        if (slope < low || slope > high) {
            start = key - 1;
            keys.push(start);
            [low, high] = [-Infinity, Infinity];
        }
        const spread = Tolerance / (times[key]! - times[start]!);
        const middle = SlopeOf(times, weights, start, key);
        low = Math.max(low, middle - spread);
        high = Math.min(high, middle + spread);
    }
    return last > 0 ? [...keys, last] : keys;
}

function SlopeOf(times: ArrayLike<number>, weights: Float32Array, from: number, to: number): number {
    return (weights[to]! - weights[from]!) / (times[to]! - times[from]!);
}
