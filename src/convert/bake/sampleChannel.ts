import { SlerpQuaternion, NormalizeQuaternion, type QuaternionTuple } from "../../math/quaternion.js";
import { type ICharacterChannel } from "./riggedCharacter.js";

/** Value of an animation channel at a time, by the glTF rules; clamped to the first and last key. */
export function SampleChannel(channel: ICharacterChannel, time: number): number[] {
    const { times } = channel;
    let right = UpperBound(times, time);
    if (right === 0 || right === times.length) {
        right = Math.min(right, times.length - 1);
        return Finish(channel, ValueAt(channel, right));
    }
    const left = right - 1;
    const span = times[right]! - times[left]!;
    const amount = span > 0 ? (time - times[left]!) / span : 0;
    const a = ValueAt(channel, left);
    if (channel.interpolation === "STEP") {
        return a;
    }
    const b = ValueAt(channel, right);
    if (channel.interpolation === "CUBICSPLINE") {
        return Finish(channel, Hermite(channel, left, amount, span));
    }
    if (channel.path === "rotation") {
        return [...SlerpQuaternion(a as unknown as QuaternionTuple, b as unknown as QuaternionTuple, amount)];
    }
    return a.map((value, i) => value + (b[i]! - value) * amount);
}

function UpperBound(times: Float32Array, time: number): number {
    let low = 0;
    let high = times.length;
    while (low < high) {
        const middle = (low + high) >> 1;
        if (times[middle]! <= time) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/** `part` 0: in-tangent, 1: value, 2: out-tangent of a cubic spline; other keys hold the value alone. */
function ValueAt(channel: ICharacterChannel, key: number, part = 1): number[] {
    const { size } = channel;
    const at = channel.interpolation === "CUBICSPLINE" ? (key * 3 + part) * size : key * size;
    return [...channel.values.subarray(at, at + size)];
}

function Hermite(channel: ICharacterChannel, left: number, t: number, span: number): number[] {
    const [a, b] = [ValueAt(channel, left), ValueAt(channel, left + 1)];
    const [outA, inB] = [ValueAt(channel, left, 2), ValueAt(channel, left + 1, 0)];
    const [t2, t3] = [t * t, t * t * t];
    return a.map(
        (value, i) =>
            (2 * t3 - 3 * t2 + 1) * value +
            span * (t3 - 2 * t2 + t) * outA[i]! +
            (3 * t2 - 2 * t3) * b[i]! +
            span * (t3 - t2) * inB[i]!,
    );
}

function Finish(channel: ICharacterChannel, value: number[]): number[] {
    return channel.path === "rotation" ? [...NormalizeQuaternion(value as unknown as QuaternionTuple)] : value;
}
