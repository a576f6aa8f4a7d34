import { type ShadowGenerator } from "@babylonjs/core/Lights/Shadows/shadowGenerator.js";
import { StandardMaterial } from "@babylonjs/core/Materials/standardMaterial.js";
import { Color3 } from "@babylonjs/core/Maths/math.color.js";
import { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import { VertexData } from "@babylonjs/core/Meshes/mesh.vertexData.js";
import { type Scene } from "@babylonjs/core/scene.js";

/** Radius of the line along which one walks, and the edges of what one walks on; metres. */
export const StepsRadius = 1.9;
/** Where on the circle the way begins, radians: the steps lie in front, the ramp behind. */
export const StepsStart = 2.4;

const Edges = { inner: 1.35, outer: 2.45 } as const;

/** A piece of the way. */
interface IPiece {
    /** Where it ends, metres along the line of walking. */
    readonly end: number;
    /** Height where it begins and ends, metres. */
    readonly from: number;
    readonly to: number;
    readonly color: string;
}

const Flat = { from: 0, to: 0, color: "" } as const;
const Rise = 0.12;

/** Once around: level ground, four steps up, a landing, a ramp down, level ground. */
const Pieces: readonly IPiece[] = [
    { ...Flat, end: 2.4 },
    ...[1, 2, 3, 4].map((step) => ({
        end: 2.4 + 0.45 * step,
        from: Rise * step,
        to: Rise * step,
        color: step % 2 === 0 ? "#d9cfc2" : "#d98c5f",
    })),
    { end: 5.4, from: Rise * 4, to: Rise * 4, color: "#d98c5f" },
    { end: 8.6, from: Rise * 4, to: 0, color: "#86a9bd" },
    { ...Flat, end: 2 * Math.PI * StepsRadius },
];

/** How far an avatar's own height is smoothed before and behind it, metres: a person does not jump up a step. */
const SmoothedReach = 0.4;
const SmoothedSamples = 9;

/**
 * Height of the ground.
 *
 * @param x metres, scene
 * @param z metres, scene
 * @returns metres; 0 beside the way
 */
export function StepsHeight(x: number, z: number): number {
    const radius = Math.hypot(x, z);
    return radius > Edges.inner && radius < Edges.outer ? HeightAlong(AlongOf(x, z)) : 0;
}

/**
 * Slope of the ground.
 *
 * @param x metres, scene
 * @param z metres, scene
 * @returns metres up for one metre along the way; steps are level
 */
export function StepsSlope(x: number, z: number): number {
    const radius = Math.hypot(x, z);
    if (radius <= Edges.inner || radius >= Edges.outer) {
        return 0;
    }
    const { piece, start } = PieceAt(AlongOf(x, z));
    return ((piece.to - piece.from) / (piece.end - start)) * (StepsRadius / radius);
}

/**
 * Height of the way as a body feels it, without its steps.
 *
 * @param along metres along the line of walking; any number of rounds
 */
export function SmoothHeight(along: number): number {
    let sum = 0;
    for (let i = 0; i < SmoothedSamples; i++) {
        sum += HeightAlong(along + SmoothedReach * ((2 * i) / (SmoothedSamples - 1) - 1));
    }
    return sum / SmoothedSamples;
}

function AlongOf(x: number, z: number): number {
    return (Math.atan2(z, x) - StepsStart) * StepsRadius;
}

function AngleOf(along: number): number {
    return StepsStart + along / StepsRadius;
}

function PieceAt(along: number): { readonly piece: IPiece; readonly start: number; readonly at: number } {
    const round = Pieces.at(-1)!.end;
    const at = ((along % round) + round) % round;
    const index = Math.max(
        0,
        Pieces.findIndex(({ end }) => at < end),
    );
    return { piece: Pieces[index]!, start: Pieces[index - 1]?.end ?? 0, at };
}

function HeightAlong(along: number): number {
    const { piece, start, at } = PieceAt(along);
    return piece.from + ((piece.to - piece.from) * (at - start)) / (piece.end - start);
}

/**
 * Builds steps, landing and ramp as opaque meshes.
 *
 * @param scene the scene
 * @param shadows what they throw a shadow with
 */
export function CreateSteps(scene: Scene, shadows: ShadowGenerator): void {
    Pieces.forEach((piece, i) => {
        if (piece.from + piece.to === 0) {
            return;
        }
        const mesh = new Mesh(`way ${i}`, scene);
        SectorData(AngleOf(Pieces[i - 1]!.end), AngleOf(piece.end), piece).applyToMesh(mesh);
        const material = new StandardMaterial(mesh.name, scene);
        material.diffuseColor = Color3.FromHexString(piece.color);
        material.specularColor = Color3.Black();
        mesh.material = material;
        mesh.receiveShadows = true;
        shadows.addShadowCaster(mesh);
    });
}

/** A block with a curved footprint: top, four walls; every face its own vertices, so that edges are sharp. */
function SectorData(start: number, end: number, { from, to }: IPiece): VertexData {
    const slices = Math.max(2, Math.round((end - start) / 0.05));
    const positions: number[] = [];
    const indices: number[] = [];
    const point = (angle: number, radius: number, y: number): number[] => [
        radius * Math.cos(angle),
        y,
        radius * Math.sin(angle),
    ];
    const quad = (...corners: readonly number[][]): void => {
        const first = positions.length / 3;
        positions.push(...corners.flat());
        indices.push(first, first + 2, first + 1, first, first + 3, first + 2);
    };
    const { inner, outer } = Edges;
    for (let slice = 0; slice < slices; slice++) {
        const [a, b] = [slice, slice + 1].map((i) => start + ((end - start) * i) / slices) as [number, number];
        const [p, q] = [slice, slice + 1].map((i) => from + ((to - from) * i) / slices) as [number, number];
        quad(point(a, inner, p), point(b, inner, q), point(b, outer, q), point(a, outer, p));
        quad(point(a, outer, p), point(b, outer, q), point(b, outer, 0), point(a, outer, 0));
        quad(point(b, inner, q), point(a, inner, p), point(a, inner, 0), point(b, inner, 0));
    }
    quad(point(start, inner, from), point(start, outer, from), point(start, outer, 0), point(start, inner, 0));
    quad(point(end, outer, to), point(end, inner, to), point(end, inner, 0), point(end, outer, 0));
    const data = new VertexData();
    data.positions = positions;
    data.indices = indices;
    const normals: number[] = [];
    VertexData.ComputeNormals(positions, indices, normals);
    data.normals = normals;
    return data;
}
