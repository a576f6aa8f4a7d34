#include <sortRange>
#include <workgroupScan>

// Moves every key, and the index that goes with it, to its place in the order of one digit; one workgroup a tile. Stable: keys
// of equal digit keep their order, within a tile by their rank and between tiles by the histogram. Culled keys stay behind.
//
// The rank counts, per thread and digit, the keys before it. Counters are 16 bits wide and share words in pairs: digit d and
// digit d + 8, so that one scan over the words runs eight digits in the low and eight in the high halves. (After Merrill and
// Grimshaw, "High performance and scalable radix sorting", 2011.)

const CounterLanes = SortDigits / 2u;
const HighHalf = 16u;

@group(0) @binding(0) var<storage, read> range: SortRange;
@group(0) @binding(1) var<uniform> digit: SortDigit;
@group(0) @binding(2) var<storage, read> keysIn: array<u32>;
@group(0) @binding(3) var<storage, read> indicesIn: array<u32>;
@group(0) @binding(4) var<storage, read> histogram: array<u32>;
@group(0) @binding(5) var<storage, read_write> keysOut: array<u32>;
@group(0) @binding(6) var<storage, read_write> indicesOut: array<u32>;

// Lane by lane, thread by thread within a lane: a scan over it runs through all threads of a digit before the next digit.
var<workgroup> counters: array<u32, CounterLanes * WorkgroupSize>;
// Where the keys of a digit go: offset in the whole minus the digit's first counter in the tile.
var<workgroup> digitBase: array<u32, SortDigits>;

fn counterOf(digitValue: u32, thread: u32) -> u32 {
    return (digitValue % CounterLanes) * WorkgroupSize + thread;
}

fn counterShift(digitValue: u32) -> u32 {
    return select(0u, HighHalf, digitValue >= CounterLanes);
}

// Exclusive prefix sum over the counters: each thread sums a run of words, the runs are scanned.
fn scanCounters(thread: u32) {
    let first = thread * CounterLanes;
    var sum = 0u;
    for (var i = 0u; i < CounterLanes; i++) {
        sum += counters[first + i];
    }
    // Halves do not overflow into each other, as a tile has fewer than 65,536 keys. Both begin at 0: only differences within a
    // digit are used.
    var before = scanWorkgroup(thread, sum).before;
    for (var i = 0u; i < CounterLanes; i++) {
        let value = counters[first + i];
        counters[first + i] = before;
        before += value;
    }
    workgroupBarrier();
}

@compute @workgroup_size(WorkgroupSize)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
    let firstKey = group.x * SortTileSize + thread * SortKeysPerThread;
    var keys: array<u32, SortKeysPerThread>;
    // How many keys of the same digit this thread has before each.
    var ranks: array<u32, SortKeysPerThread>;
    for (var lane = 0u; lane < CounterLanes; lane++) {
        counters[lane * WorkgroupSize + thread] = 0u;
    }
    for (var i = 0u; i < SortKeysPerThread; i++) {
        keys[i] = CulledKey;
        if firstKey + i < range.keyCount {
            keys[i] = keysIn[firstKey + i];
        }
        if keys[i] != CulledKey {
            // A thread counts in words of its own: no barrier, no atomics.
            let value = digitOf(keys[i], digit);
            let counter = counterOf(value, thread);
            ranks[i] = (counters[counter] >> counterShift(value)) & 0xffffu;
            counters[counter] += 1u << counterShift(value);
        }
    }
    workgroupBarrier();
    scanCounters(thread);
    if thread < SortDigits {
        let firstCounter = (counters[counterOf(thread, 0u)] >> counterShift(thread)) & 0xffffu;
        digitBase[thread] = histogram[thread * range.tiles + group.x] - firstCounter;
    }
    workgroupBarrier();
    for (var i = 0u; i < SortKeysPerThread; i++) {
        if keys[i] != CulledKey {
            let value = digitOf(keys[i], digit);
            let before = (counters[counterOf(value, thread)] >> counterShift(value)) & 0xffffu;
            let place = digitBase[value] + before + ranks[i];
            keysOut[place] = keys[i];
            if digit.isFirstPass != 0u {
                indicesOut[place] = firstKey + i;
            } else {
                indicesOut[place] = indicesIn[firstKey + i];
            }
        }
    }
}
