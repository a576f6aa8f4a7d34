import { SmplxJointNames, type SmplxJointName } from "../../format/bodyModel.js";
import { type IMergedMesh } from "./mergeMeshes.js";
import { type SubjectPartKind } from "./partKind.js";
import { ExtendSkin, ExtendValues, RefineMesh } from "./refineMesh.js";
import { ComputeNormals } from "./surfaceNormals.js";
import { WeldVertices } from "./weldVertices.js";

/** Longest edges of an adult, metres. Light is computed by vertex, so that all of what is lit softly must be fine. */
const EdgeLimits: Readonly<Record<SubjectPartKind, number>> = {
    body: 0.016,
    clothing: 0.018,
    hair: Infinity,
    eyes: Infinity,
    mouth: Infinity,
    lashes: Infinity,
    shoes: 0.018,
};

/** Longest edges of cloth near what bends, metres: a fifth of the length of a fold; the mean is 6 mm. */
const FoldEdgeLimit = 0.0095;

/** How far from a joint that bends cloth folds, as a share of the height of the head joint: 11 cm of an adult. */
const FoldReach = 0.07;

/** Height of the head joint of the adult whom lengths are meant for, metres. */
const AdultHeadHeight = 1.55;

/** Soft things bend between their vertices; soles and cards of hair have edges. 0.75 is what the method's authors use. */
const Roundness = 0.75;
const RoundKinds: ReadonlySet<SubjectPartKind> = new Set(["body", "clothing"]);

/**
 * Triangles that a subject is split into at most, about: twice what a clothed adult takes. Large costumes would take ten times
 * as many, and a minute a pose.
 */
const MostTriangles = 250_000;

/** Area of a split triangle as a share of the square of its longest edge, measured on characters. */
const AreaShare = 0.13;

const BendingJoints: readonly SmplxJointName[] = [
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "spine1",
    "spine2",
    "spine3",
];

/**
 * Splits the triangles of a merged mesh until cloth can fold, and light and shade can vary, between its vertices.
 *
 * @param mesh the mesh
 * @param restJoints [55,3] joints at rest, metres
 * @param surfaces [V] vertices of different surfaces are never one point
 * @returns the finer mesh; its first vertices are those of the coarse one
 */
export function AddSurfaceDetail(
    mesh: IMergedMesh,
    restJoints: Float32Array,
    surfaces: ArrayLike<number>,
): IMergedMesh {
    const { points } = WeldVertices(mesh.positions, mesh.normals, surfaces);
    const normals = new Float32Array(mesh.positions.length);
    ComputeNormals(mesh.positions, mesh.triangles, points, normals);
    const { parents, positions, triangles, sources } = RefineMesh({
        positions: mesh.positions,
        normals,
        welds: points,
        triangles: mesh.triangles,
        limits: Affordable(LimitsOf(mesh, restJoints, points), mesh),
        roundness: Float32Array.from(mesh.vertexParts, (part) =>
            RoundKinds.has(mesh.parts[part]!.kind) ? Roundness : 0,
        ),
    });
    const vertexParts = new Uint16Array(positions.length / 3);
    vertexParts.set(mesh.vertexParts);
    for (let n = 0; n < parents.length / 2; n++) {
        vertexParts[mesh.vertexParts.length + n] = vertexParts[parents[n * 2]!]!;
    }
    return {
        positions,
        normals: ExtendNormals(mesh.normals, parents),
        uvs: ExtendValues(mesh.uvs, parents, 2),
        ...ExtendSkin(mesh.skinJoints, mesh.skinWeights, parents),
        triangles,
        triangleParts: Uint16Array.from(sources, (source) => mesh.triangleParts[source]!),
        vertexParts,
        parts: mesh.parts,
        partNodes: mesh.partNodes,
        morphs: mesh.morphs.map(({ name, deltas }) => ({ name, deltas: ExtendValues(deltas, parents, 3) })),
    };
}

/** Where two parts meet the finer one decides. */
function LimitsOf(
    { positions, vertexParts, parts }: IMergedMesh,
    rest: Float32Array,
    welds: Uint32Array,
): Float32Array {
    const head = rest[SmplxJointNames.indexOf("head") * 3 + 1]!;
    const scale = head / AdultHeadHeight;
    const joints = BendingJoints.map((name) => ({
        at: SmplxJointNames.indexOf(name) * 3,
        level: name.startsWith("spine"),
    }));
    const limits = new Float32Array(vertexParts.length);
    for (let v = 0; v < limits.length; v++) {
        const { kind } = parts[vertexParts[v]!]!;
        const distance = Math.min(...joints.map(({ at, level }) => Away(positions, v * 3, rest, at, level)));
        const folds = kind === "clothing" && distance < FoldReach * head;
        limits[v] = (folds ? FoldEdgeLimit : EdgeLimits[kind]) * scale;
        limits[welds[v]!] = Math.min(limits[welds[v]!]!, limits[v]!);
    }
    return limits.map((_limit, v) => limits[welds[v]!]!);
}

/** Limits as they are, or all of them so much larger that the surface fits into {@link MostTriangles}. */
function Affordable(limits: Float32Array, { positions, triangles }: IMergedMesh): Float32Array {
    let count = 0;
    for (let t = 0; t < triangles.length; t += 3) {
        const [a, b, c] = triangles.subarray(t, t + 3) as unknown as readonly [number, number, number];
        const limit = Math.min(limits[a]!, limits[b]!, limits[c]!);
        count += Math.max(1, TriangleArea(positions, a * 3, b * 3, c * 3) / (AreaShare * limit * limit));
    }
    const factor = Math.sqrt(Math.max(1, count / MostTriangles));
    return limits.map((limit) => limit * factor);
}

function TriangleArea(positions: Float32Array, a: number, b: number, c: number): number {
    const from = (v: number, i: number): number => positions[v + i]! - positions[a + i]!;
    const across = (i: number, j: number): number => from(b, i) * from(c, j) - from(b, j) * from(c, i);
    return Math.hypot(across(1, 2), across(2, 0), across(0, 1)) / 2;
}

/** Distance from a joint; the trunk is so wide that only the height over its joints counts. */
function Away(positions: Float32Array, v: number, rest: Float32Array, joint: number, level: boolean): number {
    const [x, y, z] = [0, 1, 2].map((i) => positions[v + i]! - rest[joint + i]!) as [number, number, number];
    return level ? Math.abs(y) : Math.hypot(x, y, z);
}

function ExtendNormals(normals: Float32Array, parents: Uint32Array): Float32Array {
    const extended = ExtendValues(normals, parents, 3);
    for (let v = normals.length; v < extended.length; v += 3) {
        const length = Math.hypot(extended[v]!, extended[v + 1]!, extended[v + 2]!);
        for (let i = v; length > 0 && i < v + 3; i++) {
            extended[i]! /= length;
        }
    }
    return extended;
}
