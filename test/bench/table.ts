/**
 * Prints a table: words to the left, numbers to the right.
 *
 * @param title above it
 * @param head names of the columns
 * @param rows their cells
 */
export function PrintTable(
    title: string,
    head: readonly string[],
    rows: readonly (readonly (string | number)[])[],
): void {
    const cells = [head, ...rows].map((row) => row.map((cell) => (typeof cell === "number" ? Round(cell) : cell)));
    const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
    console.log(`\n${title}`);
    cells.forEach((row, line) => {
        const isNumber = (column: number): boolean => typeof (rows[Math.max(0, line - 1)] ?? [])[column] === "number";
        console.log(
            row
                .map((cell, column) =>
                    isNumber(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
                )
                .join("  "),
        );
    });
}

/** Three significant digits, without an exponent. */
function Round(value: number): string {
    return Math.abs(value) >= 1000 ? value.toFixed(0) : Number(value.toPrecision(3)).toString();
}
