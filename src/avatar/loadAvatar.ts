import { type AssetContainer } from "@babylonjs/core/assetContainer.js";
import { type ISceneLoaderProgressEvent, LoadAssetContainerAsync } from "@babylonjs/core/Loading/sceneLoader.js";
import { RuntimeError } from "@babylonjs/core/Misc/error.js";
import { Bone } from "@babylonjs/core/Bones/bone.js";
import { Matrix } from "@babylonjs/core/Maths/math.vector.js";
import { TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { type Scene } from "@babylonjs/core/scene.js";
import { AvatarError } from "../diagnostics/avatarError.js";
import { AvatarFormatError } from "../format/avatarFormatError.js";
import { GaussianAvatar } from "./gaussianAvatar.js";
import { RegisterAvatarLoader } from "./gltf/registerAvatarLoader.js";

/** How to load an avatar. */
export interface ILoadAvatarOptions {
    /** Name for the avatar node (default: the name in the file). */
    readonly name?: string;
    /** Told about the download (default: none). */
    readonly onProgress?: (event: ISceneLoaderProgressEvent) => void;
}

/** `GLTFLoaderAnimationStartMode.NONE`: clips wait until somebody starts them. */
const StartNoAnimation = 0;

/**
 * Loads an avatar file and adds the person to the scene.
 *
 * The result is a top-level node in the scene's own space: move, turn and scale it like any other. (Below it stands the
 * glTF `__root__` node, which holds the change from glTF's right-handed space.) Clips that came with the file wait in
 * {@link GaussianAvatar.animationGroups}.
 *
 * @param source URL, `File`, or the bytes of a `.glb`
 * @param scene a scene on a WebGPU engine
 * @param options name and progress
 * @returns the avatar
 * @throws AvatarFormatError when the file is not an avatar or is damaged
 * @throws AvatarDeviceError `webgpu-unavailable` when the scene's engine is not a WebGPU engine
 *
 * @example
 * ```ts
 * const avatar = await LoadAvatarAsync("ada.glb", scene);
 * avatar.position.z = 2;
 * avatar.animationGroups[0]?.start(true);
 * ```
 */
export async function LoadAvatarAsync(
    source: string | File | ArrayBufferView,
    scene: Scene,
    options: ILoadAvatarOptions = {},
): Promise<GaussianAvatar> {
    RegisterAvatarLoader();
    const container = await LoadContainerAsync(source, scene, options);
    const avatar = container.meshes.find((mesh) => mesh instanceof GaussianAvatar);
    if (!avatar) {
        container.dispose();
        throw new AvatarFormatError(
            "no-avatar",
            "",
            "the file holds no skinned Gaussians: bake the character first (gaussian-avatar bake hero.glb -o hero.avatar.glb)",
        );
    }
    container.addAllToScene();
    MoveToTop(avatar);
    if (options.name !== undefined) {
        avatar.name = options.name;
    }
    return avatar;
}

async function LoadContainerAsync(
    source: string | File | ArrayBufferView,
    scene: Scene,
    options: ILoadAvatarOptions,
): Promise<AssetContainer> {
    try {
        return await LoadAssetContainerAsync(source, scene, {
            // Bytes and object URLs have no file name to tell the format by.
            ...(typeof source === "string" && /\.(glb|gltf)([?#]|$)/i.test(source) ? {} : { pluginExtension: ".glb" }),
            ...(options.onProgress ? { onProgress: options.onProgress } : {}),
            pluginOptions: { gltf: { animationStartMode: StartNoAnimation } },
        });
    } catch (error) {
        // Babylon wraps what went wrong; callers want our own error, with its code.
        const cause = error instanceof RuntimeError ? (error.innerError as unknown) : error;
        throw cause instanceof AvatarError ? cause : error;
    }
}

/**
 * From `__root__ → … → avatar → joints` to `avatar → __root__ → … → joints`: the avatar's own transform is then in scene
 * space. The skeleton gains bones for the nodes in between, so that bone matrices still lead to the avatar's space.
 */
function MoveToTop(avatar: GaussianAvatar): void {
    const chain: TransformNode[] = []; // from the top down
    for (let node = avatar.parent; node instanceof TransformNode; node = node.parent) {
        chain.unshift(node);
    }
    const [top] = chain;
    if (!top) {
        return;
    }
    for (const child of avatar.getChildren(undefined, true)) {
        child.parent = avatar.parent;
    }
    avatar.parent = null;
    top.parent = avatar;
    const { skeleton } = avatar;
    if (!skeleton) {
        return;
    }
    const oldBones = skeleton.bones.splice(0); // parents come first
    let parent: Bone | null = null;
    for (const node of chain) {
        // Index -1: a bone that no Gaussian is skinned to.
        parent = new Bone(node.name, skeleton, parent, Matrix.Identity(), null, null, -1);
        parent.linkTransformNode(node);
    }
    for (const bone of oldBones) {
        skeleton.bones.push(bone);
        if (!bone.getParent()) {
            bone.setParent(parent, false);
        }
    }
}
