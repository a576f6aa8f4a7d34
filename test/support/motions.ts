import { existsSync } from "node:fs";
import { describe, it } from "@jest/globals";
import { ClipSampler } from "../../src/animation/retarget/clipSampler.js";
import { RetargetMotion } from "../../src/animation/retarget/retargetMotion.js";
import { DescribeRig } from "../../src/animation/rig/rigProfile.js";
import { SampleBodyFrames, type IBodyFrames } from "../../src/animation/motion/bodyFrames.js";
import { type IMotion } from "../../src/animation/motion/motion.js";
import { type IAvatarBody } from "../../src/animation/pose/avatarBody.js";
import { type IAnimationClip } from "../../src/format/avatarAsset.js";
import { AngleBetweenQuaternions, type QuaternionTuple } from "../../src/math/quaternion.js";

/** Where real motions and characters lie, beside the repository. */
export const SharedData = "../shared/data";

const hasData = existsSync(SharedData);
if (!hasData && process.env["CI"]) {
    throw new Error(`${SharedData} is missing; CI must have it.`);
}

/** `it` for tests that read files from beside the repository; without those the title says why it is skipped. */
export function ItWithData(title: string, body: () => void | Promise<void>): void {
    if (hasData) {
        it(title, body);
    } else {
        it.skip(`${title} (needs ${SharedData})`, body);
    }
}

/** `describe` for what needs the data beside the repository; without it the title says why it is skipped. */
export function DescribeWithData(title: string, body: () => void): void {
    if (hasData) {
        describe(title, body);
    } else {
        describe.skip(`${title} (needs ${SharedData})`, body);
    }
}

/** Puts a motion on a body, a key a frame. */
export function RetargetFrames(
    motion: IMotion,
    body: IAvatarBody,
    frameRate = motion.frameRate,
): { clip: IAnimationClip; frames: IBodyFrames } {
    const { name, humanoid } = motion;
    const profile = DescribeRig(motion.rig, { name, ...(humanoid ? { humanoid } : {}) });
    const clip = RetargetMotion(motion, profile, body, { tolerance: 0, frameRate });
    return { clip, frames: SampleBodyFrames(new ClipSampler(clip, body), frameRate) };
}

/** Angles between the local rotations of all joints in all frames, degrees, and distance of the pelvis, metres. */
export function CompareFrames(
    a: IBodyFrames,
    b: IBodyFrames,
    joints = 55,
): { mean: number; max: number; pelvis: number } {
    const quaternion = (frames: IBodyFrames, at: number): QuaternionTuple =>
        frames.rotations.subarray(at, at + 4) as unknown as QuaternionTuple;
    const frameCount = Math.min(a.frameCount, b.frameCount);
    let [sum, max, pelvis] = [0, 0, 0];
    for (let frame = 0; frame < frameCount; frame++) {
        for (let joint = 0; joint < joints; joint++) {
            const at = (frame * 55 + joint) * 4;
            const angle = (AngleBetweenQuaternions(quaternion(a, at), quaternion(b, at)) * 180) / Math.PI;
            sum += angle;
            max = Math.max(max, angle);
        }
        for (let i = 0; i < 3; i++) {
            pelvis = Math.max(pelvis, Math.abs(a.pelvis[frame * 3 + i]! - b.pelvis[frame * 3 + i]!));
        }
    }
    return { mean: sum / frameCount / joints, max, pelvis };
}

/** Prints a figure, one line. */
export function PrintFigure(text: string): void {
    process.stdout.write(`${text}\n`);
}
