import { type ArkitName } from "./arkitNames.js";
import { type SmplxJointName } from "./bodyModel.js";

/** One expression channel: offsets of the few Gaussians it moves, added ahead of skinning, times the channel's weight. */
export interface IMorphTarget {
    /** Name of the channel, for example the ARKit name `jawOpen`. */
    readonly name: string;
    /** [K] Gaussians that move, strictly ascending. */
    readonly indices: Uint32Array;
    /** [K,3] offsets at weight 1, metres, canonical space. */
    readonly deltas: Float32Array;
    /**
     * Which of ARKit's shapes move the channel, and how much of it each adds at weight 1; where it is absent, the name of the
     * channel tells.
     */
    readonly follows?: Readonly<Partial<Record<ArkitName, number>>>;
    /** Least and greatest weight that make a face (default: 0 and 1). */
    readonly range?: readonly [least: number, greatest: number];
}

/** A joint that moves with the face. */
export interface IFaceJointTurns {
    /** SMPL-X name of the joint. */
    readonly joint: FaceJointName;
    /** Rotation vectors at weight 1, radians, canonical space. Turns of several shapes add up. */
    readonly turns: Readonly<Partial<Record<ArkitName, readonly [x: number, y: number, z: number]>>>;
}

/** Joints that a face moves. */
export const FaceJointNames = ["jaw", "left_eye", "right_eye"] as const satisfies readonly SmplxJointName[];

/** Name of a joint that a face moves. */
export type FaceJointName = (typeof FaceJointNames)[number];
