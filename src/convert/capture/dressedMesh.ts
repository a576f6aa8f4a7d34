import { type ISubjectPart } from "./captureSubject.js";
import { type SubjectPartKind } from "./partKind.js";

/** A character in its clothes, as far as what covers its skin is concerned. */
export interface IDressedMesh {
    /** [V,3] vertices at rest, metres. */
    readonly positions: Float32Array;
    /** [T,3] vertices of the triangles. */
    readonly triangles: Uint32Array;
    /** [T] part of each triangle. */
    readonly triangleParts: Uint16Array;
    /** [V] part of each vertex. */
    readonly vertexParts: Uint16Array;
    /** The parts. */
    readonly parts: readonly Pick<ISubjectPart, "kind">[];
}

/** [T,9] corners of the triangles of some kinds of parts. */
export function CornersOf(
    { positions, triangles, triangleParts, parts }: IDressedMesh,
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
