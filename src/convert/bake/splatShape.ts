import { type IGaussianCloud } from "../../format/avatarAsset.js";
import { QuaternionFromAxes } from "../../math/quaternion.js";
import { CrossVector3, ScaleVector3, SubtractVector3, type Vector3Tuple } from "../../math/vector3.js";
import { type ICanonicalMesh } from "./canonicalMesh.js";
import { CloseGaps, MaxGrowth } from "./closeGaps.js";
import { RimCutter } from "./rimCutter.js";
import { SettleSplats } from "./settleSplats.js";
import { type ISurfaceSamples } from "./surfaceSamples.js";
import { type ISampledSurface } from "./surfaceSampling.js";
import { LinearToSrgb } from "./textureSampling.js";

/**
 * Standard deviation along the surface per spacing. On a hexagonal lattice 0.6 covers the emptiest point to 97 %;
 * smaller ones leave holes, larger ones blur. Blue noise is less even: `CloseGaps` widens single splats on top.
 */
export const SigmaPerSpacing = 0.6;
/** Thickness per standard deviation along the surface: flat, but not so flat that it vanishes edge-on. */
const ThicknessRatio = 0.05;
/** Least thickness, metres; a twentieth of a fingertip. */
const MinThickness = 3e-4;
/** Opacity of solid surface: two layers of overlap then hide what lies behind to within 8 bits. */
const SolidOpacity = 0.98;

/**
 * Turns samples into flat Gaussians that lie on the surface. At open edges and creases the part of a splat that would
 * stick out is cut off.
 */
export function ShapeSplats(meshes: readonly ICanonicalMesh[], surface: ISampledSurface): IGaussianCloud {
    const { samples, topologies } = surface;
    const cloud = {
        count: samples.count,
        positions: new Float32Array(samples.count * 3),
        rotations: new Float32Array(samples.count * 4),
        scales: new Float32Array(samples.count * 3),
        opacities: new Float32Array(samples.count),
        colors: new Float32Array(samples.count * 3),
        jointIndices: new Uint16Array(samples.count * 4),
        jointWeights: new Float32Array(samples.count * 4),
    };
    const sigmas = samples.spacings.map((spacing) => spacing * SigmaPerSpacing);
    const growth = CloseGaps(samples, surface.candidates, sigmas);
    const depths = SettleSplats(samples, surface.candidates, sigmas);
    const largest = sigmas.reduce((a, b) => Math.max(a, b), 0) * MaxGrowth;
    const rims = topologies.map((topology) => new RimCutter(topology, largest));
    let pieceOffset = 0;
    let lastMesh = 0;
    for (let i = 0; i < samples.count; i++) {
        for (const m = samples.meshes[i]!; lastMesh < m; lastMesh++) {
            pieceOffset += meshes[lastMesh]!.positions.length / 3;
        }
        const normal: Vector3Tuple = Row(samples.normals, i);
        const sigma = sigmas[i]! * growth[i]!;
        const point = SubtractVector3(Row(samples.positions, i), ScaleVector3(normal, depths[i]!));
        const shape = rims[lastMesh]!.cut(point, normal, samples.pieces[i]! - pieceOffset, sigma);
        const x = CrossVector3(shape.axis, normal);
        cloud.positions.set(shape.center, i * 3);
        cloud.rotations.set(QuaternionFromAxes(x, shape.axis, normal), i * 4);
        cloud.scales.set([shape.sigmas[0], shape.sigmas[1], Math.max(sigma * ThicknessRatio, MinThickness)], i * 3);
        cloud.opacities[i] = samples.colors[i * 4 + 3]! * SolidOpacity;
        for (let k = 0; k < 3; k++) {
            cloud.colors[i * 3 + k] = LinearToSrgb(samples.colors[i * 4 + k]!);
        }
        BindSplat(meshes[lastMesh]!, samples, i, cloud.jointIndices, cloud.jointWeights);
    }
    return cloud;
}

function Row(values: Float32Array, i: number): Vector3Tuple {
    return [values[i * 3]!, values[i * 3 + 1]!, values[i * 3 + 2]!];
}

/** Joints of a point inside a triangle: the corners' weights mixed, the four strongest kept. */
function BindSplat(
    mesh: ICanonicalMesh,
    samples: ISurfaceSamples,
    i: number,
    joints: Uint16Array,
    weights: Float32Array,
): void {
    const [u, v] = [samples.barycentrics[i * 2]!, samples.barycentrics[i * 2 + 1]!];
    const mixed = new Map<number, number>();
    [1 - u - v, u, v].forEach((share, corner) => {
        const vertex = mesh.source.indices[samples.triangles[i]! * 3 + corner]!;
        for (let k = vertex * 4; k < vertex * 4 + 4; k++) {
            const weight = share * mesh.weights[k]!;
            if (weight > 0) {
                mixed.set(mesh.joints[k]!, (mixed.get(mesh.joints[k]!) ?? 0) + weight);
            }
        }
    });
    const kept = [...mixed].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, 4);
    const total = kept.reduce((sum, [, weight]) => sum + weight, 0);
    kept.forEach(([joint, weight], k) => {
        joints[i * 4 + k] = joint;
        weights[i * 4 + k] = weight / total;
    });
}
