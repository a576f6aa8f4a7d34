import { type IMergedMesh } from "./mergeMeshes.js";
import { DistancesToOpenSkin } from "./openSkin.js";

/** Metres within which clothes above skin cover it: trousers and loose sleeves do, a skirt around a leg does not. */
const Cover = 0.05;

/** Metres of covered skin that stay at an opening, so that there is something to see in it. */
const Border = 0.035;

/**
 * Leaves out skin that clothes hide, as artists do before a character is used: in poses that its clothes were not modelled
 * for it would poke through them. A border stays inside collars, hems and sleeves.
 *
 * @param mesh the character; skin lies under its clothes already
 * @param normals [V,3] unit normals
 * @param points [V] first vertex of those at one point of a surface
 * @returns the mesh without it: the same one where there are no clothes over any skin
 */
export function LeaveOutCoveredSkin(mesh: IMergedMesh, normals: Float32Array, points: ArrayLike<number>): IMergedMesh {
    const isHidden = HiddenVertices(mesh, normals, points);
    const { triangles, triangleParts } = mesh;
    const stays = (t: number): boolean => [0, 1, 2].some((k) => isHidden[triangles[t * 3 + k]!] === 0);
    const kept = Array.from(triangleParts.keys()).filter(stays);
    return kept.length === triangleParts.length ? mesh : TakeTriangles(mesh, kept);
}

/** [V] 1 for skin under clothes that is further from all skin that shows than the border is wide. */
function HiddenVertices(mesh: IMergedMesh, normals: Float32Array, points: ArrayLike<number>): Uint8Array {
    const distances = DistancesToOpenSkin(mesh, normals, points, { outside: Cover, inside: 0 }, Border);
    const { vertexParts, parts } = mesh;
    return Uint8Array.from(vertexParts, (part, v) => Number(parts[part]!.kind === "body" && distances[v] === Infinity));
}

/** The mesh with some of its triangles, and the vertices and parts that these need. */
function TakeTriangles(mesh: IMergedMesh, kept: readonly number[]): IMergedMesh {
    const triangles = kept.flatMap((t) => Array.from(mesh.triangles.subarray(t * 3, t * 3 + 3)));
    const vertices = [...new Set(triangles)].sort((a, b) => a - b);
    const parts = [...new Set(kept.map((t) => mesh.triangleParts[t]!))].sort((a, b) => a - b);
    const vertexAt = new Map(vertices.map((v, i) => [v, i]));
    const partAt = new Map(parts.map((part, i) => [part, i]));
    const take = <T extends Float32Array | Uint16Array>(from: T, size: number): T => {
        const result = from.slice(0, vertices.length * size) as T;
        vertices.forEach((v, i) => {
            result.set(from.subarray(v * size, v * size + size), i * size);
        });
        return result;
    };
    return {
        positions: take(mesh.positions, 3),
        normals: take(mesh.normals, 3),
        uvs: take(mesh.uvs, 2),
        skinJoints: take(mesh.skinJoints, 4),
        skinWeights: take(mesh.skinWeights, 4),
        triangles: Uint32Array.from(triangles, (v) => vertexAt.get(v)!),
        triangleParts: Uint16Array.from(kept, (t) => partAt.get(mesh.triangleParts[t]!)!),
        vertexParts: Uint16Array.from(vertices, (v) => partAt.get(mesh.vertexParts[v]!)!),
        parts: parts.map((part) => mesh.parts[part]!),
        partNodes: parts.map((part) => mesh.partNodes[part]!),
        morphs: mesh.morphs.map(({ name, deltas }) => ({ name, deltas: take(deltas, 3) })),
    };
}
