// Shades a pixel of the subject that is captured: albedo by the light that arrives at the surface, and a mild reflection of
// the key light. Writes display colours, multiplied by alpha.

varying vPosition : vec3f;
varying vNormal : vec3f;
varying vUv : vec2f;
varying vLight : vec4f;

var albedoSampler : sampler;
var albedo : texture_2d<f32>;

uniform eye : vec3f;
uniform bounds : vec4f; // middle and radius of a ball; nothing is outside of it
uniform keyDirection : vec3f; // towards the light
uniform keyColor : vec3f;
uniform gloss : vec2f; // share of the key light that is reflected head-on, exponent of the highlight
uniform alphaRange : vec2f; // pixels outside these values of alpha belong to another pass
uniform solidity : vec2f; // 1 where what is drawn covers; 1 where it reflects even where it is clear

fn displayValue(linear : vec3f) -> vec3f {
    let value = clamp(linear, vec3f(0.0), vec3f(1.0));
    return select(1.055 * pow(value, vec3f(1.0 / 2.4)) - 0.055, 12.92 * value, value <= vec3f(0.0031308));
}

// Schlick's Fresnel term times a normalised Blinn-Phong lobe.
fn reflection(normal : vec3f, view : vec3f) -> f32 {
    let middle = normalize(view + uniforms.keyDirection);
    let fresnel = uniforms.gloss.x + (1.0 - uniforms.gloss.x) * pow(1.0 - max(dot(view, middle), 0.0), 5.0);
    let lobe = (uniforms.gloss.y + 8.0) * 0.125 * pow(max(dot(normal, middle), 0.0), uniforms.gloss.y);
    return min(1.0, fresnel * lobe * max(dot(normal, uniforms.keyDirection), 0.0));
}

@fragment
fn main(input : FragmentInputs) -> FragmentOutputs {
    let texel = textureSample(albedo, albedoSampler, fragmentInputs.vUv);
    let isOutside = distance(fragmentInputs.vPosition, uniforms.bounds.xyz) > uniforms.bounds.w;
    if (isOutside || texel.a < uniforms.alphaRange.x || texel.a >= uniforms.alphaRange.y) {
        discard;
    }
    let view = normalize(uniforms.eye - fragmentInputs.vPosition);
    let side = select(-1.0, 1.0, dot(fragmentInputs.vNormal, view) >= 0.0);
    let highlight = reflection(side * normalize(fragmentInputs.vNormal), view) * fragmentInputs.vLight.a * uniforms.keyColor;
    let diffuse = texel.rgb * fragmentInputs.vLight.rgb;
    let alpha = mix(texel.a, 1.0, uniforms.solidity.x);
    let shine = displayValue(diffuse + highlight) - displayValue(diffuse);
    fragmentOutputs.color = vec4f(displayValue(diffuse) * alpha + shine * mix(alpha, 1.0, uniforms.solidity.y), alpha);
}
