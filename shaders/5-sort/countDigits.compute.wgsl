#include <sortRange>

// Counts how often each digit occurs in each tile, one workgroup a tile. Culled keys are counted nowhere.

@group(0) @binding(0) var<storage, read> range: SortRange;
@group(0) @binding(1) var<uniform> digit: SortDigit;
@group(0) @binding(2) var<storage, read> keys: array<u32>;
@group(0) @binding(3) var<storage, read_write> histogram: array<u32>;

var<workgroup> counts: array<atomic<u32>, SortDigits>;

@compute @workgroup_size(WorkgroupSize)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
    if thread < SortDigits {
        atomicStore(&counts[thread], 0u);
    }
    workgroupBarrier();
    for (var step = 0u; step < SortKeysPerThread; step++) {
        let index = group.x * SortTileSize + step * WorkgroupSize + thread;
        if index < range.keyCount {
            let key = keys[index];
            if key != CulledKey {
                // The order of the additions does not matter to a count, so this is as deterministic as a sum.
                atomicAdd(&counts[digitOf(key, digit)], 1u);
            }
        }
    }
    workgroupBarrier();
    if thread < SortDigits {
        histogram[thread * range.tiles + group.x] = atomicLoad(&counts[thread]);
    }
}
