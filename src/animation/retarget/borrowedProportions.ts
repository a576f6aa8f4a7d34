import { SmplxJointNames, type SmplxJointName } from "../../format/bodyModel.js";
import { BodyJointCount } from "../pose/bodyPose.js";
import { type ComparedBody } from "./comparedBody.js";

const Index = (name: string): number => SmplxJointNames.indexOf(name as SmplxJointName);
/** The mid-point of the shoulders, kept behind the joints. */
const Chest = BodyJointCount;
/** The hips, where compared bodies have their origin. */
const Origin = -1;

/** Bones from the hips outwards, each from its beginning to its end. */
const Bones: readonly (readonly [from: number, to: number])[] = [
    [Origin, Chest],
    [Chest, Index("neck")],
    [Index("neck"), Index("head")],
    ...(["left", "right"] as const).flatMap((side) => {
        const leg = ["hip", "knee", "ankle", "foot"].map((part) => Index(`${side}_${part}`));
        const arm = ["shoulder", "elbow", "wrist"].map((part) => Index(`${side}_${part}`));
        const chain = (joints: readonly number[], root: number): (readonly [number, number])[] =>
            joints.map((joint, i) => [joints[i - 1] ?? root, joint] as const);
        return [...chain(leg, Origin), ...chain(arm, Chest)];
    }),
];

/** A pose of the source on bones as long as the body's: what is left between the two is pose, not build. */
export class BorrowedProportions {
    /** [55,3] joints, hips at the origin. */
    public readonly positions = new Float64Array((BodyJointCount + 1) * 3);
    private readonly _source = new Float64Array((BodyJointCount + 1) * 3);
    private readonly _target = new Float64Array((BodyJointCount + 1) * 3);

    /** Brings the pose up to date. Joints that the source lacks are nowhere: ask only for those it has. */
    public update(source: ComparedBody, target: ComparedBody): void {
        WithChest(source, this._source);
        WithChest(target, this._target);
        for (const [from, to] of Bones) {
            const length = Length(this._target, from, to);
            const own = Length(this._source, from, to);
            for (let i = 0; i < 3; i++) {
                const way = At(this._source, to, i) - At(this._source, from, i);
                this.positions[to * 3 + i] = At(this.positions, from, i) + (own > 0 ? (way * length) / own : 0);
            }
        }
    }
}

function WithChest({ positions }: ComparedBody, result: Float64Array): void {
    result.set(positions);
    const [left, right] = [Index("left_shoulder"), Index("right_shoulder")];
    for (let i = 0; i < 3; i++) {
        result[Chest * 3 + i] = (positions[left * 3 + i]! + positions[right * 3 + i]!) / 2;
    }
}

function At(positions: Float64Array, joint: number, axis: number): number {
    return joint === Origin ? 0 : positions[joint * 3 + axis]!;
}

function Length(positions: Float64Array, from: number, to: number): number {
    return Math.hypot(...[0, 1, 2].map((i) => At(positions, to, i) - At(positions, from, i)));
}
