import {
    type Material,
    type Mesh,
    type Primitive,
    type Skin,
    type Texture,
    type TextureInfo,
} from "@gltf-transform/core";
import { type Transform } from "@gltf-transform/extensions";
import { AvatarBakeError } from "./avatarBakeError.js";
import { NodeTable } from "./nodeTable.js";
import { ReadClip, ReadSkin } from "./readClip.js";
import { type IGltfWithResources, ReadDocumentAsync } from "./readDocument.js";
import { ReadHumanoid } from "./readHumanoid.js";
import { ReadPrimitive } from "./readPrimitive.js";
import {
    type DecodeImage,
    type ICharacterMaterial,
    type ICharacterMesh,
    type IDecodedImage,
    type IRiggedCharacter,
    type ITextureSlot,
    type TextureWrap,
} from "./riggedCharacter.js";

/**
 * Reads a glTF character into plain data and decodes the pictures its materials show.
 *
 * @param source bytes of a `.glb` or `.vrm`, or a `.gltf` with its side files
 * @param name name for messages
 * @param decodeImage decoder of PNG, JPEG and WebP
 * @param onWarning told what was mended
 * @throws AvatarBakeError when the file is broken, needs an extension that is not known, or a picture does not decode
 */
export async function ReadCharacterAsync(
    source: Uint8Array | IGltfWithResources,
    name: string,
    decodeImage: DecodeImage,
    onWarning: (message: string) => void = () => undefined,
): Promise<IRiggedCharacter> {
    const { document, json } = await ReadDocumentAsync(source, name);
    const nodes = new NodeTable(document);
    const textures = await DecodeTexturesAsync(nodes, decodeImage);
    const meshes: ICharacterMesh[] = [];
    const skins = new Map<Skin, number>();
    for (const node of nodes.order) {
        const mesh = node.getMesh();
        if (!mesh) {
            continue;
        }
        const skin = node.getSkin();
        if (skin && !skins.has(skin)) {
            skins.set(skin, skins.size);
        }
        for (const primitive of mesh.listPrimitives()) {
            const read = ReadMesh(primitive, mesh, textures, onWarning, {
                name: node.getName() || mesh.getName(),
                node: nodes.indexOf(node),
                skin: skin ? skins.get(skin)! : -1,
            });
            if (read) {
                meshes.push(read);
            }
        }
    }
    return {
        name,
        nodes: nodes.read(),
        skins: [...skins.keys()].map((skin) => ReadSkin(skin, nodes, name)),
        meshes,
        clips: document
            .getRoot()
            .listAnimations()
            .map((animation, i) => ReadClip(animation, i, nodes)),
        humanoid: ReadHumanoid(json, document.getRoot().listNodes(), (node) => nodes.indexOf(node)),
    };
}

async function DecodeTexturesAsync(nodes: NodeTable, decodeImage: DecodeImage): Promise<Map<Texture, IDecodedImage>> {
    const users = new Map<Texture, Material>();
    for (const primitive of nodes.order.flatMap((node) => node.getMesh()?.listPrimitives() ?? [])) {
        const material = primitive.getMaterial();
        for (const texture of [material?.getBaseColorTexture(), material?.getEmissiveTexture()]) {
            if (material && texture) {
                users.set(texture, material);
            }
        }
    }
    const decoded = [...users].map(
        async ([texture, material]) => [texture, await DecodeTextureAsync(texture, material, decodeImage)] as const,
    );
    return new Map(await Promise.all(decoded));
}

async function DecodeTextureAsync(
    texture: Texture,
    material: Material,
    decodeImage: DecodeImage,
): Promise<IDecodedImage> {
    const bytes = texture.getImage();
    const label = texture.getName() || texture.getURI() || "unnamed";
    if (!bytes) {
        throw new AvatarBakeError(
            "texture-failed",
            `Texture "${label}" of material "${material.getName()}" has no picture. Supply the image file.`,
        );
    }
    try {
        return await decodeImage(bytes, texture.getMimeType());
    } catch (error) {
        throw new AvatarBakeError(
            "texture-failed",
            `Texture "${label}" (${texture.getMimeType()}) of material "${material.getName()}" cannot be decoded. ` +
                "Convert it to PNG, JPEG or WebP.",
            { cause: error },
        );
    }
}

function ReadMesh(
    primitive: Primitive,
    mesh: Mesh,
    textures: ReadonlyMap<Texture, IDecodedImage>,
    onWarning: (message: string) => void,
    place: { name: string; node: number; skin: number },
): ICharacterMesh | null {
    const targetNames = mesh.getExtras().targetNames;
    const names = Array.isArray(targetNames) ? targetNames.map(String) : [];
    const geometry = ReadPrimitive(primitive, place.name, names, onWarning);
    return geometry && { ...place, ...geometry, material: ReadMaterial(primitive.getMaterial(), textures) };
}

function ReadMaterial(material: Material | null, textures: ReadonlyMap<Texture, IDecodedImage>): ICharacterMaterial {
    if (!material) {
        return {
            name: "default",
            baseColor: [1, 1, 1, 1],
            baseColorTexture: null,
            emissive: [0, 0, 0],
            emissiveTexture: null,
            alphaMode: "OPAQUE",
            alphaCutoff: 0.5,
        };
    }
    return {
        name: material.getName(),
        baseColor: material.getBaseColorFactor(),
        baseColorTexture: ReadSlot(material.getBaseColorTexture(), material.getBaseColorTextureInfo(), textures),
        emissive: material.getEmissiveFactor(),
        emissiveTexture: ReadSlot(material.getEmissiveTexture(), material.getEmissiveTextureInfo(), textures),
        alphaMode: material.getAlphaMode(),
        alphaCutoff: material.getAlphaCutoff(),
    };
}

function ReadSlot(
    texture: Texture | null,
    info: TextureInfo | null,
    textures: ReadonlyMap<Texture, IDecodedImage>,
): ITextureSlot | null {
    if (!texture || !info) {
        return null;
    }
    const transform = info.getExtension<Transform>("KHR_texture_transform");
    const wrap = (mode: number): TextureWrap => (mode === 33071 ? "clamp" : mode === 33648 ? "mirror" : "repeat");
    return {
        image: textures.get(texture)!,
        texCoord: transform?.getTexCoord() ?? info.getTexCoord(),
        offset: transform?.getOffset() ?? [0, 0],
        rotation: transform?.getRotation() ?? 0,
        scale: transform?.getScale() ?? [1, 1],
        wrapU: wrap(info.getWrapS()),
        wrapV: wrap(info.getWrapT()),
    };
}
