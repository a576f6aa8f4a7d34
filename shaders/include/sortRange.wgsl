// What one pass of the sort works on; its first three words are the arguments of an indirect dispatch, one workgroup a tile.
// Word by word: src/pipeline/5-sort/drawArgumentsLayout.ts.
struct SortRange {
    tiles: u32,
    one: u32,
    alsoOne: u32,
    keyCount: u32,
}

// Which digit a pass orders by.
struct SortDigit {
    shift: u32,
    isFirstPass: u32,
}

fn digitOf(key: u32, digit: SortDigit) -> u32 {
    return (key >> digit.shift) & (SortDigits - 1u);
}
