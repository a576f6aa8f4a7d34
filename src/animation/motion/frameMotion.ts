import { type SmplxJointName } from "../../format/bodyModel.js";
import {
    IdentityPacked,
    MultiplyPacked,
    NormalizePacked,
    RotatePacked,
    SlerpPacked,
} from "../../math/packedQuaternion.js";
import { type RestRig } from "../rig/restRig.js";
import { type IMotion } from "./motion.js";
import { type RigPose } from "./rigPose.js";

/** Times this close to a frame, in frames, are that frame: key times stored as 32-bit floats are off by as much. */
const SameFrame = 1e-4;

/** Frames at equal distances, as motion capture files hold them. Nodes rest without local rotation. */
export interface IMotionFrames {
    /** Name of the clip. */
    readonly name: string;
    /** The rig at rest. */
    readonly rig: RestRig;
    /** Nodes that the file itself names as human joints. */
    readonly humanoid?: Readonly<Partial<Record<SmplxJointName, number>>>;
    /** What was assumed about the file, a sentence each. */
    readonly warnings?: readonly string[];
    /** Number of frames, T ≥ 1. */
    readonly frameCount: number;
    /** Frames a second. */
    readonly frameRate: number;
    /** [N,3] translation of every node from its parent. */
    readonly offsets: ArrayLike<number>;
    /** Nodes that turn. */
    readonly turned: readonly number[];
    /** [T,turned,4] their local rotations xyzw. */
    readonly rotations: Float32Array;
    /** Nodes that move against their parent. */
    readonly moved: readonly number[];
    /** [T,moved,3] their translations from the parent. */
    readonly translations: Float32Array | Float64Array;
}

/** A motion of evenly spaced frames: slerp between them, forward kinematics. */
export class FrameMotion implements IMotion {
    /** Name of the clip. */
    public readonly name: string;
    /** The rig at rest. */
    public readonly rig: RestRig;
    /** Nodes that the file itself names as human joints. */
    public readonly humanoid: Readonly<Partial<Record<SmplxJointName, number>>>;
    /** Seconds from the first to the last frame. */
    public readonly duration: number;
    /** Frames a second. */
    public readonly frameRate: number;
    /** What was assumed about the file. */
    public readonly warnings: readonly string[];
    private readonly _frames: IMotionFrames;
    private readonly _parents: Int32Array;
    private readonly _rotations: Float64Array;
    private readonly _translations: Float64Array;

    /** @param frames the frames; their arrays are kept, not copied */
    public constructor(frames: IMotionFrames) {
        const count = frames.rig.length;
        this.name = frames.name;
        this.rig = frames.rig;
        this.humanoid = frames.humanoid ?? {};
        this.warnings = frames.warnings ?? [];
        this.frameRate = frames.frameRate;
        this.duration = (frames.frameCount - 1) / frames.frameRate;
        this._frames = frames;
        this._parents = Int32Array.from(frames.rig, (node) => node.parent);
        this._rotations = new Float64Array(count * 4);
        this._translations = Float64Array.from(frames.offsets);
        for (let node = 0; node < count; node++) {
            IdentityPacked(this._rotations, node * 4);
        }
    }

    /** {@inheritDoc IMotion.sample} */
    public sample(seconds: number, result: RigPose): void {
        this._readLocals(seconds);
        for (let node = 0; node < this._parents.length; node++) {
            const parent = this._parents[node]!;
            if (parent < 0) {
                for (let i = 0; i < 4; i++) {
                    result.rotations[node * 4 + i] = this._rotations[node * 4 + i]!;
                }
                for (let i = 0; i < 3; i++) {
                    result.positions[node * 3 + i] = this._translations[node * 3 + i]!;
                }
                continue;
            }
            MultiplyPacked(result.rotations, parent * 4, this._rotations, node * 4, result.rotations, node * 4);
            RotatePacked(result.rotations, parent * 4, this._translations, node * 3, result.positions, node * 3);
            for (let i = 0; i < 3; i++) {
                result.positions[node * 3 + i]! += result.positions[parent * 3 + i]!;
            }
        }
    }

    private _readLocals(seconds: number): void {
        const { frameCount, frameRate, turned, rotations, moved, translations } = this._frames;
        // Written so that NaN is the first frame.
        const at = seconds > 0 ? Math.min(seconds * frameRate, frameCount - 1) : 0;
        let frame = Math.floor(at + SameFrame);
        let amount = at - frame;
        if (amount < SameFrame) {
            amount = 0;
        } else if (amount > 1 - SameFrame) {
            frame++;
            amount = 0;
        }
        const next = amount > 0 ? frame + 1 : frame;
        for (let i = 0; i < turned.length; i++) {
            const to = turned[i]! * 4;
            const a = (frame * turned.length + i) * 4;
            const b = (next * turned.length + i) * 4;
            if (amount > 0) {
                SlerpPacked(rotations, a, rotations, b, amount, this._rotations, to);
            } else {
                for (let k = 0; k < 4; k++) {
                    this._rotations[to + k] = rotations[a + k]!;
                }
                NormalizePacked(this._rotations, to);
            }
        }
        for (let i = 0; i < moved.length; i++) {
            for (let k = 0; k < 3; k++) {
                const a = translations[(frame * moved.length + i) * 3 + k]!;
                const b = translations[(next * moved.length + i) * 3 + k]!;
                this._translations[moved[i]! * 3 + k] = a + (b - a) * amount;
            }
        }
    }
}
