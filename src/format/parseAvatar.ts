import { AccessorReader } from "./accessor.js";
import { type IAvatarAsset } from "./avatarAsset.js";
import { InferBodyModel } from "./bodyModel.js";
import { ReadFaceJoints } from "./checkFaceShapes.js";
import { CheckName } from "./checkName.js";
import { AvatarExtensionName } from "./extensionNames.js";
import { FindAvatarPrimitive, type IAvatarLocation } from "./findAvatar.js";
import { CheckGltf, type IGltf } from "./gltfJson.js";
import { type IGltfSource } from "./gltfSource.js";
import { IssueList } from "./issueList.js";
import { IsIdentity } from "./nodeTransform.js";
import { ReadAnimations } from "./readAnimations.js";
import { PeekExtension, ReadExtension } from "./readExtension.js";
import { ReadGaussians, SplatAttributes } from "./readGaussians.js";
import { HeadModelParts, ReadHeadModel } from "./readHeadModel.js";
import { MapModelParts, ReadMapModels } from "./readMapModels.js";
import { NetworkReader, NetworkViews } from "./readNetworks.js";
import { ReadMorphTargets } from "./readMorphTargets.js";
import { ReadSkeleton } from "./readSkeleton.js";

/** Licence stated for files of others, which say nothing about it. */
const UnknownLicense = "unknown";

/** A skinned node has its place from its joints alone; viewers that know no skins would put the person elsewhere. */
function CheckAvatarNode(gltf: IGltf, index: number, isForeign: boolean, issues: IssueList): void {
    if (IsIdentity(gltf.nodes[index]!)) {
        return;
    }
    const path = `/nodes/${index}`;
    if (isForeign) {
        issues.warning("ignored-transform", path, "glTF takes no notice of the transform of a skinned node: remove it");
    } else {
        issues.error("invalid-skeleton", path, "the avatar node must be at the origin: remove its transform");
    }
}

/**
 * Reads an avatar from a checked document, noting every problem.
 *
 * @param gltf the checked document
 * @param source where bytes come from
 * @param location where the avatar is
 * @param issues receives every problem
 * @returns the avatar, or null when it cannot be used
 * @internal
 */
export function _ReadAvatarParts(
    gltf: IGltf,
    source: IGltfSource,
    location: IAvatarLocation | null,
    issues: IssueList,
): IAvatarAsset | null {
    const extension = ReadExtension(gltf, issues);
    if (location === null) {
        issues.error(
            "no-avatar",
            "",
            "there is no KHR_gaussian_splatting primitive with JOINTS_0 and WEIGHTS_0 on a node with a skin: this is no avatar",
        );
        return null;
    }
    if (extension !== null && extension.avatar !== location.node) {
        issues.error(
            "invalid-extension",
            `/extensions/${AvatarExtensionName}/avatar`,
            `node ${extension.avatar} holds no skinned Gaussians; node ${location.node} does`,
        );
    }
    const isForeign = extension === null;
    CheckAvatarNode(gltf, location.node, isForeign, issues);
    const reader = new AccessorReader(gltf, source, issues);
    const skeleton = ReadSkeleton(gltf, location.skin, isForeign ? null : extension, reader, issues);
    const mesh = gltf.meshes[location.mesh]!;
    const primitive = mesh.primitives[location.primitive]!;
    const path = `/meshes/${location.mesh}/primitives/${location.primitive}`;
    const jointOfSkinEntry =
        skeleton?.jointOfSkinEntry ?? gltf.skins[location.skin]?.joints.map((_, entry) => entry) ?? [];
    const gaussians = ReadGaussians(primitive, path, jointOfSkinEntry, reader, issues);
    const morphTargets = ReadMorphTargets(mesh, primitive, path, extension, reader, issues);
    const faceJoints = ReadFaceJoints(extension, issues);
    const networks = new NetworkReader(extension, reader);
    const mapModels = ReadMapModels(extension, jointOfSkinEntry, networks, reader, issues);
    const channels = primitive.targets?.length ?? 0;
    const headModel = ReadHeadModel(extension, channels, jointOfSkinEntry, networks, reader, issues);
    const targets = {
        jointOfNode: skeleton?.jointOfNode ?? new Map<number, number>(),
        avatarNode: location.node,
        channels,
    };
    const animations = ReadAnimations(gltf, targets, reader, issues);
    const name = gltf.nodes[location.node]!.name ?? mesh.name ?? "avatar";
    CheckName(name, `/nodes/${location.node}/name`, issues);
    if (skeleton === null || gaussians === null || morphTargets === null || issues.hasErrors) {
        return null;
    }
    return {
        name,
        bodyModel: extension?.bodyModel ?? InferBodyModel(new Set(skeleton.joints.map(({ smplx }) => smplx))),
        joints: skeleton.joints,
        inverseBindMatrices: skeleton.inverseBindMatrices,
        gaussians,
        ...(extension?.antialiased ? { antialiased: true } : {}),
        morphTargets,
        ...(faceJoints === undefined ? {} : { faceJoints }),
        mapModels,
        ...(headModel ? { headModel } : {}),
        animations,
        credits: {
            license: extension?.license ?? UnknownLicense,
            notices: extension?.notices ?? [],
            ...(extension?.credits === undefined ? {} : { credits: extension.credits }),
        },
    };
}

