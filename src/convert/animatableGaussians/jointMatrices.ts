import { SmplxJointNames, SmplxJointParents } from "../../format/bodyModel.js";

/** Joints of the body model. */
export const JointCount = SmplxJointNames.length;

/** Numbers of a 3×4 matrix, row by row. */
export const MatrixSize = 12;

/** The published canonical pose: both hips turned outwards about z, radians. */
const CanonicalHipAngle = (25 * Math.PI) / 180;
const LeftHip = SmplxJointNames.indexOf("left_hip");
const RightHip = SmplxJointNames.indexOf("right_hip");

/** The canonical pose: [55,3] rotation vectors, radians. */
export const CanonicalPose: Float64Array = CanonicalAngles();

function CanonicalAngles(): Float64Array {
    const pose = new Float64Array(JointCount * 3);
    pose[LeftHip * 3 + 2] = CanonicalHipAngle;
    pose[RightHip * 3 + 2] = -CanonicalHipAngle;
    return pose;
}

/**
 * Rotation matrix of a rotation vector, as the body model's published code makes it.
 *
 * @param vector axis times angle, radians
 * @param at where it stands
 * @param result receives 9 numbers, row by row
 * @param to where
 */
export function RotationMatrix(vector: ArrayLike<number>, at: number, result: Float64Array, to: number): void {
    // The published code adds this to each component, which keeps the angle from being zero.
    const tiny = 1e-8;
    const [vx, vy, vz] = [vector[at]!, vector[at + 1]!, vector[at + 2]!];
    const angle = Math.hypot(vx + tiny, vy + tiny, vz + tiny);
    const [x, y, z] = [vx / angle, vy / angle, vz / angle];
    const [s, c] = [Math.sin(angle), 1 - Math.cos(angle)];
    result[to] = 1 - c * (y * y + z * z);
    result[to + 1] = c * x * y - s * z;
    result[to + 2] = c * x * z + s * y;
    result[to + 3] = c * x * y + s * z;
    result[to + 4] = 1 - c * (x * x + z * z);
    result[to + 5] = c * y * z - s * x;
    result[to + 6] = c * x * z - s * y;
    result[to + 7] = c * y * z + s * x;
    result[to + 8] = 1 - c * (x * x + y * y);
}

/**
 * Rotations of all joints in a pose, those of their parents included.
 *
 * @param pose [55,3] rotation vectors, radians
 * @returns [55,9] matrices, row by row
 */
export function WorldRotations(pose: ArrayLike<number>): Float64Array {
    const worlds = new Float64Array(JointCount * 9);
    const local = new Float64Array(9);
    for (let joint = 0; joint < JointCount; joint++) {
        const parent = SmplxJointParents[joint]!;
        RotationMatrix(pose, joint * 3, local, 0);
        if (parent < 0) {
            worlds.set(local, joint * 9);
        } else {
            Multiply3(worlds, parent * 9, local, 0, worlds, joint * 9);
        }
    }
    return worlds;
}

/**
 * Skinning matrices of a pose: what moves the body at rest into it.
 *
 * @param joints [55,3] joints at rest, metres
 * @param pose [55,3] rotation vectors, radians
 * @returns [55,12] 3×4 matrices, row by row
 */
export function SkinningMatrices(joints: ArrayLike<number>, pose: ArrayLike<number>): Float64Array {
    const worlds = WorldRotations(pose);
    const matrices = new Float64Array(JointCount * MatrixSize);
    for (let joint = 0; joint < JointCount; joint++) {
        const parent = SmplxJointParents[joint]!;
        for (let row = 0; row < 3; row++) {
            const at = joint * MatrixSize + row * 4;
            // A joint moves as its parent moves it: t = t_parent + (R_parent − R) J.
            let moved = parent < 0 ? joints[joint * 3 + row]! : matrices[parent * MatrixSize + row * 4 + 3]!;
            for (let column = 0; column < 3; column++) {
                const own = worlds[joint * 9 + row * 3 + column]!;
                const above = parent < 0 ? 0 : worlds[parent * 9 + row * 3 + column]!;
                matrices[at + column] = own;
                moved += (above - own) * joints[joint * 3 + column]!;
            }
            matrices[at + 3] = moved;
        }
    }
    return matrices;
}

