/** Element type, as glTF calls it, of rows of numbers by their width. */
export const RowTypes = { 1: "SCALAR", 3: "VEC3", 4: "VEC4", 16: "MAT4" } as const;

/** Width of a row, numbers. */
export type RowWidth = keyof typeof RowTypes;
