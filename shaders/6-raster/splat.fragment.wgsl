// Shades one pixel of one splat: premultiplied colour, which the hardware blends over what lies behind.

varying vSigmas : vec2f;
varying vColor : vec4f;

@fragment
fn main(input : FragmentInputs) -> FragmentOutputs {
    let squaredSigmas = dot(fragmentInputs.vSigmas, fragmentInputs.vSigmas);
    let alpha = min(AlphaMax, fragmentInputs.vColor.a * exp(-0.5 * squaredSigmas));
    if (alpha < AlphaMin) {
        discard;
    }
    fragmentOutputs.color = vec4f(fragmentInputs.vColor.rgb * alpha, alpha);
}
