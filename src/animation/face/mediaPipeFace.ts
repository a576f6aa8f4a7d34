import { RotationOf } from "../../math/matrix4.js";
import { type FaceFrame } from "./faceFrame.js";
import { type IFaceSource } from "./faceSource.js";
import { ArkitCount, ArkitIndices, ArkitMirror, IsArkitName } from "./vocabulary/arkit.js";

/** A result is of the present for so long, seconds. */
const LongestAge = 0.5;

/** What of a result of MediaPipe's Face Landmarker is read; its package is not needed for it. */
export interface IFaceLandmarks {
    /** Scores of the first face, by name; the landmarker must be made with `outputFaceBlendshapes`. */
    readonly faceBlendshapes: readonly {
        /** One a blendshape. */
        readonly categories: readonly {
            /** Name of an ARKit shape, or `_neutral`. */
            readonly categoryName: string;
            /** How much of it, 0..1. */
            readonly score: number;
        }[];
    }[];
    /** Pose of the first face; made with `outputFacialTransformationMatrixes`. */
    readonly facialTransformationMatrixes?: readonly {
        /** [16] column by column, right-handed, y up, centimetres. */
        readonly data: ArrayLike<number>;
    }[];
}

/**
 * The face before a camera, as MediaPipe's Face Landmarker sees it; followed with `avatar.animator.followMorphs`.
 *
 * @example
 * ```ts
 * const face = new MediaPipeFace();
 * avatar.animator.followMorphs(face, { smooth: true });
 * // For every picture of the camera:
 * face.update(landmarker.detectForVideo(video, performance.now()));
 * ```
 */
export class MediaPipeFace implements IFaceSource {
    /** Name for messages. */
    public readonly name = "camera";
    /** The head is turned as the person's is, where results say how. */
    public readonly turnsHead = true;
    /** Whether the avatar is the person's mirror image, as in a mirror: left and right are exchanged (default: false). */
    public isMirrored: boolean;

    private readonly _weights = new Float32Array(ArkitCount);
    private readonly _head = Float64Array.of(0, 0, 0, 1);
    private _age = Infinity;

    /** @param options see the properties of the same names */
    public constructor({ isMirrored = false }: { readonly isMirrored?: boolean } = {}) {
        this.isMirrored = isMirrored;
    }

    /**
     * Takes a result.
     *
     * @param result what the landmarker returned; without a face, the avatar goes back to its own after half a second
     */
    public update(result: IFaceLandmarks): void {
        const [face] = result.faceBlendshapes;
        if (!face) {
            return;
        }
        this._weights.fill(0);
        for (const { categoryName, score } of face.categories) {
            if (IsArkitName(categoryName) && Number.isFinite(score)) {
                const shape = ArkitIndices[categoryName];
                this._weights[this.isMirrored ? ArkitMirror[shape]! : shape] = score;
            }
        }
        this._age = 0;
        this._turn(result.facialTransformationMatrixes?.[0]?.data);
    }

    /** {@inheritDoc IFaceSource.readFace} */
    public readFace(frame: FaceFrame, seconds: number): boolean {
        this._age += seconds;
        frame.weights.set(this._weights);
        frame.head.set(this._head);
        return this._age <= LongestAge;
    }

    /** The head is turned in the camera's space, which looks at the face: x to its left, y up, z towards the camera. */
    private _turn(matrix: ArrayLike<number> | undefined): void {
        if (matrix?.length !== 16 || !Array.from(matrix).every(Number.isFinite)) {
            return;
        }
        this._head.set(RotationOf(Float64Array.from(matrix)));
        if (this.isMirrored) {
            this._head[1]! *= -1;
            this._head[2]! *= -1;
        }
    }
}
