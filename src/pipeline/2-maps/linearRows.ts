import { SkinMatrixFloats } from "../1-pose/skinMatrix.js";

/**
 * Vectors that are linear in a list of matrices: row r is v = Σ Mₘ c over its entries (m, c), with 3×4 matrices M and c of four
 * numbers. Everything that pose and camera give to the networks is written so, and one loop evaluates it. The WGSL twin is
 * `shaders/include/linearRows.wgsl`.
 */
export interface ILinearRows {
    /** [R] where the row's vector belongs; what that means is up to the table. */
    readonly targets: Uint32Array;
    /** [R+1] first entry of each row, and the number of entries. */
    readonly firstEntries: Uint32Array;
    /** [E] index m of a matrix. */
    readonly matrixIndices: Uint32Array;
    /** [E,4] c. */
    readonly coefficients: Float32Array;
}

/** Collects rows, one after the other: millions of entries in a large model, so in typed arrays that grow. */
export class LinearRowsBuilder {
    private readonly _targets: number[] = [];
    private readonly _firstEntries: number[] = [];
    private _matrixIndices = new Uint32Array(4096);
    private _coefficients = new Float32Array(4 * 4096);
    private _entryCount = 0;

    /** Begins a row. @param target where its vector belongs */
    public addRow(target: number): void {
        this._targets.push(target);
        this._firstEntries.push(this._entryCount);
    }

    /**
     * Adds M·c to the row that was begun last.
     *
     * @param matrix index of M
     * @param x first number of c
     * @param y second number
     * @param z third number
     * @param w fourth number: 1 moves by the matrix's translation, 0 does not
     */
    public addEntry(matrix: number, x: number, y: number, z: number, w: number): void {
        const entry = this._entryCount++;
        if (entry === this._matrixIndices.length) {
            this._grow();
        }
        this._matrixIndices[entry] = matrix;
        this._coefficients[entry * 4] = x;
        this._coefficients[entry * 4 + 1] = y;
        this._coefficients[entry * 4 + 2] = z;
        this._coefficients[entry * 4 + 3] = w;
    }

    /** The rows. */
    public build(): ILinearRows {
        return {
            targets: new Uint32Array(this._targets),
            firstEntries: new Uint32Array([...this._firstEntries, this._entryCount]),
            matrixIndices: this._matrixIndices.slice(0, this._entryCount),
            coefficients: this._coefficients.slice(0, this._entryCount * 4),
        };
    }

    private _grow(): void {
        const { _matrixIndices: indices, _coefficients: coefficients } = this;
        this._matrixIndices = new Uint32Array(indices.length * 2);
        this._matrixIndices.set(indices);
        this._coefficients = new Float32Array(coefficients.length * 2);
        this._coefficients.set(coefficients);
    }
}

/**
 * The vector of one row. Allocates nothing.
 *
 * @param rows the table
 * @param row which row
 * @param matrices [M,12] rows of 3×4 matrices
 * @param result receives x, y and z, `stride` apart
 * @param offset index of x
 * @param stride distance of the three numbers
 */
export function EvaluateLinearRow(
    rows: ILinearRows,
    row: number,
    matrices: Float32Array,
    result: Float32Array,
    offset: number,
    stride: number,
): void {
    const { firstEntries, matrixIndices, coefficients } = rows;
    const end = firstEntries[row + 1]!;
    for (let axis = 0; axis < 3; axis++) {
        let sum = 0;
        for (let entry = firstEntries[row]!; entry < end; entry++) {
            const m = matrixIndices[entry]! * SkinMatrixFloats + axis * 4;
            const c = entry * 4;
            sum +=
                matrices[m]! * coefficients[c]! +
                matrices[m + 1]! * coefficients[c + 1]! +
                matrices[m + 2]! * coefficients[c + 2]! +
                matrices[m + 3]! * coefficients[c + 3]!;
        }
        result[offset + axis * stride] = sum;
    }
}
