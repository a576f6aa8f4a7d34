#include <decodedGaussian>
#include <finite>
#include <linearIndex>
#include <mapSettings>

// Raw outputs of the networks → Gaussians in canonical space, one thread a Gaussian: base + gain · raw, then what makes it
// an attribute. Hands that are fixed are blended over it.

// A Gaussian of a hand that stays as it is. Word by word: src/pipeline/3-gaussians/mapModelLayout.ts.
struct FixedHand {
    position: vec3f,
    share: f32,
    rotation: vec4f,
    scale: vec3f,
    opacity: f32,
}

@group(0) @binding(0) var<uniform> settings: MapSettings;
@group(0) @binding(1) var<storage, read> texels: array<MapTexel>;
@group(0) @binding(2) var<storage, read> hands: array<FixedHand>;
@group(0) @binding(3) var<storage, read> raw: array<f32>;
@group(0) @binding(4) var<storage, read_write> decoded: array<DecodedGaussian>;

fn raw3(first: u32) -> vec3f {
    return vec3f(raw[first], raw[first + 1u], raw[first + 2u]);
}

fn sigmoid(value: f32) -> f32 {
    return 1.0 / (1.0 + exp(-value));
}

// Infinite logits would pass for 0 or 1, so what comes in is looked at, not only what comes out.
fn isRawFinite(first: u32) -> bool {
    var result = true;
    for (var component = 0u; component < RawComponents; component++) {
        result = result && isFinite(raw[first + component]);
    }
    return result;
}

fn isWhole(gaussian: DecodedGaussian) -> bool {
    let rotation = abs(gaussian.rotation);
    // Sums of what is finite and small stay finite; of what is not, they do not.
    let sum = abs(gaussian.position) + abs(gaussian.scale) + abs(gaussian.color);
    let turn = dot(rotation, vec4f(1.0));
    // A quaternion of length 0 has no matrix.
    return isFinite(sum.x + sum.y + sum.z + gaussian.opacity) && isFinite(turn) && turn > 0.0;
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
    let base = texels[index];
    let first = index * RawComponents;
    let rotation = base.rotation
        + settings.rotationGain * vec4f(raw3(first + RawRotation), raw[first + RawRotation + 3u]);
    var color = base.color + settings.colorGain * raw3(first + RawColor);
    if settings.hasLogitColors != 0u {
        color = vec3f(sigmoid(color.x), sigmoid(color.y), sigmoid(color.z));
    }

    var result: DecodedGaussian;
    result.position = base.position + settings.positionGain * raw3(first);
    result.opacity = sigmoid(base.opacity + settings.opacityGain * raw[first + RawOpacity]);
    result.scale = exp(base.scale + settings.scaleGain * raw3(first + RawScale));
    result.rotation = rotation * inverseSqrt(max(dot(rotation, rotation), 1e-24));
    result.color = color;
    if settings.hasFixedHands != 0u && hands[index].share > 0.0 {
        let hand = hands[index];
        result.position = mix(result.position, hand.position, hand.share);
        result.opacity = mix(result.opacity, hand.opacity, hand.share);
        result.scale = mix(result.scale, hand.scale, hand.share);
        result.rotation = mix(result.rotation, hand.rotation, hand.share);
    }
    if !isRawFinite(first) || !isWhole(result) {
        // Invisible, and harmless to those that it would be blended with.
        result = DecodedGaussian(base.position, 0.0, vec4f(0.0, 0.0, 0.0, 1.0), vec3f(0.0), vec3f(0.0));
    }
    decoded[index] = result;
}
