import { type ArcRotateCamera } from "@babylonjs/core/Cameras/arcRotateCamera.js";
import { Scene } from "@babylonjs/core/scene.js";
import { AvatarFormatError, LoadAvatarAsync, type GaussianAvatar } from "babylon-gaussian-avatar";
import { DemoAvatarUrl } from "../assets.js";
import { BakeFileAsync } from "../bakeFile.js";
import { PlayWalkAsync } from "../playWalk.js";
import { ShowError } from "../notice.js";
import { type ISandboxContext, type ISandboxScene } from "../sceneDefinition.js";
import { AddGroundShadow } from "../set/groundShadow.js";
import { CreateOrbitCamera } from "../set/orbitCamera.js";
import { CreateSurroundings } from "../set/surroundings.js";
import { WatchDrops } from "../watchDrops.js";

/** Shows whatever is dropped on it: an avatar as it is, any rigged character after baking it in the page. */
export const DropScene: ISandboxScene = {
    title: "Your character",
    description: "Drop an avatar or any rigged GLB or VRM: it is baked here, in the page, and starts to walk.",
    hint: "Nothing is uploaded",

    async createAsync(engine, canvas, context) {
        const scene = new Scene(engine);
        const camera = CreateOrbitCamera(scene, canvas, context.clock, { radius: 4.4, height: 0.9 });
        CreateSurroundings(scene);
        let avatar = await ShowAvatarAsync(DemoAvatarUrl, scene, camera);
        const openAsync = async (file: File): Promise<void> => {
            try {
                const next = await ShowFileAsync(file, scene, camera, context);
                avatar.dispose();
                avatar = next;
                context.overlay.replaceChildren();
                context.onClipsChanged();
            } catch (error) {
                if ((error as Error).name === "AbortError") {
                    context.overlay.replaceChildren();
                } else {
                    ShowError(context.overlay, error);
                }
            }
        };
        WatchDrops(scene, context, (file) => void openAsync(file));
        return scene;
    },
};

/** An avatar is shown as it is; anything else is taken for a character to bake. */
async function ShowFileAsync(
    file: File,
    scene: Scene,
    camera: ArcRotateCamera,
    { overlay }: ISandboxContext,
): Promise<GaussianAvatar> {
    try {
        return await ShowAvatarAsync(file, scene, camera);
    } catch (error) {
        if (!(error instanceof AvatarFormatError && error.code === "no-avatar")) {
            throw error;
        }
    }
    return await ShowAvatarAsync(await BakeFileAsync(file, overlay), scene, camera);
}

async function ShowAvatarAsync(
    source: string | File | Uint8Array,
    scene: Scene,
    camera: ArcRotateCamera,
): Promise<GaussianAvatar> {
    const avatar = await LoadAvatarAsync(source, scene);
    if (avatar.animationGroups.length === 0) {
        await PlayWalkAsync(avatar, scene);
    } else {
        avatar.animationGroups[0]?.start(true);
    }
    avatar.rotation.y = Math.PI; // she faces +z, away from the camera
    AddGroundShadow(avatar, scene);
    camera.target.y = avatar.refreshBoundingInfo().getBoundingInfo().boundingBox.centerWorld.y;
    return avatar;
}
