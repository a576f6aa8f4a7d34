#include <finite>

// What the networks of a head made → a layer of the array that splats take their colours from. The picture stands before white;
// colours are freed of it by the coverage that the splats had, and weighed by how much there is to be seen, so that a
// mixture of neighbouring pixels is one of those that show the head.

struct StoredPicture {
    side: u32,
    featureSide: u32,
}

@group(0) @binding(0) var<uniform> stored: StoredPicture;
// [3,side,side] r g b.
@group(0) @binding(1) var<storage, read> picture: array<f32>;
// [2,featureSide,featureSide], of which the first is alpha.
@group(0) @binding(2) var<storage, read> coverage: array<f32>;
@group(0) @binding(3) var layer: texture_storage_2d<rgba8unorm, write>;

fn coverageAt(column: i32, row: i32) -> f32 {
    let last = i32(stored.featureSide) - 1;
    return coverage[u32(clamp(row, 0, last) * (last + 1) + clamp(column, 0, last))];
}

// Bilinear, centres of pixels on halves.
fn alphaOf(pixel: vec2u) -> f32 {
    let place = (vec2f(pixel) + 0.5) * f32(stored.featureSide) / f32(stored.side) - 0.5;
    let first = vec2i(floor(place));
    let part = place - floor(place);
    let above = mix(coverageAt(first.x, first.y), coverageAt(first.x + 1, first.y), part.x);
    let below = mix(coverageAt(first.x, first.y + 1), coverageAt(first.x + 1, first.y + 1), part.x);
    return mix(above, below, part.y);
}

@compute @workgroup_size(16, 16)
fn main(@builtin(global_invocation_id) pixel: vec3u) {
    if any(pixel.xy >= vec2u(stored.side)) {
        return;
    }
    let area = stored.side * stored.side;
    let at = pixel.y * stored.side + pixel.x;
    let seen = vec3f(picture[at], picture[area + at], picture[2u * area + at]);
    let alpha = alphaOf(pixel.xy);
    let weight = smoothstep(LeastPictureAlpha, SurePictureAlpha, alpha);
    let color = clamp((seen - (1.0 - alpha)) / max(alpha, LeastPictureAlpha), vec3f(0.0), vec3f(1.0));
    let isDrawn = isFinite(seen.x + seen.y + seen.z + alpha);
    textureStore(layer, pixel.xy, select(vec4f(0.0), vec4f(color * weight, weight), isDrawn));
}
