/**
 * Picks items spread evenly over a list.
 *
 * @param items the list
 * @param most how many at most
 * @returns the first, the last and those between, in order
 */
export function SpreadEvenly<T>(items: readonly T[], most: number): T[] {
    if (items.length <= most) {
        return [...items];
    }
    return Array.from({ length: most }, (_, i) => items[Math.floor((i * (items.length - 1)) / Math.max(1, most - 1))]!);
}
