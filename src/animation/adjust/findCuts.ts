import { type IMotion } from "../motion/motion.js";
import { RigPose } from "../motion/rigPose.js";

/** A step is a cut when nodes move this many times as far as in the steps before and after it, on average … */
const CutRatio = 6;
/** … and further than this share of the rig's height. */
const CutDistance = 0.02;

/**
 * Finds the frames of a motion that have nothing to do with the frame before: takes that were joined, and the T-pose that
 * many recordings begin with.
 *
 * @param motion the motion
 * @param frames how many of its frames to look at, from the first
 * @returns [F] 1 where a frame does not follow from the one before
 */
export function FindCuts(motion: IMotion, frames: number): Uint8Array {
    const pose = new RigPose(motion.rig.length);
    const before = new Float64Array(pose.positions.length);
    const heights = motion.rig.map(({ position }) => position[1]);
    const steps = new Float64Array(frames);
    for (let frame = 0; frame < frames; frame++) {
        motion.sample(frame / motion.frameRate, pose);
        let sum = 0;
        for (let i = 0; i < before.length; i += 3) {
            sum += Math.hypot(
                pose.positions[i]! - before[i]!,
                pose.positions[i + 1]! - before[i + 1]!,
                pose.positions[i + 2]! - before[i + 2]!,
            );
        }
        before.set(pose.positions);
        steps[frame] = frame > 0 ? (3 * sum) / before.length : 0;
    }
    const size = Math.max(...heights) - Math.min(...heights);
    const cuts = new Uint8Array(frames);
    for (let frame = 1; frame < frames; frame++) {
        const usual = Math.max(frame > 1 ? steps[frame - 1]! : 0, steps[frame + 1] ?? 0);
        cuts[frame] = steps[frame]! > CutRatio * usual && steps[frame]! > CutDistance * size ? 1 : 0;
    }
    return cuts;
}