/**
 * What moves the canonical body into a pose.
 *
 * @param joints [55,3] joints at rest, metres
 * @param pose [55,3] rotation vectors, radians
 * @returns [55,12] 3×4 matrices, row by row
 */
export function CanonicalToPose(joints: ArrayLike<number>, pose: ArrayLike<number>): Float64Array {
    const posed = SkinningMatrices(joints, pose);
    const canonical = InvertRigid(SkinningMatrices(joints, CanonicalPose));
    const matrices = new Float64Array(posed.length);
    for (let at = 0; at < posed.length; at += MatrixSize) {
        MultiplyAffine(posed, at, canonical, at, matrices, at);
    }
    return matrices;
}

/** Inverses of 3×4 matrices that turn and move. */
function InvertRigid(matrices: Float64Array): Float64Array {
    const inverses = new Float64Array(matrices.length);
    for (let at = 0; at < matrices.length; at += MatrixSize) {
        for (let row = 0; row < 3; row++) {
            let moved = 0;
            for (let column = 0; column < 3; column++) {
                inverses[at + row * 4 + column] = matrices[at + column * 4 + row]!;
                moved -= matrices[at + column * 4 + row]! * matrices[at + column * 4 + 3]!;
            }
            inverses[at + row * 4 + 3] = moved;
        }
    }
    return inverses;
}

function Multiply3(a: Float64Array, aAt: number, b: Float64Array, bAt: number, result: Float64Array, at: number): void {
    for (let row = 0; row < 3; row++) {
        for (let column = 0; column < 3; column++) {
            let sum = 0;
            for (let k = 0; k < 3; k++) {
                sum += a[aAt + row * 3 + k]! * b[bAt + k * 3 + column]!;
            }
            result[at + row * 3 + column] = sum;
        }
    }
}

/**
 * Product of two 3×4 matrices inside packed arrays: moved by b, then by a.
 *
 * @param a first factor
 * @param aAt where it stands
 * @param b second factor
 * @param bAt where it stands
 * @param result receives the product; none of the factors
 * @param at where
 */
export function MultiplyAffine(
    a: Float64Array,
    aAt: number,
    b: Float64Array,
    bAt: number,
    result: Float64Array,
    at: number,
): void {
    for (let row = 0; row < 3; row++) {
        for (let column = 0; column < 4; column++) {
            let sum = column === 3 ? a[aAt + row * 4 + 3]! : 0;
            for (let k = 0; k < 3; k++) {
                sum += a[aAt + row * 4 + k]! * b[bAt + k * 4 + column]!;
            }
            result[at + row * 4 + column] = sum;
        }
    }
}

/**
 * The model's own inverse bind matrices: from canonical space to the joint at rest.
 *
 * @param joints [55,3] joints at rest, metres
 * @returns [55,16] column-major
 */
export function CanonicalInverseBindMatrices(joints: ArrayLike<number>): Float32Array {
    const rest = new Float64Array(JointCount * 3);
    const toRest = CanonicalToPose(joints, rest);
    const matrices = new Float32Array(JointCount * 16);
    for (let joint = 0; joint < JointCount; joint++) {
        for (let row = 0; row < 3; row++) {
            for (let column = 0; column < 4; column++) {
                matrices[joint * 16 + column * 4 + row] =
                    toRest[joint * MatrixSize + row * 4 + column]! - (column === 3 ? joints[joint * 3 + row]! : 0);
            }
        }
        matrices[joint * 16 + 15] = 1;
    }
    return matrices;
}
