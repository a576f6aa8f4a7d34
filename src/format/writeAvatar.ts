import { ComponentType } from "./accessorElements.js";
import { type IAvatarAsset } from "./avatarAsset.js";
import { type IMorphTarget } from "./morphTarget.js";
import { AvatarExtensionVersion, DisplayColorSpace, type IAvatarExtension } from "./avatarSchema.js";
import { AvatarExtensionName, QuantizationExtensionName, SplatExtensionName } from "./extensionNames.js";
import { CheckAvatar, RefuseRow } from "./checkAvatar.js";
import { NormalizeRotations, NormalizeWeights, SphericalHarmonicsC0 } from "./gaussianRows.js";
import { JoinGlb } from "./glbContainer.js";
import { GltfWriter, type JsonObject } from "./gltfWriter.js";
import { ComponentRange, QuantizeI16, QuantizeWeights } from "./quantize.js";
import { ReadAvatar } from "./readAvatar.js";
import { SplatAttributes } from "./readGaussians.js";
import { WriteClip, WriteJoints } from "./writeClip.js";

/** How to write a file. */
export interface IWriteAvatarOptions {
    /** Bits of a skinning weight, 8 or 16 (default: 8, an error below 0.4 % of a weight). */
    readonly weightBits?: 8 | 16;
}

/** Node 0 holds the avatar; joint j is node j + 1. */
const AvatarNode = 0;
const FirstJointNode = 1;

function WriteAttributes(
    writer: GltfWriter,
    asset: IAvatarAsset,
    options: IWriteAvatarOptions,
): Record<string, number> {
    const cloud = asset.gaussians;
    const { count } = cloud;
    const { F32, I16, U8, U16 } = ComponentType;
    const vector = { componentType: F32, type: "VEC3", count } as const;
    const maximum = options.weightBits === 16 ? 65535 : 255;
    const rotations = NormalizeRotations(cloud.rotations, RefuseRow(asset, "invalid-rotation", "/gaussians/rotations"));
    const weights = QuantizeWeights(
        NormalizeWeights(cloud.jointWeights, false, RefuseRow(asset, "invalid-weights", "/gaussians/jointWeights")),
        maximum,
    );
    // A slot whose weight rounds to nothing holds no joint.
    const joints = cloud.jointIndices.map((joint, slot) => (weights[slot] === 0 ? 0 : joint));
    const isWide = asset.joints.length > 256;
    return {
        [SplatAttributes.position]: writer.add(
            cloud.positions,
            { ...vector, ...ComponentRange(cloud.positions, 3) },
            true,
        ),
        [SplatAttributes.rotation]: writer.add(
            QuantizeI16(rotations),
            { componentType: I16, type: "VEC4", count, normalized: true },
            true,
        ),
        [SplatAttributes.scale]: writer.add(cloud.scales, vector, true),
        // Attributes are aligned to four bytes, so that a shorter form of one number would take as much.
        [SplatAttributes.opacity]: writer.add(cloud.opacities, { componentType: F32, type: "SCALAR", count }, true),
        [SplatAttributes.color]: writer.add(
            cloud.colors.map((value) => (value - 0.5) / SphericalHarmonicsC0),
            vector,
            true,
        ),
        [SplatAttributes.joints]: writer.add(
            isWide ? joints : new Uint8Array(joints),
            { componentType: isWide ? U16 : U8, type: "VEC4", count },
            true,
        ),
        [SplatAttributes.weights]: writer.add(
            weights,
            { componentType: maximum === 255 ? U8 : U16, type: "VEC4", count, normalized: true },
            true,
        ),
    };
}

/** A morph target as 16-bit integers where it fits into ±1 m; rows that round to nothing are left out. */
function WriteMorphTarget(writer: GltfWriter, target: IMorphTarget, count: number): number {
    const isSmall = target.deltas.every((value) => Math.abs(value) <= 1);
    const stored = isSmall ? QuantizeI16(target.deltas) : target.deltas;
    const rows = [...target.indices.keys()].filter(
        (row) => stored[row * 3] !== 0 || stored[row * 3 + 1] !== 0 || stored[row * 3 + 2] !== 0,
    );
    const kept = isSmall ? new Int16Array(rows.length * 3) : new Float32Array(rows.length * 3);
    rows.forEach((row, k) => kept.set(stored.subarray(row * 3, row * 3 + 3), k * 3));
    const indices = new Uint32Array(rows.map((row) => target.indices[row]!));
    const { I16, F32 } = ComponentType;
    return writer.addSparse(indices, kept, {
        componentType: isSmall ? I16 : F32,
        type: "VEC3",
        count,
        ...(isSmall ? { normalized: true } : {}),
        ...ComponentRange(kept, 3, rows.length < count),
    });
}

