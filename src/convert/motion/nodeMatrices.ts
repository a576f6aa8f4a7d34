import { FromAxesPacked } from "../../math/packedAxes.js";

/** Numbers of an affine matrix: three columns of axes and one of position, each of three. */
export const AffineNumbers = 12;

/**
 * world = parent · local, as the transforms of nodes compose. Allocates nothing.
 *
 * @param world [N,12] affine matrices, column by column
 * @param parent place of the parent's matrix, or -1 for none
 * @param at place of the result
 * @param translations local translation, at `node * 3`
 * @param rotations local rotation, unit quaternion xyzw, at `node * 4`
 * @param scales local scale, at `node * 3`
 * @param node index of the node
 */
export function ComposeWorld(
    world: Float64Array,
    parent: number,
    at: number,
    translations: Float64Array,
    rotations: Float64Array,
    scales: Float64Array,
    node: number,
): void {
    const x = rotations[node * 4]!;
    const y = rotations[node * 4 + 1]!;
    const z = rotations[node * 4 + 2]!;
    const w = rotations[node * 4 + 3]!;
    const sx = scales[node * 3]!;
    const sy = scales[node * 3 + 1]!;
    const sz = scales[node * 3 + 2]!;
    WriteColumn(
        world,
        parent,
        at,
        0,
        (1 - 2 * (y * y + z * z)) * sx,
        2 * (x * y + z * w) * sx,
        2 * (x * z - y * w) * sx,
    );
    WriteColumn(
        world,
        parent,
        at,
        3,
        2 * (x * y - z * w) * sy,
        (1 - 2 * (x * x + z * z)) * sy,
        2 * (y * z + x * w) * sy,
    );
    WriteColumn(
        world,
        parent,
        at,
        6,
        2 * (x * z + y * w) * sz,
        2 * (y * z - x * w) * sz,
        (1 - 2 * (x * x + y * y)) * sz,
    );
    WriteColumn(
        world,
        parent,
        at,
        9,
        translations[node * 3]!,
        translations[node * 3 + 1]!,
        translations[node * 3 + 2]!,
    );
    for (let i = 0; i < 3 && parent >= 0; i++) {
        world[at + 9 + i]! += world[parent + 9 + i]!;
    }
}

/** A local vector in the axes of the parent. */
function WriteColumn(
    world: Float64Array,
    parent: number,
    at: number,
    column: number,
    x: number,
    y: number,
    z: number,
): void {
    if (parent < 0) {
        world[at + column] = x;
        world[at + column + 1] = y;
        world[at + column + 2] = z;
        return;
    }
    for (let i = 0; i < 3; i++) {
        world[at + column + i] = world[parent + i]! * x + world[parent + 3 + i]! * y + world[parent + 6 + i]! * z;
    }
}

/**
 * Writes the rotation of an affine matrix: its x axis stays, its y axis is made perpendicular, z follows. Scale, shear and
 * a mirrored z axis drop out. Allocates nothing.
 *
 * @param m affine matrices, column by column
 * @param from place of the matrix
 * @param mirrorX −1 to take the mirror image in the plane x = 0, else 1
 * @param result receives the unit quaternion xyzw
 * @param at where
 */
export function WriteRotation(m: Float64Array, from: number, mirrorX: number, result: Float64Array, at: number): void {
    let ax = m[from]! * mirrorX;
    let ay = m[from + 1]!;
    let az = m[from + 2]!;
    const a = Math.sqrt(ax * ax + ay * ay + az * az);
    const aOne = a > 1e-30 ? 1 / a : 0;
    ax = aOne > 0 ? ax * aOne : 1;
    ay *= aOne;
    az *= aOne;
    let bx = m[from + 3]! * mirrorX;
    let by = m[from + 4]!;
    let bz = m[from + 5]!;
    const along = ax * bx + ay * by + az * bz;
    bx -= along * ax;
    by -= along * ay;
    bz -= along * az;
    const b = Math.sqrt(bx * bx + by * by + bz * bz);
    if (b > 1e-30) {
        bx /= b;
        by /= b;
        bz /= b;
    } else {
        // No y axis: any perpendicular one.
        bx = -ay;
        by = ax;
        bz = 0;
    }
    const cx = ay * bz - az * by;
    const cy = az * bx - ax * bz;
    const cz = ax * by - ay * bx;
    FromAxesPacked(ax, ay, az, bx, by, bz, cx, cy, cz, result, at);
}
