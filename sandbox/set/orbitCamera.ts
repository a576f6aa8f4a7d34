import { ArcRotateCamera } from "@babylonjs/core/Cameras/arcRotateCamera.js";
import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { type Scene } from "@babylonjs/core/scene.js";
import { type SceneClock } from "../sceneClock.js";

/** Where the camera stands at first. */
export interface IOrbitView {
    /** Metres from the target. */
    readonly radius: number;
    /** Height of the target, metres. */
    readonly height: number;
    /** Radians towards the camera's right (default: 0, straight before the scene). */
    readonly turn?: number;
    /** Radians above the horizon (default: 0.12). */
    readonly rise?: number;
}

/** Vertical field of view, radians. */
const FieldOfView = 0.6;

/**
 * A camera to walk around the scene with: drag to turn, wheel or pinch to come closer.
 *
 * @param scene the scene
 * @param canvas what is dragged on
 * @param clock a frozen scene gets no inertia
 * @param view where it stands at first
 * @returns the camera
 */
export function CreateOrbitCamera(
    scene: Scene,
    canvas: HTMLCanvasElement,
    clock: SceneClock,
    { radius, height, turn = 0, rise = 0.12 }: IOrbitView,
): ArcRotateCamera {
    const target = new Vector3(0, height, 0);
    const camera = new ArcRotateCamera("camera", -Math.PI / 2 + turn, Math.PI / 2 - rise, radius, target, scene);
    camera.fov = FieldOfView;
    camera.minZ = 0.05;
    camera.maxZ = 200;
    camera.lowerRadiusLimit = 0.6;
    camera.upperRadiusLimit = 14;
    camera.upperBetaLimit = Math.PI / 2 - 0.02;
    camera.wheelDeltaPercentage = 0.01;
    camera.pinchDeltaPercentage = 0.01;
    camera.panningSensibility = 600;
    if (clock.isFrozen) {
        camera.inertia = 0;
    }
    camera.attachControl(canvas, true);
    return camera;
}
