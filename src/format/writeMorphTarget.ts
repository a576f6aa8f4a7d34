import { ComponentType } from "./accessorElements.js";
import { type GltfWriter } from "./gltfWriter.js";
import { type IMorphTarget } from "./morphTarget.js";
import { ComponentRange, QuantizeI16 } from "./quantize.js";

/**
 * Writes a morph target as 16-bit integers where it fits into ±1 m; rows that round to nothing are left out.
 *
 * @param writer receives the rows
 * @param target the target
 * @param count number of Gaussians that it belongs to
 * @returns index of the accessor
 */
export function WriteMorphTarget(writer: GltfWriter, target: IMorphTarget, count: number): number {
    const isSmall = target.deltas.every((value) => Math.abs(value) <= 1);
    const stored = isSmall ? QuantizeI16(target.deltas) : target.deltas;
    const rows = [...target.indices.keys()].filter(
        (row) => stored[row * 3] !== 0 || stored[row * 3 + 1] !== 0 || stored[row * 3 + 2] !== 0,
    );
    const kept = isSmall ? new Int16Array(rows.length * 3) : new Float32Array(rows.length * 3);
    rows.forEach((row, k) => kept.set(stored.subarray(row * 3, row * 3 + 3), k * 3));
    const indices = new Uint32Array(rows.map((row) => target.indices[row]!));
    const { I16, F32 } = ComponentType;
    return writer.addSparse(indices, kept, {
        componentType: isSmall ? I16 : F32,
        type: "VEC3",
        count,
        ...(isSmall ? { normalized: true } : {}),
        ...ComponentRange(kept, 3, rows.length < count),
    });
}
