#include <finite>
#include <linearIndex>
#include <posedGaussian>
#include <projectedSplat>

// Projects posed Gaussians into a camera's image, one thread a Gaussian, and culls those that would not be seen.
//
// With c = C (μ, 1) in clip space and n = c.xy / c.w, the slope of n at μ is J = (C_xy − n C_wᵀ) / c.w (quotient rule;
// C_x is the x row of C's left 3×3 part and so on). It holds for every camera: orthographic ones have C_w = 0.
// The ellipse is J Σ Jᵀ in pixels, plus the low-pass. Widening a splat adds to its energy, which is what the published
// rasteriser does and its people were trained with; for antialiased ones (2D Mip filter, Yu et al. 2024) the low-pass is
// narrower and opacity is divided by what the area grew by.

// Word by word: src/pipeline/5-sort/cameraLayout.ts.
struct Camera {
    worldToClip: mat4x4f,
    nearPlane: vec4f,
    viewport: vec2f,
    principalPoint: vec2f,
    gaussianCount: u32,
}

@group(0) @binding(0) var<uniform> camera: Camera;
@group(0) @binding(1) var<storage, read> posed: array<PosedGaussian>;
@group(0) @binding(2) var<storage, read_write> splats: array<ProjectedSplat>;
@group(0) @binding(3) var<storage, read_write> keys: array<u32>;

// Covariance xx, xy, yy of the image of a Gaussian, square pixels, without the low-pass.
fn imageCovariance(gaussian: PosedGaussian, ndc: vec2f, w: f32) -> vec3f {
    let clipRows = transpose(camera.worldToClip);
    // Far outside the image the slope explodes, so it is taken at the border of a wider image instead.
    let offset = clamp(ndc - camera.principalPoint, vec2f(-JacobianFieldOfViewLimit), vec2f(JacobianFieldOfViewLimit));
    let at = camera.principalPoint + offset;
    let pixels = 0.5 * camera.viewport / w;
    let slopeX = pixels.x * (clipRows[0].xyz - at.x * clipRows[3].xyz);
    let slopeY = pixels.y * (clipRows[1].xyz - at.y * clipRows[3].xyz);
    let covariance = covarianceMatrix(gaussian.covarianceXxXyXzYy, gaussian.covarianceYzZz);
    let covarianceX = covariance * slopeX;
    let covarianceY = covariance * slopeY;
    return vec3f(
        dot(slopeX, covarianceX),
        dot(slopeX, covarianceY),
        dot(slopeY, covarianceY)
    );
}

// Longer axis (xy) and shorter axis (zw) of the ellipse, one standard deviation, pixels.
fn ellipseAxes(covariance: vec3f, lowPass: f32) -> vec4f {
    let mean = 0.5 * (covariance.x + covariance.z);
    let halfDifference = 0.5 * (covariance.x - covariance.z);
    let spread = length(vec2f(halfDifference, covariance.y));
    // Both eigenvalues are at least the low-pass; rounding must not take the smaller one below it.
    let variances = max(vec2f(mean + spread, mean - spread), vec2f(lowPass));
    // Eigenvector of the larger one: of the two candidates the one without cancellation.
    var direction = vec2f(spread + halfDifference, covariance.y);
    if halfDifference < 0.0 {
        direction = vec2f(covariance.y, spread - halfDifference);
    }
    let size = length(direction);
    direction = select(vec2f(1.0, 0.0), direction / size, size > 0.0);
    let deviations = sqrt(variances);
    return vec4f(deviations.x * direction, deviations.y * vec2f(-direction.y, direction.x));
}

fn determinant2(covariance: vec3f) -> f32 {
    return covariance.x * covariance.z - covariance.y * covariance.y;
}

// Far first: the key falls with the distance. See "Sort key" in src/pipeline/README.md.
fn sortKey(distance: f32) -> u32 {
    const droppedBits = 23u - SortKeyMantissaBits;
    const largest = (1u << SortKeyBits) - 1u;
    const lowest = bitcast<u32>(SortKeyBias) >> droppedBits;
    let steps = (bitcast<u32>(distance + SortKeyBias) >> droppedBits) - lowest;
    return largest - min(steps, largest);
}

// The sort key of a Gaussian, or CulledKey. Writes the splat when it is visible.
fn project(index: u32) -> u32 {
    let gaussian = posed[index];
    let position = vec4f(gaussian.position, 1.0);
    let clip = camera.worldToClip * position;
    let distance = dot(camera.nearPlane, position);
    if gaussian.opacity < AlphaMin || distance < 0.0 || clip.w <= 0.0 {
        return CulledKey;
    }
    let ndc = clip.xyz / clip.w;
    let narrow = imageCovariance(gaussian, ndc.xy, clip.w);
    let lowPass = select(LowPassVariance, MipVariance, isAntialiased(gaussian));
    let covariance = narrow + vec3f(lowPass, 0.0, lowPass);
    var opacity = gaussian.opacity;
    if isAntialiased(gaussian) {
        opacity *= sqrt(clamp(determinant2(narrow) / determinant2(covariance), 0.0, 1.0));
    }
    // Anything not finite in position, covariance or camera has reached one of these sums.
    if !isFinite(ndc.x + ndc.y + ndc.z + distance) || !isFinite(covariance.x + covariance.y + covariance.z) {
        return CulledKey;
    }
    // Exact half size of the ellipse's bounding box where alpha is AlphaMin.
    let extent = splatRadius(opacity) * sqrt(covariance.xz) * 2.0 / camera.viewport;
    let axes = ellipseAxes(covariance, lowPass) * 2.0 / camera.viewport.xyxy;
    let isOutside = any(abs(ndc.xy) > vec2f(1.0) + extent) || ndc.z < 0.0 || ndc.z > 1.0;
    let isTooLarge = any(abs(axes) > vec4f(MaxAxis));
    if isOutside || isTooLarge || opacity < AlphaMin || !isFinite(opacity) {
        return CulledKey;
    }
    let blueOpacity = vec2f(unpack2x16float(gaussian.color.y).x, opacity);
    splats[index] = ProjectedSplat(
        ndc,
        distance,
        vec2u(pack2x16float(axes.xy), pack2x16float(axes.zw)),
        vec2u(gaussian.color.x, pack2x16float(blueOpacity))
    );
    return sortKey(distance);
}

@compute @workgroup_size(WorkgroupSize)
fn main(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) thread: u32
) {
    let index = linearIndex(group, groups, thread);
    if index < camera.gaussianCount {
        keys[index] = project(index);
    }
}
