import { PointGrid } from "./pointGrid.js";
import { type ISurfaceSamples } from "./surfaceSamples.js";

/** The surface this many standard deviations around a splat counts; beyond it the weight is next to nothing. */
const Reach = 2;
/** Surface that is turned by more than 60° belongs to another sheet. */
const SameSheetCosine = 0.5;

/**
 * Finds how deep each splat must lie so that it is flush with a curved surface. A disc that only touches a limb stands
 * out all around it, and many such discs one behind the other make the silhouette thicker. At the depth found here a
 * disc lies on the mean of the surface beneath it, weighted as it is opaque: for a sphere of radius R this is σ²/R.
 *
 * @param witnesses points all over the surface
 * @param sigmas [N] standard deviations along the surface, metres
 * @returns [N] depths below the sample along its normal, metres; negative in hollows
 */
export function SettleSplats(samples: ISurfaceSamples, witnesses: ISurfaceSamples, sigmas: Float32Array): Float32Array {
    const reach = sigmas.reduce((a, b) => Math.max(a, b), 0) * Reach;
    const grid = new PointGrid(witnesses.positions, reach);
    return sigmas.map((sigma, i) => {
        const at = i * 3;
        const [px, py, pz] = [samples.positions[at]!, samples.positions[at + 1]!, samples.positions[at + 2]!];
        const [nx, ny, nz] = [samples.normals[at]!, samples.normals[at + 1]!, samples.normals[at + 2]!];
        let [depths, weights] = [0, 0];
        grid.forEachNear(px, py, pz, Reach * sigma, (w, squared) => {
            const to = w * 3;
            const { positions, normals } = witnesses;
            const cosine = nx * normals[to]! + ny * normals[to + 1]! + nz * normals[to + 2]!;
            if (witnesses.pieces[w] === samples.pieces[i] && cosine > SameSheetCosine) {
                const weight = Math.exp((-0.5 * squared) / (sigma * sigma));
                const depth =
                    nx * (px - positions[to]!) + ny * (py - positions[to + 1]!) + nz * (pz - positions[to + 2]!);
                depths += weight * depth;
                weights += weight;
            }
        });
        return weights > 0 ? depths / weights : 0;
    });
}
