// One Gaussian as a camera sees it. Word by word: src/pipeline/5-sort/projectedSplatLayout.ts.
struct ProjectedSplat {
    center: vec3f,
    distance: f32,
    axes: vec2u,
    color: vec2u,
}

// Normalised device coordinates; z as in the depth buffer.
fn projectedSplatCenter(splat: ProjectedSplat) -> vec3f {
    return splat.center;
}

// Longer axis: one standard deviation, normalised device coordinates.
fn projectedSplatAxis1(splat: ProjectedSplat) -> vec2f {
    return unpack2x16float(splat.axes.x);
}

// Shorter axis, likewise.
fn projectedSplatAxis2(splat: ProjectedSplat) -> vec2f {
    return unpack2x16float(splat.axes.y);
}

// Display-space colour and opacity, not premultiplied.
fn projectedSplatColor(splat: ProjectedSplat) -> vec4f {
    return vec4f(unpack2x16float(splat.color.x), unpack2x16float(splat.color.y));
}

// How many standard deviations from the centre alpha falls to AlphaMin: opacity · exp(−r²/2) = AlphaMin.
fn splatRadius(opacity: f32) -> f32 {
    return sqrt(max(0.0, 2.0 * log(opacity / AlphaMin)));
}
