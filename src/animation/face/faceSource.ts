import { type FaceFrame } from "./faceFrame.js";

/**
 * Where a live face comes from, every frame: a camera, a stream, a simulation of your own; followed with
 * `avatar.animator.followMorphs`.
 *
 * @example
 * ```ts
 * avatar.animator.followMorphs({
 *     name: "hum",
 *     readFace(frame, seconds) {
 *         time += seconds;
 *         frame.weights[ArkitIndices.jawOpen] = 0.1 + 0.05 * Math.sin(20 * time);
 *         return true;
 *     },
 * });
 * ```
 */
export interface IFaceSource {
    /** Name for messages. */
    readonly name: string;
    /** Whether it has ended for good: the avatar stops following and tells so (default: false). */
    readonly isOver?: boolean;
    /** Whether it says how the head is turned (default: false). */
    readonly turnsHead?: boolean;

    /**
     * Says what the face does. Called once a frame; shall not allocate.
     *
     * @param frame receives the weights; neutral before the call
     * @param seconds time since the last call
     * @returns whether there is a face at present; while there is none, the avatar holds the last one, then returns to neutral
     */
    readFace(frame: FaceFrame, seconds: number): boolean;
}
