import { type AnimationGroup } from "@babylonjs/core/Animations/animationGroup.js";
import { Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { type AvatarAnimator, ArkitNames, LoadAvatarAsync, type GaussianAvatar } from "babylon-gaussian-avatar";
import { TrainedAvatarUrl } from "../assets.js";
import { WatchFaceAsync } from "../faceCamera.js";
import { ReadFaceFileAsync } from "../faceFile.js";
import { ShowError } from "../notice.js";
import { type ISandboxContext, type ISandboxScene } from "../sceneDefinition.js";
import { CreateOrbitCamera } from "../set/orbitCamera.js";
import { CreateSurroundings } from "../set/surroundings.js";
import { WaitForMaps } from "../set/waitForMaps.js";
import { WatchDrops } from "../watchDrops.js";

/** Whole expressions to begin with. */
const Expressions = ["neutral", "happy", "sad", "angry", "surprised", "relaxed", "aa", "ou", "blink"] as const;

/** Seconds in which look-at and expressions come to rest in a frozen picture, in steps. */
const Settling = { steps: 40, seconds: 1 / 20 } as const;

/** Her face, close up: 52 sliders, expressions, recordings that are dropped on her. */
export const FaceScene: ISandboxScene = {
    title: "A face",
    description: "Fifty-two shapes move her face; she blinks and looks about by herself.",
    hint: "Drop a recording: Live Link Face .csv, ARKit .json, or a .glb with morph targets",
    choosesClips: true,

    async buildAsync(scene, canvas, context) {
        const { clock, controls, parameters, overlay } = context;
        const camera = CreateOrbitCamera(scene, canvas, clock, { radius: 0.72, height: 1.5, turn: 0.2, rise: 0.02 });
        CreateSurroundings(scene);
        const avatar = await LoadAvatarAsync(TrainedAvatarUrl, scene);
        avatar.rotation.y = Math.PI; // she faces +z, the camera looks along it
        LowerArms(avatar);
        const { animator } = avatar;
        const settings = {
            expression: parameters.get("expression") ?? "neutral",
            amount: 1,
            lives: !clock.isFrozen,
            looks: !clock.isFrozen || parameters.has("look"),
        };
        const apply = (): void => {
            const { expression, amount } = settings;
            animator.setExpression(expression === "neutral" ? null : { [expression]: amount });
            animator.life.weight = settings.lives ? 1 : 0;
            animator.idle.weight = settings.lives ? 1 : 0;
            animator.lookAt(settings.looks ? camera.position : null);
        };
        apply();
        const shapes = ShapesOf(parameters);
        animator.setExpression(shapes, { name: "sliders", fade: 0 });
        if (controls) {
            controls.add(settings, "expression", [...Expressions]).onChange(apply);
            controls.add(settings, "amount", 0, 1, 0.01).onChange(apply);
            controls.add(settings, "lives").name("blink, look about").onChange(apply);
            controls.add(settings, "looks").name("look at me").onChange(apply);
            AddSliders(controls, shapes, animator);
        }
        const notices = overlay.appendChild(document.createElement("div"));
        const playAsync = PlayRecordings(avatar, context, notices);
        const track = parameters.get("track");
        if (track !== null) {
            await playAsync(FetchFileAsync(track));
        }
        controls?.add({ follow: () => void FollowCameraAsync(avatar, notices) }, "follow").name("follow my camera");
        if (clock.isFrozen) {
            scene.onBeforeRenderObservable.addOnce(() => {
                for (let step = 0; step < Settling.steps; step++) {
                    animator.update(Settling.seconds);
                }
            });
        }
        if (!controls) {
            WaitForMaps(avatar.networks, scene);
        }
    },
};

/** From the T-pose, in which nobody talks. */
function LowerArms(avatar: GaussianAvatar): void {
    for (const [side, sign] of [
        ["left", -1],
        ["right", 1],
    ] as const) {
        const turn = (angle: number): Quaternion =>
            Quaternion.RotationAxis(Vector3.LeftHandedForwardReadOnly, sign * angle);
        avatar.getJoint(`${side}_collar`)?.rotationQuaternion?.copyFrom(turn(0.1));
        avatar.getJoint(`${side}_shoulder`)?.rotationQuaternion?.copyFrom(turn(1.1));
    }
}

/** The shapes that the address names, `&jawOpen=0.5`; the others rest. */
function ShapesOf(parameters: URLSearchParams): Record<string, number> {
    const weights = ArkitNames.map((name) => [name, Math.min(1, Math.max(0, Number(parameters.get(name)) || 0))]);
    return Object.fromEntries(weights) as Record<string, number>;
}

function AddSliders(
    controls: NonNullable<ISandboxContext["controls"]>,
    shapes: Record<string, number>,
    animator: AvatarAnimator,
): void {
    const folder = controls.addFolder("52 shapes").close();
    const show = (): void => {
        animator.setExpression(shapes, { name: "sliders", fade: 0 });
    };
    const reset = (): void => {
        Object.keys(shapes).forEach((name) => (shapes[name] = 0));
        folder.controllersRecursive().forEach((controller) => controller.updateDisplay());
        show();
    };
    folder.add({ reset }, "reset").name("all at rest");
    for (const name of Object.keys(shapes)) {
        folder.add(shapes, name, 0, 1, 0.01).onChange(show);
    }
}

/**
 * Plays what is dropped on the page, over and over, in place of the one before.
 *
 * @returns plays a recording as if it had been dropped
 */
function PlayRecordings(
    avatar: GaussianAvatar,
    context: ISandboxContext,
    notices: HTMLElement,
): (file: File | Promise<File>) => Promise<void> {
    const { animator } = avatar;
    let playing: AnimationGroup | null = null;
    const openAsync = async (file: File | Promise<File>): Promise<void> => {
        notices.replaceChildren();
        try {
            const clip = await ReadFaceFileAsync(await file, avatar);
            if (avatar.isDisposed()) {
                return;
            }
            playing?.dispose();
            playing = animator.play(clip);
            context.clock.seek([playing], context.clock.isFrozen ? context.clock.seconds : 0);
            animator.life.weight = 0; // recorded faces have a life of their own
        } catch (error) {
            ShowError(notices, error);
        }
    };
    WatchDrops(avatar.getScene(), context, (file) => void openAsync(file), { types: ".csv,.json,.glb,.vrm" });
    return openAsync;
}

/** The recording that the address names, from where the page is. */
async function FetchFileAsync(url: string): Promise<File> {
    const response = await fetch(url);
    if (!response.ok) {
        throw new Error(
            `There is no recording "${url}": the server says ${response.status}. Put it where the page is.`,
        );
    }
    return new File([await response.blob()], url.replace(/^.*\//, ""));
}

/** Her face does what the one before the camera does. */
async function FollowCameraAsync(avatar: GaussianAvatar, notices: HTMLElement): Promise<void> {
    notices.replaceChildren();
    try {
        const face = await WatchFaceAsync(avatar.getScene());
        if (!avatar.isDisposed()) {
            avatar.animator.lookAt(null);
            avatar.animator.followMorphs(face, { smooth: true });
        }
    } catch (error) {
        ShowError(notices, error);
    }
}
