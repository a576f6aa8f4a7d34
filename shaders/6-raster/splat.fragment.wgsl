// Shades one pixel of one splat: premultiplied colour, which the hardware blends over what lies behind.

varying vSigmas : vec2f;
varying vColor : vec4f;

#ifdef HEAD_PICTURES
varying vPlace : vec3f;
varying vPicture : vec3f;

var headPictureArraySampler : sampler;
var headPictureArray : texture_2d_array<f32>;

// The colour that a refined picture has where this splat was when it was taken: all splats of a pixel that has not moved take
// the same one, so that whatever their opacities, the picture is what is seen.
fn refinedColor(own : vec3f, homogeneous : vec3f, picture : vec3f) -> vec3f {
    if (picture.y <= 0.0 || homogeneous.z <= 0.0) {
        return own;
    }
    let place = homogeneous.xy / homogeneous.z;
    let inside = min(place, 1.0 - place);
    let border = smoothstep(0.0, PictureBorder, min(inside.x, inside.y));
    let texel = textureSampleLevel(
        headPictureArray,
        headPictureArraySampler,
        clamp(place, vec2f(0.0), vec2f(1.0)) * picture.z,
        i32(picture.x + 0.5),
        0.0
    );
    return mix(own, texel.rgb / max(texel.a, 1e-3), picture.y * border * texel.a);
}
#endif

#ifdef LINEAR_COLORS
// Display values → light, IEC 61966-2-1, for pipelines that turn it back at their end.
fn lightOf(display : vec3f) -> vec3f {
    let color = max(display, vec3f(0.0));
    return select(pow((color + 0.055) / 1.055, vec3f(2.4)), color / 12.92, color <= vec3f(0.04045));
}
#endif

@fragment
fn main(input : FragmentInputs) -> FragmentOutputs {
    let squaredSigmas = dot(fragmentInputs.vSigmas, fragmentInputs.vSigmas);
    let alpha = min(AlphaMax, fragmentInputs.vColor.a * exp(-0.5 * squaredSigmas));
    if (alpha < AlphaMin) {
        discard;
    }
    var color = fragmentInputs.vColor.rgb;
#ifdef HEAD_PICTURES
    color = refinedColor(color, fragmentInputs.vPlace, fragmentInputs.vPicture);
#endif
#ifdef LINEAR_COLORS
    color = lightOf(color);
#endif
    fragmentOutputs.color = vec4f(color * alpha, alpha);
}
