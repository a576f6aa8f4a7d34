import { type IPinhole } from "../../math/pinhole.js";
import { type Vector3Tuple } from "../../math/vector3.js";
import { BodyFill, Framings, NominalSize, PlaceCameras } from "./cameraPlacement.js";
import { LookAt, Up } from "./lookAt.js";

/** Finds out how wide the cameras of the whole body must see for a person to stay inside in every pose. */
export class RoomReach {
    /** Tangent of half the angle needed so far; never less than what the nominal scale sees. */
    public reach = (NominalSize / 2) * (Framings.body.metresPerPixel / Framings.body.distance) * BodyFill;
    private readonly _center: Vector3Tuple;
    private readonly _cameras: readonly IPinhole[];

    /**
     * @param seed that of the rig
     * @param center middle of the room
     */
    public constructor(seed: number, center: Vector3Tuple) {
        this._center = center;
        this._cameras = PlaceCameras(seed)
            .filter(({ target }) => target === "body")
            .map(({ direction }) => LookAt(this._center, direction, Up, Framings.body.distance, 1, 0));
    }

    /**
     * Takes a posed person into account.
     *
     * @param positions [V,3] vertices, metres
     * @param stride look at every so-manieth vertex only (default: 1)
     */
    public add(positions: ArrayLike<number>, stride = 1): void {
        for (const { R: r, t } of this._cameras) {
            for (let i = 0; i < positions.length; i += 3 * stride) {
                const [x, y, z] = [positions[i]!, positions[i + 1]!, positions[i + 2]!];
                const depth = r[6]! * x + r[7]! * y + r[8]! * z + t[2]!;
                const across = Math.abs(r[0]! * x + r[1]! * y + r[2]! * z + t[0]!);
                const along = Math.abs(r[3]! * x + r[4]! * y + r[5]! * z + t[1]!);
                this.reach = Math.max(this.reach, across / depth, along / depth);
            }
        }
    }
}
