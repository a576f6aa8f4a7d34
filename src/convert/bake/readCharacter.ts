import {
    type Animation,
    type Document,
    type Material,
    type Mesh,
    type Node,
    type Primitive,
    type Skin,
    type Texture,
    type TextureInfo,
} from "@gltf-transform/core";
import { type Transform } from "@gltf-transform/extensions";
import { IdentityMatrix4 } from "../../math/matrix4.js";
import { AvatarBakeError } from "./avatarBakeError.js";
import { type IGltfWithResources, ReadDocumentAsync } from "./readDocument.js";
import { ReadHumanoid } from "./readHumanoid.js";
import { ReadPrimitive } from "./readPrimitive.js";
import {
    type DecodeImage,
    type ICharacterChannel,
    type ICharacterClip,
    type ICharacterMaterial,
    type ICharacterMesh,
    type ICharacterNode,
    type ICharacterSkin,
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

/** Nodes of the scene in an order in which parents precede children. */
class NodeTable {
    public readonly order: Node[] = [];
    private readonly _indices = new Map<Node, number>();

    public constructor(document: Document) {
        const root = document.getRoot();
        const scene = root.getDefaultScene() ?? root.listScenes()[0];
        for (const top of scene?.listChildren() ?? root.listNodes().filter((node) => !node.getParentNode())) {
            this._add(top);
        }
        // Joints may live outside the scene.
        for (const joint of root.listSkins().flatMap((skin) => skin.listJoints())) {
            let top: Node = joint;
            for (let parent = joint.getParentNode(); parent; parent = parent.getParentNode()) {
                top = parent;
            }
            this._add(top);
        }
    }

    public indexOf(node: Node): number {
        return this._indices.get(node) ?? -1;
    }

    public read(): ICharacterNode[] {
        return this.order.map((node) => ({
            name: node.getName(),
            parent: node.getParentNode() ? this.indexOf(node.getParentNode()!) : -1,
            translation: node.getTranslation(),
            rotation: node.getRotation(),
            scale: node.getScale(),
        }));
    }

    private _add(node: Node): void {
        if (!this._indices.has(node)) {
            this._indices.set(node, this.order.push(node) - 1);
            node.listChildren().forEach((child) => {
                this._add(child);
            });
        }
    }
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

function ReadSkin(skin: Skin, nodes: NodeTable, name: string): ICharacterSkin {
    const accessor = skin.getInverseBindMatrices();
    const joints = skin.listJoints();
    if (accessor && accessor.getCount() < joints.length) {
        throw new AvatarBakeError(
            "invalid-gltf",
            `Skin "${skin.getName()}" of "${name}" has ${joints.length} joints but ${accessor.getCount()} inverse bind matrices.`,
        );
    }
    return {
        joints: joints.map((joint) => nodes.indexOf(joint)),
        inverseBind: joints.map((_, i) =>
            accessor ? Float64Array.from(accessor.getElement(i, new Array<number>(16))) : IdentityMatrix4(),
        ),
    };
}

function ReadClip(animation: Animation, index: number, nodes: NodeTable): ICharacterClip {
    const channels: ICharacterChannel[] = [];
    for (const channel of animation.listChannels()) {
        const sampler = channel.getSampler();
        const [input, output] = [sampler?.getInput(), sampler?.getOutput()];
        const node = channel.getTargetNode();
        const path = channel.getTargetPath();
        if (!sampler || !input || !output || !node || !path || nodes.indexOf(node) < 0 || input.getCount() === 0) {
            continue;
        }
        const size = output.getElementSize();
        const values = new Float32Array(output.getCount() * size);
        const element = new Array<number>(size);
        for (let i = 0; i < output.getCount(); i++) {
            values.set(output.getElement(i, element), i * size);
        }
        const name = animation.getName() || `clip${index}`;
        if (!values.every(Number.isFinite)) {
            throw new AvatarBakeError(
                "invalid-values",
                `Clip "${name}" has a ${path} of "${node.getName()}" that is no number. Export the clip again.`,
            );
        }
        const perKey = values.length / input.getCount() / (sampler.getInterpolation() === "CUBICSPLINE" ? 3 : 1);
        channels.push({
            node: nodes.indexOf(node),
            path,
            interpolation: sampler.getInterpolation(),
            times: Float32Array.from({ length: input.getCount() }, (_, i) => input.getScalar(i)),
            values,
            size: path === "weights" ? perKey : size,
        });
    }
    return { name: animation.getName() || `clip${index}`, channels };
}
