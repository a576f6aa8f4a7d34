/** Matrices as rows of numbers, column-vector convention: slow, and as a book prints them. */
export type Matrix = readonly (readonly number[])[];

/** A·B. */
export function Multiply(a: Matrix, b: Matrix): Matrix {
    return a.map((row) =>
        (b[0] ?? []).map((_, column) => row.reduce((sum, value, k) => sum + value * At(b, k, column), 0)),
    );
}

/** Aᵀ. */
export function Transpose(a: Matrix): Matrix {
    return (a[0] ?? []).map((_, column) => a.map((row) => row[column] ?? NaN));
}

/** A·v. */
export function Apply(a: Matrix, v: readonly number[]): readonly number[] {
    return a.map((row) => row.reduce((sum, value, k) => sum + value * (v[k] ?? NaN), 0));
}

/** The entry of row and column, counted from 0. */
export function At(a: Matrix, row: number, column: number): number {
    return a[row]?.[column] ?? NaN;
}

/** The upper left n×n block. */
export function Block(a: Matrix, n: number): Matrix {
    return a.slice(0, n).map((row) => row.slice(0, n));
}

/** A matrix in Babylon's memory, `m[row * 4 + column]` of the row-vector matrix, as the column-vector matrix. */
export function FromBabylon(m: ArrayLike<number>): Matrix {
    return [0, 1, 2, 3].map((row) => [0, 1, 2, 3].map((column) => m[column * 4 + row] ?? NaN));
}

/** The column-vector matrix in Babylon's memory. */
export function ToBabylon(a: Matrix): Float32Array {
    return Float32Array.from({ length: 16 }, (_, index) => At(a, index % 4, Math.floor(index / 4)));
}

/** Inverse of a rigid 4×4 transformation: Rᵀ and −Rᵀt. */
export function InvertRigid(a: Matrix): Matrix {
    const rotation = Transpose(Block(a, 3));
    const translation = Apply(
        rotation,
        a.slice(0, 3).map((row) => -(row[3] ?? NaN)),
    );
    return [...rotation.map((row, index) => [...row, translation[index] ?? NaN]), [0, 0, 0, 1]];
}

/** The 3×3 matrix that does nothing. */
export const Identity: Matrix = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
];
