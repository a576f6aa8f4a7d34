import { PointGrid } from "./pointGrid.js";
import { type ISurfaceSamples } from "./surfaceSamples.js";

/** Least cover of any surface point; what lies behind shows through by the rest. */
const MinCover = 0.975;
/** Growth of the nearest splat where the surface shows through. */
const GrowthStep = 1.12;
/** Largest growth; beyond it texture would blur. */
export const MaxGrowth = 1.6;
/** Passes over all witnesses; later ones find next to nothing. */
const Passes = 5;
/** Gaussians are cut off at this many standard deviations. */
const Reach = 3;
/** Splats of another sheet (60° and more away) do not close a gap of this one. */
const SameSheetCosine = 0.5;

/**
 * Finds how far each splat must grow so that the surface has no holes. The candidates that elimination removed are
 * evenly spread witnesses: wherever the splats around one cover it too thinly, the nearest grows.
 *
 * @param samples the splats' centres
 * @param witnesses points on the same surface
 * @param sigmas [N] standard deviations along the surface, metres
 * @returns [N] factors, 1 for most
 */
export function CloseGaps(samples: ISurfaceSamples, witnesses: ISurfaceSamples, sigmas: Float32Array): Float32Array {
    const growth = new Float32Array(samples.count).fill(1);
    const reach = sigmas.reduce((a, b) => Math.max(a, b), 0) * Reach;
    const grid = new PointGrid(samples.positions, reach);
    let open = Uint32Array.from({ length: witnesses.count }, (_, i) => i);
    for (let pass = 0; pass < Passes && open.length > 0; pass++) {
        open = open.filter((w) => {
            let through = 1;
            let nearest = -1;
            let shortest = Infinity;
            const at = w * 3;
            const [px, py, pz] = [witnesses.positions[at]!, witnesses.positions[at + 1]!, witnesses.positions[at + 2]!];
            const local = Math.min(reach, witnesses.spacings[w]! * Reach);
            grid.forEachNear(px, py, pz, local, (i, squared) => {
                if (
                    samples.pieces[i] !== witnesses.pieces[w] ||
                    SheetCosine(samples, i, witnesses, w) < SameSheetCosine
                ) {
                    return;
                }
                const sigma = sigmas[i]! * growth[i]!;
                through *= 1 - Math.exp((-0.5 * squared) / (sigma * sigma));
                if (squared < shortest) {
                    shortest = squared;
                    nearest = i;
                }
            });
            if (nearest < 0 || through <= 1 - MinCover) {
                return false;
            }
            growth[nearest] = Math.min(MaxGrowth, growth[nearest]! * GrowthStep);
            return growth[nearest]! < MaxGrowth;
        });
    }
    return growth;
}

function SheetCosine(a: ISurfaceSamples, i: number, b: ISurfaceSamples, j: number): number {
    return (
        a.normals[i * 3]! * b.normals[j * 3]! +
        a.normals[i * 3 + 1]! * b.normals[j * 3 + 1]! +
        a.normals[i * 3 + 2]! * b.normals[j * 3 + 2]!
    );
}
