import { describe } from "@jest/globals";
import { existsSync, readFileSync } from "node:fs";
import { NullEngine } from "@babylonjs/core/Engines/nullEngine.js";
import { type AssetContainer } from "@babylonjs/core/assetContainer.js";
import { LoadAssetContainerAsync } from "@babylonjs/core/Loading/sceneLoader.js";
import { Scene } from "@babylonjs/core/scene.js";
import { TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import "@babylonjs/core/Animations/animatable.js";
import "@babylonjs/loaders/glTF/2.0/glTFLoader.js";
import "@babylonjs/loaders/glTF/glTFFileLoader.js";

const Data = "../shared/data";

const hasCharacters = existsSync(`${Data}/humanoids`);
if (!hasCharacters && process.env["CI"]) {
    throw new Error(`${Data}/humanoids is missing; CI must have it.`);
}

/** `describe` for other people's characters, which lie beside the repository; without them the title says why it is skipped. */
export function DescribeWithCharacters(title: string, body: () => void): void {
    if (hasCharacters) {
        describe(title, body);
    } else {
        describe.skip(`${title} (needs ${Data})`, body);
    }
}

/** A scene that draws nothing. */
export function EmptyScene(useRightHandedSystem = false): Scene {
    const scene = new Scene(new NullEngine());
    scene.useRightHandedSystem = useRightHandedSystem;
    scene.useConstantAnimationDeltaTime = true;
    return scene;
}

/** Loads a character the way a game does, its materials left out: nothing here draws them. */
export async function LoadCharacterAsync(path: string, scene: Scene): Promise<AssetContainer> {
    const container = await LoadAssetContainerAsync(new Uint8Array(readFileSync(`${Data}/${path}`)), scene, {
        pluginExtension: ".glb",
        pluginOptions: { gltf: { skipMaterials: true, animationStartMode: 0 } },
    });
    container.addAllToScene();
    return container;
}

/** One step of the scene's animations, as rendering takes it, in seconds. */
export function Step(scene: Scene, seconds: number): void {
    scene.onBeforeAnimationsObservable.notifyObservers(scene);
    scene._animate(seconds * 1000);
    scene.onAfterAnimationsObservable.notifyObservers(scene);
    scene.onBeforeRenderObservable.notifyObservers(scene);
    scene.onBeforeRenderTargetsRenderObservable.notifyObservers(scene);
}

/** A node of a scene by name; throws when there is none. */
export function NodeNamed(scene: Scene, name: string): TransformNode {
    const node = scene.getNodeByName(name);
    if (!(node instanceof TransformNode)) {
        throw new Error(`No transform node "${name}".`);
    }
    return node;
}
