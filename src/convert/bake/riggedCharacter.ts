import { type SmplxJointName } from "../../format/bodyModel.js";
import { type Matrix4 } from "../../math/matrix4.js";
import { type QuaternionTuple } from "../../math/quaternion.js";
import { type Vector3Tuple } from "../../math/vector3.js";

/** A decoded picture: rows from the top, 8-bit RGBA, not premultiplied. */
export interface IDecodedImage {
    /** Width in pixels. */
    readonly width: number;
    /** Height in pixels. */
    readonly height: number;
    /** [height,width,4] sRGB colour and linear alpha. */
    readonly rgba: Uint8Array | Uint8ClampedArray;
}

/** Decodes the bytes of a PNG, JPEG or WebP file; injected, so that the baker runs in browsers and in Node alike. */
export type DecodeImage = (bytes: Uint8Array, mimeType: string) => Promise<IDecodedImage>;

/** How a texture coordinate beyond 0..1 is read. */
export type TextureWrap = "repeat" | "mirror" | "clamp";

/** A texture as a material uses it. */
export interface ITextureSlot {
    /** The picture. */
    readonly image: IDecodedImage;
    /** Which set of texture coordinates is read. */
    readonly texCoord: number;
    /** Offset, rotation (radians) and scale of KHR_texture_transform. */
    readonly offset: readonly [number, number];
    /** Counter-clockwise rotation, radians. */
    readonly rotation: number;
    /** Scale of the coordinates. */
    readonly scale: readonly [number, number];
    /** Wrap mode along u. */
    readonly wrapU: TextureWrap;
    /** Wrap mode along v. */
    readonly wrapV: TextureWrap;
}

/** What of a glTF material shows in an unlit avatar. */
export interface ICharacterMaterial {
    /** Name, for messages. */
    readonly name: string;
    /** Linear RGBA factor. */
    readonly baseColor: readonly [number, number, number, number];
    /** Base colour texture. */
    readonly baseColorTexture: ITextureSlot | null;
    /** Linear RGB factor of emitted light. */
    readonly emissive: Vector3Tuple;
    /** Emission texture. */
    readonly emissiveTexture: ITextureSlot | null;
    /** How alpha is used. */
    readonly alphaMode: "OPAQUE" | "MASK" | "BLEND";
    /** Alpha under which a masked surface is absent. */
    readonly alphaCutoff: number;
}

/** A morph target of one mesh: name and [V,3] offsets in mesh space. */
export interface ICharacterMorph {
    /** Name from `extras.targetNames`, or `morph<i>`. */
    readonly name: string;
    /** [V,3] position offsets at weight 1. */
    readonly deltas: Float32Array;
}

/** One triangle mesh with one material. */
export interface ICharacterMesh {
    /** Name, for messages. */
    readonly name: string;
    /** Node that carries the mesh. */
    readonly node: number;
    /** Index of the skin, or -1 for a rigid part that hangs on its node. */
    readonly skin: number;
    /** Material. */
    readonly material: ICharacterMaterial;
    /** [V,3] positions in the bind pose. */
    readonly positions: Float32Array;
    /** [V,3] unit normals, or null. */
    readonly normals: Float32Array | null;
    /** [V,2] texture coordinates of each set that exists. */
    readonly texCoords: readonly (Float32Array | null)[];
    /** [V,4] linear vertex colours, or null. */
    readonly colors: Float32Array | null;
    /** Influences of a vertex, K. */
    readonly influences: number;
    /** [V,K] indices into the joints of the skin. */
    readonly joints: Uint16Array;
    /** [V,K] weights. */
    readonly weights: Float32Array;
    /** [T,3] vertices of the triangles. */
    readonly indices: Uint32Array;
    /** Morph targets. */
    readonly morphs: readonly ICharacterMorph[];
}

/** A node of the scene in its current pose (which need not be the bind pose). */
export interface ICharacterNode {
    /** Name. */
    readonly name: string;
    /** Parent in the same list, or -1; parents precede children. */
    readonly parent: number;
    /** Local translation. */
    readonly translation: Vector3Tuple;
    /** Local rotation, xyzw. */
    readonly rotation: QuaternionTuple;
    /** Local scale. */
    readonly scale: Vector3Tuple;
}

/** A skin: its joints and where they were when the mesh was bound. */
export interface ICharacterSkin {
    /** Node of each joint. */
    readonly joints: readonly number[];
    /** Inverse bind matrix of each joint. */
    readonly inverseBind: readonly Matrix4[];
}

/** Keys of one property of one node. */
export interface ICharacterChannel {
    /** Animated node. */
    readonly node: number;
    /** Animated property. */
    readonly path: "translation" | "rotation" | "scale" | "weights";
    /** Interpolation between keys. */
    readonly interpolation: "LINEAR" | "STEP" | "CUBICSPLINE";
    /** [T] seconds. */
    readonly times: Float32Array;
    /** [T,C] values; cubic splines hold in-tangent, value, out-tangent per key. */
    readonly values: Float32Array;
    /** Numbers per value, C. */
    readonly size: number;
}

/** A clip of the source file. */
export interface ICharacterClip {
    /** Name. */
    readonly name: string;
    /** Its channels. */
    readonly channels: readonly ICharacterChannel[];
}

/** A rigged character as plain data, free of the file it came from. */
export interface IRiggedCharacter {
    /** Name for messages and for the avatar. */
    readonly name: string;
    /** Nodes of the scene. */
    readonly nodes: readonly ICharacterNode[];
    /** Skins. */
    readonly skins: readonly ICharacterSkin[];
    /** Meshes, split by material. */
    readonly meshes: readonly ICharacterMesh[];
    /** Clips. */
    readonly clips: readonly ICharacterClip[];
    /** Nodes that the file itself names as human bones (VRM). */
    readonly humanoid: Readonly<Partial<Record<SmplxJointName, number>>>;
}
