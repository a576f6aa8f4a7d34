import { type IHeadModel } from "../../format/headModel.js";
import { InvertPacked4, MultiplyPacked4, TransformPacked4 } from "../../math/packedMatrix4.js";

/** A camera as a pass draws with it. Matrices are Babylon's. */
export interface IPassCamera {
    /** World → camera, [16]. */
    readonly view: ArrayLike<number>;
    /** Camera → clip, [16]; perspective. */
    readonly projection: ArrayLike<number>;
    /** Height of the viewport, pixels. */
    readonly height: number;
}

/** Lenses closer to a head than this, in widths of its picture, see no head. */
const LeastDistance = 0.6;

/** Depth of what a picture shows before and behind the middle of the head, in its widths: hair, and a shoulder. */
const Reach = 2;

/** Nearest plane, metres. */
const LeastNear = 0.01;

const Lens = new Float64Array(3);
const Right = new Float64Array(3);
const Up = new Float64Array(3);
const Ahead = new Float64Array(3);
const Inverse = new Float64Array(16);

/** Normalised device coordinates → places in a picture, 0..1, rows from the top. */
const ToPicture = Float64Array.of(0.5, 0, 0, 0, 0, -0.5, 0, 0, 0, 0, 1, 0, 0.5, 0.5, 0, 1);

/**
 * The camera that takes the picture of a head for its networks: where the camera of a pass is and as upright, but looking straight
 * at the head, at an angle in which the picture spans what it did in the training. Two cameras in one place see the same along
 * every ray, so that the picture fits into the pass whatever the distance of what it shows. Makes no objects.
 */
export class HeadCamera {
    /** World → camera, [16], x to the right, y up, z ahead. */
    public readonly view = new Float64Array(16);
    /** Camera → clip, [16]. */
    public readonly projection = new Float64Array(16);
    /** World → place in the picture, [16], homogeneous, 0..1, rows from the top. */
    public readonly toPicture = new Float64Array(16);
    /** Where it is, world space. */
    public readonly position = new Float64Array(3);
    /** Pixels of the pass that the width of the picture takes. */
    public pixels = 0;

    private readonly _clip = new Float64Array(16);

    /**
     * Places the camera.
     *
     * @param pass camera of a pass
     * @param center [3] middle of the head, world space
     * @param width of what the picture spans there, world units
     * @returns false when the pass does not see the head, or from within: nothing is placed then
     */
    public place({ view, projection, height }: IPassCamera, center: ArrayLike<number>, width: number): boolean {
        // Of orthographic cameras w is 1.
        const sign = projection[11]!;
        if (sign === 0 || !(width > 0) || !(height > 0) || !InvertPacked4(view, Inverse)) {
            return false;
        }
        let distance = 0;
        let depth = 0;
        for (let axis = 0; axis < 3; axis++) {
            Right[axis] = Inverse[axis]!;
            Up[axis] = Inverse[4 + axis]!;
            Lens[axis] = Inverse[12 + axis]!;
            Ahead[axis] = center[axis]! - Lens[axis]!;
            distance += Ahead[axis]! ** 2;
            depth += Ahead[axis]! * Inverse[8 + axis]! * sign;
        }
        distance = Math.sqrt(distance);
        if (!(distance > LeastDistance * width) || !(depth > 0) || !SeesSphere(view, projection, center, width)) {
            return false;
        }
        for (let axis = 0; axis < 3; axis++) {
            Ahead[axis]! /= distance;
        }
        // Upright for the camera of the pass; its right side stays the right one in scenes of either handedness.
        const tilt = Dot(Up, Ahead);
        for (let axis = 0; axis < 3; axis++) {
            Up[axis]! -= tilt * Ahead[axis]!;
        }
        Normalize(Up);
        const [along, across] = [Dot(Right, Ahead), Dot(Right, Up)];
        for (let axis = 0; axis < 3; axis++) {
            Right[axis]! -= along * Ahead[axis]! + across * Up[axis]!;
        }
        Normalize(Right);
        this._write(distance, width);
        this.position.set(Lens);
        this.pixels = (0.5 * height * Math.abs(projection[5]!) * width) / depth;
        return Number.isFinite(this.pixels);
    }

    /** Becomes another. @param other to copy */
    public copyFrom(other: HeadCamera): void {
        this.view.set(other.view);
        this.projection.set(other.projection);
        this.toPicture.set(other.toPicture);
        this.position.set(other.position);
        this.pixels = other.pixels;
    }

    private _write(distance: number, width: number): void {
        const { view, projection } = this;
        const axes = [Right, Up, Ahead];
        for (let column = 0; column < 3; column++) {
            const axis = axes[column]!;
            for (let row = 0; row < 3; row++) {
                view[row * 4 + column] = axis[row]!;
            }
            view[12 + column] = -Dot(axis, Lens);
        }
        view[15] = 1;
        const near = Math.max(LeastNear, distance - Reach * width);
        const far = distance + Reach * width;
        projection.fill(0);
        projection[0] = (2 * distance) / width;
        projection[5] = projection[0];
        projection[10] = far / (far - near);
        projection[11] = 1;
        projection[14] = -near * projection[10];
        MultiplyPacked4(view, projection, this._clip);
        MultiplyPacked4(this._clip, ToPicture, this.toPicture);
    }
}

const Center = new Float64Array(3);

/**
 * Places a camera for the networks of a head.
 *
 * @param camera to place
 * @param pass camera of a pass
 * @param model the head
 * @param world canonical space of the head → world, [16], row vectors
 * @returns false when the pass does not see the head
 */
export function PlaceAtHead(
    camera: HeadCamera,
    pass: IPassCamera,
    { refiner }: IHeadModel,
    world: Float64Array,
): boolean {
    TransformPacked4(world, refiner!.center, Center);
    const scale = Math.sqrt(world[0]! ** 2 + world[1]! ** 2 + world[2]! ** 2);
    return camera.place(pass, Center, refiner!.width * scale);
}

const Axes = [0, 1] as const;

/** Whether something of a head is in the picture of a pass, as far as its middle and size tell. */
function SeesSphere(
    view: ArrayLike<number>,
    projection: ArrayLike<number>,
    center: ArrayLike<number>,
    width: number,
): boolean {
    for (const axis of Axes) {
        let clip = projection[12 + axis]!;
        let w = projection[15]!;
        for (let k = 0; k < 3; k++) {
            const seen = center[0]! * view[k]! + center[1]! * view[4 + k]! + center[2]! * view[8 + k]! + view[12 + k]!;
            clip += seen * projection[k * 4 + axis]!;
            w += seen * projection[k * 4 + 3]!;
        }
        if (Math.abs(clip) > w + 0.5 * width * Math.abs(projection[axis * 5]!)) {
            return false;
        }
    }
    return true;
}

function Dot(a: Float64Array, b: Float64Array): number {
    return a[0]! * b[0]! + a[1]! * b[1]! + a[2]! * b[2]!;
}

function Normalize(v: Float64Array): void {
    const length = Math.sqrt(Dot(v, v));
    for (let axis = 0; axis < 3; axis++) {
        v[axis]! /= length;
    }
}
