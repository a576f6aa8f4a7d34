import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { FreeCamera } from "@babylonjs/core/Cameras/freeCamera.js";
import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { type Scene } from "@babylonjs/core/scene.js";
import { type GaussianAvatar } from "../../../src/avatar/gaussianAvatar.js";
import { AvatarView } from "../../../src/avatar/networks/avatarView.js";
import { AvatarInScene } from "../animation/animator/avatarInScene.js";
import { EmptyScene } from "../animation/animator/babylonScenes.js";

/** A camera that looks along +z from some way in front of the person's waist. */
function CameraAt(scene: Scene, distance: number, name = "camera"): FreeCamera {
    const camera = new FreeCamera(name, new Vector3(0, 0.9, -distance), scene);
    camera.setTarget(new Vector3(0, 0.9, 0));
    camera.getViewMatrix(true); // as rendering has it
    return camera;
}

describe("how cameras see an avatar", () => {
    let scene: Scene;
    let avatar: GaussianAvatar;
    const view = new AvatarView();

    beforeEach(() => {
        scene = EmptyScene();
        avatar = AvatarInScene(scene, 22);
        avatar.refreshBoundingInfo();
    });
    afterEach(() => {
        scene.dispose();
    });

    it("is a matter of distance, and of nothing else that moves", () => {
        const sizes = [8, 16, 32].map((distance) => {
            scene.activeCamera = CameraAt(scene, distance);
            view.update(avatar, scene);
            expect(view.isSeen).toBe(true);
            expect(view.cameraPosition.z).toBeCloseTo(-distance);
            return view.screenSize;
        });
        const { radiusWorld } = avatar.getBoundingInfo().boundingSphere;
        // Height of the picture at 16 m: 2 · 16 · tan(fov / 2), and the sphere is two radii high.
        expect(sizes[1]).toBeCloseTo(radiusWorld / (16 * Math.tan(0.4)), 2);
        expect(sizes[0]! / sizes[1]!).toBeCloseTo(2, 1);
        expect(sizes[1]! / sizes[2]!).toBeCloseTo(2, 1);
        scene.activeCamera = CameraAt(scene, 0.1);
        view.update(avatar, scene);
        expect(view.screenSize).toBe(1);
    });

    it("is nothing for who is hidden, out of the frustum, or in a scene without a camera", () => {
        view.update(avatar, scene);
        expect(view.isSeen).toBe(false);
        const camera = CameraAt(scene, 5);
        scene.activeCamera = camera;
        const hide = [
            (): unknown => (avatar.isVisible = false),
            (): unknown => (avatar.visibility = 0),
            (): void => {
                avatar.setEnabled(false);
            },
        ];
        const show = (): void => {
            avatar.isVisible = true;
            avatar.visibility = 1;
            avatar.setEnabled(true);
        };
        for (const change of hide) {
            view.update(avatar, scene);
            expect(view.isSeen).toBe(true);
            change();
            view.update(avatar, scene);
            expect([view.isSeen, view.screenSize]).toEqual([false, 0]);
            show();
        }
        camera.setTarget(new Vector3(0, 0.9, -20));
        camera.getViewMatrix(true);
        view.update(avatar, scene);
        expect(view.isSeen).toBe(false);
        expect(view.cameraPosition.z).toBeCloseTo(-5); // somebody's first maps are made for some camera
    });

    it("is that of the camera that sees most of it where there are several", () => {
        scene.activeCameras = [CameraAt(scene, 20, "far"), CameraAt(scene, 6, "near"), CameraAt(scene, 12, "between")];
        view.update(avatar, scene);
        expect(view.cameraPosition.z).toBeCloseTo(-6);
    });
});
