import { type IMorphTarget } from "../../format/morphTarget.js";
import { type IDecodedImage } from "../bake/riggedCharacter.js";
import { type SubjectPartKind } from "./partKind.js";

/** A stretch of triangles of one material. */
export interface ISubjectPart {
    /** Name of its mesh, followed by that of its material where one mesh has several. */
    readonly name: string;
    /** What it is. */
    readonly kind: SubjectPartKind;
    /** How alpha is used. */
    readonly alpha: "opaque" | "mask" | "blend";
    /** Alpha under which a masked surface is absent. */
    readonly alphaCutoff: number;
    /** Linear RGBA factor of the texture. */
    readonly baseColor: readonly [number, number, number, number];
    /** Albedo in sRGB and alpha, read at {@link ICaptureSubject.uvs}, repeated beyond 0..1; null for the plain factor. */
    readonly texture: IDecodedImage | null;
    /** Its first triangle. */
    readonly firstTriangle: number;
    /** Number of its triangles. */
    readonly triangleCount: number;
}

/** A joint of a subject. */
export interface ISubjectJoint {
    /** SMPL-X name. */
    readonly name: string;
    /** Parent in the same list, or -1; parents precede children. */
    readonly parent: number;
}

/**
 * A character as a capture studio needs it: one mesh in the T-pose, soles on y = 0, hips above the origin, metres, SMPL space
 * (y up, facing +z). Every joint rests unrotated.
 */
export interface ICaptureSubject {
    /** Name, for messages. */
    readonly name: string;
    /** The 55 SMPL-X joints. */
    readonly joints: readonly ISubjectJoint[];
    /** [J,3] joints at rest. */
    readonly restJoints: Float32Array;
    /** [V,3] vertices. */
    readonly positions: Float32Array;
    /** [V,3] unit normals: the area-weighted ones that posed normals are made like, so that rest is no exception. */
    readonly normals: Float32Array;
    /** [V,2] texture coordinates, v down, KHR_texture_transform applied. */
    readonly uvs: Float32Array;
    /** [T,3] vertices of the triangles, sorted by part. */
    readonly triangles: Uint32Array;
    /** [T] part of each triangle. */
    readonly triangleParts: Uint16Array;
    /** Parts, in the order of their triangles. */
    readonly parts: readonly ISubjectPart[];
    /** [V] part of each vertex; parts share none. */
    readonly vertexParts: Uint16Array;
    /** [V,4] joints that a vertex hangs on. */
    readonly skinJoints: Uint16Array;
    /** [V,4] their weights, each row sums to 1. */
    readonly skinWeights: Float32Array;
    /** Expression channels; none for a character without morph targets. */
    readonly expressions: readonly IMorphTarget[];
    /** [V] first vertex of those at one point of one surface, which texture seams and hard edges split. */
    readonly welds: Uint32Array;
    /** [V] first vertex of those that share a normal: a weld less its hard edges. */
    readonly smoothGroups: Uint32Array;
}
