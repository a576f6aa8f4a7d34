// What skinning needs of an instance: its header, the world of its avatar, then the rows of J 3×4 matrices, then the
// expression weights. Word by word: src/pipeline/4-skin/instanceStateLayout.ts. Whoever includes this binds it as `state`, and
// the morph table as `morphOffsets` and `morphEntries`.
struct InstanceState {
    gaussianCount: u32,
    firstPosed: u32,
    jointCount: u32,
    morphTargetCount: u32,
    opacity: f32,
    antialiased: u32,
    world: array<vec4f, 3>,
    rows: array<vec4f>,
}

// How one expression channel moves one Gaussian. Word by word: src/pipeline/3-gaussians/canonicalGaussianLayout.ts.
struct MorphEntry {
    delta: vec3f,
    channel: u32,
}

// Rows of a 3×4 matrix.
struct Affine {
    x: vec4f,
    y: vec4f,
    z: vec4f,
}

fn addJoint(sum: Affine, joint: u32, weight: f32) -> Affine {
    let row = min(joint, state.jointCount - 1u) * 3u;
    return Affine(
        sum.x + weight * state.rows[row],
        sum.y + weight * state.rows[row + 1u],
        sum.z + weight * state.rows[row + 2u]
    );
}

fn morphOffset(gaussian: u32) -> vec3f {
    var sum = vec3f(0.0);
    if state.morphTargetCount == 0u {
        return sum;
    }
    let firstRow = state.jointCount * 3u;
    let end = morphOffsets[gaussian + 1u];
    for (var entry = morphOffsets[gaussian]; entry < end; entry++) {
        let morph = morphEntries[entry];
        let weight = state.rows[firstRow + morph.channel / 4u][morph.channel % 4u];
        sum += weight * morph.delta;
    }
    return sum;
}

// The second word of a posed colour: blue in its low half, and how the projection is to treat the Gaussian.
fn markedColor(blue: u32) -> u32 {
    return (blue & 0xffffu) | (state.antialiased << 16u);
}
