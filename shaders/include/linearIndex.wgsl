// Index of a thread in a dispatch that was folded into rows. Twin: src/pipeline/workgroupGrid.ts.
fn linearIndex(workgroup: vec3u, workgroups: vec3u, thread: u32) -> u32 {
    return (workgroup.y * workgroups.x + workgroup.x) * WorkgroupSize + thread;
}
