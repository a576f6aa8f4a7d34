/** Columns that are computed at a time; widths of matrices are padded with zeros to a multiple of it. */
const Block = 4;

/**
 * A width, padded so that {@link MultiplyRows} takes it.
 *
 * @param width numbers
 */
export function PaddedWidth(width: number): number {
    return Math.ceil(width / Block) * Block;
}

/**
 * C = A Bᵀ for matrices of long rows: two rows by four at a time, which keeps what is summed in registers. Some two billion
 * multiply-accumulates a second, several times as many as one sum after the other.
 *
 * @param a [rows,inner]
 * @param b [outputs,inner]
 * @param c [rows,outputs] receives the products
 * @param rows even
 * @param outputs a multiple of four
 * @param inner length of the rows
 */
export function MultiplyRows(
    a: Float64Array,
    b: Float64Array,
    c: Float64Array,
    rows: number,
    outputs: number,
    inner: number,
): void {
    for (let row = 0; row < rows; row += 2) {
        const [a0, a1] = [row * inner, (row + 1) * inner];
        for (let output = 0; output < outputs; output += Block) {
            const b0 = output * inner;
            const [b1, b2, b3] = [b0 + inner, b0 + 2 * inner, b0 + 3 * inner];
            let [c00, c01, c02, c03, c10, c11, c12, c13] = [0, 0, 0, 0, 0, 0, 0, 0];
            for (let i = 0; i < inner; i++) {
                const x0 = a[a0 + i]!;
                const x1 = a[a1 + i]!;
                const y0 = b[b0 + i]!;
                const y1 = b[b1 + i]!;
                const y2 = b[b2 + i]!;
                const y3 = b[b3 + i]!;
                c00 += x0 * y0;
                c01 += x0 * y1;
                c02 += x0 * y2;
                c03 += x0 * y3;
                c10 += x1 * y0;
                c11 += x1 * y1;
                c12 += x1 * y2;
                c13 += x1 * y3;
            }
            let at = row * outputs + output;
            c[at] = c00;
            c[at + 1] = c01;
            c[at + 2] = c02;
            c[at + 3] = c03;
            at += outputs;
            c[at] = c10;
            c[at + 1] = c11;
            c[at + 2] = c12;
            c[at + 3] = c13;
        }
    }
}
