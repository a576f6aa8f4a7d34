import { LoadAssetContainerAsync } from "@babylonjs/core/Loading/sceneLoader.js";
import { AvatarRenderer } from "babylon-gaussian-avatar";
import { TrainedAvatarUrl, MannequinUrl } from "../assets.js";
import { ConvertFolderAsync } from "../convertFolder.js";
import { NetworkControls } from "../networkControls.js";
import { ShowError } from "../notice.js";
import { type ISandboxScene } from "../sceneDefinition.js";
import { BodyPair } from "../set/bodyPair.js";
import { MapPictures } from "../set/mapPictures.js";
import { AddNameTag } from "../set/nameTag.js";
import { CreateOrbitCamera } from "../set/orbitCamera.js";
import { CreateSurroundings } from "../set/surroundings.js";
import { WaitForMaps } from "../set/waitForMaps.js";
import { WatchDrops } from "../watchDrops.js";

/** Networks make a person's Gaussians anew for every pose; her copy beside her is only skinned. */
export const BodyScene: ISandboxScene = {
    title: "Made by networks",
    description: "Networks make her Gaussians anew for each pose; her copy on the right is only skinned.",
    hint: "Drop an avatar with networks, or an Animatable Gaussians folder with its net.pt",
    choosesClips: true,

    async buildAsync(scene, canvas, context) {
        const { clock, controls, overlay } = context;
        CreateOrbitCamera(scene, canvas, clock, { radius: 4.4, height: 0.9 });
        const { shadows } = CreateSurroundings(scene);
        const mannequin = await LoadAssetContainerAsync(MannequinUrl, scene);
        const clips = new Map(mannequin.animationGroups.map((group) => [group.name, group]));
        const settings = { motion: [...clips.keys()][0]! };
        let pair = await BodyPair.LoadAsync(TrainedAvatarUrl, shadows, scene);
        const play = (): void => {
            pair.play(clips.get(settings.motion)!);
            context.onClipsChanged();
        };
        play();
        scene.onDisposeObservable.addOnce(() => {
            mannequin.dispose(); // it never was in the scene
        });
        if (!controls) {
            WaitForMaps(pair.networked.networks, scene);
            return;
        }

        const maps = new MapPictures(overlay, pair.networked, scene);
        const panel = new NetworkControls(
            controls,
            pair.networked.networks,
            await AvatarRenderer.GetAsync(scene),
            scene,
        );
        controls.add(settings, "motion", [...clips.keys()]).onChange(play);
        const nameBoth = (): void => {
            AddNameTag("networks", pair.networked, overlay, scene);
            AddNameTag("skinned only", pair.skinned, overlay, scene);
        };
        nameBoth();
        const notices = overlay.appendChild(document.createElement("div"));
        let opening = new AbortController();
        /** One at a time: the next one, and leaving the scene, end the one before. */
        const openAsync = async (readAsync: (abort: AbortController) => Promise<File | Uint8Array>): Promise<void> => {
            opening.abort();
            const abort = new AbortController();
            opening = abort;
            notices.replaceChildren();
            try {
                const next = await BodyPair.LoadAsync(await readAsync(abort), shadows, scene, abort.signal);
                pair.dispose();
                pair = next;
                nameBoth();
                play();
                maps.follow(next.networked);
                panel.follow(next.networked.networks);
                notices.replaceChildren();
            } catch (error) {
                if (!abort.signal.aborted) {
                    ShowError(notices, error);
                }
            }
        };
        WatchDrops(scene, context, (file) => void openAsync(async () => await Promise.resolve(file)), {
            openFolder: (files) => {
                void openAsync(async (abort) => await ConvertFolderAsync(await files, notices, abort, scene));
            },
        });
        scene.onDisposeObservable.addOnce(() => {
            opening.abort();
        });
    },
};
