import { TriangleTree } from "../bake/triangleTree.js";
import { type IMergedMesh } from "./mergeMeshes.js";
import { CornersOf } from "./tuckSkin.js";

/** Metres within which clothes above skin cover it: trousers and loose sleeves do, a skirt around a leg does not. */
const Cover = 0.05;

/** Metres of covered skin that stay at an opening, so that there is something to see in it. */
const Border = 0.035;

/** Uncovered patches smaller than this share of their part are gaps in the search, not openings of clothes. */
const SmallestOpening = 0.002;

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
    const { positions, vertexParts, parts } = mesh;
    const isSkin = Uint8Array.from(vertexParts, (part) => Number(parts[part]!.kind === "body"));
    const tree = new TriangleTree(CornersOf(mesh, ["clothing", "shoes"]));
    const neighbours = NeighboursOf(mesh, isSkin, points);
    const from = new Float32Array(3);
    const direction = new Float32Array(3);
    const isOpen = Uint8Array.from(isSkin, (skin, v) => {
        if (!skin || points[v] !== v) {
            return 0;
        }
        from.set(positions.subarray(v * 3, v * 3 + 3));
        direction.set(normals.subarray(v * 3, v * 3 + 3));
        return Number(!tree.forEachHit(from, direction, Cover, (_triangle, isBack) => isBack));
    });
    CloseGaps(isOpen, isSkin, neighbours);
    const distances = DistancesFrom(isOpen, positions, neighbours);
    return isSkin.map((skin, v) => Number(skin === 1 && distances[points[v]!]! > Border));
}

/** [V] points that share an edge with a point of the skin; none for vertices that are not the first of theirs. */
function NeighboursOf({ triangles }: IMergedMesh, isSkin: Uint8Array, points: ArrayLike<number>): number[][] {
    const neighbours: number[][] = Array.from(isSkin, () => []);
    for (let i = 0; i < triangles.length; i++) {
        const [a, b] = [points[triangles[i]!]!, points[triangles[i % 3 === 2 ? i - 2 : i + 1]!]!];
        if (isSkin[a]! && isSkin[b]!) {
            neighbours[a]!.push(b);
            neighbours[b]!.push(a);
        }
    }
    return neighbours;
}

/** Takes small patches out of the open skin. */
function CloseGaps(isOpen: Uint8Array, isSkin: Uint8Array, neighbours: readonly (readonly number[])[]): void {
    const least = SmallestOpening * isSkin.reduce((sum, skin) => sum + skin, 0);
    const isSeen = new Uint8Array(isOpen.length);
    for (let first = 0; first < isOpen.length; first++) {
        if (!isOpen[first] || isSeen[first]) {
            continue;
        }
        isSeen[first] = 1;
        const patch = [first];
        for (const v of patch) {
            for (const other of neighbours[v]!) {
                if (isOpen[other] && !isSeen[other]) {
                    isSeen[other] = 1;
                    patch.push(other);
                }
            }
        }
        if (patch.length < least) {
            patch.forEach((v) => (isOpen[v] = 0));
        }
    }
}

/** [V] length of the shortest way along edges to open skin, metres; infinite from {@link Border} on. */
function DistancesFrom(
    isOpen: Uint8Array,
    positions: Float32Array,
    neighbours: readonly (readonly number[])[],
): Float32Array {
    const distances = Float32Array.from(isOpen, (open) => (open ? 0 : Infinity));
    // Rounds of relaxation: ways within the border are a handful of edges long.
    let front = Array.from(isOpen.keys()).filter((v) => isOpen[v]);
    while (front.length > 0) {
        const next = new Set<number>();
        for (const v of front) {
            for (const other of neighbours[v]!) {
                const way =
                    distances[v]! +
                    Math.hypot(...[0, 1, 2].map((i) => positions[v * 3 + i]! - positions[other * 3 + i]!));
                if (way <= Border && way < distances[other]!) {
                    distances[other] = way;
                    next.add(other);
                }
            }
        }
        front = [...next];
    }
    return distances;
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
