// Index of a thread in a dispatch that was folded into rows. Twin: src/pipeline/workgroupGrid.ts.
fn linearIndex(group: vec3u, groups: vec3u, thread: u32) -> u32 {
    return (group.y * groups.x + group.x) * WorkgroupSize + thread;
}
