import { type IAvatarAsset } from "../format/avatarAsset.js";
import { type IHeadModel } from "../format/headModel.js";
import { type IMapModel } from "../format/mapModel.js";
import { type IMorphTarget } from "../format/morphTarget.js";
import { SkinMatrixFloats } from "../pipeline/1-pose/skinMatrix.js";
import { SpaceChanges } from "./affineRows.js";

/** Gaussians reach visibly to about three standard deviations. */
const VisibleSigmas = 3;

/** Floats of one box: minimum xyz, maximum xyz. */
const BoxFloats = 6;

/** Gaussians as far as bounds go. */
interface ICloud {
    /** [N,3] metres. */
    readonly positions: Float32Array;
    /** [N] how far each is seen around its position, metres. */
    readonly reach: Float32Array;
    /** Influences of each. */
    readonly influenceCount: number;
    /** [N,K]. */
    readonly joints: ArrayLike<number>;
    /** [N,K]. */
    readonly weights: ArrayLike<number>;
}

/**
 * Boxes around the Gaussians of each joint, in canonical space, from which the bounds of any pose follow without looking
 * at a single Gaussian: a skinned Gaussian is a convex combination of its joints' images of it, so it lies inside the
 * hull of the transformed boxes. Of networks that make Gaussians, it is taken that they stay within their gain of the template.
 *
 * @param asset the avatar
 * @returns [J,6] minimum and maximum of each joint's box, metres; a joint that moves nothing has an inverted box (+∞, -∞)
 */
export function ComputeJointBounds(asset: IAvatarAsset): Float32Array {
    const boxes = EmptyBoxes(asset.joints.length);
    GrowByCloud(boxes, BakedCloud(asset));
    for (const model of asset.mapModels) {
        const changes = SpaceChanges(asset, model.inverseBindMatrices);
        const own = changes ? EmptyBoxes(asset.joints.length) : boxes;
        GrowByCloud(own, ModelCloud(model));
        if (changes) {
            GrowByBoxes(boxes, own, changes);
        }
    }
    if (asset.headModel) {
        GrowByCloud(boxes, HeadCloud(asset.headModel));
    }
    return boxes;
}

function HeadCloud({ positions, scales, unit, origin, gains, influences }: IHeadModel): ICloud {
    const count = scales.length / 3;
    const reach = new Float32Array(count);
    for (let i = 0; i < count; i++) {
        reach[i] = unit * (Math.abs(gains.position) + VisibleSigmas * Math.exp(LargestOfRow(scales, i)));
    }
    return {
        positions: positions.map((value, i) => origin[i % 3]! + unit * value),
        reach,
        influenceCount: influences.count,
        joints: influences.joints,
        weights: influences.weights,
    };
}

function BakedCloud({ gaussians, morphTargets }: IAvatarAsset): ICloud {
    const { count, positions, scales, jointIndices, jointWeights } = gaussians;
    const reach = LongestOffsets(count, morphTargets);
    for (let i = 0; i < count; i++) {
        reach[i] = reach[i]! + VisibleSigmas * LargestOfRow(scales, i);
    }
    return { positions, reach, influenceCount: 4, joints: jointIndices, weights: jointWeights };
}

function ModelCloud({ texels, positions, influences, decoding, morphTargets }: IMapModel): ICloud {
    const { gains, scales, fixedHands: hands } = decoding;
    const reach = LongestOffsets(texels.length, morphTargets);
    for (let i = 0; i < texels.length; i++) {
        let moved = Math.abs(gains.position);
        let scale = Math.exp(LargestOfRow(scales, i));
        if (hands && hands.shares[i]! > 0) {
            moved = Math.max(moved, Distance(positions, hands.positions, i));
            scale = Math.max(scale, LargestOfRow(hands.scales, i));
        }
        reach[i] = reach[i]! + moved + VisibleSigmas * scale;
    }
    const { count, joints, weights } = influences;
    return { positions, reach, influenceCount: count, joints, weights };
}

/** One channel at full weight is allowed for. Faces rarely add channels up, and all of them at once would double a head. */
function LongestOffsets(count: number, morphTargets: readonly IMorphTarget[]): Float32Array {
    const longest = new Float32Array(count);
    for (const { indices, deltas } of morphTargets) {
        indices.forEach((gaussian, k) => {
            const length = Math.hypot(deltas[k * 3]!, deltas[k * 3 + 1]!, deltas[k * 3 + 2]!);
            longest[gaussian] = Math.max(longest[gaussian]!, length);
        });
    }
    return longest;
}

function LargestOfRow(rows: Float32Array, row: number): number {
    return Math.max(rows[row * 3]!, rows[row * 3 + 1]!, rows[row * 3 + 2]!);
}

function Distance(a: Float32Array, b: Float32Array, row: number): number {
    const k = row * 3;
    return Math.hypot(a[k]! - b[k]!, a[k + 1]! - b[k + 1]!, a[k + 2]! - b[k + 2]!);
}

function EmptyBoxes(jointCount: number): Float32Array {
    return new Float32Array(jointCount * BoxFloats).map((_, i) => (i % BoxFloats < 3 ? Infinity : -Infinity));
}

function GrowByCloud(boxes: Float32Array, { positions, reach, influenceCount, joints, weights }: ICloud): void {
    for (let i = 0; i < reach.length; i++) {
        for (let influence = i * influenceCount; influence < (i + 1) * influenceCount; influence++) {
            if (weights[influence]! > 0) {
                GrowBox(boxes, joints[influence]! * BoxFloats, positions, i * 3, reach[i]!);
            }
        }
    }
}

/** Takes boxes of another canonical space in. */
function GrowByBoxes(boxes: Float32Array, others: Float32Array, changes: Float32Array): void {
    const bounds = new Float64Array(BoxFloats);
    for (let joint = 0; joint < boxes.length / BoxFloats; joint++) {
        const b = joint * BoxFloats;
        const m = joint * SkinMatrixFloats;
        const [box, change] = [others.subarray(b, b + BoxFloats), changes.subarray(m, m + SkinMatrixFloats)];
        if (PoseBounds(box, change, bounds)) {
            for (let axis = 0; axis < 3; axis++) {
                boxes[b + axis] = Math.min(boxes[b + axis]!, bounds[axis]!);
                boxes[b + 3 + axis] = Math.max(boxes[b + 3 + axis]!, bounds[axis + 3]!);
            }
        }
    }
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
