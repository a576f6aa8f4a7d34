import { type AbstractMesh } from "@babylonjs/core/Meshes/abstractMesh.pure.js";
import { type AnimationGroup } from "@babylonjs/core/Animations/animationGroup.pure.js";
import { MorphTarget } from "@babylonjs/core/Morph/morphTarget.js";
import { MorphTargetManager } from "@babylonjs/core/Morph/morphTargetManager.js";
import { type Scene } from "@babylonjs/core/scene.js";
import { type IGLTFLoaderExtension } from "@babylonjs/loaders/glTF/2.0/glTFLoaderExtension.js";
import {
    type IBufferView,
    type IMesh,
    type IMeshPrimitive,
    type INode,
    type IScene,
} from "@babylonjs/loaders/glTF/2.0/glTFLoaderInterfaces.js";
import { GLTFLoader } from "@babylonjs/loaders/glTF/2.0/glTFLoader.pure.js";
import { KeepHumanoid } from "../../animation/animator/humanoidMetadata.js";
import { type IAvatarAsset } from "../../format/avatarAsset.js";
import { AvatarExtensionName } from "../../format/extensionNames.js";
import { FindAvatarPrimitive } from "../../format/findAvatar.js";
import { AvatarBufferViews, ParseAvatar } from "../../format/parseAvatar.js";
import { AvatarRenderer } from "../avatarRenderer.js";
import { GaussianAvatar } from "../gaussianAvatar.js";
import { KeepSideFiles } from "../networks/networkFiles.js";

/** Ahead of Babylon's own `KHR_gaussian_splatting`, which has no order and so comes last. */
const LoaderOrder = 100;

/**
 * Teaches Babylon's glTF loader to make a {@link GaussianAvatar} out of skinned Gaussians. It takes the one primitive that
 * is a splat cloud with joints and weights on a node with a skin; everything else in the file, static splats included, is
 * left to Babylon. The avatar's data is read and checked before any node exists, so a bad file leaves nothing behind.
 */
export class AvatarLoaderExtension implements IGLTFLoaderExtension {
    /** Name of the extension. */
    public readonly name = AvatarExtensionName;
    /** Whether the loader asks this extension. */
    public enabled = true;
    /** Place among the loader's extensions; smaller comes first. */
    public order = LoaderOrder;

    private readonly _loader: GLTFLoader;
    private _primitive: IMeshPrimitive | null = null;
    private _asset: IAvatarAsset | null = null;
    private _avatar: GaussianAvatar | null = null;
    private _node: INode | null = null;

    /** @param loader the loader to extend */
    public constructor(loader: GLTFLoader) {
        this._loader = loader;
    }

    /** Lets go of the loader's data. */
    public dispose(): void {
        this._primitive = null;
        this._asset = null;
        this._avatar = null;
        this._node = null;
    }

    /**
     * Reads the avatar ahead of the scene's nodes, then lets the loader go on.
     *
     * @param context where the loader is in the file
     * @param scene the glTF scene
     * @returns null when the file holds no avatar
     */
    public loadSceneAsync(context: string, scene: IScene): Promise<void> | null {
        const found = this._asset ? null : FindAvatarPrimitive(this._loader.gltf);
        if (!found) {
            return null;
        }
        this._primitive = this._loader.gltf.meshes![found.mesh]!.primitives[found.primitive]!;
        return this._readThenLoadSceneAsync(context, scene);
    }

    /**
     * Makes the avatar where the loader would make a mesh.
     *
     * @param context where the loader is in the file
     * @param name name for the mesh
     * @param node the node that holds it
     * @param _mesh the glTF mesh
     * @param primitive the glTF primitive
     * @param assign takes the mesh at once
     * @returns null when the primitive is not the avatar
     * @internal
     */
    public _loadMeshPrimitiveAsync(
        context: string,
        name: string,
        node: INode,
        _mesh: IMesh,
        primitive: IMeshPrimitive,
        assign: (babylonMesh: AbstractMesh) => void,
    ): Promise<AbstractMesh> | null {
        if (primitive !== this._primitive || !this._asset) {
            return null;
        }
        const avatar = this._createAvatar(name, this._asset, node);
        this._avatar = avatar;
        this._node = node;
        GLTFLoader.AddPointerMetadata(avatar, context);
        this._loader.parent.onMeshLoadedObservable.notifyObservers(avatar);
        assign(avatar);
        return Promise.resolve(avatar);
    }