function MakeExtension(asset: IAvatarAsset): IAvatarExtension {
    return {
        version: AvatarExtensionVersion,
        avatar: AvatarNode,
        bodyModel: asset.bodyModel,
        joints: asset.joints.flatMap(({ smplx }, index) =>
            smplx === null ? [] : [{ node: index + FirstJointNode, smplx }],
        ),
        expressions: asset.morphTargets.map(({ name }, morphTarget) => ({ name, morphTarget })),
        colorSpace: DisplayColorSpace,
        tiers: [{ name: "baked" }],
        ...(asset.credits.credits === undefined ? {} : { credits: [...asset.credits.credits] }),
        license: asset.credits.license,
        notices: [...asset.credits.notices],
    };
}

function MakeDocument(asset: IAvatarAsset, writer: GltfWriter, options: IWriteAvatarOptions): JsonObject {
    const attributes = WriteAttributes(writer, asset, options);
    const targets = asset.morphTargets.map((target) => ({
        POSITION: WriteMorphTarget(writer, target, asset.gaussians.count),
    }));
    const primitive = {
        mode: 0,
        attributes,
        ...(targets.length > 0 ? { targets } : {}),
        extensions: {
            [SplatExtensionName]: {
                kernel: "ellipse",
                colorSpace: DisplayColorSpace,
                projection: "perspective",
                sortingMethod: "cameraDistance",
            },
        },
    };
    const extras = targets.length > 0 ? { extras: { targetNames: asset.morphTargets.map(({ name }) => name) } } : {};
    const inverseBindMatrices = writer.add(asset.inverseBindMatrices, {
        componentType: ComponentType.F32,
        type: "MAT4",
        count: asset.joints.length,
    });
    const animations = asset.animations.map((clip) => WriteClip(writer, clip, FirstJointNode, AvatarNode));
    const isQuantized = targets.some(
        (target) => writer.accessors[target.POSITION]!["componentType"] === ComponentType.I16,
    );
    const roots = asset.joints.flatMap(({ parent }, index) => (parent < 0 ? [index + FirstJointNode] : []));
    return {
        asset: { version: "2.0", generator: "babylon-gaussian-avatar" },
        extensionsUsed: [SplatExtensionName, AvatarExtensionName, ...(isQuantized ? [QuantizationExtensionName] : [])],
        ...(isQuantized ? { extensionsRequired: [QuantizationExtensionName] } : {}),
        extensions: { [AvatarExtensionName]: MakeExtension(asset) },
        scene: 0,
        scenes: [{ nodes: [AvatarNode, ...roots] }],
        nodes: [{ name: asset.name, mesh: 0, skin: 0 }, ...WriteJoints(asset.joints, FirstJointNode)],
        meshes: [{ name: asset.name, primitives: [primitive], ...extras }],
        skins: [{ joints: asset.joints.map((_, index) => index + FirstJointNode), inverseBindMatrices }],
        ...(animations.length > 0 ? { animations } : {}),
        accessors: writer.accessors,
        bufferViews: writer.bufferViews,
    };
}

/**
 * Writes an avatar as a `.glb` file. The same avatar gives the same bytes. Rotations, weights and morph deltas are
 * quantised; `docs/format.md` states the bounds. The avatar is checked first, and what is written is read back once, so that
 * no file leaves that {@link ReadAvatar} would refuse or read as something else.
 *
 * @param asset the avatar
 * @param options precision
 * @returns the file
 * @throws {@link AvatarFormatError} when the avatar breaks a rule of the format
 * @example
 * ```ts
 * await writeFile("ada.glb", WriteAvatar(avatar));
 * ```
 */
export function WriteAvatar(asset: IAvatarAsset, options: IWriteAvatarOptions = {}): Uint8Array {
    CheckAvatar(asset);
    const writer = new GltfWriter();
    const document = MakeDocument(asset, writer, options);
    const binary = writer.finish();
    const bytes = JoinGlb({ ...document, buffers: [{ byteLength: binary.length }] }, binary);
    ReadAvatar(bytes, { fileName: asset.name });
    return bytes;
}
