import { type AnimationGroup } from "@babylonjs/core/Animations/animationGroup.js";
import { type ShadowGenerator } from "@babylonjs/core/Lights/Shadows/shadowGenerator.js";
import { type Scene } from "@babylonjs/core/scene.js";
import { LoadAvatarAsync, type GaussianAvatar } from "babylon-gaussian-avatar";
import { AddBodyShadow } from "./bodyShadow.js";

/** How far each of the two stands from the middle, metres. */
const Aside = 0.55;

/** A person whose Gaussians networks make, and her copy that is only skinned; both do the same. */
export class BodyPair {
    /** With networks, on the left. */
    public readonly networked: GaussianAvatar;
    /** Without, on the right. */
    public readonly skinned: GaussianAvatar;
    private _groups: readonly AnimationGroup[] = [];

    private constructor(networked: GaussianAvatar, shadows: ShadowGenerator, scene: Scene) {
        this.networked = networked;
        this.skinned = networked.clone(`${networked.name}, skinned`);
        this.skinned.networks.preferredTier = "baked";
        [this.networked, this.skinned].forEach((avatar, index) => {
            avatar.position.x = index === 0 ? -Aside : Aside;
            avatar.rotation.y = Math.PI; // she faces +z, away from the camera
            AddBodyShadow(avatar, shadows, scene);
        });
    }

    /**
     * Loads a person with networks.
     *
     * @param source an address, a file or the bytes of one
     * @param shadows the sun's shadows
     * @param scene the scene
     * @param signal calls it off
     * @throws AvatarFormatError when the file is not an avatar; Error when it has no networks
     */
    public static async LoadAsync(
        source: string | File | Uint8Array,
        shadows: ShadowGenerator,
        scene: Scene,
        signal?: AbortSignal,
    ): Promise<BodyPair> {
        signal?.throwIfAborted();
        const avatar = await LoadAvatarAsync(source, scene);
        if (signal?.aborted) {
            avatar.dispose();
        }
        signal?.throwIfAborted();
        if (avatar.networks.availableTiers.length < 2) {
            avatar.dispose();
            throw new Error(
                `${avatar.name} has no networks: only baked Gaussians are in the file. Drop it in the scene "Your character".`,
            );
        }
        return new BodyPair(avatar, shadows, scene);
    }

    /**
     * Has both do what a rig does, on the spot.
     *
     * @param source a clip of any rig
     */
    public play(source: AnimationGroup): void {
        for (const group of this._groups) {
            group.dispose();
        }
        this._groups = [this.networked, this.skinned].map(({ animator }) =>
            animator.retarget(source, { rootMotion: "inPlace" }),
        );
        for (const group of this._groups) {
            group.start(true);
        }
    }

    /** Both go. */
    public dispose(): void {
        this.networked.dispose();
        this.skinned.dispose();
    }
}
