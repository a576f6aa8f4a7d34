import { type AnimationGroup } from "@babylonjs/core/Animations/animationGroup.js";
import { type AssetContainer } from "@babylonjs/core/assetContainer.js";
import { LoadAssetContainerAsync } from "@babylonjs/core/Loading/sceneLoader.js";
import { type Scene } from "@babylonjs/core/scene.js";
import {
    CreateBvhMotion,
    CreateSmplMotion,
    ReadBvh,
    ReadSmplMotion,
    type IMotion,
} from "babylon-gaussian-avatar/motion";

/** What a file of motions, or a character, holds. */
export interface IMotionFile {
    /** Name of the file. */
    readonly name: string;
    /** Its clips: Babylon's own, or a motion that was read. */
    readonly clips: readonly (AnimationGroup | IMotion)[];
    /** The character itself, not yet in the scene; null for files that hold a motion alone. */
    readonly container: AssetContainer | null;
}

/** Files that can be read, for the file dialog. */
export const MotionFileTypes = ".glb,.gltf,.vrm,.vrma,.bvh,.npz";

/**
 * Opens a character or motion, whatever the file is called: its first bytes tell what it is.
 *
 * @param file a file, or the address of a `.glb`
 * @param scene the scene; nothing is added to it
 * @throws whoever reads the file says what is wrong with it
 */
export async function OpenMotionFileAsync(file: File | string, scene: Scene): Promise<IMotionFile> {
    if (typeof file === "string") {
        return await OpenGltfAsync(file, file.replace(/^.*\//, ""), ".glb", scene);
    }
    const { name } = file;
    const title = name.replace(/\.\w+$/, "");
    const start = (await file.slice(0, 64).text()).trimStart();
    if (start.startsWith("glTF")) {
        return await OpenGltfAsync(file, name, ".glb", scene);
    }
    if (start.startsWith("{")) {
        return await OpenGltfAsync(file, name, ".gltf", scene);
    }
    if (start.toUpperCase().startsWith("HIERARCHY")) {
        return { name, clips: [CreateBvhMotion(title, ReadBvh(await file.text()))], container: null };
    }
    if (start.startsWith("PK")) {
        const bytes = new Uint8Array(await file.arrayBuffer());
        return { name, clips: [CreateSmplMotion(title, ReadSmplMotion(bytes))], container: null };
    }
    throw new Error(
        `${name} is neither a character nor a motion. Drop a GLB, glTF, VRM, VRMA, BVH or SMPL npz file; ` +
            "FBX files become GLB in Blender or any converter.",
    );
}

async function OpenGltfAsync(
    source: File | string,
    name: string,
    pluginExtension: string,
    scene: Scene,
): Promise<IMotionFile> {
    const container = await LoadAssetContainerAsync(source, scene, { pluginExtension }).catch((error: unknown) => {
        throw new Error(`${name} is damaged, or not complete: export it once more as one file.`, { cause: error });
    });
    const clips = container.animationGroups.filter((group) => {
        group.stop();
        return group.targetedAnimations.some(({ animation }) => animation.targetProperty !== "influence");
    });
    return { name, clips, container };
}
