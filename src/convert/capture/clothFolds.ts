import { type ICaptureSubject } from "./captureSubject.js";
import { type SkinMatrices } from "./skinMatrices.js";

/** Folds of a subject's clothing. */
export class ClothFolds {
    /** @param subject whose clothes fold */
    public constructor(subject: ICaptureSubject) {
        void subject;
    }

    /**
     * Displaces cloth at rest so that it has folds once it is skinned.
     *
     * @param joints the pose
     * @param shape [V,3] vertices at rest, changed in place
     */
    public apply(joints: SkinMatrices, shape: Float32Array): void {
        void joints;
        void shape;
    }
}
