#include <featureRange>
#include <projectedSplat>

// Blends the features of splats over each other, far to near, as colours are: three channels a target, with alpha behind them,
// four targets a pass. That is what every WebGPU device has. The channel behind the last feature is the distance.

override FirstChannel: u32 = 0u;

@group(0) @binding(0) var<uniform> range: FeatureRange;
@group(0) @binding(1) var<storage, read> splats: array<ProjectedSplat>;
@group(0) @binding(2) var<storage, read> sortedIndices: array<u32>;
@group(0) @binding(3) var<storage, read> features: array<f32>;

struct Corner {
    @builtin(position) position: vec4f,
    @location(0) sigmas: vec2f,
    @location(1) @interpolate(flat) opacity: f32,
    @location(2) @interpolate(flat) first: vec3f,
    @location(3) @interpolate(flat) second: vec3f,
    @location(4) @interpolate(flat) third: vec3f,
    @location(5) @interpolate(flat) fourth: vec3f,
}

struct Targets {
    @location(0) first: vec4f,
    @location(1) second: vec4f,
    @location(2) third: vec4f,
    @location(3) fourth: vec4f,
}

fn channelOf(gaussian: u32, channel: u32, distance: f32) -> f32 {
    if channel < range.channels {
        return features[gaussian * range.channels + channel];
    }
    return select(0.0, distance, channel == range.channels);
}

fn three(gaussian: u32, channel: u32, distance: f32) -> vec3f {
    return vec3f(
        channelOf(gaussian, channel, distance),
        channelOf(gaussian, channel + 1u, distance),
        channelOf(gaussian, channel + 2u, distance)
    );
}

@vertex
fn placeCorner(@builtin(vertex_index) corner: u32, @builtin(instance_index) rank: u32) -> Corner {
    let index = sortedIndices[rank];
    let splat = splats[index];
    let gaussian = index - range.firstPosed;
    var result: Corner;
    // Splats of others are not drawn: beyond the far plane there is no pixel.
    result.position = vec4f(0.0, 0.0, 2.0, 1.0);
    if index >= range.firstPosed && gaussian < range.count {
        let opacity = projectedSplatColor(splat).a;
        let center = projectedSplatCenter(splat);
        let place = vec2f(f32(corner & 1u), f32(corner >> 1u)) * 2.0 - 1.0;
        let sigmas = place * splatRadius(opacity);
        let offset = sigmas.x * projectedSplatAxis1(splat) + sigmas.y * projectedSplatAxis2(splat);
        result.position = vec4f(center.xy + offset, center.z, 1.0);
        result.sigmas = sigmas;
        result.opacity = opacity;
        result.first = three(gaussian, FirstChannel, splat.distance);
        result.second = three(gaussian, FirstChannel + 3u, splat.distance);
        result.third = three(gaussian, FirstChannel + 6u, splat.distance);
        result.fourth = three(gaussian, FirstChannel + 9u, splat.distance);
    }
    return result;
}

@fragment
fn blendFeatures(corner: Corner) -> Targets {
    let alpha = min(AlphaMax, corner.opacity * exp(-0.5 * dot(corner.sigmas, corner.sigmas)));
    if alpha < AlphaMin {
        discard;
    }
    return Targets(
        vec4f(corner.first * alpha, alpha),
        vec4f(corner.second * alpha, alpha),
        vec4f(corner.third * alpha, alpha),
        vec4f(corner.fourth * alpha, alpha)
    );
}
