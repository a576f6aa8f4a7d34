import { type IGaussianCloud } from "../../../src/format/avatarAsset.js";
import { RotateVector3 } from "../../../src/math/quaternion.js";
import { type Vector3Tuple } from "../../../src/math/vector3.js";

/** A side view without perspective: axes of the picture in space, and what of the plane it shows. */
export interface ISideView {
    /** Direction of the picture's columns. */
    readonly right: Vector3Tuple;
    /** Direction of the picture's rows. */
    readonly up: Vector3Tuple;
    /** Width and height of a pixel, metres. */
    readonly pixel: number;
    /** Pixels in each direction; the middle of the picture is the middle of `target`. */
    readonly size: number;
    /** What is in the middle, metres. */
    readonly target: Vector3Tuple;
}

const Dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => a[0]! * b[0]! + a[1]! * b[1]! + a[2]! * b[2]!;

/** Pixel coordinates of a point. */
function Project(view: ISideView, point: ArrayLike<number>): [number, number] {
    const offset = [0, 1, 2].map((i) => point[i]! - view.target[i]!);
    return [Dot(offset, view.right) / view.pixel + view.size / 2, Dot(offset, view.up) / view.pixel + view.size / 2];
}

/** Calls back for the pixels of a box that lie inside the picture, with their middles. */
function ForEachPixel(
    view: ISideView,
    box: readonly [number, number, number, number],
    visit: (index: number, x: number, y: number) => void,
): void {
    for (let y = Math.max(0, Math.floor(box[1])); y < Math.min(view.size, box[3]); y++) {
        for (let x = Math.max(0, Math.floor(box[0])); x < Math.min(view.size, box[2]); x++) {
            visit(y * view.size + x, x + 0.5, y + 0.5);
        }
    }
}

/** Adds the pixels whose middles triangles cover. */
export function DrawTriangles(view: ISideView, positions: Float32Array, indices: Uint32Array, mask: Uint8Array): void {
    for (let t = 0; t < indices.length; t += 3) {
        const [a, b, c] = [0, 1, 2].map((k) => {
            const v = indices[t + k]! * 3;
            return Project(view, positions.subarray(v, v + 3));
        }) as [[number, number], [number, number], [number, number]];
        const side = (p: readonly number[], q: readonly number[], x: number, y: number): number =>
            (q[0]! - p[0]!) * (y - p[1]!) - (q[1]! - p[1]!) * (x - p[0]!);
        const xs = [a[0], b[0], c[0]];
        const ys = [a[1], b[1], c[1]];
        ForEachPixel(view, [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)], (index, x, y) => {
            const sides = [side(a, b, x, y), side(b, c, x, y), side(c, a, x, y)];
            if (sides.every((s) => s >= 0) || sides.every((s) => s <= 0)) {
                mask[index] = 1;
            }
        });
    }
}

/** Pixels through which less than half of the background shows. */
export function SplatMask(view: ISideView, cloud: IGaussianCloud): Uint8Array {
    const through = new Float64Array(view.size ** 2).fill(1);
    for (let i = 0; i < cloud.count; i++) {
        const rotation = [...cloud.rotations.subarray(i * 4, i * 4 + 4)] as unknown as [number, number, number, number];
        let [xx, xy, yy] = [0, 0, 0];
        for (let axis = 0; axis < 3; axis++) {
            const unit = [0, 1, 2].map((k) => (k === axis ? cloud.scales[i * 3 + axis]! / view.pixel : 0));
            const arm = RotateVector3(rotation, unit as unknown as Vector3Tuple);
            const [x, y] = [Dot(arm, view.right), Dot(arm, view.up)];
            xx += x * x;
            xy += x * y;
            yy += y * y;
        }
        const determinant = Math.max(xx * yy - xy * xy, 1e-9);
        const [cx, cy] = Project(view, cloud.positions.subarray(i * 3, i * 3 + 3));
        const [rx, ry] = [3 * Math.sqrt(xx), 3 * Math.sqrt(yy)];
        ForEachPixel(view, [cx - rx, cy - ry, cx + rx, cy + ry], (index, x, y) => {
            const [dx, dy] = [x - cx, y - cy];
            const power = (yy * dx * dx - 2 * xy * dx * dy + xx * dy * dy) / determinant;
            through[index]! *= 1 - cloud.opacities[i]! * Math.exp(-0.5 * power);
        });
    }
    return Uint8Array.from(through, (value) => (value < 0.5 ? 1 : 0));
}

/** Pixels in both masks over pixels in either. */
export function IntersectionOverUnion(a: Uint8Array, b: Uint8Array): number {
    let [both, either] = [0, 0];
    a.forEach((value, i) => {
        both += value & b[i]!;
        either += value | b[i]!;
    });
    return both / either;
}
