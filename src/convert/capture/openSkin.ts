import { TriangleTree } from "../bake/triangleTree.js";
import { CornersOf, type IDressedMesh } from "./dressedMesh.js";

/** Uncovered patches smaller than this share of their part are gaps in the search, not openings of clothes. */
const SmallestOpening = 0.002;

/** How far clothes may be from the skin that they cover, metres. */
export interface ICoverReach {
    /** Above it, along its normals. */
    readonly outside: number;
    /** Below it, where it pokes through them. */
    readonly inside: number;
}

/**
 * How far skin is from skin that no clothes cover.
 *
 * @param mesh a character in its clothes
 * @param normals [V,3] unit normals
 * @param points [V] first vertex of those at one point of a surface
 * @param reach which clothes cover skin
 * @param furthest metres up to which distances are told
 * @returns [V] length of the shortest way along edges, metres; infinite beyond the furthest, and for what is no skin
 */
export function DistancesToOpenSkin(
    mesh: IDressedMesh,
    normals: Float32Array,
    points: ArrayLike<number>,
    reach: ICoverReach,
    furthest: number,
): Float32Array {
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
        if (tree.forEachHit(from, direction, reach.outside, (_triangle, isBack) => isBack)) {
            return 0;
        }
        direction.forEach((value, i) => (direction[i] = -value));
        return Number(!tree.forEachHit(from, direction, reach.inside, (_triangle, isBack) => !isBack));
    });
    CloseGaps(isOpen, isSkin, neighbours);
    const distances = DistancesFrom(isOpen, positions, neighbours, furthest);
    return distances.map((_distance, v) => distances[points[v]!]!);
}

/** [V] points that share an edge with a point of the skin; none for vertices that are not the first of theirs. */
function NeighboursOf({ triangles }: IDressedMesh, isSkin: Uint8Array, points: ArrayLike<number>): number[][] {
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

/** [V] length of the shortest way along edges to open skin, metres; infinite beyond the furthest. */
function DistancesFrom(
    isOpen: Uint8Array,
    positions: Float32Array,
    neighbours: readonly (readonly number[])[],
    furthest: number,
): Float32Array {
    const distances = Float32Array.from(isOpen, (open) => (open ? 0 : Infinity));
    // Rounds of relaxation: ways so short are a handful of edges long.
    let front = Array.from(isOpen.keys()).filter((v) => isOpen[v]);
    while (front.length > 0) {
        const next = new Set<number>();
        for (const v of front) {
            for (const other of neighbours[v]!) {
                const way =
                    distances[v]! +
                    Math.hypot(...[0, 1, 2].map((i) => positions[v * 3 + i]! - positions[other * 3 + i]!));
                if (way <= furthest && way < distances[other]!) {
                    distances[other] = way;
                    next.add(other);
                }
            }
        }
        front = [...next];
    }
    return distances;
}
