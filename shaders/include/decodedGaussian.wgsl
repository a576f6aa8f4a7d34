// One Gaussian that networks made, in canonical space. Word by word: src/pipeline/3-gaussians/mapModelLayout.ts.
struct DecodedGaussian {
    position: vec3f,
    opacity: f32,
    rotation: vec4f,
    scale: vec3f,
    color: vec3f,
}

// The matrix of a quaternion x y z w of any length but 0.
fn rotationMatrix(quaternion: vec4f) -> mat3x3f {
    let q = quaternion * inverseSqrt(dot(quaternion, quaternion));
    return unitRotationMatrix(q);
}

// The polynomial that is the matrix of a quaternion x y z w of length 1.
fn unitRotationMatrix(q: vec4f) -> mat3x3f {
    return mat3x3f(
        1.0 - 2.0 * (q.y * q.y + q.z * q.z), 2.0 * (q.x * q.y + q.w * q.z), 2.0 * (q.x * q.z - q.w * q.y),
        2.0 * (q.x * q.y - q.w * q.z), 1.0 - 2.0 * (q.x * q.x + q.z * q.z), 2.0 * (q.y * q.z + q.w * q.x),
        2.0 * (q.x * q.z + q.w * q.y), 2.0 * (q.y * q.z - q.w * q.x), 1.0 - 2.0 * (q.x * q.x + q.y * q.y)
    );
}
