import { MaxGaussians } from "./limits.js";
import { IsComplete, type MapArrayReader } from "./mapArrays.js";
import { type IMapModel } from "./mapModel.js";
import { ReadConditioning } from "./readConditioning.js";
import { ReadDecoding } from "./readDecoding.js";
import { ReadInfluences } from "./readInfluences.js";
import { type IMapsDescription } from "./tierSchema.js";

/** Matrices of a rigid motion may miss orthonormality by this. */
const RigidTolerance = 0.001;

function IsRigid(m: Float32Array): boolean {
    const dot = (a: number, b: number): number =>
        m[a * 4]! * m[b * 4]! + m[a * 4 + 1]! * m[b * 4 + 1]! + m[a * 4 + 2]! * m[b * 4 + 2]!;
    const isOne = (value: number): boolean => Math.abs(value - 1) <= RigidTolerance;
    const isZero = (value: number): boolean => Math.abs(value) <= RigidTolerance;
    const isAffine = m[3] === 0 && m[7] === 0 && m[11] === 0 && m[15] === 1;
    const hasUnitAxes = isOne(dot(0, 0)) && isOne(dot(1, 1)) && isOne(dot(2, 2));
    const isOrthogonal = isZero(dot(0, 1)) && isZero(dot(1, 2)) && isZero(dot(2, 0));
    const isProper =
        (m[1]! * m[6]! - m[2]! * m[5]!) * m[8]! +
            (m[2]! * m[4]! - m[0]! * m[6]!) * m[9]! +
            (m[0]! * m[5]! - m[1]! * m[4]!) * m[10]! >
        0;
    return isAffine && hasUnitAxes && isOrthogonal && isProper;
}

/** The matrices by joint; the file has them by entry of the skin. */
function ReadInverseBinds(
    accessor: number,
    path: string,
    jointOfSkinEntry: readonly number[],
    arrays: MapArrayReader,
): Float32Array | null {
    const entries = jointOfSkinEntry.length;
    const stored = arrays.read(accessor, path, 16, entries);
    if (stored === null || !arrays.charge(entries * 64, path)) {
        return null;
    }
    const result = new Float32Array(entries * 16);
    for (const [entry, joint] of jointOfSkinEntry.entries()) {
        const matrix = stored.subarray(entry * 16, entry * 16 + 16);
        if (!IsRigid(matrix)) {
            const message = `matrix ${entry} is no rotation and translation: joints at rest are not scaled`;
            return arrays.fail("invalid-skin", path, message);
        }
        result.set(matrix, joint * 16);
    }
    return result;
}

/**
 * Reads a map model but for its networks and expression channels.
 *
 * @param maps what the tier says of it
 * @param path JSON pointer of that
 * @param jointOfSkinEntry joint of each entry of the file's skin
 * @param arrays reads its arrays
 * @returns the model, or null when it cannot be used
 */
export function ReadMapModel(
    maps: IMapsDescription,
    path: string,
    jointOfSkinEntry: readonly number[],
    arrays: MapArrayReader,
): Omit<IMapModel, "tier" | "networks" | "morphTargets"> | null {
    const texels = arrays.readAscending(maps.texels, `${path}/texels`, 2 * maps.size * maps.size, MaxGaussians);
    if (texels === null) {
        return null;
    }
    const count = texels.length;
    const binds = `${path}/inverseBindMatrices`;
    const parts = {
        mapSize: maps.size,
        texels,
        positions: arrays.read(maps.positions, `${path}/positions`, 3, count),
        normals: arrays.read(maps.normals, `${path}/normals`, 3, count, ["f32", "i8n", "i16n"]),
        influences: ReadInfluences(maps.influences, `${path}/influences`, count, jointOfSkinEntry, arrays),
        inverseBindMatrices: ReadInverseBinds(maps.inverseBindMatrices, binds, jointOfSkinEntry, arrays),
        covariance: maps.covariance,
        conditioning: ReadConditioning(maps, `${path}/conditioning`, jointOfSkinEntry, arrays),
        decoding: ReadDecoding(maps.decoding, `${path}/decoding`, count, arrays),
    };
    return IsComplete(parts) ? parts : null;
}
