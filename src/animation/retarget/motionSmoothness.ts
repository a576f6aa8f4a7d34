import { InverseMultiplyPacked } from "../../math/packedQuaternion.js";
import { BodyJointCount } from "../pose/bodyPose.js";
import { type ComparedBody } from "./comparedBody.js";
import { ComparedPositions, ComparedRotations } from "./comparedBones.js";

const Frames = 4;

/** The last frames of one body: positions of joints with their travel, rotations and how far they turned. */
class Track {
    public readonly turns = new Float64Array(BodyJointCount);
    public jerk = 0;
    private readonly _positions = Array.from({ length: Frames }, () => new Float64Array(BodyJointCount * 3));
    private readonly _rotations = new Float64Array(BodyJointCount * 4);
    private readonly _step = new Float64Array(4);
    private _count = 0;

    public add({ positions, hips, rotations }: ComparedBody, nodes: Int32Array): void {
        const newest = this._positions.pop()!;
        this._positions.unshift(newest);
        for (let i = 0; i < newest.length; i++) {
            newest[i] = positions[i]! + hips[i % 3]!;
        }
        this._count++;
        if (this._count >= Frames) {
            this._addJerk(nodes);
        }
        for (const [, joint] of ComparedRotations) {
            InverseMultiplyPacked(this._rotations, joint * 4, rotations, joint * 4, this._step, 0);
            const sine = Math.hypot(this._step[0]!, this._step[1]!, this._step[2]!);
            const turn = (2 * Math.atan2(sine, Math.abs(this._step[3]!)) * 180) / Math.PI;
            this.turns[joint] = this._count > 1 && Number.isFinite(turn) ? turn : 0;
        }
        this._rotations.set(rotations);
    }

    private _addJerk(nodes: Int32Array): void {
        const [a, b, c, d] = this._positions;
        for (const joint of ComparedPositions) {
            if (nodes[joint]! >= 0) {
                let squared = 0;
                for (let i = joint * 3; i < joint * 3 + 3; i++) {
                    squared += (a![i]! - 3 * b![i]! + 3 * c![i]! - d![i]!) ** 2;
                }
                this.jerk += Math.sqrt(squared);
            }
        }
    }
}

/** How smooth a body moves next to its source: jerk, and jumps that the source does not make. */
export class MotionSmoothness {
    private readonly _nodes: Int32Array;
    private readonly _source = new Track();
    private readonly _target = new Track();
    /** Turns of the source one and two frames ago, and of the body one frame ago: jumps may come a frame apart. */
    private readonly _sourceBefore = [new Float64Array(BodyJointCount), new Float64Array(BodyJointCount)] as const;
    private readonly _targetBefore = new Float64Array(BodyJointCount);
    private _excess = 0;

    /** @param nodes [55] node of each joint in the source, or -1: only joints that it has are looked at */
    public constructor(nodes: Int32Array) {
        this._nodes = nodes;
    }

    /** Takes the next frame. */
    public add(source: ComparedBody, target: ComparedBody): void {
        this._source.add(source, this._nodes);
        this._target.add(target, this._nodes);
        const [one, two] = this._sourceBefore;
        for (const [, joint] of ComparedRotations) {
            if (this._nodes[joint]! >= 0) {
                const largest = Math.max(this._source.turns[joint]!, one[joint]!, two[joint]!);
                this._excess = Math.max(this._excess, this._targetBefore[joint]! - largest);
            }
        }
        two.set(one);
        one.set(this._source.turns);
        this._targetBefore.set(this._target.turns);
    }

    /** What was gathered. */
    public read(): { jerkRatio: number; discontinuityDegrees: number } {
        const { jerk } = this._source;
        return {
            jerkRatio: jerk > 0 ? this._target.jerk / jerk : 1,
            discontinuityDegrees: this._excess,
        };
    }
}
