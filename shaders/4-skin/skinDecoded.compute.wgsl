#include <decodedGaussian>
#include <linearIndex>
#include <mapSettings>
#include <posedGaussian>
#include <skinning>

// Moves Gaussians that networks made into the world, one thread a Gaussian: M = Σ wⱼ Aⱼ over K joints, μ' = M (μ + Σ vₖ δₖ), and
// either Σ' = F Σ Fᵀ with F = M₃ (1 + Σ vₖ Gₖ), or the rule of the published body method, see `quaternionCovariance`.

// A joint's share in a Gaussian. Word by word: src/pipeline/3-gaussians/mapModelLayout.ts.
struct Influence {
    joint: u32,
    weight: f32,
}

@group(0) @binding(0) var<storage, read> state: InstanceState;
@group(0) @binding(1) var<uniform> settings: MapSettings;
@group(0) @binding(2) var<storage, read> decoded: array<DecodedGaussian>;
@group(0) @binding(3) var<storage, read> influences: array<Influence>;
@group(0) @binding(4) var<storage, read> morphOffsets: array<u32>;
@group(0) @binding(5) var<storage, read> morphEntries: array<MorphEntry>;
@group(0) @binding(6) var<storage, read_write> posed: array<PosedGaussian>;

fn blendInfluences(gaussian: u32) -> Affine {
    var sum = Affine(vec4f(0.0), vec4f(0.0), vec4f(0.0));
    let first = gaussian * settings.influenceCount;
    for (var entry = first; entry < first + settings.influenceCount; entry++) {
        let influence = influences[entry];
        if influence.weight > 0.0 {
            sum = addJoint(sum, influence.joint, influence.weight);
        }
    }
    return sum;
}

fn seamOf(gaussian: u32) -> f32 {
    if state.presenceRow == 0u {
        return 1.0;
    }
    var presence = 0.0;
    let first = gaussian * settings.influenceCount;
    for (var entry = first; entry < first + settings.influenceCount; entry++) {
        let influence = influences[entry];
        presence += influence.weight * presenceOf(influence.joint);
    }
    return seamOpacity(presence);
}

// Columns of the linear part.
fn linearPart(affine: Affine) -> mat3x3f {
    return transpose(mat3x3f(affine.x.xyz, affine.y.xyz, affine.z.xyz));
}

fn worldPart() -> mat3x3f {
    return transpose(mat3x3f(state.world[0].xyz, state.world[1].xyz, state.world[2].xyz));
}

// The inverse, or 0 for a matrix that has none: a world scaled to nothing, or so small that its volume is 0 in single precision.
fn inverse3(m: mat3x3f) -> mat3x3f {
    let x = cross(m[1], m[2]);
    let y = cross(m[2], m[0]);
    let z = cross(m[0], m[1]);
    let determinant = dot(m[0], x);
    if abs(determinant) < 1e-30 {
        return mat3x3f();
    }
    return transpose(mat3x3f(x, y, z)) * (1.0 / determinant);
}

// The quaternion x y z w of a matrix that is nearly a rotation: of the four ways, that with the largest denominator. Not
// normalised: a blend of rotations gives one shorter than 1.
fn matrixQuaternion(m: mat3x3f) -> vec4f {
    let xx = m[0].x;
    let yy = m[1].y;
    let zz = m[2].z;
    let w = sqrt(max(0.0, 1.0 + xx + yy + zz));
    let x = sqrt(max(0.0, 1.0 + xx - yy - zz));
    let y = sqrt(max(0.0, 1.0 - xx + yy - zz));
    let z = sqrt(max(0.0, 1.0 - xx - yy + zz));
    let largest = max(max(w, x), max(y, z));
    let scale = 0.5 / max(largest, 0.1);
    // m[column][row]
    if w == largest {
        return vec4f(m[1].z - m[2].y, m[2].x - m[0].z, m[0].y - m[1].x, w * w) * scale;
    }
    if x == largest {
        return vec4f(x * x, m[0].y + m[1].x, m[2].x + m[0].z, m[1].z - m[2].y) * scale;
    }
    if y == largest {
        return vec4f(m[0].y + m[1].x, y * y, m[1].z + m[2].y, m[2].x - m[0].z) * scale;
    }
    return vec4f(m[0].z + m[2].x, m[1].z + m[2].y, z * z, m[0].y - m[1].x) * scale;
}

// Checkpoints of the published body method were trained with this: M₃ R becomes a quaternion, which is too short where M
// blends rotations, and goes as it is into the polynomial for unit quaternions. The world of the avatar is no part of it;
// expressions only move its mean.
fn quaternionCovariance(linear: mat3x3f, gaussian: DecodedGaussian) -> mat3x3f {
    let world = worldPart();
    let turned = matrixQuaternion(inverse3(world) * linear * rotationMatrix(gaussian.rotation));
    return spread(world * unitRotationMatrix(turned), gaussian.scale);
}

// A diag(s²) Aᵀ.
fn spread(axes: mat3x3f, scale: vec3f) -> mat3x3f {
    let scaled = mat3x3f(axes[0] * scale.x, axes[1] * scale.y, axes[2] * scale.z);
    return scaled * transpose(scaled);
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
    let gaussian = decoded[index];
    let affine = blendInfluences(index);
    let linear = linearPart(affine);
    let morph = morphOf(index);
    let position = vec4f(gaussian.position + morph.offset, 1.0);
    var covariance: mat3x3f;
    if settings.skinsQuaternions != 0u {
        covariance = quaternionCovariance(linear, gaussian);
    } else {
        covariance = spread(linear * morph.linear * rotationMatrix(gaussian.rotation), gaussian.scale);
    }

    var result: PosedGaussian;
    result.position = vec3f(dot(affine.x, position), dot(affine.y, position), dot(affine.z, position));
    result.opacity = gaussian.opacity * state.opacity * seamOf(index);
    result.covarianceXxXyXzYy = vec4f(covariance[0], covariance[1].y);
    result.covarianceYzZz = vec2f(covariance[1].z, covariance[2].z);
    // What a half cannot hold is no colour of a display either.
    let color = clamp(gaussian.color, vec3f(-65504.0), vec3f(65504.0));
    result.color = vec2u(pack2x16float(color.xy), markedColor(pack2x16float(vec2f(color.z, 0.0))));
    posed[state.firstPosed + index] = result;
}
