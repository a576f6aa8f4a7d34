import { type IRigNode } from "../../animation/rig/restRig.js";
import {
    ComposeMatrix4,
    IdentityMatrix4,
    InvertAffineMatrix4,
    type Matrix4,
    MultiplyMatrix4,
    RotationOf,
    TranslationOf,
} from "../../math/matrix4.js";
import { AvatarBakeError } from "./avatarBakeError.js";
import { type ICharacterNode, type IRiggedCharacter } from "./riggedCharacter.js";

/**
 * The rig as it was when its mesh was bound. Files are often saved in the middle of a movement, so node transforms
 * are only used where no inverse bind matrix speaks. All transforms are in the *bind space* of the main skin.
 */
export interface IBindPose {
    /** Node → bind space. */
    readonly nodes: readonly Matrix4[];
    /** Mesh space of each skin → bind space. */
    readonly skins: readonly Matrix4[];
    /** Bind space → scene. */
    readonly toScene: Matrix4;
    /** The same nodes as mapping and calibration look at them. */
    readonly rig: readonly IRigNode[];
}

/** World transforms of nodes from their local ones; parents precede children. */
export function WorldMatrices(nodes: readonly Pick<ICharacterNode, "parent">[], locals: readonly Matrix4[]): Matrix4[] {
    const world: Matrix4[] = [];
    nodes.forEach((node, i) => {
        world.push(node.parent < 0 ? locals[i]! : MultiplyMatrix4(world[node.parent]!, locals[i]!));
    });
    return world;
}

/** Local transforms of nodes as the file states them. */
export function LocalMatrices(nodes: readonly ICharacterNode[]): Matrix4[] {
    return nodes.map((node) => ComposeMatrix4(node.translation, node.rotation, node.scale));
}

/**
 * The skin that has most joints, of those that bend a mesh.
 *
 * @throws AvatarBakeError when the character has no usable skin
 */
function FindMainSkin(character: IRiggedCharacter): number {
    const used = character.skins.map((skin, s) =>
        character.meshes.some((mesh) => mesh.skin === s) ? skin.joints.length : 0,
    );
    const main = used.indexOf(Math.max(...used));
    if (main < 0 || used[main] === 0) {
        throw new AvatarBakeError(
            "no-skin",
            `"${character.name}" has no skinned mesh. An avatar needs a mesh bound to a skeleton; bind it in your 3D tool.`,
        );
    }
    return main;
}

/**
 * Reconstructs the bind pose from inverse bind matrices.
 *
 * @param main the skin whose space is bind space (default: the one with most joints of those that bend a mesh)
 * @throws AvatarBakeError when the character has no usable skin
 */
export function ReconstructBindPose(character: IRiggedCharacter, main = FindMainSkin(character)): IBindPose {
    const { nodes, skins } = character;
    const locals = LocalMatrices(nodes);
    const scene = WorldMatrices(nodes, locals);
    const bind: (Matrix4 | null)[] = nodes.map(() => null);
    const rootAt = RootJointOf(character, main);
    const root = skins[main]!.joints[rootAt]!;
    const toScene = MultiplyMatrix4(scene[root]!, skins[main]!.inverseBind[rootAt]!);
    const fromScene = Invert(toScene, character.name, nodes[root]!.name);
    const spaces: Matrix4[] = skins.map(() => IdentityMatrix4());
    for (const s of [main, ...skins.keys()].filter((skin, i) => i === 0 || skin !== main)) {
        const { joints, inverseBind } = skins[s]!;
        const shared = joints.findIndex((joint) => bind[joint] !== null);
        if (s !== main) {
            const at = Math.max(0, shared);
            const anchor = bind[joints[at]!] ?? MultiplyMatrix4(fromScene, scene[joints[at]!]!);
            spaces[s] = MultiplyMatrix4(anchor, inverseBind[at]!);
        }
        joints.forEach((joint, i) => {
            bind[joint] ??= MultiplyMatrix4(spaces[s]!, Invert(inverseBind[i]!, character.name, nodes[joint]!.name));
        });
    }
    const known = nodes.map((node, i) => {
        const parent = node.parent < 0 ? null : bind[node.parent]!;
        // Above the skeleton the scene's transforms stand; below a joint its child keeps its local place.
        bind[i] ??= parent ? MultiplyMatrix4(parent, locals[i]!) : MultiplyMatrix4(fromScene, scene[i]!);
        return bind[i];
    });
    const bones = new Set(skins.flatMap((skin) => skin.joints));
    const meshNodes = new Set(character.meshes.map((mesh) => mesh.node));
    const rig = nodes.map((node, i) => ({
        // A mesh called "Hand.L" is no bone, whatever its name says.
        name: meshNodes.has(i) && !bones.has(i) ? "" : node.name,
        parent: node.parent,
        position: TranslationOf(known[i]!),
        rotation: RotationOf(known[i]!),
    }));
    return { nodes: known, skins: spaces, toScene, rig };
}

function Invert(matrix: Matrix4, character: string, node: string): Matrix4 {
    const inverse = InvertAffineMatrix4(matrix);
    if (!inverse || inverse.some((value) => !Number.isFinite(value))) {
        throw new AvatarBakeError(
            "invalid-values",
            `"${character}": the bind matrix of joint "${node}" cannot be inverted. Apply or remove its zero scale.`,
        );
    }
    return inverse;
}

/** Position in the joint list of the joint nearest to the scene's root. */
function RootJointOf(character: IRiggedCharacter, skin: number): number {
    const depth = (node: number): number => {
        let count = 0;
        for (let i = node; i >= 0; i = character.nodes[i]!.parent) {
            count++;
        }
        return count;
    };
    const depths = character.skins[skin]!.joints.map(depth);
    return depths.indexOf(Math.min(...depths));
}
