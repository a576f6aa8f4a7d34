import { SmplxJointNames, SmplxJointParents } from "../../format/bodyModel.js";
import { type IMorphTarget } from "../../format/morphTarget.js";
import { PoseFigure } from "../bake/bakeAvatar.js";
import { type IRiggedCharacter } from "../bake/riggedCharacter.js";
import { type ICaptureSubject, type ISubjectPart } from "./captureSubject.js";
import { type IMergedMesh, MergeMeshes } from "./mergeMeshes.js";
import { LeaveOutCoveredSkin } from "./coveredSkin.js";
import { type SubjectPartKind } from "./partKind.js";
import { AddSurfaceDetail } from "./surfaceDetail.js";
import { ComputeNormals } from "./surfaceNormals.js";
import { TuckSkin } from "./tuckSkin.js";
import { type IWelds, WeldVertices } from "./weldVertices.js";

/** Offsets shorter than this, in metres, do not show: a hundredth of a millimetre. */
const MinDelta = 1e-5;

/** How a subject is prepared. */
export interface IPrepareSubjectOptions {
    /** What parts are, by name of their mesh or material, where their names and weights tell it wrong. */
    readonly kinds?: Readonly<Record<string, SubjectPartKind>>;
    /** Names of parts, meshes or materials to leave out. */
    readonly without?: readonly string[];
}

/**
 * Makes a character ready to be captured: one mesh in the T-pose, skinned to the 55 SMPL-X joints, cloth fine enough to fold.
 *
 * @param character a rigged character, see `ReadCharacterAsync`
 * @param options what is known better than the file tells
 * @throws AvatarBakeError when the character has no skinned triangles, or too many
 * @throws RigError when required joints cannot be found
 *
 * @example
 * ```ts
 * const subject = PrepareSubject(await ReadCharacterAsync(bytes, "ada", DecodeImageInNodeAsync));
 * const deformer = new SubjectDeformer(subject);
 * ```
 */
export function PrepareSubject(character: IRiggedCharacter, options: IPrepareSubjectOptions = {}): ICaptureSubject {
    const without = new Set(options.without ?? []);
    const figure = PoseFigure(character);
    const meshes = figure.meshes.filter(
        ({ source }) => !without.has(source.name) && !without.has(source.material.name),
    );
    const restJoints = Float32Array.from(figure.joints.flat());
    const coarse = MergeMeshes(meshes, options.kinds ?? {});
    // Materials of one mesh may meet in the middle of a surface; meshes do not.
    const dressed = AddSurfaceDetail(coarse, restJoints, SurfacesOf(coarse));
    const normals = NormalsOf(dressed);
    const { points } = WeldsOf(dressed);
    TuckSkin(dressed, normals, points);
    const mesh = LeaveOutCoveredSkin(dressed, normals, points);
    const welds = WeldsOf(mesh);
    return {
        name: character.name,
        joints: SmplxJointNames.map((name, j) => ({ name, parent: SmplxJointParents[j]! })),
        restJoints,
        positions: mesh.positions,
        normals: NormalsOf(mesh),
        uvs: mesh.uvs,
        triangles: mesh.triangles,
        triangleParts: mesh.triangleParts,
        vertexParts: mesh.vertexParts,
        parts: PlaceParts(mesh),
        skinJoints: mesh.skinJoints,
        skinWeights: mesh.skinWeights,
        expressions: mesh.morphs.map(ToSparse),
        welds: welds.points,
        smoothGroups: welds.smooth,
    };
}

function WeldsOf(mesh: IMergedMesh): IWelds {
    return WeldVertices(mesh.positions, mesh.normals, SurfacesOf(mesh));
}

/** [V,3] of the surface as it is now. */
function NormalsOf(mesh: IMergedMesh): Float32Array {
    const normals = new Float32Array(mesh.positions.length);
    ComputeNormals(mesh.positions, mesh.triangles, WeldsOf(mesh).smooth, normals);
    return normals;
}

function SurfacesOf({ vertexParts, partNodes }: IMergedMesh): Uint32Array {
    return Uint32Array.from(vertexParts, (part) => partNodes[part]!);
}

function PlaceParts({ parts, triangleParts }: IMergedMesh): ISubjectPart[] {
    return parts.map((part, i) => ({
        ...part,
        firstTriangle: triangleParts.indexOf(i),
        triangleCount: triangleParts.reduce((count, of) => count + Number(of === i), 0),
    }));
}

function ToSparse({ name, deltas }: IMergedMesh["morphs"][number]): IMorphTarget {
    const indices: number[] = [];
    const kept: number[] = [];
    for (let v = 0; v < deltas.length / 3; v++) {
        const [x, y, z] = [deltas[v * 3]!, deltas[v * 3 + 1]!, deltas[v * 3 + 2]!];
        if (Math.hypot(x, y, z) > MinDelta) {
            indices.push(v);
            kept.push(x, y, z);
        }
    }
    return { name, indices: Uint32Array.from(indices), deltas: Float32Array.from(kept) };
}