    /**
     * Once all nodes exist: puts the avatar above its joints, and gives it what it owns. In any other file, notes which
     * nodes are said to be human bones.
     */
    public onReady(): void {
        KeepHumanoid(this._loader.gltf);
        const avatar = this._avatar;
        if (!avatar) {
            return;
        }
        const joints = new Set(avatar.skeleton?.bones.map((bone) => bone.getTransformNode()));
        for (const joint of joints) {
            if (joint?.parent === avatar.parent) {
                joint.parent = avatar;
            }
        }
        this._disposeEmptyNode();
        const targets = new Set<unknown>(joints);
        for (let channel = 0; channel < (avatar.morphTargetManager?.numTargets ?? 0); channel++) {
            targets.add(avatar.morphTargetManager!.getTarget(channel));
        }
        const groups = (this._loader.gltf.animations ?? []).map((animation) => animation._babylonAnimationGroup);
        avatar._ownCharacter(
            groups.filter(
                (group) => group?.targetedAnimations.every(({ target }) => targets.has(target)) ?? false,
            ) as AnimationGroup[],
        );
    }

    /** Beside a skinned mesh Babylon keeps a node of the same name, which here holds nothing. */
    private _disposeEmptyNode(): void {
        const node = this._node;
        if (node?._babylonTransformNodeForSkin?.getChildren().length === 0) {
            node._babylonTransformNodeForSkin.dispose();
            delete node._babylonTransformNodeForSkin;
        }
    }

    private async _readThenLoadSceneAsync(context: string, scene: IScene): Promise<void> {
        try {
            const [asset] = await Promise.all([this._readAsync(), AvatarRenderer.GetAsync(this._loader.babylonScene)]);
            this._asset = asset;
        } catch (error) {
            this._loader.rootBabylonMesh?.dispose();
            throw error;
        }
        await this._loader.loadSceneAsync(context, scene);
    }

    private async _readAsync(): Promise<IAvatarAsset> {
        const { gltf } = this._loader;
        const bytes = new Map<number, Uint8Array>();
        const load = async (index: number): Promise<void> => {
            const view = await this._loader.loadBufferViewAsync(
                `/bufferViews/${index}`,
                gltf.bufferViews![index] as IBufferView,
            );
            bytes.set(index, new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
        };
        await Promise.all(AvatarBufferViews(gltf).map(load));
        const { parent, rootUrl } = this._loader;
        const asset = ParseAvatar({
            json: gltf,
            bufferView: (index) => bytes.get(index)!,
            fileName: rootUrl ?? "",
        });
        // Loaded when a tier is first used, long after the loader is gone.
        KeepSideFiles(
            asset,
            async (uri) => await parent.preprocessUrlAsync((rootUrl ?? "") + uri, rootUrl ?? undefined),
        );
        return asset;
    }

    private _createAvatar(name: string, asset: IAvatarAsset, node: INode): GaussianAvatar {
        const scene = this._loader.babylonScene;
        const container = this._loader._assetContainer;
        // While a container loads, new objects stay out of the scene.
        scene._blockEntityCollection = !!container;
        const avatar = new GaussianAvatar(name, asset, scene);
        avatar._parentContainer = container;
        if (asset.morphTargets.length > 0) {
            avatar.morphTargetManager = CreateExpressionChannels(asset, scene);
            avatar.morphTargetManager._parentContainer = container;
            // The loader plays weight animations on as many targets as it is told the node has.
            node._numMorphTargets = asset.morphTargets.length;
        }
        scene._blockEntityCollection = false;
        return avatar;
    }
}

/** Expression channels as morph targets without vertex data: their influences are all that the renderer reads. */
function CreateExpressionChannels(asset: IAvatarAsset, scene: Scene): MorphTargetManager {
    const manager = new MorphTargetManager(scene);
    manager.areUpdatesFrozen = true;
    for (const { name } of asset.morphTargets) {
        manager.addTarget(new MorphTarget(name, 0, scene));
    }
    return manager;
}
