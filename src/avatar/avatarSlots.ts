import { Logger } from "@babylonjs/core/Misc/logger.js";
import { type Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { type Scene } from "@babylonjs/core/scene.js";
import { type IAvatarAsset } from "../format/avatarAsset.js";
import { CanonicalGaussians } from "../pipeline/3-gaussians/canonicalGaussians.js";
import { type SplatPipeline } from "../pipeline/splatPipeline.js";
import { RebindSkinMatrices, TransformSkinMatrices, WriteRows } from "./affineRows.js";
import { GaussianAvatar } from "./gaussianAvatar.js";
import { type INetworkedAvatar } from "./networks/networkedAvatar.js";
import { type SceneHeads } from "./heads/sceneHeads.js";
import { type SceneNetworks } from "./networks/sceneNetworks.js";

/** An avatar that is in the scene, and its place in the pipeline. */
interface IAvatarSlot extends INetworkedAvatar {
    isInScene: boolean;
}

/** Gaussians on the GPU, and how many avatars show them. */
interface ISharedGaussians {
    readonly gaussians: CanonicalGaussians;
    users: number;
}

/**
 * The places of a scene's avatars in the pipeline. Avatars of one asset share their Gaussians on the GPU. Owns the
 * instances and the Gaussians; allocates only when avatars come and go.
 */
export class AvatarSlots {
    private readonly _device: GPUDevice;
    private readonly _pipeline: SplatPipeline;
    private readonly _networks: SceneNetworks;
    private readonly _heads: SceneHeads;
    // An array beside the map, since arrays are iterated without allocating.
    private readonly _slots: IAvatarSlot[] = [];
    private readonly _slotOf = new Map<GaussianAvatar, IAvatarSlot>();
    private readonly _shared = new Map<IAvatarAsset, ISharedGaussians>();
    private _refused = new WeakSet<GaussianAvatar>();

    /**
     * @param device to put Gaussians on; borrowed
     * @param pipeline to put avatars into; borrowed
     * @param networks told who comes and goes; borrowed
     * @param heads told the same; borrowed
     */
    public constructor(device: GPUDevice, pipeline: SplatPipeline, networks: SceneNetworks, heads: SceneHeads) {
        this._device = device;
        this._pipeline = pipeline;
        this._networks = networks;
        this._heads = heads;
    }

    /** Number of avatars. */
    public get count(): number {
        return this._slots.length;
    }

    /**
     * Makes the pipeline hold exactly the avatars that are in the scene now.
     *
     * @param scene the scene
     */
    public follow(scene: Scene): void {
        for (const slot of this._slots) {
            slot.isInScene = false;
        }
        for (const mesh of scene.meshes) {
            if (mesh instanceof GaussianAvatar && !this._refused.has(mesh)) {
                let slot = this._slotOf.get(mesh);
                slot ??= this._add(mesh);
                if (slot) {
                    slot.isInScene = true;
                }
            }
        }
        for (let i = this._slots.length - 1; i >= 0; i--) {
            if (!this._slots[i]!.isInScene) {
                this._remove(i);
            }
        }
    }

    /**
     * Hands every avatar's pose, expression and visibility to the pipeline.
     *
     * @param minimum receives the smallest corner of all visible avatars' bounds, world space
     * @param maximum receives the largest corner; both are 0 when nobody is visible
     */
    public updateInstances(minimum: Vector3, maximum: Vector3): void {
        let isAnyVisible = false;
        minimum.setAll(0);
        maximum.setAll(0);
        for (const slot of this._slots) {
            const { avatar, instance, spaceChanges } = slot;
            instance.enabled = avatar.isEnabled() && avatar.isVisible && avatar.visibility > 0;
            instance.opacity = avatar.visibility;
            SetPresence(slot);
            if (instance.enabled) {
                avatar._updatePose(instance.skinMatrices);
                WriteRows(avatar._pose.rootSpace.m, instance.worldMatrix);
                if (spaceChanges) {
                    RebindSkinMatrices(instance.skinMatrices, spaceChanges);
                }
                avatar._readExpression(instance.morphWeights);
                const { minimumWorld, maximumWorld } = avatar.getBoundingInfo().boundingBox;
                minimum.copyFrom(isAnyVisible ? minimum.minimizeInPlace(minimumWorld) : minimumWorld);
                maximum.copyFrom(isAnyVisible ? maximum.maximizeInPlace(maximumWorld) : maximumWorld);
                isAnyVisible = true;
            }
        }
        this._moveWornHeads();
    }

    /** Heads that bodies wear are moved by these, whose pose is read by now. */
    private _moveWornHeads(): void {
        for (const { avatar, instance } of this._slots) {
            const worn = avatar._worn;
            if (instance.enabled && worn?.head === avatar) {
                const { body } = worn;
                instance.enabled = body.isEnabled() && body.isVisible && body.visibility > 0;
                worn.pose(body._localSkinMatrices, instance.skinMatrices);
                TransformSkinMatrices(body.getWorldMatrix().m, instance.skinMatrices, instance.skinMatrices);
                WriteRows(body._pose.rootSpace.m, instance.worldMatrix);
            }
        }
    }

    /** Frees the Gaussians and takes all avatars out of the pipeline. */
    public dispose(): void {
        for (let i = this._slots.length - 1; i >= 0; i--) {
            this._remove(i);
        }
    }

    private _add(avatar: GaussianAvatar): IAvatarSlot | undefined {
        const { asset, name } = avatar;
        try {
            const shared = this._shared.get(asset) ?? {
                gaussians: new CanonicalGaussians(this._device, asset.gaussians, asset.morphTargets, name),
                users: 0,
            };
            this._shared.set(asset, shared);
            const instance = this._pipeline.addInstance(shared.gaussians, asset.joints.length);
            instance.antialiased = asset.antialiased ?? false;
            shared.users++;
            const slot: IAvatarSlot = {
                avatar,
                instance,
                baked: shared.gaussians,
                spaceChanges: null,
                isInScene: true,
            };
            this._slots.push(slot);
            this._slotOf.set(avatar, slot);
            this._networks.add(slot);
            this._heads.add(slot);
            return slot;
        } catch (error) {
            // The scene goes on without this avatar; saying so once is enough.
            this._refused.add(avatar);
            this._forgetIfUnused(asset);
            Logger.Error(`Gaussian avatar "${name}" is not drawn: ${(error as Error).message}`);
            return undefined;
        }
    }

    private _remove(index: number): void {
        const { avatar, instance } = this._slots[index]!;
        this._slots.splice(index, 1);
        this._slotOf.delete(avatar);
        this._pipeline.removeInstance(instance);
        this._networks.remove(avatar);
        this._heads.remove(avatar);
        this._shared.get(avatar.asset)!.users--;
        this._forgetIfUnused(avatar.asset);
        this._refused = new WeakSet(); // there is room again
    }

    private _forgetIfUnused(asset: IAvatarAsset): void {
        const shared = this._shared.get(asset);
        if (shared?.users === 0) {
            shared.gaussians.dispose();
            this._shared.delete(asset);
        }
    }
}

/** Shows of an avatar what a seam leaves of it. */
function SetPresence({ avatar, instance }: INetworkedAvatar): void {
    const worn = avatar._worn;
    instance.hasSeam = worn !== null;
    if (worn) {
        instance.jointPresence.set(worn.head === avatar ? worn.headPresence : worn.bodyPresence);
    }
}
