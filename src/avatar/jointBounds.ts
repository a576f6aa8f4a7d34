import { type IAvatarAsset } from "../format/avatarAsset.js";
import { SkinMatrixFloats } from "../pipeline/1-pose/skinMatrix.js";

/** Gaussians reach visibly to about three standard deviations. */
const VisibleSigmas = 3;

/** Floats of one box: minimum xyz, maximum xyz. */
const BoxFloats = 6;

/**
 * Boxes around the Gaussians of each joint, in canonical space, from which the bounds of any pose follow without looking
 * at a single Gaussian: a skinned Gaussian is a convex combination of its joints' images of it, so it lies inside the
 * hull of the transformed boxes.
 *
 * @param asset the avatar
 * @returns [J,6] minimum and maximum of each joint's box, metres; a joint that moves nothing has an inverted box (+∞, -∞)
 */
export function ComputeJointBounds(asset: IAvatarAsset): Float32Array {
    const { gaussians, joints, morphTargets } = asset;
    const reach = new Float32Array(gaussians.count);
    for (let i = 0; i < gaussians.count; i++) {
        const s = i * 3;
        reach[i] = VisibleSigmas * Math.max(gaussians.scales[s]!, gaussians.scales[s + 1]!, gaussians.scales[s + 2]!);
    }
    // One channel at full weight is allowed for. Faces rarely add channels up, and allowing for all of them at once would
    // double the size of a head.
    const longest = new Float32Array(gaussians.count);
    for (const target of morphTargets) {
        target.indices.forEach((gaussian, k) => {
            const length = Math.hypot(target.deltas[k * 3]!, target.deltas[k * 3 + 1]!, target.deltas[k * 3 + 2]!);
            longest[gaussian] = Math.max(longest[gaussian]!, length);
        });
    }
    const boxes = new Float32Array(joints.length * BoxFloats);
    for (let joint = 0; joint < joints.length; joint++) {
        boxes.fill(Infinity, joint * BoxFloats, joint * BoxFloats + 3);
        boxes.fill(-Infinity, joint * BoxFloats + 3, joint * BoxFloats + 6);
    }
    for (let i = 0; i < gaussians.count; i++) {
        for (let influence = i * 4; influence < i * 4 + 4; influence++) {
            if (gaussians.jointWeights[influence]! > 0) {
                GrowBox(
                    boxes,
                    gaussians.jointIndices[influence]! * BoxFloats,
                    gaussians.positions,
                    i * 3,
                    reach[i]! + longest[i]!,
                );
            }
        }
    }
    return boxes;
}

function GrowBox(boxes: Float32Array, box: number, positions: Float32Array, position: number, reach: number): void {
    for (let axis = 0; axis < 3; axis++) {
        const value = positions[position + axis]!;
        boxes[box + axis] = Math.min(boxes[box + axis]!, value - reach);
        boxes[box + 3 + axis] = Math.max(boxes[box + 3 + axis]!, value + reach);
    }
}

/**
 * Bounds of the posed avatar. Allocates nothing.
 *
 * @param boxes [J,6] boxes of {@link ComputeJointBounds}
 * @param skinMatrices [J,12] row-major 3x4 skin matrices
 * @param result receives minimum xyz and maximum xyz, in the space the matrices lead to
 * @returns false when no joint moves anything, in which case nothing is written
 */
export function PoseBounds(boxes: Float32Array, skinMatrices: Float32Array, result: Float64Array): boolean {
    let minX = Infinity;
    let minY = Infinity;
    let minZ = Infinity;
    let maxX = -Infinity;
    let maxY = -Infinity;
    let maxZ = -Infinity;
    for (let joint = 0; joint < boxes.length / BoxFloats; joint++) {
        const b = joint * BoxFloats;
        if (boxes[b]! > boxes[b + 3]!) {
            continue;
        }
        const m = joint * SkinMatrixFloats;
        const centerX = (boxes[b]! + boxes[b + 3]!) / 2;
        const centerY = (boxes[b + 1]! + boxes[b + 4]!) / 2;
        const centerZ = (boxes[b + 2]! + boxes[b + 5]!) / 2;
        const halfX = boxes[b + 3]! - centerX;
        const halfY = boxes[b + 4]! - centerY;
        const halfZ = boxes[b + 5]! - centerZ;
        const x = RowTimesPoint(skinMatrices, m, centerX, centerY, centerZ);
        const y = RowTimesPoint(skinMatrices, m + 4, centerX, centerY, centerZ);
        const z = RowTimesPoint(skinMatrices, m + 8, centerX, centerY, centerZ);
        const extentX = RowTimesExtent(skinMatrices, m, halfX, halfY, halfZ);
        const extentY = RowTimesExtent(skinMatrices, m + 4, halfX, halfY, halfZ);
        const extentZ = RowTimesExtent(skinMatrices, m + 8, halfX, halfY, halfZ);
        minX = Math.min(minX, x - extentX);
        minY = Math.min(minY, y - extentY);
        minZ = Math.min(minZ, z - extentZ);
        maxX = Math.max(maxX, x + extentX);
        maxY = Math.max(maxY, y + extentY);
        maxZ = Math.max(maxZ, z + extentZ);
    }
    if (minX > maxX) {
        return false;
    }
    result[0] = minX;
    result[1] = minY;
    result[2] = minZ;
    result[3] = maxX;
    result[4] = maxY;
    result[5] = maxZ;
    return true;
}

function RowTimesPoint(m: Float32Array, row: number, x: number, y: number, z: number): number {
    return m[row]! * x + m[row + 1]! * y + m[row + 2]! * z + m[row + 3]!;
}

function RowTimesExtent(m: Float32Array, row: number, x: number, y: number, z: number): number {
    return Math.abs(m[row]!) * x + Math.abs(m[row + 1]!) * y + Math.abs(m[row + 2]!) * z;
}
