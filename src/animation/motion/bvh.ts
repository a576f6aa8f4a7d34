import { AvatarError } from "../../diagnostics/avatarError.js";
import { type Vector3Tuple } from "../../math/vector3.js";
import { MaxFrameRate, MaxMotionFrames, MaxMotionNumbers, MinFrameRate } from "./motionLimits.js";

/** What is wrong with a BVH file or with the part of it that was asked for. */
export type BvhErrorCode =
    | "not-bvh"
    | "truncated"
    | "invalid-number"
    | "invalid-hierarchy"
    | "invalid-channels"
    | "invalid-frames"
    | "too-large"
    | "invalid-range"
    | "no-rest-pose";

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

/** Channels of a joint: a position and a rotation. */
const MaxJointChannels = 6;

/** Most joints; production rigs have a few hundred. */
const MaxJoints = 4096;

/**
 * Reads a BVH file.
 *
 * @param text contents of the file
 * @param fileName name of the file, for messages
 * @throws BvhError naming what was found and where
 */
export function ReadBvh(text: string, fileName?: string): IBvhMotion {
    try {
        return ReadText(text);
    } catch (cause) {
        if (fileName !== undefined && cause instanceof BvhError) {
            throw new BvhError(cause.code, `${fileName}: ${cause.message}`, { cause });
        }
        throw cause;
    }
}

function ReadText(text: string): IBvhMotion {
    const words = new WordReader(text);
    if (!/^HIERARCHY$/i.test(words.next())) {
        throw new BvhError("not-bvh", 'This is not a BVH file: it does not begin with "HIERARCHY".');
    }
    const { joints, channelCount } = ReadHierarchy(words);
    words.expect("Frames:", "invalid-frames");
    const frameCount = words.number();
    words.expect("Frame", "invalid-frames");
    words.expect("Time:", "invalid-frames");
    const frameTime = words.number();
    const isTime = frameTime >= 1 / MaxFrameRate && frameTime <= 1 / MinFrameRate;
    if (!Number.isInteger(frameCount) || frameCount < 1 || !isTime) {
        throw new BvhError(
            "invalid-frames",
            `BVH states ${frameCount} frames of ${frameTime} s; the frames must be whole and at least 1, the "Frame Time:" ` +
                `${1 / MaxFrameRate} to ${1 / MinFrameRate} s.`,
        );
    }
    if (frameCount > MaxMotionFrames || frameCount * channelCount > MaxMotionNumbers) {
        throw new BvhError(
            "too-large",
            `BVH states ${frameCount} frames of ${channelCount} channels; up to ${MaxMotionFrames} frames and ` +
                `${MaxMotionNumbers} numbers are read: cut the motion into shorter files.`,
        );
    }
    if (words.left !== frameCount * channelCount) {
        throw new BvhError(
            words.left < frameCount * channelCount ? "truncated" : "invalid-frames",
            `BVH states ${frameCount} frames of ${channelCount} channels, ${frameCount * channelCount} numbers, but ` +
                `${words.left} follow. Check that it was copied whole, and that its "Frames:" is right.`,
        );
    }
    const values = Float32Array.from({ length: frameCount * channelCount }, () => words.number());
    return { joints, frameTime, frameCount, channelCount, values };
}

/** The words of the file one after another. */
class WordReader {
    private readonly _words: readonly string[];
    private _at = 0;

    public constructor(text: string) {
        this._words = text.split(/\s+/).filter((word) => word.length > 0);
    }

    /** Number of words not read yet. */
    public get left(): number {
        return this._words.length - this._at;
    }

    public next(): string {
        const word = this._words[this._at++];
        if (word === undefined) {
            throw new BvhError("truncated", "The BVH file ends in the middle. Check that it was copied whole.");
        }
        return word;
    }

    /** A number that fits in 32 bits, as which frames are kept. */
    public number(): number {
        const word = this.next();
        const value = Number(word);
        if (!Number.isFinite(Math.fround(value))) {
            throw new BvhError("invalid-number", `BVH word ${this._at}: expected a number, found "${word}".`);
        }
        return value;
    }

    public expect(wanted: string, code: BvhErrorCode): void {
        const word = this.next();
        if (word.toLowerCase() !== wanted.toLowerCase()) {
            throw new BvhError(code, `BVH word ${this._at}: expected "${wanted}", found "${word}".`);
        }
    }
}

function ReadHierarchy(words: WordReader): { joints: IBvhJoint[]; channelCount: number } {
    const joints: IBvhJoint[] = [];
    const open: number[] = [];
    let channelCount = 0;
    for (;;) {
        const word = words.next();
        if (word === "}") {
            if (open.pop() === undefined) {
                throw new BvhError("invalid-hierarchy", 'BVH hierarchy: a "}" closes no joint. Remove it.');
            }
        } else if (/^MOTION$/i.test(word)) {
            break;
        } else if (/^(ROOT|JOINT|End)$/i.test(word)) {
            const joint = ReadJoint(words, word, joints, open.at(-1) ?? -1, channelCount);
            channelCount += joint.channels.length;
            open.push(joints.push(joint) - 1);
        } else {
            throw new BvhError("invalid-hierarchy", `BVH hierarchy: "${word}" is not ROOT, JOINT, End, } or MOTION.`);
        }
        if (joints.length > MaxJoints) {
            throw new BvhError(
                "too-large",
                `BVH hierarchy: more than ${MaxJoints} joints. Remove those that do not move.`,
            );
        }
    }
    if (open.length > 0) {
        const name = joints[open.at(-1)!]!.name;
        throw new BvhError("invalid-hierarchy", `BVH hierarchy: MOTION begins before joint "${name}" was closed.`);
    }
    if (channelCount === 0) {
        throw new BvhError("invalid-channels", "BVH hierarchy: no joint has channels, so nothing moves.");
    }
    return { joints, channelCount };
}

function ReadJoint(
    words: WordReader,
    kind: string,
    joints: readonly IBvhJoint[],
    parent: number,
    firstChannel: number,
): IBvhJoint {
    const label = words.next();
    if (/^ROOT$/i.test(kind) !== parent < 0) {
        const where = parent < 0 ? "outside of every joint" : `inside of joint "${joints[parent]!.name}"`;
        throw new BvhError("invalid-hierarchy", `BVH hierarchy: ${kind} "${label}" lies ${where}.`);
    }
    words.expect("{", "invalid-hierarchy");
    words.expect("OFFSET", "invalid-hierarchy");
    const isEnd = /^End$/i.test(kind);
    return {
        name: isEnd ? `${joints[parent]!.name}_end` : label,
        parent,
        offset: [words.number(), words.number(), words.number()],
        channels: isEnd ? [] : ReadChannels(words, label),
        firstChannel,
    };
}

function ReadChannels(words: WordReader, joint: string): string[] {
    words.expect("CHANNELS", "invalid-channels");
    const count = words.number();
    if (!Number.isInteger(count) || count < 0 || count > MaxJointChannels) {
        throw new BvhError(
            "invalid-channels",
            `BVH joint "${joint}": ${count} channels; a joint has 0 to ${MaxJointChannels}.`,
        );
    }
    const channels = Array.from({ length: count }, () => words.next());
    const wrong = channels.find((channel) => !ChannelNames.test(channel));
    if (wrong !== undefined) {
        throw new BvhError(
            "invalid-channels",
            `BVH joint "${joint}": unknown channel "${wrong}"; known are Xposition, Xrotation and so on.`,
        );
    }
    return channels;
}
