#include <canonicalGaussian>
#include <linearIndex>
#include <posedGaussian>
#include <skinning>

// Moves canonical Gaussians into the world, one thread a Gaussian:
//   M = Σ wⱼ Aⱼ    μ' = M (μ + Σ vₖ δₖ)    Σ' = F Σ Fᵀ with F = M₃ (1 + Σ vₖ Gₖ)
// with the joint matrices A, skinning weights w, expression weights v, offsets δ and their gradients G.

@group(0) @binding(0) var<storage, read> state: InstanceState;
@group(0) @binding(1) var<storage, read> gaussians: array<CanonicalGaussian>;
@group(0) @binding(2) var<storage, read> morphOffsets: array<u32>;
@group(0) @binding(3) var<storage, read> morphEntries: array<MorphEntry>;
@group(0) @binding(4) var<storage, read_write> posed: array<PosedGaussian>;

fn blendJoints(joints: vec2u, packedWeights: vec2u) -> Affine {
    let low = unpack2x16unorm(packedWeights.x);
    let high = unpack2x16unorm(packedWeights.y);
    var sum = Affine(vec4f(0.0), vec4f(0.0), vec4f(0.0));
    sum = addJoint(sum, joints.x & 0xffffu, low.x);
    // Most Gaussians hang on one or two joints: the rest are not fetched.
    if low.y > 0.0 { sum = addJoint(sum, joints.x >> 16u, low.y); }
    if high.x > 0.0 { sum = addJoint(sum, joints.y & 0xffffu, high.x); }
    if high.y > 0.0 { sum = addJoint(sum, joints.y >> 16u, high.y); }
    return sum;
}

fn seamOf(joints: vec2u, packedWeights: vec2u) -> f32 {
    if state.presenceRow == 0u {
        return 1.0;
    }
    let low = unpack2x16unorm(packedWeights.x);
    let high = unpack2x16unorm(packedWeights.y);
    return seamOpacity(
        low.x * presenceOf(joints.x & 0xffffu)
            + low.y * presenceOf(joints.x >> 16u)
            + high.x * presenceOf(joints.y & 0xffffu)
            + high.y * presenceOf(joints.y >> 16u)
    );
}

@compute @workgroup_size(WorkgroupSize)
fn main(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) thread: u32
) {
    let index = linearIndex(group, groups, thread);
    if index >= state.gaussianCount {
        return;
    }
    let gaussian = gaussians[index];
    let affine = blendJoints(gaussian.joints, gaussian.weights);
    let morph = morphOf(index);
    let position = vec4f(gaussian.position + morph.offset, 1.0);
    // Fᵀ = (1 + G)ᵀ M₃ᵀ; the rows of M₃ stand as columns.
    let linearTransposed = transpose(morph.linear) * mat3x3f(affine.x.xyz, affine.y.xyz, affine.z.xyz);
    let covariance = transpose(linearTransposed)
        * covarianceMatrix(gaussian.covarianceXxXyXzYy, gaussian.covarianceYzZz)
        * linearTransposed;

    var result: PosedGaussian;
    result.position = vec3f(dot(affine.x, position), dot(affine.y, position), dot(affine.z, position));
    result.opacity = gaussian.opacity * state.opacity * seamOf(gaussian.joints, gaussian.weights);
    result.covarianceXxXyXzYy = vec4f(covariance[0], covariance[1].y);
    result.covarianceYzZz = vec2f(covariance[1].z, covariance[2].z);
    result.color = vec2u(gaussian.color.x, markedColor(gaussian.color.y));
    posed[state.firstPosed + index] = result;
}
