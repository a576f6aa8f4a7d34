import {
    GetRegisteredSceneLoaderPluginMetadata,
    RegisterSceneLoaderPlugin,
} from "@babylonjs/core/Loading/sceneLoader.js";
import { RegisterClass } from "@babylonjs/core/Misc/typeStore.js";
import { registerBuiltInGLTFExtensions } from "@babylonjs/loaders/glTF/2.0/Extensions/dynamic.js";
import { registerGLTFExtension } from "@babylonjs/loaders/glTF/2.0/glTFLoaderExtensionRegistry.js";
import { GLTFFileLoaderMetadata } from "@babylonjs/loaders/glTF/glTFFileLoader.metadata.js";
import { AnimatorClassName } from "../../animation/animator/animatorSettings.js";
import { AvatarAnimator } from "../../animation/animator/avatarAnimator.js";
import { AvatarExtensionName } from "../../format/extensionNames.js";

let IsRegistered = false;

/**
 * Teaches Babylon's glTF loader about avatars, so that `ImportMeshAsync("ada.glb", scene)` and its relatives make a
 * {@link GaussianAvatar}, and to note on other characters which nodes a VRM file says to be human bones. Importing `babylon-gaussian-avatar` calls it; with `babylon-gaussian-avatar/pure` call it once
 * yourself. Calling it again has no effect.
 *
 * Where the application has not registered Babylon's glTF loader, it is registered too, to be fetched on first use.
 */
export function RegisterAvatarLoader(): void {
    if (IsRegistered) {
        return;
    }
    IsRegistered = true;
    RegisterClass(AnimatorClassName, AvatarAnimator);
    RegisterGltfLoader();
    // Not tied to the extension's presence in a file: skinned splats of other tools come without it.
    registerGLTFExtension(AvatarExtensionName, false, async (loader) => {
        const { AvatarLoaderExtension } = await import("./avatarLoaderExtension.js");
        return new AvatarLoaderExtension(loader);
    });
}

function RegisterGltfLoader(): void {
    const isThere = GetRegisteredSceneLoaderPluginMetadata().some(({ extensions }) =>
        extensions.some(({ extension }) => extension === ".glb"),
    );
    if (isThere) {
        return;
    }
    RegisterSceneLoaderPlugin({
        ...GLTFFileLoaderMetadata,
        createPlugin: async (options) => {
            const { GLTFFileLoader, RegisterGLTF2Loader } =
                await import("@babylonjs/loaders/glTF/2.0/glTFLoader.pure.js");
            RegisterGLTF2Loader();
            return new GLTFFileLoader(options[GLTFFileLoaderMetadata.name]);
        },
    });
    registerBuiltInGLTFExtensions();
}
