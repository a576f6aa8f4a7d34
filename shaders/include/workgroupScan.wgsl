var<workgroup> scanSums: array<u32, WorkgroupSize>;

struct WorkgroupScan {
    before: u32,
    total: u32,
}

// Sums over the threads of a workgroup: of those before this one, and of all. Every thread of the workgroup must call it.
fn scanWorkgroup(thread: u32, value: u32) -> WorkgroupScan {
    scanSums[thread] = value;
    workgroupBarrier();
    for (var reach = 1u; reach < WorkgroupSize; reach *= 2u) {
        var other = 0u;
        if thread >= reach {
            other = scanSums[thread - reach];
        }
        workgroupBarrier();
        scanSums[thread] += other;
        workgroupBarrier();
    }
    let result = WorkgroupScan(scanSums[thread] - value, scanSums[WorkgroupSize - 1u]);
    // The next call may write only when all have read.
    workgroupBarrier();
    return result;
}