/**
 * Reads the avatar of a loaded glTF file. All is checked before anything is given back: a wrong file gives an error and
 * nothing else. Any skinned splat cloud is an avatar, with or without the `BGA_gaussian_avatar` extension.
 *
 * @param source the document and its buffer views; those that {@link AvatarBufferViews} names must be at hand
 * @param location where the avatar is (default: what {@link FindAvatarPrimitive} finds)
 * @returns the avatar as plain data, in arrays of its own but for the bytes of networks, which are buffer views of the
 *   source; tracks of one accessor share one array
 * @throws {@link AvatarFormatError} for the first problem found
 */
export function ParseAvatar(source: IGltfSource, location?: IAvatarLocation): IAvatarAsset {
    const issues = new IssueList();
    const gltf = CheckGltf(source.json, issues);
    const asset = gltf === null ? null : _ReadAvatarParts(gltf, source, location ?? FindAvatarPrimitive(gltf), issues);
    issues.throwIfErrors(source.fileName);
    return asset!;
}

/**
 * Names the buffer views that an avatar is read from.
 *
 * @param gltf the checked document
 * @param place where the avatar is
 * @returns indices into `bufferViews`, ascending
 * @internal
 */
export function _ViewsOfAvatar(gltf: IGltf, place: IAvatarLocation): number[] {
    const primitive = gltf.meshes[place.mesh]?.primitives[place.primitive];
    if (primitive === undefined) {
        return [];
    }
    const skin = gltf.skins[place.skin];
    const nodes = new Set([place.node, ...(skin?.joints ?? [])]);
    const accessors = new Set<number | undefined>([skin?.inverseBindMatrices]);
    Object.values(SplatAttributes).forEach((name) => accessors.add(primitive.attributes[name]));
    primitive.targets?.forEach((target) => accessors.add(target["POSITION"]));
    for (const animation of gltf.animations) {
        for (const channel of animation.channels.filter((candidate) => nodes.has(candidate.target.node ?? -1))) {
            accessors.add(animation.samplers[channel.sampler]?.input);
            accessors.add(animation.samplers[channel.sampler]?.output);
        }
    }
    const extension = PeekExtension(gltf);
    for (const index of extension ? [...MapModelParts(extension), ...HeadModelParts(extension)] : []) {
        accessors.add(index);
    }
    const views = new Set<number | undefined>(extension ? NetworkViews(extension) : []);
    for (const index of accessors) {
        const accessor = index === undefined ? undefined : gltf.accessors[index];
        views
            .add(accessor?.bufferView)
            .add(accessor?.sparse?.indices.bufferView)
            .add(accessor?.sparse?.values.bufferView);
    }
    return [...views]
        .filter((index) => index !== undefined && index < gltf.bufferViews.length)
        .sort((a, b) => a! - b!) as number[];
}

/**
 * Names the buffer views that {@link ParseAvatar} will ask for, so that they can be loaded ahead of it.
 *
 * @param json a parsed glTF document, not trusted
 * @param location where the avatar is (default: what {@link FindAvatarPrimitive} finds)
 * @returns indices into `bufferViews`, ascending; empty when the document holds no avatar
 * @throws {@link AvatarFormatError} when the shape of the document is wrong
 */
export function AvatarBufferViews(json: unknown, location?: IAvatarLocation): number[] {
    const issues = new IssueList();
    const gltf = CheckGltf(json, issues);
    issues.throwIfErrors("");
    const place = location ?? FindAvatarPrimitive(json);
    return gltf === null || place === null ? [] : _ViewsOfAvatar(gltf, place);
}
