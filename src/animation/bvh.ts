import { AvatarError } from "../diagnostics/avatarError.js";
import { MultiplyQuaternion, QuaternionFromAxisAngle, type QuaternionTuple } from "../math/quaternion.js";
import { AddVector3, type Vector3Tuple } from "../math/vector3.js";
import { RotateVector3 } from "../math/quaternion.js";
import { type IRigNode } from "./rig/restRig.js";

/** Failure code of the BVH reader. */
export type BvhErrorCode = "invalid-bvh";

/** A BVH file that cannot be read. */
export class BvhError extends AvatarError<BvhErrorCode> {}

/** One joint of a BVH hierarchy. */
export interface IBvhJoint {
    /** Name; end sites are called after their parent with `_end`. */
    readonly name: string;
    /** Parent in the list of joints, or -1. */
    readonly parent: number;
    /** Offset from the parent, file units. */
    readonly offset: Vector3Tuple;
    /** Channels in file order, for example `Zrotation`; empty for end sites. */
    readonly channels: readonly string[];
    /** Index of the first channel in a frame. */
    readonly firstChannel: number;
}

/** A motion capture file: hierarchy and frames. */
export interface IBvhMotion {
    /** Joints; parents precede children. */
    readonly joints: readonly IBvhJoint[];
    /** Seconds between frames. */
    readonly frameTime: number;
    /** Number of frames. */
    readonly frameCount: number;
    /** Numbers per frame. */
    readonly channelCount: number;
    /** [frames,channels] file units and degrees. */
    readonly values: Float32Array;
}

const ChannelNames = /^[XYZ](position|rotation)$/;

/**
 * Reads a BVH file.
 *
 * @param text contents of the file
 * @throws BvhError naming what was found and where
 */
export function ReadBvh(text: string): IBvhMotion {
    const words = text.split(/\s+/).filter((word) => word.length > 0);
    let at = 0;
    const next = (): string => {
        const word = words[at++];
        if (word === undefined) {
            throw new BvhError("invalid-bvh", "The BVH file ends in the middle. Check that it was copied whole.");
        }
        return word;
    };
    const number = (): number => {
        const word = next();
        const value = Number(word);
        if (!Number.isFinite(value)) {
            throw new BvhError("invalid-bvh", `BVH word ${at}: expected a number, found "${word}".`);
        }
        return value;
    };
    const expect = (wanted: string): void => {
        const word = next();
        if (word.toLowerCase() !== wanted.toLowerCase()) {
            throw new BvhError("invalid-bvh", `BVH word ${at}: expected "${wanted}", found "${word}".`);
        }
    };
    expect("HIERARCHY");
    const { joints, channelCount } = ReadHierarchy(next, number, expect);
    expect("Frames:");
    const frameCount = number();
    expect("Frame");
    expect("Time:");
    const frameTime = number();
    if (!Number.isInteger(frameCount) || frameCount < 1 || !(frameTime > 0)) {
        throw new BvhError("invalid-bvh", `BVH states ${frameCount} frames of ${frameTime} s; both must be positive.`);
    }
    if (words.length - at < frameCount * channelCount) {
        throw new BvhError(
            "invalid-bvh",
            `BVH states ${frameCount} frames of ${channelCount} channels but holds ${words.length - at} numbers.`,
        );
    }
    const values = Float32Array.from({ length: frameCount * channelCount }, number);
    return { joints, frameTime, frameCount, channelCount, values };
}

function ReadHierarchy(
    next: () => string,
    number: () => number,
    expect: (word: string) => void,
): { joints: IBvhJoint[]; channelCount: number } {
    const joints: IBvhJoint[] = [];
    const open: number[] = [];
    let channelCount = 0;
    for (;;) {
        const word = next();
        if (word === "}") {
            open.pop();
        } else if (word === "MOTION") {
            break;
        } else if (/^(ROOT|JOINT|End)$/i.test(word)) {
            const parent = open.at(-1) ?? -1;
            const label = next();
            expect("{");
            expect("OFFSET");
            const isEnd = /^End$/i.test(word);
            joints.push({
                name: isEnd ? `${joints[parent]?.name ?? "root"}_end` : label,
                parent,
                offset: [number(), number(), number()],
                channels: isEnd ? [] : ReadChannels(next, number, expect, label),
                firstChannel: channelCount,
            });
            channelCount += joints.at(-1)!.channels.length;
            open.push(joints.length - 1);
        } else {
            throw new BvhError("invalid-bvh", `BVH hierarchy: "${word}" is not ROOT, JOINT, End, } or MOTION.`);
        }
    }
    if (open.length > 0 || joints.length === 0) {
        throw new BvhError("invalid-bvh", "BVH hierarchy: MOTION begins before every joint was closed.");
    }
    return { joints, channelCount };
}

function ReadChannels(
    next: () => string,
    number: () => number,
    expect: (word: string) => void,
    joint: string,
): string[] {
    expect("CHANNELS");
    const channels = Array.from({ length: number() }, next);
    const wrong = channels.find((channel) => !ChannelNames.test(channel));
    if (wrong !== undefined) {
        throw new BvhError("invalid-bvh", `BVH joint "${joint}": unknown channel "${wrong}".`);
    }
    return channels;
}

/**
 * World positions and rotations of all joints in a frame.
 *
 * @param frame 0 .. frameCount − 1
 * @returns the skeleton in that pose, file units
 */
export function PoseBvh(motion: IBvhMotion, frame: number): IRigNode[] {
    const posed: IRigNode[] = [];
    for (const joint of motion.joints) {
        let translation = joint.offset;
        let rotation: QuaternionTuple = [0, 0, 0, 1];
        const moved: [number, number, number] = [0, 0, 0];
        let isMoved = false;
        joint.channels.forEach((channel, i) => {
            const value = motion.values[frame * motion.channelCount + joint.firstChannel + i]!;
            const axis = "XYZ".indexOf(channel[0]!);
            if (channel.endsWith("position")) {
                moved[axis] = value;
                isMoved = true;
            } else {
                // Channels apply from the outside in: the first rotation is the outermost.
                const unit: Vector3Tuple = [axis === 0 ? 1 : 0, axis === 1 ? 1 : 0, axis === 2 ? 1 : 0];
                rotation = MultiplyQuaternion(rotation, QuaternionFromAxisAngle(unit, (value * Math.PI) / 180));
            }
        });
        if (isMoved) {
            translation = moved;
        }
        const parent = posed[joint.parent];
        posed.push({
            name: joint.name,
            parent: joint.parent,
            position: parent ? AddVector3(parent.position, RotateVector3(parent.rotation, translation)) : translation,
            rotation: parent ? MultiplyQuaternion(parent.rotation, rotation) : rotation,
        });
    }
    return posed;
}
