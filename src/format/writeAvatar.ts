import { ComponentType } from "./accessorElements.js";
import { type IAvatarAsset } from "./avatarAsset.js";
import { type ArkitName } from "./arkitNames.js";
import { type IAvatarNetwork } from "./mapModel.js";
import { NetworksOfAvatar } from "./avatarNetworks.js";
import { AvatarExtensionVersion, DisplayColorSpace, type IAvatarExtension } from "./avatarSchema.js";
import { AvatarExtensionName, QuantizationExtensionName, SplatExtensionName } from "./extensionNames.js";
import { CheckAvatar, RefuseRow } from "./checkAvatar.js";
import { NormalizeRotations, NormalizeWeights, SphericalHarmonicsC0 } from "./gaussianRows.js";
import { JoinGlb } from "./glbContainer.js";
import { type IFaceJointTurns } from "./morphTarget.js";
import { GltfWriter, type JsonObject } from "./gltfWriter.js";
import { ComponentRange, QuantizeI16, QuantizeWeights } from "./quantize.js";
import { ReadAvatar } from "./readAvatar.js";
import { SplatAttributes } from "./readGaussians.js";
import { WriteClip, WriteJoints } from "./writeClip.js";
import { WriteHeadModel } from "./writeHeadModel.js";
import { type IWrittenNetworks, WriteMapModel, WriteNetworks } from "./writeMapModels.js";
import { WriteMorphTarget } from "./writeMorphTarget.js";

/** How to write a file. */
export interface IWriteAvatarOptions {
    /** Bits of a skinning weight, 8 or 16 (default: 8, an error below 0.4 % of a weight). */
    readonly weightBits?: 8 | 16;
}

/** An avatar in several files. */
export interface IAvatarFiles {
    /** The `.glb` file. */
    readonly avatar: Uint8Array;
    /** Files that belong into its folder, by name. The arrays are those of the avatar's networks, not copies. */
    readonly sideFiles: ReadonlyMap<string, Uint8Array>;
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

function MakeExtension(
    asset: IAvatarAsset,
    writer: GltfWriter,
    networks: IWrittenNetworks["networks"],
): IAvatarExtension {
    return {
        version: AvatarExtensionVersion,
        avatar: AvatarNode,
        bodyModel: asset.bodyModel,
        joints: asset.joints.flatMap(({ smplx }, index) =>
            smplx === null ? [] : [{ node: index + FirstJointNode, smplx }],
        ),
        expressions: asset.morphTargets.map(({ name, follows, range }, morphTarget) => ({
            name,
            morphTarget,
            ...(follows === undefined ? {} : { follows: { ...follows } }),
            ...(range === undefined ? {} : { range: [...range] as [number, number] }),
        })),
        ...(asset.faceJoints === undefined ? {} : { faceJoints: asset.faceJoints.map(WriteFaceJoint) }),
        colorSpace: DisplayColorSpace,
        ...(asset.antialiased ? { antialiased: true } : {}),
        tiers: WriteTiers(asset, writer),
        ...(networks.length > 0 ? { networks } : {}),
        ...(asset.credits.credits === undefined ? {} : { credits: [...asset.credits.credits] }),
        license: asset.credits.license,
        notices: [...asset.credits.notices],
    };
}

/** Cheapest first. */
function WriteTiers({ mapModels, headModel }: IAvatarAsset, writer: GltfWriter): IAvatarExtension["tiers"] {
    const models = mapModels.map((model) => WriteMapModel(writer, model));
    const all = headModel ? [...models, WriteHeadModel(writer, headModel)] : models;
    return [{ name: "baked" }, ...all.sort((a, b) => b.name.localeCompare(a.name))]; // lite before full
}

function WriteFaceJoint({ joint, turns }: IFaceJointTurns): NonNullable<IAvatarExtension["faceJoints"]>[number] {
    const entries = Object.entries(turns).map(([shape, turn]) => [shape, [...turn]]);
    return { joint, turns: Object.fromEntries(entries) as Record<ArkitName, [number, number, number]> };
}

function MakeDocument(
    asset: IAvatarAsset,
    writer: GltfWriter,
    networks: IWrittenNetworks["networks"],
    options: IWriteAvatarOptions,
): JsonObject {
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
        extensions: { [AvatarExtensionName]: MakeExtension(asset, writer, networks) },
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

function WriteFiles(
    asset: IAvatarAsset,
    options: IWriteAvatarOptions,
    uriOf: (network: IAvatarNetwork) => string | null,
): IAvatarFiles {
    CheckAvatar(asset);
    const writer = new GltfWriter();
    const { networks, sideFiles } = WriteNetworks(writer, asset, uriOf);
    const document = MakeDocument(asset, writer, networks, options);
    const avatar = JoinGlb({ ...document, buffers: [{ byteLength: writer.byteLength }] }, writer.parts);
    ReadAvatar(avatar, { fileName: asset.name });
    return { avatar, sideFiles };
}

/**
 * Writes an avatar as a `.glb` file. The same avatar gives the same bytes. Rotations, weights, normals and morph deltas are
 * quantised; `docs/format.md` states the bounds. The avatar is checked first, and what is written is read back once, so that
 * no file leaves that {@link ReadAvatar} would refuse or read as something else. Networks are embedded, but for those whose
 * bytes are not here: they stay the side files that they are.
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
    return WriteFiles(asset, options, () => null).avatar;
}

/**
 * Writes an avatar as a `.glb` file with its networks beside it, `<name>.<network>.onnx` each, so that a page can show the
 * avatar before it has fetched them.
 *
 * @param asset the avatar
 * @param name name of the avatar's file without folder and ending
 * @param options precision
 * @returns the files
 * @throws {@link AvatarFormatError} when the avatar breaks a rule of the format
 * @example
 * ```ts
 * const { avatar, sideFiles } = WriteAvatarFiles(asset, "ada");
 * await writeFile("out/ada.glb", avatar);
 * for (const [uri, bytes] of sideFiles) {
 *     await writeFile(join("out", uri), bytes);
 * }
 * ```
 */
export function WriteAvatarFiles(asset: IAvatarAsset, name: string, options: IWriteAvatarOptions = {}): IAvatarFiles {
    const kept = NetworksOfAvatar(asset).flatMap(({ uri }) => uri ?? []);
    const taken = new Set(kept.map((uri) => uri.toLowerCase()));
    return WriteFiles(asset, options, (network) => {
        const plain = `${name}.${network.name}`.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^\.+/, "");
        let uri = `${plain}.onnx`;
        for (let copy = 2; taken.has(uri.toLowerCase()); copy++) {
            uri = `${plain}-${copy}.onnx`;
        }
        taken.add(uri.toLowerCase());
        return uri;
    });
}
