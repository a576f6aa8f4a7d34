#include <featureRange>
#include <linearIndex>

// Blended features → a tensor [C,H,W] over a background of 1, as the networks behind it were trained; alpha and expected distance
// [2,H,W] beside it. One thread a pixel.

@group(0) @binding(0) var<uniform> range: FeatureRange;
@group(0) @binding(1) var pictures: texture_2d_array<f32>;
@group(0) @binding(2) var<storage, read_write> tensor: array<f32>;
@group(0) @binding(3) var<storage, read_write> coverage: array<f32>;

@compute @workgroup_size(WorkgroupSize)
fn main(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) thread: u32
) {
    let size = textureDimensions(pictures);
    let pixel = linearIndex(group, groups, thread);
    let area = size.x * size.y;
    if pixel >= area {
        return;
    }
    let place = vec2u(pixel % size.x, pixel / size.x);
    let alpha = textureLoad(pictures, place, 0, 0).a;
    coverage[pixel] = alpha;
    for (var layer = 0u; layer < range.layers; layer++) {
        let value = textureLoad(pictures, place, layer, 0);
        for (var i = 0u; i < 3u; i++) {
            let channel = layer * 3u + i;
            if channel < range.channels {
                tensor[channel * area + pixel] = value[i] + 1.0 - value.a;
            } else if channel == range.channels {
                coverage[area + pixel] = value[i] / max(alpha, 1e-6);
            }
        }
    }
}
