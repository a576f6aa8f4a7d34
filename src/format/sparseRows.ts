/** Rows of a sparse accessor over zeros. */
export interface ISparseRows {
    /** [K] rows that are stored, strictly ascending. */
    readonly indices: Uint32Array;
    /** [K,C] their values. */
    readonly values: Float32Array;
}

/** The rows of an accessor of zeros. */
export const NoRows: ISparseRows = { indices: new Uint32Array(0), values: new Float32Array(0) };

function IsMoved(dense: Float32Array, row: number, components: number): boolean {
    for (let k = row * components; k < (row + 1) * components; k++) {
        if (dense[k] !== 0) {
            return true;
        }
    }
    return false;
}

/**
 * Counts the rows that are not zero.
 *
 * @param dense [N,C] numbers
 * @param components C
 * @returns how many rows {@link ThinOut} keeps
 */
export function CountMovedRows(dense: Float32Array, components: number): number {
    let count = 0;
    for (let row = 0; row * components < dense.length; row++) {
        count += IsMoved(dense, row, components) ? 1 : 0;
    }
    return count;
}

/**
 * Keeps the rows that are not zero.
 *
 * @param dense [N,C] numbers
 * @param components C
 * @param count what {@link CountMovedRows} gives
 * @returns the rows
 */
export function ThinOut(dense: Float32Array, components: number, count: number): ISparseRows {
    const indices = new Uint32Array(count);
    const values = new Float32Array(count * components);
    for (let row = 0, kept = 0; kept < count; row++) {
        if (IsMoved(dense, row, components)) {
            values.set(dense.subarray(row * components, (row + 1) * components), kept * components);
            indices[kept++] = row;
        }
    }
    return { indices, values };
}

/**
 * Finds the first index that breaks the order of a sparse accessor.
 *
 * @param indices row numbers
 * @param count number of rows of the accessor
 * @returns position of an index that does not ascend or leaves the accessor, or -1
 */
export function FindWrongIndex(indices: Float32Array, count: number): number {
    return indices.findIndex((row, k) => row >= count || (k > 0 && row <= indices[k - 1]!));
}
