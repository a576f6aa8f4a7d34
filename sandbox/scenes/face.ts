import { Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { LoadAvatarAsync, type GaussianAvatar } from "babylon-gaussian-avatar";
import { TrainedAvatarUrl } from "../assets.js";
import { WatchFaceAsync } from "../faceCamera.js";
import { ShowError } from "../notice.js";
import { type ISandboxScene } from "../sceneDefinition.js";
import { FetchFileAsync, PlayRecordings } from "../set/faceRecordings.js";
import { AddSliders, ShapesOf } from "../set/faceSliders.js";
import { CreateOrbitCamera } from "../set/orbitCamera.js";
import { CreateSurroundings } from "../set/surroundings.js";
import { WaitForMaps } from "../set/waitForMaps.js";

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
            AddSliders(controls, shapes, [animator]);
        }
        const notices = overlay.appendChild(document.createElement("div"));
        const playAsync = PlayRecordings([avatar], context, notices);
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
