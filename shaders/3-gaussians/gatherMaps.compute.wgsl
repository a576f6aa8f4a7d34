#include <linearIndex>
#include <mapSettings>

// Reads from one output tensor of the networks, [channels, R, R], what it holds of every Gaussian, one thread a Gaussian. Tensors
// smaller than the maps are enlarged bilinearly, with half-pixel centres and edges that go on.

// Which channel is which component. Word by word: src/pipeline/3-gaussians/mapModelLayout.ts.
struct TensorPlan {
    side: u32,
    count: u32,
    // x: component, y: its channel for texels of the front map, z: of the back map.
    channels: array<vec4u, RawComponents>,
}

@group(0) @binding(0) var<uniform> settings: MapSettings;
@group(0) @binding(1) var<uniform> plan: TensorPlan;
@group(0) @binding(2) var<storage, read> texels: array<MapTexel>;
@group(0) @binding(3) var<storage, read> tensor: array<f32>;
@group(0) @binding(4) var<storage, read_write> raw: array<f32>;

@compute @workgroup_size(WorkgroupSize)
fn main(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) thread: u32
) {
    let index = linearIndex(group, groups, thread);
    if index >= settings.gaussianCount {
        return;
    }
    let side = settings.mapSize;
    let column = texels[index].texel % (2u * side);
    let row = texels[index].texel / (2u * side);
    let isBack = column >= side;
    let texel = vec2u(select(column, column - side, isBack), row);

    let size = plan.side;
    let last = f32(size - 1u);
    let place = clamp((vec2f(texel) + 0.5) * (f32(size) / f32(side)) - 0.5, vec2f(0.0), vec2f(last));
    let low = vec2u(place);
    let high = min(low + 1u, vec2u(size - 1u));
    let share = place - vec2f(low);
    for (var entry = 0u; entry < plan.count; entry++) {
        let channel = plan.channels[entry];
        let plane = select(channel.y, channel.z, isBack) * size * size;
        var value: f32;
        if size == side {
            value = tensor[plane + texel.y * size + texel.x];
        } else {
            let upper = mix(tensor[plane + low.y * size + low.x], tensor[plane + low.y * size + high.x], share.x);
            let lower = mix(tensor[plane + high.y * size + low.x], tensor[plane + high.y * size + high.x], share.x);
            value = mix(upper, lower, share.y);
        }
        raw[index * RawComponents + channel.x] = value;
    }
}
