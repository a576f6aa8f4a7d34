import { basename, extname } from "node:path";
import { ReadBvh } from "../../animation/motion/bvh.js";
import { CreateBvhMotion } from "../../animation/motion/bvhMotion.js";
import { type IMotion } from "../../animation/motion/motion.js";
import { ReadSmplMotion } from "../../animation/motion/smplMotion.js";
import { CreateSmplMotion } from "../../animation/motion/smplRigMotion.js";
import { type SmplUpAxis } from "../../animation/motion/smplUpAxis.js";
import { DescribeRig, type IRigProfile, type RigJointNames } from "../../animation/rig/rigProfile.js";
import { ReadCharacterFileAsync } from "../characterFile.js";
import { CliError } from "../cliError.js";
import { ReadUserFileAsync } from "../files.js";

/** What the user knows better than the file. */
export interface IMotionFileOptions {
    /** Axis of the world of an NPZ or BVH file that points up. */
    readonly upAxis?: SmplUpAxis | undefined;
    /** Frame of a BVH file in which the performer stands in a T- or A-pose. */
    readonly restFrame?: number | undefined;
    /** Joints of the rig by the names of their nodes. */
    readonly joints?: RigJointNames | undefined;
}

/**
 * Reads the motions of a file that the user named: NPZ of the SMPL family, BVH, glTF, VRM or VRM Animation, told apart by
 * their content.
 *
 * @param path path of the file
 * @returns one motion a clip, at least one
 * @throws {@link CliError} `file-unreadable`, or the error of the reader of that format
 */
export async function ReadMotionFileAsync(path: string, options: IMotionFileOptions = {}): Promise<readonly IMotion[]> {
    const bytes = await ReadUserFileAsync(path);
    const name = basename(path, extname(path));
    const { upAxis, restFrame, joints } = options;
    if (bytes[0] === 0x50 && bytes[1] === 0x4b) {
        const smpl = ReadSmplMotion(bytes, basename(path));
        return [CreateSmplMotion(name, smpl, upAxis === undefined ? {} : { upAxis })];
    }
    if (/^\s*HIERARCHY\b/i.test(new TextDecoder().decode(bytes.subarray(0, 64))) || /\.bvh$/i.test(path)) {
        const bvh = ReadBvh(new TextDecoder().decode(bytes), basename(path));
        return [
            CreateBvhMotion(name, bvh, {
                ...(upAxis === undefined ? {} : { upAxis }),
                ...(restFrame === undefined ? {} : { restFrame }),
                ...(joints === undefined ? {} : { joints }),
            }),
        ];
    }
    if (/\.npz$/i.test(path)) {
        return [CreateSmplMotion(name, ReadSmplMotion(bytes, basename(path)))];
    }
    // The reader of glTF weighs tens of thousands of lines; other files do without.
    const { ReadCharacterMotionsAsync } = await import("../../convert/motion/readCharacterMotions.js");
    return await ReadCharacterMotionsAsync(await ReadCharacterFileAsync(path), basename(path));
}

/**
 * The motion that the user means.
 *
 * @param motions the motions of a file
 * @param clip name of a clip, or undefined for the first
 * @throws {@link CliError} `no-such-clip`
 */
export function ChooseMotion(motions: readonly IMotion[], clip: string | undefined): IMotion {
    const motion = clip === undefined ? motions[0] : motions.find(({ name }) => name === clip);
    if (!motion) {
        const names = motions.map(({ name }) => name).join(", ");
        throw new CliError(
            "no-such-clip",
            `There is no clip "${clip}" that moves a node. The clips of the file are ${names}.`,
        );
    }
    return motion;
}

/**
 * Understands the rig of a motion.
 *
 * @param motion the motion
 * @param fileName name of its file, for messages
 * @param joints joints by the names of their nodes, where the user knows better
 * @throws RigError when it is no humanoid
 */
export function DescribeMotion(motion: IMotion, fileName: string, joints?: RigJointNames): IRigProfile {
    return DescribeRig(motion.rig, {
        name: fileName,
        ...(motion.humanoid ? { humanoid: motion.humanoid } : {}),
        ...(motion.moving ? { moving: motion.moving } : {}),
        ...(joints ? { joints } : {}),
    });
}
