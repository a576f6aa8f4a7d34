#include <sortRange>

// Sizes the rest of the sort and the draw by the number of visible Gaussians. One thread.

// Word by word: src/pipeline/5-sort/drawArgumentsLayout.ts.
struct DrawArguments {
    indexCount: u32,
    instanceCount: u32,
    firstIndex: u32,
    baseVertex: u32,
    firstInstance: u32,
    visibleCount: u32,
}

@group(0) @binding(0) var<storage, read> total: u32;
@group(0) @binding(1) var<storage, read_write> visibleRange: SortRange;
@group(0) @binding(2) var<storage, read_write> drawArguments: DrawArguments;

@compute @workgroup_size(1)
fn main() {
    let visible = total;
    visibleRange = SortRange((visible + SortTileSize - 1u) / SortTileSize, 1u, 1u, visible);
    let instances = (visible + SplatsPerInstance - 1u) / SplatsPerInstance;
    drawArguments = DrawArguments(SplatsPerInstance * 6u, instances, 0u, 0u, 0u, visible);
}
