#include <sortRange>
#include <workgroupScan>

// Exclusive prefix sum over the histogram, in place, by a single workgroup that carries the sum from chunk to chunk. A million
// Gaussians have a histogram of 7,824 numbers: eight chunks, not worth a second level.

const ValuesPerThread = 4u;
const ValuesPerChunk = ValuesPerThread * WorkgroupSize;

@group(0) @binding(0) var<storage, read> range: SortRange;
@group(0) @binding(1) var<storage, read_write> histogram: array<u32>;
@group(0) @binding(2) var<storage, read_write> total: u32;

var<workgroup> chunkCount: u32;

@compute @workgroup_size(WorkgroupSize)
fn main(@builtin(local_invocation_index) thread: u32) {
    let valueCount = range.tiles * SortDigits;
    if thread == 0u {
        chunkCount = (valueCount + ValuesPerChunk - 1u) / ValuesPerChunk;
    }
    // Barriers stand in uniform control flow only, so the loop's end has to be known to be the same for all threads.
    let chunks = workgroupUniformLoad(&chunkCount);
    var carry = 0u;
    for (var chunk = 0u; chunk < chunks; chunk++) {
        let first = chunk * ValuesPerChunk + thread * ValuesPerThread;
        var values: array<u32, ValuesPerThread>;
        var sum = 0u;
        for (var i = 0u; i < ValuesPerThread; i++) {
            values[i] = sum;
            if first + i < valueCount {
                sum += histogram[first + i];
            }
        }
        let scan = scanWorkgroup(thread, sum);
        for (var i = 0u; i < ValuesPerThread; i++) {
            if first + i < valueCount {
                histogram[first + i] = carry + scan.before + values[i];
            }
        }
        carry += scan.total;
        workgroupBarrier();
    }
    if thread == 0u {
        total = carry;
    }
}
