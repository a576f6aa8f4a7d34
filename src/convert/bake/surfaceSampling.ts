import { type Vector3Tuple } from "../../math/vector3.js";
import { AvatarBakeError } from "./avatarBakeError.js";
import { type ICanonicalMesh } from "./canonicalMesh.js";
import { FindHiddenSamples, SurfaceCovers } from "./hiddenSurface.js";
import { AnalyzeMesh, type IMeshTopology } from "./meshTopology.js";
import { VertexDensities } from "./sampleDensity.js";
import { EliminateSamples } from "./sampleElimination.js";
import { type ISurfaceSamples, SampleList, SelectSamples } from "./surfaceSamples.js";
import { type ITexturePoint, type LinearColor, ShadeMaterial, TextureCache } from "./textureSampling.js";

/** Meshes with what sampling needs to know about them. */
export interface ISampledSurface {
    /** Topology of each mesh. */
    readonly topologies: readonly IMeshTopology[];
    /** Samples, in the order of meshes and triangles. */
    readonly samples: ISurfaceSamples;
    /** All candidates the samples were chosen from: points all over the visible surface. */
    readonly candidates: ISurfaceSamples;
}

/** Candidates per kept sample; elimination needs about three to reach blue noise. */
const Oversampling = 3;
/** Samples that measure which share of the surface is visible, to within about two percent. */
const PilotSamples = 4000;
/** Surface that lets more light through than this is not worth a Gaussian. */
const MinAlpha = 0.04;
/** Width of the averaged texture square per spacing: the splat itself blurs by the rest. */
const FootprintPerSpacing = 0.7;
/** Plastic-number sequence: low-discrepancy points of the unit square, one after the other (Roberts 2018). */
const PlasticU = 0.7548776662466927;
const PlasticV = 0.5698402909980532;

/** Lets the caller breathe between two phases of long work; rejects to stop it. */
export type PauseAsync = (share: number) => Promise<void>;

/** Where each phase of sampling ends, as shares of the whole; measured on characters of 10,000 to 50,000 triangles. */
const PhaseEnds = { pilot: 0.15, candidates: 0.25, hidden: 0.9 } as const;

/**
 * Covers the visible surface with `count` evenly spaced points, denser on face and hands.
 * No random numbers: the same character gives the same samples.
 *
 * @param meshes the character in the T-pose
 * @param head position of the head joint, metres
 * @param count samples wanted
 * @param pauseAsync called between the phases with the share of the work that is done, 0..1
 * @throws AvatarBakeError when the surface has no area or is wholly transparent; whatever `pauseAsync` rejects with
 */
export async function SampleSurfaceAsync(
    meshes: readonly ICanonicalMesh[],
    head: Vector3Tuple,
    count: number,
    pauseAsync: PauseAsync = async () => {
        await Promise.resolve();
    },
): Promise<ISampledSurface> {
    const topologies = meshes.map(AnalyzeMesh);
    const densities = VertexDensities(meshes, head, (m, share) => {
        const { indices } = meshes[m]!.source;
        return topologies[m]!.areas.reduce(
            (sum, area, t) =>
                sum + (area * (share(indices[t * 3]!) + share(indices[t * 3 + 1]!) + share(indices[t * 3 + 2]!))) / 3,
            0,
        );
    });
    const sampler = new SurfaceSampler(meshes, topologies, densities);
    const covers = new SurfaceCovers(meshes);
    // What is cut out of hair cards or hidden under clothes is known only after it has been laid.
    const share = DropHidden(covers, sampler.generate(PilotSamples, PilotSamples)).count / PilotSamples;
    if (share === 0) {
        throw new AvatarBakeError(
            "no-triangles",
            "No visible surface: every triangle has zero area or is transparent. Check the alpha of the materials.",
        );
    }
    await pauseAsync(PhaseEnds.pilot);
    const laid = sampler.generate((count * Oversampling) / share, count / share);
    await pauseAsync(PhaseEnds.candidates);
    const candidates = DropHidden(covers, laid);
    await pauseAsync(PhaseEnds.hidden);
    const kept = EliminateSamples(
        {
            positions: candidates.positions,
            normals: candidates.normals,
            radii: candidates.spacings.map((spacing) => spacing * RadiusPerSpacing),
            pieces: candidates.pieces,
        },
        count,
    );
    return { topologies, samples: SelectSamples(candidates, kept), candidates };
}

/** Disc radius of the densest packing over the square root of the area per point: 1/√(2√3). */
const RadiusPerSpacing = 1 / Math.sqrt(2 * Math.sqrt(3));

function DropHidden(covers: SurfaceCovers, all: ISurfaceSamples): ISurfaceSamples {
    const hidden = FindHiddenSamples(covers, all);
    return SelectSamples(
        all,
        Uint32Array.from({ length: all.count }, (_, i) => i).filter((i) => hidden[i] === 0),
    );
}

