import { type IGaussianCloud } from "../../format/avatarAsset.js";
import { NormalizeQuaternion, type QuaternionTuple, RotateVector3 } from "../../math/quaternion.js";
import { type ISurface } from "./surfaceNeighbours.js";

/** Smallest scale by the middle one, up to which a Gaussian counts as flat; rounder ones show no direction. */
const MaxFlatness = 0.7;

/**
 * The surface that Gaussians lie on, each across its shortest axis.
 *
 * @param cloud the Gaussians
 * @returns borrowed positions, and normals: 0 for Gaussians that are not flat
 */
export function SurfaceOfCloud({ count, positions, rotations, scales }: IGaussianCloud): ISurface {
    const normals = new Float32Array(count * 3);
    for (let index = 0; index < count; index++) {
        const size = scales.subarray(index * 3, index * 3 + 3);
        const [smallest, middle] = Float32Array.from(size).sort();
        if (smallest! <= MaxFlatness * middle!) {
            const axis = size.indexOf(smallest!);
            const rotation = rotations.subarray(index * 4, index * 4 + 4) as unknown as QuaternionTuple;
            const unit = NormalizeQuaternion(rotation);
            normals.set(RotateVector3(unit, [Number(axis === 0), Number(axis === 1), Number(axis === 2)]), index * 3);
        }
    }
    return { positions, normals };
}
