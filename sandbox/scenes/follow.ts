import { type AnimationGroup } from "@babylonjs/core/Animations/animationGroup.js";
import { type AssetContainer, type InstantiatedEntries } from "@babylonjs/core/assetContainer.js";
import { type ShadowGenerator } from "@babylonjs/core/Lights/Shadows/shadowGenerator.js";
import { LoadAssetContainerAsync } from "@babylonjs/core/Loading/sceneLoader.js";
import { Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { type TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { type Scene } from "@babylonjs/core/scene.js";
import { GaussianAvatar } from "babylon-gaussian-avatar";
import { BakedAvatarUrl, MannequinUrl } from "../assets.js";
import { type ISandboxScene } from "../sceneDefinition.js";
import { AddBodyShadow } from "../set/bodyShadow.js";
import { CreateOrbitCamera } from "../set/orbitCamera.js";
import { CreateSurroundings } from "../set/surroundings.js";

/** Most people that follow. */
const MostPeople = 6;

/** Distance between neighbours, metres. */
const Spacing = 1.15;

/** How far the slider bends the spine, radians. */
const MostLean = 1.1;

/** Seconds that a person takes to join in. */
const JoiningSeconds = 0.5;

/** Seconds in which look-at comes to rest in a frozen picture, in steps. */
const Settling = { steps: 40, seconds: 1 / 20 } as const;

/** Whatever moves the mannequin moves the people: clips that blend, a slider that bends it. */
export const FollowScene: ISandboxScene = {
    title: "Live",
    description: "A mannequin between two clips, bent by hand. The people follow its bones, every frame.",
    hint: "Blend, bend and add people in the panel",
    choosesClips: true,

    async buildAsync(scene, canvas, { clock, controls, parameters }) {
        const camera = CreateOrbitCamera(scene, canvas, clock, { radius: 5.4, height: 0.85, rise: 0.16 });
        const { shadows } = CreateSurroundings(scene);
        const [mannequin, person] = await Promise.all([
            LoadAssetContainerAsync(MannequinUrl, scene),
            LoadAssetContainerAsync(BakedAvatarUrl, scene),
        ]);
        mannequin.addAllToScene();
        const root = mannequin.rootNodes[0] as TransformNode;
        root.position.z = -0.6;
        root.rotationQuaternion = Quaternion.Identity(); // the loader turned it away from the camera
        for (const mesh of mannequin.meshes) {
            shadows.addShadowCaster(mesh, false);
        }
        const settings = {
            walk: Share(parameters, "walk", 0.3),
            lean: Share(parameters, "lean", 0),
            people: Math.max(1, Math.round(MostPeople * Share(parameters, "people", 2 / MostPeople))),
            looks: parameters.has("look"),
            lives: true,
        };
        const blend = BlendClips(mannequin.animationGroups, () => settings.walk);
        BendSpine(scene, mannequin.transformNodes, () => settings.lean);
        const people: IFollower[] = [];
        const apply = (): void => {
            for (const { copy } of people.splice(settings.people)) {
                copy.dispose();
            }
            while (people.length < settings.people) {
                people.push(AddPerson(person, people.length, shadows, scene));
                people.at(-1)!.avatar.animator.follow(mannequin, { fade: clock.isFrozen ? 0 : JoiningSeconds });
            }
            for (const { avatar } of people) {
                avatar.animator.lookAt(settings.looks ? camera.position : null);
                avatar.animator.idle.weight = settings.lives ? 1 : 0;
            }
        };
        apply();
        if (controls) {
            controls
                .add(settings, "walk", 0, 1, 0.01)
                .name("dance … walk")
                .onChange(() => {
                    blend();
                    clock.seek(mannequin.animationGroups, clock.seconds);
                });
            controls.add(settings, "lean", -1, 1, 0.01).name("bend by hand");
            controls.add(settings, "people", 1, MostPeople, 1).onChange(apply);
            controls.add(settings, "looks").name("look at me").onChange(apply);
            controls.add(settings, "lives").name("breathe").onChange(apply);
        }
        if (clock.isFrozen) {
            scene.onBeforeRenderObservable.addOnce(() => {
                for (let step = 0; step < Settling.steps; step++) {
                    people.forEach(({ avatar }) => {
                        avatar.animator.update(Settling.seconds);
                    });
                }
            });
        }
    },
};

/** A person who follows. */
interface IFollower {
    readonly copy: InstantiatedEntries;
    readonly avatar: GaussianAvatar;
}

/** A number of the address, within bounds. */
function Share(parameters: URLSearchParams, name: string, first: number): number {
    const text = parameters.get(name);
    const value = text === null ? NaN : Number(text);
    return Number.isFinite(value) ? Math.min(1, Math.max(-1, value)) : first;
}

/** Plays two clips at once, each as strong as the other leaves it. */
function BlendClips(groups: readonly AnimationGroup[], shareOf: () => number): () => void {
    const [first, second] = groups as [AnimationGroup, AnimationGroup];
    first.start(true);
    second.start(true);
    const blend = (): void => {
        const share = Math.min(0.999, Math.max(0.001, shareOf())); // a clip without weight ends
        first.weight = 1 - share;
        second.weight = share;
    };
    blend();
    return blend;
}

/** Bends the spine further than its clips do. */
function BendSpine(scene: Scene, nodes: readonly TransformNode[], leanOf: () => number): void {
    const spine = nodes
        .filter(({ name }) => name.startsWith("spine_"))
        .map((node) => ({ node, own: new Quaternion(), bent: new Quaternion() }));
    const turn = new Quaternion();
    scene.onBeforeAnimationsObservable.add(() => {
        for (const { node, own, bent } of spine) {
            if (node.rotationQuaternion!.equals(bent)) {
                node.rotationQuaternion!.copyFrom(own); // where no clip moves it, it would bend on and on
            }
        }
    });
    scene.onAfterAnimationsObservable.add(() => {
        // The z axis of these bones points to the left: turning about it leans forwards.
        Quaternion.RotationAxisToRef(Vector3.LeftHandedForwardReadOnly, (MostLean * leanOf()) / spine.length, turn);
        for (const { node, own, bent } of spine) {
            own.copyFrom(node.rotationQuaternion!);
            bent.copyFrom(node.rotationQuaternion!.multiplyInPlace(turn));
        }
    });
}

/** Adds a copy, in a row behind the mannequin, alternately on its left and right. */
function AddPerson(container: AssetContainer, index: number, shadows: ShadowGenerator, scene: Scene): IFollower {
    const copy = container.instantiateModelsToScene();
    const avatar = copy.rootNodes[0]!.getChildMeshes().find((mesh) => mesh instanceof GaussianAvatar)!;
    const side = index % 2 === 0 ? -1 : 1;
    avatar.position.set(side * Spacing * (Math.floor(index / 2) + 1), 0, 0.3 * Math.floor(index / 2));
    avatar.rotationQuaternion = Quaternion.RotationAxis(Vector3.UpReadOnly, Math.PI);
    avatar.animator.idle.seed = index + 1;
    AddBodyShadow(avatar, shadows, scene);
    return { copy, avatar };
}
