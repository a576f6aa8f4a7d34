// What skinning needs of an instance: its header, the world of its avatar, then the rows of J 3×4 matrices, then the
// expression weights, then the presence of the joints. Word by word: src/pipeline/4-skin/instanceStateLayout.ts. Whoever includes this binds it as `state`, and
// the morph table as `morphOffsets` and `morphEntries`.
struct InstanceState {
    gaussianCount: u32,
    firstPosed: u32,
    jointCount: u32,
    morphTargetCount: u32,
    opacity: f32,
    antialiased: u32,
    presenceRow: u32,
    world: array<vec4f, 3>,
    rows: array<vec4f>,
}

// How one expression channel moves one Gaussian, and the surface around it. Word by word:
// src/pipeline/3-gaussians/canonicalGaussianLayout.ts.
struct MorphEntry {
    delta: vec3f,
    channel: u32,
    gradient: vec4u,
}

// What an expression does to a Gaussian: moves its mean by an offset, and short vectors around it by a matrix.
struct Morph {
    offset: vec3f,
    linear: mat3x3f,
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

// How much of what hangs on a joint is there.
fn presenceOf(joint: u32) -> f32 {
    let index = min(joint, state.jointCount - 1u);
    return state.rows[state.presenceRow + index / 4u][index % 4u];
}

// Opacity of a Gaussian whose joints are there to this share: of two people who wear one head, each shows a little more than
// its part, so that the seam is closed.
fn seamOpacity(presence: f32) -> f32 {
    return smoothstep(SeamBegin, SeamEnd, presence);
}

// Σ vₖ δₖ and 1 + Σ vₖ Gₖ over the channels that are not at rest.
fn morphOf(gaussian: u32) -> Morph {
    var offset = vec3f(0.0);
    // Rows of the matrix.
    var x = vec3f(1.0, 0.0, 0.0);
    var y = vec3f(0.0, 1.0, 0.0);
    var z = vec3f(0.0, 0.0, 1.0);
    if state.morphTargetCount != 0u {
        let firstRow = state.jointCount * 3u;
        let end = morphOffsets[gaussian + 1u];
        for (var entry = morphOffsets[gaussian]; entry < end; entry++) {
            let word = morphEntries[entry].channel;
            let channel = word & 0xffffu;
            let weight = state.rows[firstRow + channel / 4u][channel % 4u];
            if weight != 0.0 {
                offset += weight * morphEntries[entry].delta;
                let gradient = morphEntries[entry].gradient;
                let xxXy = unpack2x16float(gradient.x);
                let xzYx = unpack2x16float(gradient.y);
                let yyYz = unpack2x16float(gradient.z);
                x += weight * vec3f(xxXy, xzYx.x);
                y += weight * vec3f(xzYx.y, yyYz);
                z += weight * vec3f(unpack2x16float(gradient.w), unpack2x16float(word).y);
            }
        }
    }
    return Morph(offset, transpose(mat3x3f(x, y, z)));
}

// The second word of a posed colour: blue in its low half, and how the projection is to treat the Gaussian.
fn markedColor(blue: u32) -> u32 {
    return (blue & 0xffffu) | (state.antialiased << 16u);
}
