#include <linearIndex>
#include <linearRows>

// Writes the cosine between the posed normal and the direction to the camera, one thread a pixel of front and back map.

@group(0) @binding(5) var<storage, read_write> viewFront: array<f32>;
@group(0) @binding(6) var<storage, read_write> viewBack: array<f32>;

@compute @workgroup_size(WorkgroupSize)
fn main(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) thread: u32
) {
    let toCameraRow = linearIndex(group, groups, thread) * 2u;
    if toCameraRow >= arrayLength(&targets) {
        return;
    }
    let toCamera = linearRow(toCameraRow);
    // Not renormalised: that is how the networks were trained.
    let normal = linearRow(toCameraRow + 1u);
    let cosine = dot(normal, toCamera) / max(length(toCamera), MinCameraDistance);
    let pixelCount = arrayLength(&viewFront);
    let pixel = targets[toCameraRow];
    if pixel < pixelCount {
        viewFront[pixel] = cosine;
    } else {
        viewBack[pixel - pixelCount] = cosine;
    }
}
