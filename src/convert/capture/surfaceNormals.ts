/**
 * Area-weighted normals of a mesh in motion; vertices of a group share theirs. Allocates nothing.
 *
 * @param positions [V,3] vertices
 * @param triangles [T,3] their triangles
 * @param groups [V] first vertex of those that share a normal
 * @param result [V,3] receives unit normals; zero where a vertex has no triangle with an area
 */
export function ComputeNormals(
    positions: Float32Array,
    triangles: Uint32Array,
    groups: Uint32Array,
    result: Float32Array,
): void {
    result.fill(0);
    for (let t = 0; t < triangles.length; t += 3) {
        const ia = triangles[t]!;
        const ib = triangles[t + 1]!;
        const ic = triangles[t + 2]!;
        const a = ia * 3;
        const b = ib * 3;
        const c = ic * 3;
        const ax = positions[a]!;
        const ay = positions[a + 1]!;
        const az = positions[a + 2]!;
        const ux = positions[b]! - ax;
        const uy = positions[b + 1]! - ay;
        const uz = positions[b + 2]! - az;
        const vx = positions[c]! - ax;
        const vy = positions[c + 1]! - ay;
        const vz = positions[c + 2]! - az;
        const nx = uy * vz - uz * vy;
        const ny = uz * vx - ux * vz;
        const nz = ux * vy - uy * vx;
        const ga = groups[ia]! * 3;
        const gb = groups[ib]! * 3;
        const gc = groups[ic]! * 3;
        result[ga]! += nx;
        result[ga + 1]! += ny;
        result[ga + 2]! += nz;
        result[gb]! += nx;
        result[gb + 1]! += ny;
        result[gb + 2]! += nz;
        result[gc]! += nx;
        result[gc + 1]! += ny;
        result[gc + 2]! += nz;
    }
    for (let v = 0; v < groups.length; v++) {
        const at = v * 3;
        const from = groups[v]! * 3;
        if (from < at) {
            // The first of a group comes before the others and is a unit vector already.
            result[at] = result[from]!;
            result[at + 1] = result[from + 1]!;
            result[at + 2] = result[from + 2]!;
            continue;
        }
        const x = result[at]!;
        const y = result[at + 1]!;
        const z = result[at + 2]!;
        const length = Math.sqrt(x * x + y * y + z * z);
        const scale = length > 1e-20 ? 1 / length : 0;
        result[at] = x * scale;
        result[at + 1] = y * scale;
        result[at + 2] = z * scale;
    }
}
