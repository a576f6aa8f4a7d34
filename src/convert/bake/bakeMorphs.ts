import { type IMorphTarget } from "../../format/morphTarget.js";
import { type ICanonicalMesh } from "./canonicalMesh.js";
import { type ISurfaceSamples } from "./surfaceSamples.js";

/** Offsets shorter than this, in metres, do not show: a tenth of a millimetre. */
const MinDelta = 1e-4;

/** Names of all morph targets, each once, in the order in which meshes and targets first name them. */
export function MorphNames(meshes: readonly { readonly morphs: readonly { readonly name: string }[] }[]): string[] {
    return [...new Set(meshes.flatMap((mesh) => mesh.morphs.map((morph) => morph.name)))];
}

/**
 * Carries morph targets over to the samples. Targets of the same name on several meshes (skin, teeth, lashes) become
 * one channel.
 */
export function BakeMorphs(meshes: readonly ICanonicalMesh[], samples: ISurfaceSamples): IMorphTarget[] {
    return MorphNames(meshes).map((name) => {
        const deltasOf = meshes.map((mesh) => mesh.morphs.find((morph) => morph.name === name)?.deltas);
        const indices: number[] = [];
        const deltas: number[] = [];
        for (let i = 0; i < samples.count; i++) {
            const source = deltasOf[samples.meshes[i]!];
            if (!source) {
                continue;
            }
            const [u, v] = [samples.barycentrics[i * 2]!, samples.barycentrics[i * 2 + 1]!];
            const corners = meshes[samples.meshes[i]!]!.source.indices;
            const at = samples.triangles[i]! * 3;
            const mix = (k: number): number =>
                (1 - u - v) * source[corners[at]! * 3 + k]! +
                u * source[corners[at + 1]! * 3 + k]! +
                v * source[corners[at + 2]! * 3 + k]!;
            const [x, y, z] = [mix(0), mix(1), mix(2)];
            if (Math.hypot(x, y, z) > MinDelta) {
                indices.push(i);
                deltas.push(x, y, z);
            }
        }
        return { name, indices: Uint32Array.from(indices), deltas: Float32Array.from(deltas) };
    });
}
