// Sums over the threads of a workgroup, by two levels of runs: three barriers, where doubling distances would take sixteen.
// Software adapters pay for barriers above all; hardware does not mind.

const ScanRun = 16u;
const ScanRuns = WorkgroupSize / ScanRun;

var<workgroup> scanSums: array<u32, WorkgroupSize>;
var<workgroup> scanRunSums: array<u32, ScanRuns + 1u>;

struct WorkgroupScan {
    before: u32,
    total: u32,
}

// Sum of the values of the threads before this one, and of all. Every thread of the workgroup must call it. A workgroup that
// calls it again must pass a barrier in between.
fn scanWorkgroup(thread: u32, value: u32) -> WorkgroupScan {
    scanSums[thread] = value;
    workgroupBarrier();
    if thread < ScanRuns {
        var sum = 0u;
        for (var i = thread * ScanRun; i < (thread + 1u) * ScanRun; i++) {
            let next = scanSums[i];
            scanSums[i] = sum;
            sum += next;
        }
        scanRunSums[thread] = sum;
    }
    workgroupBarrier();
    if thread == 0u {
        var sum = 0u;
        for (var i = 0u; i < ScanRuns; i++) {
            let next = scanRunSums[i];
            scanRunSums[i] = sum;
            sum += next;
        }
        scanRunSums[ScanRuns] = sum;
    }
    workgroupBarrier();
    return WorkgroupScan(scanRunSums[thread / ScanRun] + scanSums[thread], scanRunSums[ScanRuns]);
}
