import { TriangleTree } from "../bake/triangleTree.js";
import { CornersOf, type IDressedMesh } from "./dressedMesh.js";
import { DistancesToOpenSkin } from "./openSkin.js";
import { type SubjectPartKind } from "./partKind.js";

/** Metres that skin keeps from the cloth above it; less, and the two meet again once they are skinned. */
const Clearance = 0.006;

/** How far cloth may be outside skin, and inside it where skin pokes through, metres. */
const Reach = { outside: 0.02, inside: 0.015 } as const;

/**
 * Metres of skin inside an opening of clothes over which the pressure sets in. At once, and the line where skin and cloth
 * meet is ragged: hems are turned under, and what they are turned over looks like cloth that the skin pokes through.
 */
const Ease = 0.015;

/** What lies under what; socks, which come with shoes, lie under trousers, boots over them. */
const Layers: readonly { readonly under: SubjectPartKind; readonly over: readonly SubjectPartKind[] }[] = [
    { under: "shoes", over: ["clothing"] },
    { under: "body", over: ["clothing", "shoes"] },
];

/**
 * Moves what pokes through clothes, or all but touches them, inwards, as clothes press on skin. Modellers cover such places
 * only in the pose they dress a figure in.
 *
 * @param mesh the subject; positions of its body and of socks are changed in place
 * @param normals [V,3] unit normals
 * @param points [V] first vertex of those at one point of a surface
 */
export function TuckSkin(mesh: IDressedMesh, normals: Float32Array, points: ArrayLike<number>): void {
    const { positions } = mesh;
    const distances = DistancesToOpenSkin(mesh, normals, points, Reach, Ease);
    for (const { under, over } of Layers) {
        const moves = MovesOf(mesh, normals, under, new TriangleTree(CornersOf(mesh, over)));
        for (const [vertex, pressed] of moves) {
            const share = under === "body" ? SmoothStep(Math.min(1, distances[vertex]! / Ease)) : 1;
            for (let i = vertex * 3; i < vertex * 3 + 3; i++) {
                positions[i]! -= share * pressed * normals[i]!;
            }
        }
    }
}

/** 0 … 1 with level ends. */
function SmoothStep(x: number): number {
    return x * x * (3 - 2 * x);
}

/** How far vertices of a kind have to go inwards; none where most of them lie over the cover. */
function MovesOf(
    { positions, vertexParts, parts }: IDressedMesh,
    normals: Float32Array,
    kind: SubjectPartKind,
    cover: TriangleTree,
): (readonly [vertex: number, move: number])[] {
    const from = new Float32Array(3);
    const direction = new Float32Array(3);
    const moves: [number, number][] = [];
    const counts = { under: 0, over: 0 };
    for (let v = 0; v < vertexParts.length; v++) {
        if (parts[vertexParts[v]!]!.kind !== kind) {
            continue;
        }
        from.set(positions.subarray(v * 3, v * 3 + 3));
        direction.set(normals.subarray(v * 3, v * 3 + 3));
        const above = Nearest(cover, from, direction, Reach.outside, true);
        direction.forEach((value, i) => (direction[i] = -value));
        const below = Nearest(cover, from, direction, Reach.inside, false);
        counts.under += Number(above < Infinity && below === Infinity);
        counts.over += Number(below < Infinity && above === Infinity);
        const move = below < Infinity ? below + Clearance : Clearance - above;
        if (move > 0) {
            moves.push([v, move]);
        }
    }
    return counts.under >= counts.over ? moves : [];
}

/** Distance to the first triangle of cloth that faces away from the skin's inside; infinite where there is none. */
function Nearest(
    tree: TriangleTree,
    from: Float32Array,
    direction: Float32Array,
    reach: number,
    isOutwards: boolean,
): number {
    // The tree tells whether there is a hit, not where: halve the reach until it is known to a tenth of a millimetre.
    const hits = (far: number): boolean =>
        tree.forEachHit(from, direction, far, (_triangle, isBack) => isBack === isOutwards);
    if (!hits(reach)) {
        return Infinity;
    }
    let [near, far] = [0, reach];
    while (far - near > 1e-4) {
        const middle = (near + far) / 2;
        if (hits(middle)) {
            far = middle;
        } else {
            near = middle;
        }
    }
    return far;
}
