import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { type Scene } from "@babylonjs/core/scene.js";
import { AvatarRenderer, type GaussianAvatar, LoadAvatarAsync } from "babylon-gaussian-avatar";
import { HeadAvatarUrl } from "../assets.js";
import { ShowError } from "../notice.js";
import { type ISandboxScene } from "../sceneDefinition.js";
import { FetchFileAsync, PlayRecordings } from "../set/faceRecordings.js";
import { AddSliders, ShapesOf } from "../set/faceSliders.js";
import { AddNameTag } from "../set/nameTag.js";
import { CreateOrbitCamera } from "../set/orbitCamera.js";
import { ShowPictureFiguresAsync } from "../set/pictureFigures.js";
import { CreateSurroundings } from "../set/surroundings.js";
import { WaitForMaps } from "../set/waitForMaps.js";
import { WaitForPicture } from "../set/waitForPicture.js";

/** Metres between two heads. */
const Apart = 0.5;

/** Height of the middle of the heads, metres. */
const EyeHeight = 1.47;

/** Height of their names, metres. */
const TagHeight = 1.18;

/** How each copy is made, from left to right. */
const Ways = [
    { name: "baked", hasNetworks: false, size: 0 },
    { name: "networks", hasNetworks: true, size: 0 },
    { name: "refined, 256²", hasNetworks: true, size: 256 },
    { name: "refined", hasNetworks: true, size: 2048 },
] as const;

/** One face made in several ways, side by side. */
export const HeadScene: ISandboxScene = {
    title: "A head",
    description: "One face moved by offsets, made by networks, and refined by another one in two sizes.",
    hint: "Drop a recording: Live Link Face .csv, ARKit .json, or a .glb with morph targets",
    choosesClips: true,

    async buildAsync(scene, canvas, context) {
        const { clock, controls, parameters, overlay } = context;
        const url = parameters.get("avatar") ?? HeadAvatarUrl;
        const heads = await LoadHeadsAsync(url, parameters.get("only"), scene);
        CreateOrbitCamera(scene, canvas, clock, {
            radius: 0.3 + 0.37 * heads.length,
            height: EyeHeight,
            turn: 0.2,
            rise: 0.02,
        });
        CreateSurroundings(scene);
        const animators = heads.map(({ animator }) => animator);
        const shapes = ShapesOf(parameters);
        const expression = parameters.get("expression");
        for (const animator of animators) {
            animator.setExpression(expression === null ? null : { [expression]: 1 }, { fade: 0 });
            animator.setExpression(shapes, { name: "sliders", fade: 0 });
            animator.life.weight = clock.isFrozen ? 0 : 1;
        }
        const notices = overlay.appendChild(document.createElement("div"));
        const playAsync = PlayRecordings(heads, context, notices);
        const track = parameters.get("track");
        if (track !== null) {
            await playAsync(FetchFileAsync(track));
        }
        const last = heads.at(-1)!.networks;
        if (!controls) {
            WaitForMaps(last, scene);
            if (last.picture.maximumSize > 0 && heads.at(-1)!.asset.headModel?.refiner) {
                WaitForPicture(last, scene);
            }
            return;
        }
        heads.forEach((head) => {
            AddNameTag(head.name, head, overlay, scene, TagHeight);
        });
        const settings = { largest: 2048 };
        controls.add(settings, "largest", [0, 256, 512, 1024, 2048]).onChange((size: number) => {
            last.picture.maximumSize = size;
        });
        const renderer = await AvatarRenderer.GetAsync(scene);
        controls.add(renderer, "networkBudget", 0.5, 16, 0.5).name("ms a frame");
        AddSliders(controls, shapes, animators);
        ShowPictureFiguresAsync(controls, last, scene).catch((error: unknown) => {
            ShowError(notices, error);
        });
    },
};

/** Copies of one head, side by side, at the height of eyes. */
async function LoadHeadsAsync(url: string, only: string | null, scene: Scene): Promise<GaussianAvatar[]> {
    const first = await LoadAvatarAsync(url, scene);
    const ways = Ways.filter(({ name }) => only === null || only === name);
    const heads = ways.map(({ name }, index) => (index === 0 ? first : first.clone(name)));
    heads.forEach((head, index) => {
        const { name, hasNetworks, size } = ways[index]!;
        head.name = name;
        // By name: who comes here wants to see it, however long a software device takes.
        head.networks.preferredTier = hasNetworks ? head.networks.availableTiers.at(-1)! : "baked";
        head.networks.picture.maximumSize = size;
        head.rotation.y = Math.PI; // she faces +z, the camera looks along it
        head.position.x = (index - (heads.length - 1) / 2) * Apart;
        const center = head.asset.headModel?.refiner?.center ?? Vector3.Zero().asArray();
        head.position.y = EyeHeight - center[1];
    });
    return heads;
}
