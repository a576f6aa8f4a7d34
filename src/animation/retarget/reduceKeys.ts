import { SlerpPacked } from "../../math/packedQuaternion.js";

/** Keys of a track: [T] times and [T,size] values. */
export interface IKeys {
    /** [T] seconds, strictly ascending. */
    readonly times: Float32Array;
    /** [T,size] values. */
    readonly values: Float32Array;
}

/** How far an interpolated value is from the true one: radians between rotations, distance between points. */
export type KeyError = (keys: IKeys, from: number, to: number, key: number) => number;

/** Values of 32 bits that differ by less are the same. */
const Rounding = 1e-6;

const Between = new Float64Array(4);

/** Angle between a rotation and what slerp makes of two keys around it, radians. */
export const RotationKeyError: KeyError = ({ times, values }, from, to, key) => {
    const amount = (times[key]! - times[from]!) / (times[to]! - times[from]!);
    SlerpPacked(values, from * 4, values, to * 4, amount, Between, 0);
    // 2·asin of half the chord: exact for small angles, where acos of the dot has no digits left.
    let same = 0;
    let opposite = 0;
    for (let i = 0; i < 4; i++) {
        same += (Between[i]! - values[key * 4 + i]!) ** 2;
        opposite += (Between[i]! + values[key * 4 + i]!) ** 2;
    }
    return 4 * Math.asin(Math.min(1, Math.sqrt(Math.min(same, opposite)) / 2));
};

/** Distance between a point and what linear interpolation makes of two keys around it. */
export const PointKeyError: KeyError = ({ times, values }, from, to, key) => {
    const amount = (times[key]! - times[from]!) / (times[to]! - times[from]!);
    let squared = 0;
    for (let i = 0; i < 3; i++) {
        const a = values[from * 3 + i]!;
        squared += (a + (values[to * 3 + i]! - a) * amount - values[key * 3 + i]!) ** 2;
    }
    return Math.sqrt(squared);
};

/**
 * Leaves out keys that interpolation brings back. Every key that is left out lies within the error of the line between the
 * keys that are kept; a track that stays within it of its first key becomes that one key.
 *
 * @param keys the track
 * @param maxError largest error; 0 keeps every key, unless all are equal
 * @param errorOf how errors are measured; it decides the number of values a key
 * @param stillError how far a track may be from its first key to become that one (default: the largest error)
 * @returns the track with fewer keys, in arrays of its own
 */
export function ReduceKeys(keys: IKeys, maxError: number, errorOf: KeyError, stillError = maxError): IKeys {
    const count = keys.times.length;
    const size = count > 0 ? keys.values.length / count : 0;
    if (count < 2 || IsConstant(keys, size, Math.max(stillError, Rounding), errorOf)) {
        return Pick(keys, size, count > 0 ? [0] : []);
    }
    if (maxError <= 0) {
        return Pick(
            keys,
            size,
            Array.from({ length: count }, (_, key) => key),
        );
    }
    const kept = [0];
    let from = 0;
    while (from < count - 1) {
        from = Furthest(keys, from, maxError, errorOf);
        kept.push(from);
    }
    return Pick(keys, size, kept);
}

/**
 * How much the motion of a track changes its speed from frame to frame: mean third difference of its keys, radians for
 * rotations whose signs are continuous. Lines between few keys have kinks, which stand out where this is small.
 */
export function Roughness({ times, values }: IKeys): number {
    const size = values.length / Math.max(1, times.length);
    let sum = 0;
    for (let at = 3 * size; at < values.length; at += size) {
        let squared = 0;
        for (let i = at; i < at + size; i++) {
            squared += (values[i]! - 3 * values[i - size]! + 3 * values[i - 2 * size]! - values[i - 3 * size]!) ** 2;
        }
        sum += Math.sqrt(squared);
    }
    // A quaternion turns by half of the angle.
    return times.length > 3 ? ((size === 4 ? 2 : 1) * sum) / (times.length - 3) : Infinity;
}

/** A track whose keys are all like the first: measured as keys between the first and itself. */
function IsConstant(keys: IKeys, size: number, maxError: number, errorOf: KeyError): boolean {
    const first = keys.values.subarray(0, size);
    const pair = { times: Float32Array.of(0, 1, 2), values: new Float32Array(size * 3) };
    pair.values.set(first);
    pair.values.set(first, size * 2);
    for (let key = 1; key < keys.times.length; key++) {
        pair.values.set(keys.values.subarray(key * size, key * size + size), size);
        if (errorOf(pair, 0, 2, 1) > maxError) {
            return false;
        }
    }
    return true;
}

/**
 * The furthest key that a line from `from` may reach. Steps double until one is too far, then the last one is halved, so
 * that long still tracks cost n·log n and not n².
 */
function Furthest(keys: IKeys, from: number, maxError: number, errorOf: KeyError): number {
    const last = keys.times.length - 1;
    const reaches = (to: number): boolean => {
        for (let key = from + 1; key < to; key++) {
            if (errorOf(keys, from, to, key) > maxError) {
                return false;
            }
        }
        return true;
    };
    let good = from + 1;
    let step = 2;
    let bad = last + 1;
    while (good < last) {
        const to = Math.min(last, from + step);
        if (!reaches(to)) {
            bad = to;
            break;
        }
        good = to;
        step *= 2;
    }
    while (bad - good > 1) {
        const middle = (good + bad) >> 1;
        if (reaches(middle)) {
            good = middle;
        } else {
            bad = middle;
        }
    }
    return good;
}

function Pick(keys: IKeys, size: number, kept: readonly number[]): IKeys {
    const values = new Float32Array(kept.length * size);
    kept.forEach((key, i) => {
        values.set(keys.values.subarray(key * size, key * size + size), i * size);
    });
    return { times: Float32Array.from(kept, (key) => keys.times[key]!), values };
}
