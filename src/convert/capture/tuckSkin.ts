import { TriangleTree } from "../bake/triangleTree.js";
import { type ISubjectPart } from "./captureSubject.js";
import { type SubjectPartKind } from "./partKind.js";

/** What of a subject {@link TuckSkin} looks at. */
export interface IDressedMesh {
    /** [V,3] vertices at rest, metres; those of the body are moved. */
    readonly positions: Float32Array;
    /** [V,3] unit normals. */
    readonly normals: Float32Array;
    /** [T,3] vertices of the triangles. */
    readonly triangles: Uint32Array;
    /** [T] part of each triangle. */
    readonly triangleParts: Uint16Array;
    /** [V] part of each vertex. */
    readonly vertexParts: Uint16Array;
    /** The parts. */
    readonly parts: readonly Pick<ISubjectPart, "kind">[];
}

/** Metres that skin keeps from the cloth above it; less, and the two meet again once they are skinned. */
const Clearance = 0.006;

/** How far cloth may be outside skin, and inside it where skin pokes through, metres. */
const Reach = { outside: 0.02, inside: 0.015 } as const;

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
 */
export function TuckSkin(mesh: IDressedMesh): void {
    const { positions, normals } = mesh;
    for (const { under, over } of Layers) {
        const moves = MovesOf(mesh, under, new TriangleTree(CornersOf(mesh, over)));
        for (const [vertex, move] of moves) {
            for (let i = vertex * 3; i < vertex * 3 + 3; i++) {
                positions[i]! -= move * normals[i]!;
            }
        }
    }
}

/** How far vertices of a kind have to go inwards; none where most of them lie over the cover. */
function MovesOf(
    { positions, normals, vertexParts, parts }: IDressedMesh,
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

/** [T,9] corners of the triangles of some kinds of parts. */
export function CornersOf(
    { positions, triangles, triangleParts, parts }: Omit<IDressedMesh, "normals">,
    kinds: readonly SubjectPartKind[],
): Float32Array {
    const corners: number[] = [];
    triangleParts.forEach((part, t) => {
        if (kinds.includes(parts[part]!.kind)) {
            for (let k = t * 3; k < t * 3 + 3; k++) {
                const v = triangles[k]! * 3;
                corners.push(positions[v]!, positions[v + 1]!, positions[v + 2]!);
            }
        }
    });
    return Float32Array.from(corners);
}
