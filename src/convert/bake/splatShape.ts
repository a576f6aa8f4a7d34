import { type IGaussianCloud } from "../../format/avatarAsset.js";
import { QuaternionFromAxes } from "../../math/quaternion.js";
import {
    CrossVector3,
    DotVector3,
    NormalizeVector3,
    ScaleVector3,
    SubtractVector3,
    type Vector3Tuple,
} from "../../math/vector3.js";
import { type ICanonicalMesh } from "./canonicalMesh.js";
import { CloseGaps, MaxGrowth } from "./closeGaps.js";
import { type IMeshTopology } from "./meshTopology.js";
import { PointGrid } from "./pointGrid.js";
import { type ISampledSurface, type ISurfaceSamples } from "./surfaceSampling.js";
import { LinearToSrgb } from "./textureSampling.js";

/**
 * Standard deviation along the surface per spacing. On a hexagonal lattice 0.6 covers the emptiest point to 97 %;
 * smaller ones leave holes, larger ones blur. Blue noise is less even: `CloseGaps` widens single splats on top.
 */
export const SigmaPerSpacing = 0.6;
/** Thickness per standard deviation along the surface: flat, but not so flat that it vanishes edge-on. */
const ThicknessRatio = 0.1;
/** Least thickness, metres; a twentieth of a fingertip. */
const MinThickness = 3e-4;
/** Opacity of solid surface: two layers of overlap then hide what lies behind to within 8 bits. */
const SolidOpacity = 0.98;
/** A rim of the surface lies at least this many standard deviations from the centre of a splat ... */
const SigmasToRim = 1.2;
/** ... unless that would make the splat thinner than this share of its length. */
const MinRimShare = 0.3;

/**
 * Turns samples into flat Gaussians that lie on the surface. Near open edges and creases a splat is narrowed across
 * the edge, so that it does not stick out of the silhouette.
 */
export function ShapeSplats(meshes: readonly ICanonicalMesh[], surface: ISampledSurface): IGaussianCloud {
    const { samples, topologies } = surface;
    const cloud = {
        count: samples.count,
        positions: samples.positions,
        rotations: new Float32Array(samples.count * 4),
        scales: new Float32Array(samples.count * 3),
        opacities: new Float32Array(samples.count),
        colors: new Float32Array(samples.count * 3),
        jointIndices: new Uint16Array(samples.count * 4),
        jointWeights: new Float32Array(samples.count * 4),
    };
    const sigmas = samples.spacings.map((spacing) => spacing * SigmaPerSpacing);
    const growth = CloseGaps(samples, surface.candidates, sigmas);
    const largest = samples.spacings.reduce((a, b) => Math.max(a, b), 0) * SigmaPerSpacing * SigmasToRim * MaxGrowth;
    const rims = topologies.map((topology) => new RimFinder(topology, largest));
    let pieceOffset = 0;
    let lastMesh = 0;
    for (let i = 0; i < samples.count; i++) {
        for (const m = samples.meshes[i]!; lastMesh < m; lastMesh++) {
            pieceOffset += meshes[lastMesh]!.positions.length / 3;
        }
        const normal: Vector3Tuple = Row(samples.normals, i);
        const sigma = sigmas[i]! * growth[i]!;
        const rim = rims[lastMesh]!.nearest(
            Row(samples.positions, i),
            normal,
            samples.pieces[i]! - pieceOffset,
            sigma * SigmasToRim,
        );
        const across = rim ? Math.max(MinRimShare, rim.distance / (SigmasToRim * sigma)) : 1;
        const y = rim?.direction ?? AnyTangent(normal);
        const x = CrossVector3(y, normal);
        cloud.rotations.set(QuaternionFromAxes(x, y, normal), i * 4);
        cloud.scales.set([sigma, sigma * across, Math.max(sigma * ThicknessRatio, MinThickness)], i * 3);
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

function AnyTangent(normal: Vector3Tuple): Vector3Tuple {
    const helper: Vector3Tuple = Math.abs(normal[1]) < 0.9 ? [0, 1, 0] : [0, 0, 1];
    const tangent = SubtractVector3(helper, ScaleVector3(normal, DotVector3(normal, helper)));
    return NormalizeVector3(tangent, [1, 0, 0]);
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

/** Finds the open edge or crease nearest to a point of the same piece of surface. */
class RimFinder {
    private readonly _topology: IMeshTopology;
    private readonly _grid: PointGrid;
    private readonly _edgeOfPoint: Uint32Array;
    private readonly _reach: number;

    /** @param reach longest distance that will be asked for, metres */
    public constructor(topology: IMeshTopology, reach: number) {
        this._topology = topology;
        this._reach = reach;
        const points: number[] = [];
        const edges: number[] = [];
        for (let e = 0; e < topology.rimPieces.length; e++) {
            const [a, b] = [Row(topology.rims, e * 2), Row(topology.rims, e * 2 + 1)];
            const steps = Math.max(1, Math.ceil(Math.hypot(b[0] - a[0], b[1] - a[1], b[2] - a[2]) / reach));
            for (let s = 0; s <= steps; s++) {
                const amount = s / steps;
                points.push(
                    a[0] + (b[0] - a[0]) * amount,
                    a[1] + (b[1] - a[1]) * amount,
                    a[2] + (b[2] - a[2]) * amount,
                );
                edges.push(e);
            }
        }
        this._edgeOfPoint = Uint32Array.from(edges);
        this._grid = new PointGrid(Float32Array.from(points), 2 * reach);
    }

    /** Nearest rim within `limit`: its distance and the unit direction to it inside the tangent plane. */
    public nearest(
        point: Vector3Tuple,
        normal: Vector3Tuple,
        piece: number,
        limit: number,
    ): { distance: number; direction: Vector3Tuple } | null {
        let best = limit;
        let direction: Vector3Tuple | null = null;
        // An edge point within half a step of the foot of the perpendicular: 1.2 × reach is far enough.
        this._grid.forEachNear(point[0], point[1], point[2], 1.2 * this._reach, (near) => {
            const edge = this._edgeOfPoint[near]!;
            if (this._topology.rimPieces[edge] !== piece) {
                return;
            }
            const to = SubtractVector3(this._closestOn(edge, point), point);
            const flat = SubtractVector3(to, ScaleVector3(normal, DotVector3(normal, to)));
            const distance = Math.hypot(to[0], to[1], to[2]);
            if (distance < best) {
                best = distance;
                direction = NormalizeVector3(flat);
            }
        });
        return direction && DotVector3(direction, direction) > 0 ? { distance: best, direction } : null;
    }

    private _closestOn(edge: number, point: Vector3Tuple): Vector3Tuple {
        const a = Row(this._topology.rims, edge * 2);
        const along = SubtractVector3(Row(this._topology.rims, edge * 2 + 1), a);
        const length2 = DotVector3(along, along);
        const t = length2 > 0 ? DotVector3(SubtractVector3(point, a), along) / length2 : 0;
        const clamped = Math.min(1, Math.max(0, t));
        return [a[0] + along[0] * clamped, a[1] + along[1] * clamped, a[2] + along[2] * clamped];
    }
}
