import { type BodyPose } from "./bodyPose.js";

/**
 * Where poses of an avatar come from, every frame: a tracked person, a stream, a simulation of your own. Joints that it
 * leaves alone keep what clips and others do to them.
 *
 * @example
 * ```ts
 * avatar.animator.follow({
 *     name: "nod",
 *     readPose(pose, seconds) {
 *         time += seconds;
 *         FromAngles(0.2 * Math.sin(time), pose.rotations, headJoint * 4);
 *         return true;
 *     },
 * });
 * ```
 */
export interface IPoseSource {
    /** Name for messages. */
    readonly name: string;
    /** [55] 1 for each joint that it poses, in the order of `SmplxJointNames`; may change at any time (default: all). */
    readonly drives?: ArrayLike<number>;
    /** Whether it has ended for good: the avatar stops following and tells so (default: false). */
    readonly isOver?: boolean;

    /**
     * Poses the body. Called once a frame; shall not allocate.
     *
     * @param pose receives rotations and the place of the pelvis; holds what was last written to it
     * @param seconds time since the last call
     * @returns whether there is a pose at present; while there is none, the avatar holds the last one
     */
    readPose(pose: BodyPose, seconds: number): boolean;
}
