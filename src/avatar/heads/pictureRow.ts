import { InvertPacked4, MultiplyPacked4, TransformPacked4 } from "../../math/packedMatrix4.js";
import { HeadPictureLayout } from "../../pipeline/7-composite/headPictureLayout.js";
import { type IPassCamera } from "./headCamera.js";
import { type HeadPicture } from "./headPicture.js";

/** A picture is seen in full from within this angle of where it was taken, about the head, and not at all from beyond the other. */
const [FullAngle, LastAngle] = [8, 20].map((degrees) => Math.cos((degrees * Math.PI) / 180)) as [number, number];

const Stride = HeadPictureLayout.stride / 4;

/**
 * Leads from what a pass draws now to where it was when a picture was taken: device → world → head, as they are, then head → picture,
 * as they were. Makes no objects.
 */
export class PictureRow {
    private readonly _toDevice = new Float64Array(16);
    private readonly _fromDevice = new Float64Array(16);
    private readonly _fromView = new Float64Array(16);
    /** Where the camera of the pass is: the last row of the inverse of its view. */
    private readonly _position = this._fromView.subarray(12, 15);
    private readonly _toHead = new Float64Array(16);
    private readonly _lens = new Float64Array(3);
    private readonly _chain = new Float64Array(16);
    private readonly _result = new Float64Array(16);

    /**
     * Begins with a pass.
     *
     * @param camera of the pass
     * @returns false when pictures do not fit: of orthographic cameras, and of such as see nothing
     */
    public begin({ view, projection }: IPassCamera): boolean {
        MultiplyPacked4(view, projection, this._toDevice);
        return (
            projection[11] !== 0 &&
            InvertPacked4(this._toDevice, this._fromDevice) &&
            InvertPacked4(view, this._fromView)
        );
    }

    /**
     * Goes on with a head.
     *
     * @param world canonical space of the head → world
     * @returns false when the head is flat: nothing is to be seen of it
     */
    public look(world: Float64Array): boolean {
        if (!InvertPacked4(world, this._toHead)) {
            return false;
        }
        TransformPacked4(this._toHead, this._position, this._lens);
        return true;
    }

    /** How much of a picture may be seen by the pass, 0..1. @param picture of the head */
    public shareOf({ shown, slot, fade }: HeadPicture): number {
        const { center } = slot.model.refiner!;
        let dot = 0;
        let now = 0;
        let then = 0;
        for (let axis = 0; axis < 3; axis++) {
            const a = this._lens[axis]! - center[axis]!;
            const b = shown.lens[axis]! - center[axis]!;
            dot += a * b;
            now += a * a;
            then += b * b;
        }
        const cosine = dot / Math.sqrt(now * then);
        return fade * Math.min(1, Math.max(0, (cosine - LastAngle) / (FullAngle - LastAngle)));
    }

    /**
     * Writes what shaders need.
     *
     * @param picture of the head
     * @param side of the array, pixels
     * @param row where
     * @param floats rows of `HeadPictureLayout`
     * @param words the same memory
     */
    public write(picture: HeadPicture, side: number, row: number, floats: Float32Array, words: Uint32Array): void {
        const at = row * Stride;
        const { instance } = picture.slot.entry;
        MultiplyPacked4(this._fromDevice, this._toHead, this._chain);
        MultiplyPacked4(this._chain, picture.shown.toPicture, this._result);
        floats.set(this._result, at + HeadPictureLayout.fromDevice);
        words[at + HeadPictureLayout.firstPosed] = instance._firstPosed;
        words[at + HeadPictureLayout.gaussianCount] = instance.source.count;
        words[at + HeadPictureLayout.layer] = picture.layer;
        floats[at + HeadPictureLayout.share] = this.shareOf(picture);
        floats[at + HeadPictureLayout.extent] = picture.shown.size!.sides.picture / side;
    }
}
