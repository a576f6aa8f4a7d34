/*
 * 4 × 4 matrices of row vectors, m[row · 4 + column], as Babylon has them, in double precision and without making objects:
 * what leads from one camera's depth buffer to another's picture loses too much in singles.
 */

/** A matrix, [16]. */
export type PackedMatrix4 = Float64Array;

/**
 * out = a · b.
 *
 * @param a first applied to a row vector
 * @param b then applied
 * @param out receives the product; neither of the two
 */
export function MultiplyPacked4(a: ArrayLike<number>, b: ArrayLike<number>, out: PackedMatrix4): void {
    for (let row = 0; row < 16; row += 4) {
        for (let column = 0; column < 4; column++) {
            out[row + column] =
                a[row]! * b[column]! +
                a[row + 1]! * b[4 + column]! +
                a[row + 2]! * b[8 + column]! +
                a[row + 3]! * b[12 + column]!;
        }
    }
}

/**
 * The matrix of a 3 × 4 one for column vectors, [12] row by row.
 *
 * @param rows holds it
 * @param at where it begins
 * @param out receives the matrix
 */
export function FromRowsPacked4(rows: ArrayLike<number>, at: number, out: PackedMatrix4): void {
    for (let row = 0; row < 4; row++) {
        for (let column = 0; column < 3; column++) {
            out[row * 4 + column] = rows[at + column * 4 + row]!;
        }
        out[row * 4 + 3] = row === 3 ? 1 : 0;
    }
}

/**
 * out = (point, 1) · m, of an affine matrix.
 *
 * @param m the matrix
 * @param point [3]
 * @param out [3] receives the place; not `point`
 */
export function TransformPacked4(m: ArrayLike<number>, point: ArrayLike<number>, out: Float64Array): void {
    for (let axis = 0; axis < 3; axis++) {
        out[axis] = point[0]! * m[axis]! + point[1]! * m[4 + axis]! + point[2]! * m[8 + axis]! + m[12 + axis]!;
    }
}

const Work = new Float64Array(32);

/**
 * out = m⁻¹, by elimination with the largest pivots.
 *
 * @param m any matrix
 * @param out receives the inverse; not `m`
 * @returns false when there is none; `out` is of no use then
 */
export function InvertPacked4(m: ArrayLike<number>, out: PackedMatrix4): boolean {
    for (let row = 0; row < 4; row++) {
        for (let column = 0; column < 4; column++) {
            Work[row * 8 + column] = m[row * 4 + column]!;
            Work[row * 8 + 4 + column] = row === column ? 1 : 0;
        }
    }
    for (let column = 0; column < 4; column++) {
        let pivot = column;
        for (let row = column + 1; row < 4; row++) {
            if (Math.abs(Work[row * 8 + column]!) > Math.abs(Work[pivot * 8 + column]!)) {
                pivot = row;
            }
        }
        const divisor = Work[pivot * 8 + column]!;
        if (!(Math.abs(divisor) > 1e-30)) {
            return false;
        }
        for (let k = 0; k < 8; k++) {
            const value = Work[pivot * 8 + k]! / divisor;
            Work[pivot * 8 + k] = Work[column * 8 + k]!;
            Work[column * 8 + k] = value;
        }
        for (let row = 0; row < 4; row++) {
            const factor = row === column ? 0 : Work[row * 8 + column]!;
            for (let k = 0; k < 8; k++) {
                Work[row * 8 + k]! -= factor * Work[column * 8 + k]!;
            }
        }
    }
    for (let row = 0; row < 4; row++) {
        for (let column = 0; column < 4; column++) {
            out[row * 4 + column] = Work[row * 8 + 4 + column]!;
        }
    }
    return true;
}
