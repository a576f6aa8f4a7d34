import { MultiplyPacked, RotatePacked } from "../../math/packedQuaternion.js";
import { type ICaptureSubject, type ISubjectJoint } from "./captureSubject.js";

/** Numbers of a matrix: three rows of four. */
const MatrixSize = 12;

/** Forward kinematics of a subject whose joints rest unrotated. Allocates nothing a pose. */
export class SkinMatrices {
    /** [J,3] joints in the pose, metres. */
    public readonly positions: Float64Array;
    /** [J,4] world rotations xyzw. */
    public readonly rotations: Float64Array;
    /** [J,3,4] rows of the transforms rest → pose. */
    public readonly matrices: Float64Array;
    private readonly _joints: readonly ISubjectJoint[];
    private readonly _rest: Float64Array;
    private readonly _offsets: Float64Array;
    private readonly _local = new Float64Array(4);
    private readonly _turned = new Float64Array(3);

    /** @param subject its joints */
    public constructor({ joints, restJoints }: Pick<ICaptureSubject, "joints" | "restJoints">) {
        this._joints = joints;
        this._rest = Float64Array.from(restJoints);
        this._offsets = this._rest.map((value, i) => {
            const parent = joints[Math.floor(i / 3)]!.parent;
            return value - (parent < 0 ? 0 : restJoints[parent * 3 + (i % 3)]!);
        });
        this.positions = Float64Array.from(restJoints);
        this.rotations = new Float64Array(joints.length * 4);
        this.matrices = new Float64Array(joints.length * MatrixSize);
        this.update(
            joints.flatMap(() => [0, 0, 0, 1]),
            [0, 0, 0],
        );
    }

    /**
     * Brings all joints up to date.
     *
     * @param rotations [J,4] local rotations xyzw
     * @param translation [3] metres that the root is away from its place at rest
     */
    public update(rotations: ArrayLike<number>, translation: ArrayLike<number>): void {
        const { positions, rotations: world } = this;
        for (let j = 0; j < this._joints.length; j++) {
            const parent = this._joints[j]!.parent;
            for (let i = 0; i < 4; i++) {
                this._local[i] = rotations[j * 4 + i]!;
            }
            if (parent < 0) {
                world.set(this._local, j * 4);
                for (let i = 0; i < 3; i++) {
                    positions[j * 3 + i] = this._rest[j * 3 + i]! + translation[i]!;
                }
            } else {
                MultiplyPacked(world, parent * 4, this._local, 0, world, j * 4);
                RotatePacked(world, parent * 4, this._offsets, j * 3, this._turned, 0);
                for (let i = 0; i < 3; i++) {
                    positions[j * 3 + i] = positions[parent * 3 + i]! + this._turned[i]!;
                }
            }
            this._setMatrix(j);
        }
    }

    private _setMatrix(j: number): void {
        const { matrices: m, rotations: q } = this;
        const at = j * MatrixSize;
        const [x, y, z, w] = [q[j * 4]!, q[j * 4 + 1]!, q[j * 4 + 2]!, q[j * 4 + 3]!];
        m[at] = 1 - 2 * (y * y + z * z);
        m[at + 1] = 2 * (x * y - w * z);
        m[at + 2] = 2 * (x * z + w * y);
        m[at + 4] = 2 * (x * y + w * z);
        m[at + 5] = 1 - 2 * (x * x + z * z);
        m[at + 6] = 2 * (y * z - w * x);
        m[at + 8] = 2 * (x * z - w * y);
        m[at + 9] = 2 * (y * z + w * x);
        m[at + 10] = 1 - 2 * (x * x + y * y);
        const [rx, ry, rz] = [this._rest[j * 3]!, this._rest[j * 3 + 1]!, this._rest[j * 3 + 2]!];
        for (let row = 0; row < 3; row++) {
            const r = at + row * 4;
            m[r + 3] = this.positions[j * 3 + row]! - (m[r]! * rx + m[r + 1]! * ry + m[r + 2]! * rz);
        }
    }
}

/**
 * Linear blend skinning. Allocates nothing.
 *
 * @param subject its weights
 * @param matrices [J,3,4] transforms rest → pose
 * @param points [V,3] vertices at rest
 * @param result [V,3] receives vertices in the pose
 */
export function SkinPoints(
    { skinJoints, skinWeights }: Pick<ICaptureSubject, "skinJoints" | "skinWeights">,
    matrices: Float64Array,
    points: Float32Array,
    result: Float32Array,
): void {
    const count = points.length / 3;
    for (let v = 0; v < count; v++) {
        const x = points[v * 3]!;
        const y = points[v * 3 + 1]!;
        const z = points[v * 3 + 2]!;
        let px = 0;
        let py = 0;
        let pz = 0;
        for (let k = v * 4; k < v * 4 + 4; k++) {
            const weight = skinWeights[k]!;
            if (weight > 0) {
                const m = skinJoints[k]! * MatrixSize;
                px += weight * (matrices[m]! * x + matrices[m + 1]! * y + matrices[m + 2]! * z + matrices[m + 3]!);
                py += weight * (matrices[m + 4]! * x + matrices[m + 5]! * y + matrices[m + 6]! * z + matrices[m + 7]!);
                pz +=
                    weight * (matrices[m + 8]! * x + matrices[m + 9]! * y + matrices[m + 10]! * z + matrices[m + 11]!);
            }
        }
        result[v * 3] = px;
        result[v * 3 + 1] = py;
        result[v * 3 + 2] = pz;
    }
}
