import { type InstantiatedEntries } from "@babylonjs/core/assetContainer.js";
import { LoadAssetContainerAsync } from "@babylonjs/core/Loading/sceneLoader.js";
import { Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { type Scene } from "@babylonjs/core/scene.js";
import { GaussianAvatar } from "babylon-gaussian-avatar";
import { BakedAvatarUrl } from "../assets.js";
import { SetPhase } from "../sceneClock.js";
import { type ISandboxScene } from "../sceneDefinition.js";
import { AddGroundShadow } from "../set/groundShadow.js";
import { CreateOrbitCamera } from "../set/orbitCamera.js";
import { CreateSurroundings } from "../set/surroundings.js";

/** People that the scene begins with where the address does not say, and the most it offers. */
const People = { first: 5, most: 20 } as const;

/** Distance between neighbours, metres. */
const Spacing = 0.9;

/** Golden angle, radians: places people evenly however many there are. */
const GoldenAngle = Math.PI * (3 - Math.sqrt(5));

/** Many copies of one person share the Gaussians on the GPU, and are sorted and drawn together. */
export const CrowdScene: ISandboxScene = {
    title: "A crowd",
    description: "Copies of one avatar share their data, and are sorted and drawn together.",
    hint: "Drag to look around · change the number of people in the panel",

    async buildAsync(scene, canvas, { clock, controls, parameters, onClipsChanged }) {
        CreateOrbitCamera(scene, canvas, clock, { radius: 6.6, height: 0.75, rise: 0.24 });
        CreateSurroundings(scene);
        const container = await LoadAssetContainerAsync(BakedAvatarUrl, scene);
        const copies: InstantiatedEntries[] = [];
        const setCount = (count: number): void => {
            for (const copy of copies.splice(count)) {
                copy.dispose();
            }
            while (copies.length < count) {
                const copy = container.instantiateModelsToScene();
                Place(copy, copies.length, scene);
                copies.push(copy);
            }
            clock.seek(scene.animationGroups, clock.seconds);
        };
        const people = FirstCount(parameters);
        setCount(people);
        controls?.add({ people }, "people", 1, People.most, 1).onChange((count: number) => {
            setCount(count);
            onClipsChanged();
        });
    },
};

/** What the address says as `people=2`, within bounds. */
function FirstCount(parameters: URLSearchParams): number {
    const count = Math.round(Number(parameters.get("people")));
    return count >= 1 ? Math.min(count, People.most) : People.first;
}

/** Puts a copy on its place of a sunflower pattern, turned a little and out of step with the others. */
function Place(copy: InstantiatedEntries, index: number, scene: Scene): void {
    const [root] = copy.rootNodes;
    const avatar = root?.getChildMeshes().find((mesh) => mesh instanceof GaussianAvatar);
    if (!root || !avatar) {
        return;
    }
    const angle = index * GoldenAngle;
    const radius = Spacing * Math.sqrt(index);
    avatar.position.set(radius * Math.cos(angle), 0, radius * Math.sin(angle));
    avatar.rotationQuaternion = Quaternion.RotationAxis(Vector3.Up(), Math.PI + 0.25 * Math.sin(2.4 * index));
    AddGroundShadow(avatar, scene);
    for (const group of copy.animationGroups) {
        group.start(true);
        SetPhase(group, (index * 0.37) % 1);
    }
}
