// One Gaussian of a person in world space. Word by word: src/pipeline/4-skin/posedGaussianLayout.ts.
struct PosedGaussian {
    position: vec3f,
    opacity: f32,
    covarianceXxXyXzYy: vec4f,
    covarianceYzZz: vec2f,
    color: vec2u,
}

// The six stored numbers as a matrix.
fn covarianceMatrix(xxXyXzYy: vec4f, yzZz: vec2f) -> mat3x3f {
    return mat3x3f(
        xxXyXzYy.x, xxXyXzYy.y, xxXyXzYy.z,
        xxXyXzYy.y, xxXyXzYy.w, yzZz.x,
        xxXyXzYy.z, yzZz.x, yzZz.y
    );
}

// Whether its energy is kept where it is smaller than a pixel.
fn isAntialiased(gaussian: PosedGaussian) -> bool {
    return (gaussian.color.y >> 16u) != 0u;
}
