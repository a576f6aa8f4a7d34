/** Sweeps after which Jacobi's method has long converged. */
const MaxSweeps = 60;

/**
 * Solves A x = b for a symmetric, positive definite A, by Cholesky's factors.
 *
 * @param matrix [n,n] A; overwritten
 * @param right [n] b; overwritten with x
 */
export function SolvePositive(matrix: Float64Array, right: Float64Array): void {
    const n = right.length;
    for (let column = 0; column < n; column++) {
        for (let row = column; row < n; row++) {
            let sum = matrix[row * n + column]!;
            for (let k = 0; k < column; k++) {
                sum -= matrix[row * n + k]! * matrix[column * n + k]!;
            }
            const pivot = matrix[column * n + column]!;
            matrix[row * n + column] = row === column ? Math.sqrt(Math.max(sum, Number.MIN_VALUE)) : sum / pivot;
        }
    }
    for (let row = 0; row < n; row++) {
        for (let k = 0; k < row; k++) {
            right[row]! -= matrix[row * n + k]! * right[k]!;
        }
        right[row]! /= matrix[row * n + row]!;
    }
    for (let row = n - 1; row >= 0; row--) {
        for (let k = row + 1; k < n; k++) {
            right[row]! -= matrix[k * n + row]! * right[k]!;
        }
        right[row]! /= matrix[row * n + row]!;
    }
}

/** Eigenvalues and eigenvectors of a symmetric matrix. */
export interface IEigenvectors {
    /** [n] eigenvalues, largest first. */
    readonly values: Float64Array;
    /** [n,n] a unit eigenvector in each row, in the same order. */
    readonly vectors: Float64Array;
}

/**
 * Finds eigenvalues and eigenvectors by Jacobi's rotations.
 *
 * @param matrix [n,n] symmetric; overwritten
 * @param n rows
 * @returns all of them
 */
export function SymmetricEigenvectors(matrix: Float64Array, n: number): IEigenvectors {
    const vectors = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
        vectors[i * n + i] = 1;
    }
    let diagonal = 0;
    for (let i = 0; i < n; i++) {
        diagonal = Math.max(diagonal, Math.abs(matrix[i * n + i]!));
    }
    let isDone = false;
    for (let sweep = 0; sweep < MaxSweeps && !isDone; sweep++) {
        isDone = true;
        for (let p = 0; p < n; p++) {
            for (let q = p + 1; q < n; q++) {
                if (Math.abs(matrix[p * n + q]!) > 1e-14 * diagonal) {
                    RotateJacobi(matrix, vectors, n, p, q);
                    isDone = false;
                }
            }
        }
    }
    const order = Array.from({ length: n }, (_, i) => i).sort((a, b) => matrix[b * n + b]! - matrix[a * n + a]!);
    const sorted = new Float64Array(n * n);
    order.forEach((from, to) => sorted.set(vectors.subarray(from * n, from * n + n), to * n));
    return { values: Float64Array.from(order, (i) => matrix[i * n + i]!), vectors: sorted };
}

/** Turns rows and columns p and q so that the element between them vanishes. */
function RotateJacobi(matrix: Float64Array, vectors: Float64Array, n: number, p: number, q: number): void {
    const theta = (matrix[q * n + q]! - matrix[p * n + p]!) / (2 * matrix[p * n + q]!);
    const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
    const c = 1 / Math.hypot(t, 1);
    const s = t * c;
    for (let k = 0; k < n; k++) {
        const [a, b] = [matrix[k * n + p]!, matrix[k * n + q]!];
        matrix[k * n + p] = c * a - s * b;
        matrix[k * n + q] = s * a + c * b;
    }
    for (const rows of [matrix, vectors]) {
        for (let k = 0; k < n; k++) {
            const [a, b] = [rows[p * n + k]!, rows[q * n + k]!];
            rows[p * n + k] = c * a - s * b;
            rows[q * n + k] = s * a + c * b;
        }
    }
}
