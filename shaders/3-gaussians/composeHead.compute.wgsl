#include <decodedGaussian>
#include <finite>
#include <linearIndex>

// Outputs of the networks of a head → Gaussians in canonical space, one thread a Gaussian.

// Word by word: src/pipeline/3-gaussians/headModelLayout.ts.
struct HeadSettings {
    gaussianCount: u32,
    expressionCount: u32,
    firstOfPose: u32,
    rowWidth: u32,
    channels: u32,
    positionGain: f32,
    attributeGain: f32,
    unit: f32,
    origin: vec3f,
    featureChannels: u32,
}

// Word by word: src/pipeline/3-gaussians/headModelLayout.ts.
struct HeadPoint {
    position: vec3f,
    opacity: f32,
    rotation: vec4f,
    scale: vec3f,
    share: f32,
}

@group(0) @binding(0) var<uniform> settings: HeadSettings;
@group(0) @binding(1) var<storage, read> points: array<HeadPoint>;
@group(0) @binding(2) var<storage, read> byExpression: array<f32>;
@group(0) @binding(3) var<storage, read> byPose: array<f32>;
@group(0) @binding(4) var<storage, read_write> decoded: array<DecodedGaussian>;
// [N, featureChannels]
@group(0) @binding(5) var<storage, read_write> features: array<f32>;

// An output of both branches; points that one of them does not move have no row there.
fn blended(index: u32, share: f32, column: u32) -> f32 {
    var sum = 0.0;
    if index < settings.expressionCount {
        sum = share * byExpression[index * settings.rowWidth + column];
    }
    if index >= settings.firstOfPose {
        sum += (1.0 - share) * byPose[(index - settings.firstOfPose) * settings.rowWidth + column];
    }
    return sum;
}

fn blended3(index: u32, share: f32, column: u32) -> vec3f {
    return vec3f(
        blended(index, share, column),
        blended(index, share, column + 1u),
        blended(index, share, column + 2u)
    );
}

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
    let point = points[index];
    let attributes = settings.channels;
    let color = blended3(index, point.share, 0u);
    let scale = blended3(index, point.share, attributes);
    let turn = vec4f(
        blended3(index, point.share, attributes + 3u),
        blended(index, point.share, attributes + 6u)
    );
    let opacity = blended(index, point.share, attributes + 7u);
    let way = blended3(index, point.share, attributes + 8u);
    let rotation = point.rotation + settings.attributeGain * turn;
    let length = dot(rotation, rotation);

    var result: DecodedGaussian;
    result.position = settings.origin + settings.unit * (point.position + settings.positionGain * way);
    result.opacity = 1.0 / (1.0 + exp(-(point.opacity + settings.attributeGain * opacity)));
    result.scale = settings.unit * exp(point.scale + settings.attributeGain * scale);
    result.rotation = rotation * inverseSqrt(max(length, 1e-24));
    result.color = color;
    // Sums of what is finite and small stay finite; of what is not, they do not.
    let sum = abs(way) + abs(result.scale) + abs(color);
    if !isFinite(sum.x + sum.y + sum.z + abs(opacity)) || !isFinite(length) || length == 0.0 {
        let place = settings.origin + settings.unit * point.position;
        result = DecodedGaussian(place, 0.0, vec4f(0.0, 0.0, 0.0, 1.0), vec3f(0.0), vec3f(0.0));
    }
    decoded[index] = result;
    for (var channel = 0u; channel < settings.featureChannels; channel++) {
        let value = blended(index, point.share, channel);
        // What is not drawn must not spoil what it is added to with the weight 0 either.
        features[index * settings.featureChannels + channel] = select(0.0, value, isFinite(value));
    }
}
