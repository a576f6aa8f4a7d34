import { type ICanonicalMesh } from "../bake/canonicalMesh.js";
import { type ICharacterMaterial } from "../bake/riggedCharacter.js";
import { MorphNames } from "../bake/bakeMorphs.js";
import { TransformUv } from "../bake/textureSampling.js";
import { KindOfMesh, type SubjectPartKind } from "./partKind.js";
import { type ISubjectPart } from "./captureSubject.js";

/** The meshes of a figure as one, a vertex a vertex, before anything is split. */
export interface IMergedMesh {
    /** [V,3] positions, metres. */
    readonly positions: Float32Array;
    /** [V,3] unit normals of the file. */
    readonly normals: Float32Array;
    /** [V,2] texture coordinates. */
    readonly uvs: Float32Array;
    /** [V,4] joints. */
    readonly skinJoints: Uint16Array;
    /** [V,4] weights. */
    readonly skinWeights: Float32Array;
    /** [T,3] vertices of the triangles. */
    readonly triangles: Uint32Array;
    /** [T] part of each triangle. */
    readonly triangleParts: Uint16Array;
    /** [V] part of each vertex. */
    readonly vertexParts: Uint16Array;
    /** The parts, without their places among the triangles. */
    readonly parts: readonly Omit<ISubjectPart, "firstTriangle" | "triangleCount">[];
    /** Node that each part hangs on; parts of a node are materials of one mesh. */
    readonly partNodes: readonly number[];
    /** Morph targets: [V,3] offsets. */
    readonly morphs: readonly { readonly name: string; readonly deltas: Float32Array }[];
}

/**
 * Puts the meshes of a figure in one, each a part.
 *
 * @param meshes meshes in the T-pose; those without triangles are left out
 * @param kinds what parts are, by name of mesh or material
 */
export function MergeMeshes(
    meshes: readonly ICanonicalMesh[],
    kinds: Readonly<Record<string, SubjectPartKind>>,
): IMergedMesh {
    const solid = meshes.filter(({ source }) => source.indices.length > 0);
    const starts = [0];
    for (const { positions } of solid) {
        starts.push(starts.at(-1)! + positions.length / 3);
    }
    const joined = <T extends Float32Array | Uint16Array>(result: T, of: (mesh: ICanonicalMesh) => T): T => {
        solid.forEach((mesh, i) => {
            const values = of(mesh);
            result.set(values, (starts[i]! * result.length) / starts.at(-1)!);
        });
        return result;
    };
    const count = starts.at(-1)!;
    const names = solid.map(({ source }) => source.name);
    return {
        positions: joined(new Float32Array(count * 3), (mesh) => mesh.positions),
        normals: joined(new Float32Array(count * 3), (mesh) => mesh.normals),
        uvs: joined(new Float32Array(count * 2), TextureCoordinates),
        skinJoints: joined(new Uint16Array(count * 4), (mesh) => mesh.joints),
        skinWeights: joined(new Float32Array(count * 4), (mesh) => mesh.weights),
        triangles: Uint32Array.from(
            solid.flatMap(({ source }, i) => Array.from(source.indices, (v) => v + starts[i]!)),
        ),
        triangleParts: Uint16Array.from(
            solid.flatMap(({ source }, i) => Array.from({ length: source.indices.length / 3 }, () => i)),
        ),
        vertexParts: Uint16Array.from(
            solid.flatMap(({ positions }, i) => Array.from({ length: positions.length / 3 }, () => i)),
        ),
        parts: solid.map((mesh) => ({
            name: PartName(mesh, names),
            kind: KindOfMesh(mesh, kinds),
            ...LookOf(mesh.source.material),
        })),
        partNodes: solid.map(({ source }) => source.node),
        morphs: MorphNames(solid).map((name) => {
            const none = new Float32Array(0);
            const deltasOf = (mesh: ICanonicalMesh): Float32Array =>
                mesh.morphs.find((morph) => morph.name === name)?.deltas ?? none;
            return { name, deltas: joined(new Float32Array(count * 3), deltasOf) };
        }),
    };
}

function PartName({ source }: ICanonicalMesh, all: readonly string[]): string {
    const isShared = all.filter((name) => name === source.name).length > 1;
    return isShared ? `${source.name} ${source.material.name}` : source.name;
}

function LookOf(material: ICharacterMaterial): Pick<ISubjectPart, "alpha" | "alphaCutoff" | "baseColor" | "texture"> {
    const alpha = ({ OPAQUE: "opaque", MASK: "mask", BLEND: "blend" } as const)[material.alphaMode];
    const { alphaCutoff, baseColor, baseColorTexture } = material;
    return { alpha, alphaCutoff, baseColor, texture: baseColorTexture?.image ?? null };
}

function TextureCoordinates({ source, positions }: ICanonicalMesh): Float32Array {
    const slot = source.material.baseColorTexture;
    const uvs = slot && source.texCoords[slot.texCoord];
    const result = new Float32Array((positions.length / 3) * 2);
    for (let v = 0; uvs && v < result.length; v += 2) {
        const [x, y] = TransformUv(slot, uvs[v]!, uvs[v + 1]!);
        result[v] = x;
        result[v + 1] = y;
    }
    return result;
}
