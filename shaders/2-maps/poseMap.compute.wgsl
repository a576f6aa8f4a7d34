#include <linearIndex>
#include <linearRows>

// Writes what pose and joints give to the networks, one thread a vector: x, y and z lie in planes of their own.

@group(0) @binding(5) var<storage, read_write> poseMap: array<f32>;
// Pixels of a plane.
@group(0) @binding(6) var<uniform> planeSize: u32;

@compute @workgroup_size(WorkgroupSize)
fn main(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) thread: u32
) {
    let row = linearIndex(group, groups, thread);
    if row >= arrayLength(&targets) {
        return;
    }
    let vector = linearRow(row);
    let x = targets[row];
    poseMap[x] = vector.x;
    poseMap[x + planeSize] = vector.y;
    poseMap[x + 2u * planeSize] = vector.z;
}
