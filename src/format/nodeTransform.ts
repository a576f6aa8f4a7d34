import { type IGltfNode } from "./gltfJson.js";

/** Rest translation and rotation of a node. */
export interface ILocalTransform {
    /** Metres, relative to the parent. */
    readonly translation: [number, number, number];
    /** Unit quaternion xyzw, relative to the parent. */
    readonly rotation: [number, number, number, number];
    /** What keeps the node from being a joint, as the end of a sentence, or null. */
    readonly problem: string | null;
}

/** Scales within this of 1 come from rounding in exporters. */
const ScaleTolerance = 1e-3;

/** Quaternion of the rotation columns of a column-major matrix (Shepperd's method: the largest component leads). */
function QuaternionOfMatrix(m: readonly number[]): [number, number, number, number] {
    const [m00, m01, m02, m10, m11, m12, m20, m21, m22] = [
        m[0]!,
        m[4]!,
        m[8]!,
        m[1]!,
        m[5]!,
        m[9]!,
        m[2]!,
        m[6]!,
        m[10]!,
    ];
    const squares = [1 + m00 - m11 - m22, 1 - m00 + m11 - m22, 1 - m00 - m11 + m22, 1 + m00 + m11 + m22];
    switch (squares.indexOf(Math.max(...squares))) {
        case 0:
            return [squares[0]!, m01 + m10, m02 + m20, m21 - m12];
        case 1:
            return [m01 + m10, squares[1]!, m12 + m21, m02 - m20];
        case 2:
            return [m02 + m20, m12 + m21, squares[2]!, m10 - m01];
        default:
            return [m21 - m12, m02 - m20, m10 - m01, squares[3]!];
    }
}

/**
 * Rest translation and rotation of a node, from its properties or from its matrix.
 *
 * @param node the node
 * @returns the transform; `problem` is set when the node scales, mirrors or has no direction
 */
export function LocalTransform(node: IGltfNode): ILocalTransform {
    const matrix = node.matrix;
    const scale =
        matrix === undefined
            ? (node.scale ?? [1, 1, 1])
            : [0, 4, 8].map((c) => Math.hypot(matrix[c]!, matrix[c + 1]!, matrix[c + 2]!));
    const translation: [number, number, number] =
        matrix === undefined ? [...(node.translation ?? [0, 0, 0])] : [matrix[12]!, matrix[13]!, matrix[14]!];
    const raw = matrix === undefined ? (node.rotation ?? [0, 0, 0, 1]) : QuaternionOfMatrix(matrix);
    const length = Math.hypot(...raw);
    let problem: string | null = null;
    if (scale.some((value) => Math.abs(value - 1) > ScaleTolerance)) {
        problem = `has scale ${scale.map((value) => value.toPrecision(4)).join(", ")}: apply scales before export`;
    } else if (length < 1e-3 || (matrix === undefined && Math.abs(length - 1) > 1e-2)) {
        problem = `has a rotation of length ${length}: give a unit quaternion`;
    }
    const rotation = length < 1e-3 ? [0, 0, 0, 1] : raw.map((value) => value / length);
    return { translation, rotation: rotation as [number, number, number, number], problem };
}

/**
 * Whether a node leaves what is below it in place.
 *
 * @param node the node
 * @returns true when its transform is the identity
 */
export function IsIdentity(node: IGltfNode): boolean {
    const { translation, rotation, problem } = LocalTransform(node);
    return problem === null && Math.hypot(...translation) < 1e-6 && Math.abs(rotation[3]) > 1 - 1e-9;
}
