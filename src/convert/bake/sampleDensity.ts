import { SmplxJointNames } from "../../format/bodyModel.js";
import { type Vector3Tuple } from "../../math/vector3.js";
import { type ICanonicalMesh } from "./canonicalMesh.js";

/** Linear density of hands relative to the body: fingers are a few spacings thick. */
const HandDensity = 2;
/** Linear density of the face: features of 2 mm must survive. */
const FaceDensity = 2.5;
/** Share of the budget the face may take at most; stylised heads would starve the body otherwise. */
const MaxFaceShare = 0.4;
/** A vertex that some expression moves this far, in metres, belongs to the face. */
const ExpressionThreshold = 5e-4;

const HeadJoints = new Set(["head", "jaw", "left_eye", "right_eye"].map((name) => IndexOf(name)));
const HandJoints = new Set(
    SmplxJointNames.flatMap((name, j) => (/wrist|thumb|index|middle|ring|pinky/.test(name) ? [j] : [])),
);
const EyeJoints = new Set([IndexOf("left_eye"), IndexOf("right_eye")]);

function IndexOf(name: string): number {
    return (SmplxJointNames as readonly string[]).indexOf(name);
}

/** Linear sample density (1 = body) of every vertex of every mesh. */
export function VertexDensities(
    meshes: readonly ICanonicalMesh[],
    head: Vector3Tuple,
    areaOf: (mesh: number, vertexFilter: (vertex: number) => number) => number,
): Float32Array[] {
    const expressive = meshes.some((mesh) => mesh.morphs.length > 0);
    const isFace = meshes.map((mesh) => FaceVertices(mesh, head, expressive));
    let faceArea = 0;
    let otherArea = 0;
    meshes.forEach((_, m) => {
        faceArea += areaOf(m, (v) => isFace[m]![v]!);
        otherArea += areaOf(m, (v) => 1 - isFace[m]![v]!);
    });
    const affordable = Math.sqrt((MaxFaceShare / (1 - MaxFaceShare)) * (otherArea / Math.max(faceArea, 1e-9)));
    const faceDensity = Math.min(FaceDensity, Math.max(1, affordable));
    return meshes.map((mesh, m) =>
        Float32Array.from({ length: mesh.positions.length / 3 }, (_, v) => {
            if (isFace[m]![v]) {
                return faceDensity;
            }
            return WeightOn(mesh, v, HandJoints) > 0.5 ? HandDensity : 1;
        }),
    );
}

function FaceVertices(mesh: ICanonicalMesh, head: Vector3Tuple, expressive: boolean): Uint8Array {
    const flags = new Uint8Array(mesh.positions.length / 3);
    for (let v = 0; v < flags.length; v++) {
        if (WeightOn(mesh, v, HeadJoints) < 0.5) {
            continue;
        }
        const front = mesh.normals[v * 3 + 2]! > 0.1 && mesh.positions[v * 3 + 2]! > head[2];
        const moves = mesh.morphs.some(({ deltas }) =>
            [0, 1, 2].some((i) => Math.abs(deltas[v * 3 + i]!) > ExpressionThreshold),
        );
        flags[v] = WeightOn(mesh, v, EyeJoints) > 0.5 || (expressive ? moves : front) ? 1 : 0;
    }
    return flags;
}

function WeightOn(mesh: ICanonicalMesh, v: number, joints: ReadonlySet<number>): number {
    let sum = 0;
    for (let k = v * 4; k < v * 4 + 4; k++) {
        sum += joints.has(mesh.joints[k]!) ? mesh.weights[k]! : 0;
    }
    return sum;
}