class SurfaceSampler {
    private readonly _meshes: readonly ICanonicalMesh[];
    private readonly _topologies: readonly IMeshTopology[];
    private readonly _densities: readonly Float32Array[];
    private readonly _textures = new TextureCache();
    private readonly _importance: number;

    public constructor(
        meshes: readonly ICanonicalMesh[],
        topologies: readonly IMeshTopology[],
        densities: readonly Float32Array[],
    ) {
        this._meshes = meshes;
        this._topologies = topologies;
        this._densities = densities;
        this._importance = meshes.reduce(
            (sum, mesh, m) =>
                sum + topologies[m]!.areas.reduce((s, area, t) => s + area * this._density2(mesh, m, t), 0),
            0,
        );
        if (!(this._importance > 0)) {
            throw new AvatarBakeError("no-triangles", "All triangles of the character have zero area.");
        }
    }

    /** Lays `wanted` points, of which `kept` would stay if nothing were hidden, and drops the transparent ones. */
    public generate(wanted: number, kept: number): ISurfaceSamples {
        const out = new SampleList();
        const step = this._importance / wanted;
        const spacingOfOne = Math.sqrt(this._importance / kept);
        let sequence = 0;
        let cumulative = step / 2;
        let pieceOffset = 0;
        this._meshes.forEach((mesh, m) => {
            const topology = this._topologies[m]!;
            for (let t = 0; t < topology.areas.length; t++) {
                const density2 = this._density2(mesh, m, t);
                cumulative += topology.areas[t]! * density2;
                for (; cumulative >= step; cumulative -= step, sequence++) {
                    let u = (0.5 + sequence * PlasticU) % 1;
                    let v = (0.5 + sequence * PlasticV) % 1;
                    if (u + v > 1) {
                        [u, v] = [1 - u, 1 - v];
                    }
                    const spacing = spacingOfOne / Math.sqrt(density2);
                    const color = this._shade(mesh, topology, t, u, v, spacing * FootprintPerSpacing);
                    if (color) {
                        out.add(mesh, m, topology, t, [u, v], spacing, color, pieceOffset + topology.pieces[t]!);
                    }
                }
            }
            pieceOffset += mesh.positions.length / 3;
        });
        return out.finish();
    }

    private _density2(mesh: ICanonicalMesh, m: number, t: number): number {
        const { indices } = mesh.source;
        const density = this._densities[m]!;
        const mean = (density[indices[t * 3]!]! + density[indices[t * 3 + 1]!]! + density[indices[t * 3 + 2]!]!) / 3;
        return mean * mean;
    }

    /** Colour at a point, or null where nothing is to be seen. */
    private _shade(
        mesh: ICanonicalMesh,
        topology: IMeshTopology,
        t: number,
        u: number,
        v: number,
        footprint: number,
    ): LinearColor | null {
        const { source } = mesh;
        const corners = [source.indices[t * 3]!, source.indices[t * 3 + 1]!, source.indices[t * 3 + 2]!] as const;
        const weights = [1 - u - v, u, v] as const;
        const mix = (values: Float32Array, size: number, i: number): number =>
            weights.reduce((sum, weight, k) => sum + weight * values[corners[k]! * size + i]!, 0);
        const point: ITexturePoint = {
            uv: source.texCoords.map((set) => set && [mix(set, 2, 0), mix(set, 2, 1)]),
            uvAreaPerMetre2: source.texCoords.map((set) => (set ? UvArea(set, corners) / topology.areas[t]! : 0)),
        };
        const colors = source.colors;
        const vertexColor: LinearColor | null = colors && [
            mix(colors, 4, 0),
            mix(colors, 4, 1),
            mix(colors, 4, 2),
            mix(colors, 4, 3),
        ];
        const { material } = source;
        const [r, g, b, a] = ShadeMaterial(material, this._textures, point, vertexColor, footprint);
        if (material.alphaMode === "OPAQUE") {
            return [r, g, b, 1];
        }
        if (material.alphaMode === "MASK") {
            return a >= material.alphaCutoff ? [r, g, b, 1] : null;
        }
        return a > MinAlpha ? [r, g, b, Math.min(1, a)] : null;
    }
}

function UvArea(set: Float32Array, corners: readonly [number, number, number]): number {
    const [a, b, c] = [corners[0] * 2, corners[1] * 2, corners[2] * 2];
    const [ux, uy] = [set[b]! - set[a]!, set[b + 1]! - set[a + 1]!];
    const [vx, vy] = [set[c]! - set[a]!, set[c + 1]! - set[a + 1]!];
    return Math.abs(ux * vy - uy * vx) / 2;
}
