import { readFileSync } from "node:fs";
import { ReadBvh } from "../../src/animation/motion/bvh.js";
import { type IRigNode, type RestRig } from "../../src/animation/rig/restRig.js";
import { LocalMatrices, ReconstructBindPose, WorldMatrices } from "../../src/convert/bake/bindPose.js";
import {
    type ICharacterMesh,
    type ICharacterNode,
    type ICharacterSkin,
} from "../../src/convert/bake/riggedCharacter.js";
import { IdentityMatrix4, RotationOf, TranslationOf } from "../../src/math/matrix4.js";
import { AddVector3 } from "../../src/math/vector3.js";

/** What this reads of a glTF document; the files are known to be sound. */
interface IGltf {
    readonly nodes: readonly {
        readonly name?: string;
        readonly children?: readonly number[];
        readonly mesh?: number;
        readonly skin?: number;
        readonly translation?: ICharacterNode["translation"];
        readonly rotation?: ICharacterNode["rotation"];
        readonly scale?: ICharacterNode["scale"];
    }[];
    readonly skins?: readonly { readonly joints: readonly number[]; readonly inverseBindMatrices?: number }[];
    readonly accessors?: readonly { readonly bufferView: number; readonly byteOffset?: number }[];
    readonly bufferViews?: readonly { readonly byteOffset?: number }[];
}

/**
 * Reads the rig of a `.glb`, `.vrm`, `.vrma` or `.bvh` in its bind pose, as the baker does; surfaces and pictures, which
 * take seconds, are not looked at.
 */
export function ReadRigFile(path: string): RestRig {
    return path.endsWith(".bvh") ? BvhRestRig(readFileSync(path, "utf8")) : GltfRestRig(readFileSync(path), path);
}

/** The zero pose of a BVH file. */
function BvhRestRig(text: string): RestRig {
    const nodes: IRigNode[] = [];
    for (const { name, parent, offset } of ReadBvh(text).joints) {
        const above = nodes[parent]?.position ?? [0, 0, 0];
        nodes.push({ name, parent, position: AddVector3(above, offset), rotation: [0, 0, 0, 1] });
    }
    return nodes;
}

function GltfRestRig(bytes: Buffer, path: string): RestRig {
    const jsonLength = bytes.readUInt32LE(12);
    const gltf = JSON.parse(bytes.toString("utf8", 20, 20 + jsonLength)) as IGltf;
    const { order, nodes } = OrderNodes(gltf);
    const meshes = gltf.nodes.flatMap(({ mesh, skin }, i) =>
        mesh === undefined ? [] : [{ node: order.indexOf(i), skin: skin ?? -1 } as ICharacterMesh],
    );
    const skins = (gltf.skins ?? []).map((skin): ICharacterSkin => {
        const accessor = gltf.accessors?.[skin.inverseBindMatrices ?? -1];
        const start =
            20 +
            jsonLength +
            8 +
            (gltf.bufferViews?.[accessor?.bufferView ?? -1]?.byteOffset ?? 0) +
            (accessor?.byteOffset ?? 0);
        return {
            joints: skin.joints.map((joint) => order.indexOf(joint)),
            inverseBind: skin.joints.map((_, j) =>
                accessor
                    ? Float64Array.from({ length: 16 }, (_value, k) => bytes.readFloatLE(start + (j * 16 + k) * 4))
                    : IdentityMatrix4(),
            ),
        };
    });
    if (meshes.some((mesh) => mesh.skin >= 0)) {
        return ReconstructBindPose({ name: path, nodes, skins, meshes, clips: [], humanoid: {} }).rig;
    }
    const meshNodes = new Set(meshes.map((mesh) => mesh.node));
    return WorldMatrices(nodes, LocalMatrices(nodes)).map((matrix, i) => ({
        name: meshNodes.has(i) ? "" : nodes[i]!.name,
        parent: nodes[i]!.parent,
        position: TranslationOf(matrix),
        rotation: RotationOf(matrix),
    }));
}

/** Nodes with parents first. */
function OrderNodes(gltf: IGltf): { order: number[]; nodes: ICharacterNode[] } {
    const parents = gltf.nodes.map((_, i) => gltf.nodes.findIndex((node) => node.children?.includes(i)));
    const order: number[] = [];
    const visit = (i: number): void => {
        order.push(i);
        gltf.nodes[i]!.children?.forEach(visit);
    };
    parents.forEach((parent, i) => {
        if (parent < 0) {
            visit(i);
        }
    });
    const nodes = order.map((i): ICharacterNode => {
        const { name = "", translation = [0, 0, 0], rotation = [0, 0, 0, 1], scale = [1, 1, 1] } = gltf.nodes[i]!;
        return { name, parent: order.indexOf(parents[i]!), translation, rotation, scale };
    });
    return { order, nodes };
}
