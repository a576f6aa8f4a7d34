import { type ArcRotateCamera } from "@babylonjs/core/Cameras/arcRotateCamera.js";
import { type Scene } from "@babylonjs/core/scene.js";
import { AvatarFormatError, LoadAvatarAsync, type GaussianAvatar } from "babylon-gaussian-avatar";
import { BakedAvatarUrl } from "../assets.js";
import { BakeFileAsync } from "../bakeFile.js";
import { PlayWalkAsync } from "../playWalk.js";
import { ShowError } from "../notice.js";
import { type ISandboxContext, type ISandboxScene } from "../sceneDefinition.js";
import { AddGroundShadow } from "../set/groundShadow.js";
import { CreateOrbitCamera } from "../set/orbitCamera.js";
import { CreateSurroundings } from "../set/surroundings.js";
import { WatchDrops } from "../watchDrops.js";

/** Gaussians that a character is baked to where the address does not say `splats=20000`. */
const DefaultSplats = 60_000;

/** Shows whatever is dropped on it: an avatar as it is, any rigged character after baking it in the page. */
export const DropScene: ISandboxScene = {
    title: "Your character",
    description: "Drop an avatar or any rigged GLB or VRM: it is baked here, in the page, and starts to walk.",
    hint: "Nothing is uploaded",

    async buildAsync(scene, canvas, context) {
        const camera = CreateOrbitCamera(scene, canvas, context.clock, { radius: 4.4, height: 0.9 });
        CreateSurroundings(scene);
        let opening = new AbortController();
        let avatar = await ShowAvatarAsync(BakedAvatarUrl, scene, camera, opening.signal);
        // One file at a time: the next one, and leaving the scene, end the one before.
        const openAsync = async (file: File): Promise<void> => {
            opening.abort();
            const abort = new AbortController();
            opening = abort;
            context.overlay.replaceChildren();
            try {
                const next = await ShowFileAsync(file, scene, camera, context, abort);
                avatar.dispose();
                avatar = next;
                context.overlay.replaceChildren();
                context.onClipsChanged();
            } catch (error) {
                if (!abort.signal.aborted) {
                    ShowError(context.overlay, error);
                }
            }
        };
        WatchDrops(scene, context, (file) => void openAsync(file));
        scene.onDisposeObservable.addOnce(() => {
            opening.abort();
        });
    },
};

/** An avatar is shown as it is; any other GLB is taken for a character to bake. */
async function ShowFileAsync(
    file: File,
    scene: Scene,
    camera: ArcRotateCamera,
    { overlay, parameters }: ISandboxContext,
    abort: AbortController,
): Promise<GaussianAvatar> {
    await RefuseOtherFilesAsync(file);
    try {
        return await ShowAvatarAsync(file, scene, camera, abort.signal);
    } catch (error) {
        if (!(error instanceof AvatarFormatError && error.code === "no-avatar")) {
            throw error;
        }
    }
    const splats = Number(parameters.get("splats") ?? DefaultSplats);
    return await ShowAvatarAsync(await BakeFileAsync(file, splats, overlay, abort), scene, camera, abort.signal);
}

/** Every GLB begins with the same four bytes, and so does a VRM. */
async function RefuseOtherFilesAsync(file: File): Promise<void> {
    if ((await file.slice(0, 4).text()) !== "glTF") {
        throw new Error(
            `${file.name} is not a GLB or VRM file. Export the character, with its skeleton, as binary glTF (one .glb file) and drop that.`,
        );
    }
}

async function ShowAvatarAsync(
    source: string | File | Uint8Array,
    scene: Scene,
    camera: ArcRotateCamera,
    signal: AbortSignal,
): Promise<GaussianAvatar> {
    signal.throwIfAborted();
    const avatar = await LoadAvatarAsync(source, scene);
    try {
        signal.throwIfAborted();
        if (avatar.animationGroups.length === 0) {
            await PlayWalkAsync(avatar, scene);
            signal.throwIfAborted();
        } else {
            avatar.animationGroups[0]?.start(true);
        }
    } catch (error) {
        avatar.dispose();
        throw error;
    }
    avatar.rotation.y = Math.PI; // she faces +z, away from the camera
    AddGroundShadow(avatar, scene);
    camera.target.y = avatar.refreshBoundingInfo().getBoundingInfo().boundingBox.centerWorld.y;
    return avatar;
}
