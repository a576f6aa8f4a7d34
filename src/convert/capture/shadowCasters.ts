import { type IDecodedImage } from "../bake/riggedCharacter.js";
import { type ICaptureSubject, type ISubjectPart } from "./captureSubject.js";

/** Barycentric places at which a masked triangle is looked at: its middle, and between that and its corners. */
const Places: readonly (readonly [number, number, number])[] = [
    [1 / 3, 1 / 3, 1 / 3],
    [2 / 3, 1 / 6, 1 / 6],
    [1 / 6, 2 / 3, 1 / 6],
    [1 / 6, 1 / 6, 2 / 3],
];

/**
 * The triangles that keep light away: opaque ones, and masked ones most of which is there. Blended ones (lashes, the
 * cornea, brows) do not, nor do eyes, which lie under it.
 *
 * @param subject the subject
 * @returns [N,3] vertices
 */
export function FindShadowCasters({
    triangles,
    triangleParts,
    parts,
    uvs,
}: Pick<ICaptureSubject, "triangles" | "triangleParts" | "parts" | "uvs">): Uint32Array {
    const casters: number[] = [];
    for (let t = 0; t < triangleParts.length; t++) {
        const part = parts[triangleParts[t]!]!;
        const corners = [triangles[t * 3]!, triangles[t * 3 + 1]!, triangles[t * 3 + 2]!] as const;
        if (part.alpha !== "blend" && part.kind !== "eyes" && IsThere(part, corners, uvs)) {
            casters.push(...corners);
        }
    }
    return Uint32Array.from(casters);
}

function IsThere(
    { alpha, alphaCutoff, texture, baseColor }: ISubjectPart,
    corners: readonly [number, number, number],
    uvs: Float32Array,
): boolean {
    if (alpha === "opaque" || !texture) {
        return true;
    }
    const solid = Places.filter((weights) => {
        const at = (axis: 0 | 1): number =>
            corners.reduce((sum, vertex, k) => sum + weights[k]! * uvs[vertex * 2 + axis]!, 0);
        return AlphaAt(texture, at(0), at(1)) * baseColor[3] >= alphaCutoff;
    });
    return solid.length * 2 >= Places.length;
}

function AlphaAt({ width, height, rgba }: IDecodedImage, u: number, v: number): number {
    const column = Math.min(width - 1, Math.floor((u - Math.floor(u)) * width));
    const row = Math.min(height - 1, Math.floor((v - Math.floor(v)) * height));
    return rgba[(row * width + column) * 4 + 3]! / 255;
}
