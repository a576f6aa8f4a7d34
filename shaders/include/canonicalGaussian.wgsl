// One Gaussian of a person in canonical space. Word by word: src/pipeline/3-gaussians/canonicalGaussianLayout.ts.
struct CanonicalGaussian {
    position: vec3f,
    opacity: f32,
    covarianceXxXyXzYy: vec4f,
    covarianceYzZz: vec2f,
    color: vec2u,
    joints: vec2u,
    weights: vec2u,
}
