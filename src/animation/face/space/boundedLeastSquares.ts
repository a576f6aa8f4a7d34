/** Sweeps after which a solution is taken as it is; well-posed systems of some hundred unknowns need a few dozen. */
const MaxSweeps = 2000;
/** Changes smaller than this share of the largest unknown end the search. */
const Tolerance = 1e-10;

/**
 * Minimises ½ xᵀA x − bᵀx within bounds, an unknown at a time until none moves (projected coordinate descent).
 *
 * @param matrix [n,n] A: symmetric, positive definite
 * @param b [n]
 * @param least [n] lower bounds
 * @param greatest [n] upper bounds, not below the lower ones
 * @param x [n] where the search starts; receives the solution
 */
export function SolveBounded(
    matrix: ArrayLike<number>,
    b: ArrayLike<number>,
    least: ArrayLike<number>,
    greatest: ArrayLike<number>,
    x: Float64Array,
): void {
    const n = x.length;
    for (let i = 0; i < n; i++) {
        x[i] = Math.min(greatest[i]!, Math.max(least[i]!, x[i]!));
    }
    for (let sweep = 0; sweep < MaxSweeps; sweep++) {
        let [moved, largest] = [0, 1e-12];
        for (let i = 0; i < n; i++) {
            const diagonal = matrix[i * n + i]!;
            if (!(diagonal > 0)) {
                continue; // nothing depends on it
            }
            let slope = b[i]!;
            for (let j = 0; j < n; j++) {
                slope -= matrix[i * n + j]! * x[j]!;
            }
            const next = Math.min(greatest[i]!, Math.max(least[i]!, x[i]! + slope / diagonal));
            moved = Math.max(moved, Math.abs(next - x[i]!));
            x[i] = next;
            largest = Math.max(largest, Math.abs(next));
        }
        if (moved <= Tolerance * largest) {
            return;
        }
    }
}
