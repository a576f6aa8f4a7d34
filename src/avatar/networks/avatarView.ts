import { type Camera } from "@babylonjs/core/Cameras/camera.js";
import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { type Scene } from "@babylonjs/core/scene.js";
import { type GaussianAvatar } from "../gaussianAvatar.js";

/** How the cameras of a scene see an avatar. Kept and refilled, since it is asked for every frame. */
export class AvatarView {
    /** Whether it is in the frustum of a camera that draws, and shown at all. */
    public isSeen = false;
    /** Share of the picture's height that its bounding sphere takes, 0..1, in the camera that sees most of it. */
    public screenSize = 0;
    /** Where that camera is, world space; some camera that draws when none sees the avatar. */
    public readonly cameraPosition = new Vector3();

    /**
     * Looks at an avatar from all cameras that draw. Allocates nothing.
     *
     * @param avatar the avatar, its bounds up to date
     * @param scene whose cameras
     */
    public update(avatar: GaussianAvatar, scene: Scene): void {
        this.isSeen = false;
        this.screenSize = 0;
        const { activeCameras, activeCamera } = scene;
        if (activeCameras && activeCameras.length > 0) {
            for (const camera of activeCameras) {
                this._lookFrom(camera, avatar);
            }
        } else if (activeCamera) {
            this._lookFrom(activeCamera, avatar);
        }
    }

    private _lookFrom(camera: Camera, avatar: GaussianAvatar): void {
        if (!this.isSeen) {
            this.cameraPosition.copyFrom(camera.globalPosition);
        }
        if (!avatar.isEnabled() || !avatar.isVisible || !(avatar.visibility > 0) || !camera.isInFrustum(avatar)) {
            return;
        }
        const { centerWorld, radiusWorld } = avatar.getBoundingInfo().boundingSphere;
        const { x, y, z } = centerWorld;
        const sizeAtOne = radiusWorld * Math.abs(camera.getProjectionMatrix().m[5]!) * camera.viewport.height;
        const { m } = camera.getTransformationMatrix();
        const w = x * m[3]! + y * m[7]! + z * m[11]! + m[15]!;
        const size = w > sizeAtOne ? sizeAtOne / w : 1;
        if (!this.isSeen || size > this.screenSize) {
            this.isSeen = true;
            this.screenSize = size;
            this.cameraPosition.copyFrom(camera.globalPosition);
        }
    }
}
