// Vectors that are linear in matrices, v = Σ M c; see src/pipeline/2-maps/linearRows.ts.
@group(0) @binding(0) var<storage, read> targets: array<u32>;
@group(0) @binding(1) var<storage, read> firstEntries: array<u32>;
@group(0) @binding(2) var<storage, read> matrixIndices: array<u32>;
@group(0) @binding(3) var<storage, read> coefficients: array<vec4f>;
// Three rows a matrix.
@group(0) @binding(4) var<storage, read> matrices: array<vec4f>;

fn linearRow(row: u32) -> vec3f {
    var sum = vec3f(0.0);
    let end = firstEntries[row + 1u];
    for (var entry = firstEntries[row]; entry < end; entry++) {
        let m = matrixIndices[entry] * 3u;
        let c = coefficients[entry];
        sum += vec3f(dot(matrices[m], c), dot(matrices[m + 1u], c), dot(matrices[m + 2u], c));
    }
    return sum;
}
