import { HalfValue } from "../../math/halfFloat.js";
import { CheckpointError } from "./checkpointError.js";

/** A type of numbers that PyTorch stores. */
interface ITorchType {
    /** Bytes of a number. */
    readonly bytes: number;
    /** Reads one. */
    readonly read: (view: DataView, at: number) => number;
}

const Single = new DataView(new ArrayBuffer(4));

/** Types by the names of their storages. */
export const TorchTypes: Readonly<Record<string, ITorchType>> = {
    FloatStorage: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
    DoubleStorage: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
    HalfStorage: { bytes: 2, read: (view, at) => HalfValue(view.getUint16(at, true)) },
    BFloat16Storage: {
        bytes: 2,
        read: (view, at) => {
            Single.setUint32(0, view.getUint16(at, true) << 16);
            return Single.getFloat32(0);
        },
    },
    LongStorage: { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
    IntStorage: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
    ShortStorage: { bytes: 2, read: (view, at) => view.getInt16(at, true) },
    CharStorage: { bytes: 1, read: (view, at) => view.getInt8(at) },
    ByteStorage: { bytes: 1, read: (view, at) => view.getUint8(at) },
    BoolStorage: { bytes: 1, read: (view, at) => view.getUint8(at) },
};

/** Most dimensions of a tensor. */
const MaxDimensions = 8;

/** Most numbers of a tensor: those of a billion-parameter embedding, far beyond any avatar. */
const MaxElements = 268_435_456;

/** Most numbers that a tensor may have beyond those it is stored with (strides of 0 repeat them). */
const MaxRepeated = 65_536;

/** Where tensors have their numbers: a file of the archive. Several tensors may share one. */
export interface ITorchStorage {
    /** Name of the file in `data/`. */
    readonly key: string;
    /** A key of {@link TorchTypes}. */
    readonly type: string;
    /** How many numbers. */
    readonly count: number;
}

/** A tensor of a checkpoint, not read yet: which numbers of which storage it has. */
export interface ITorchTensor {
    /** Where the numbers are. */
    readonly storage: ITorchStorage;
    /** The first number. */
    readonly offset: number;
    /** Dimensions, outermost first. */
    readonly shape: readonly number[];
    /** Numbers from one place to the next, along each dimension. */
    readonly strides: readonly number[];
}

/**
 * Checks that a tensor lies within its storage.
 *
 * @param tensor any tensor
 * @param fileName for the message
 * @returns the numbers it spans, from its offset
 * @throws {@link CheckpointError} `too-large` or `truncated`
 */
export function CheckTensor({ storage, offset, shape, strides }: ITorchTensor, fileName: string): number {
    const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
    if (shape.length !== strides.length || shape.length > MaxDimensions) {
        throw new CheckpointError(
            "too-large",
            `${fileName}: a tensor of ${shape.length} dimensions and ${strides.length} strides is none that is read: at most ${MaxDimensions} dimensions.`,
        );
    }
    const areCounts = [offset, storage.count, ...shape, ...strides].every(isCount);
    const elements = shape.reduce((product, size) => product * size, 1);
    const what = `${fileName}: a tensor of shape [${shape.join(", ")}] and strides [${strides.join(", ")}]`;
    if (!areCounts || elements > MaxElements) {
        throw new CheckpointError("too-large", `${what} is none that is read: at most ${MaxElements} numbers.`);
    }
    const span = elements === 0 ? 0 : shape.reduce((last, size, axis) => last + (size - 1) * strides[axis]!, 1);
    if (offset + span > storage.count) {
        throw new CheckpointError(
            "truncated",
            `${what} reaches beyond the ${storage.count} numbers of storage "${storage.key}". Fetch the file again.`,
        );
    }
    if (elements > span + MaxRepeated) {
        // A handful of numbers that stands for gigabytes; what a training saves has each number once.
        throw new CheckpointError(
            "too-large",
            `${what} repeats the ${span} numbers that are stored. Save it with contiguous().`,
        );
    }
    return span;
}

/**
 * Reads the numbers of a tensor.
 *
 * @param tensor checked
 * @param bytes of its storage, from its offset on
 * @returns the numbers, row-major
 */
export function DecodeTensor({ storage, shape, strides }: ITorchTensor, bytes: Uint8Array): Float32Array {
    const { bytes: width, read } = TorchTypes[storage.type]!;
    const count = shape.reduce((product, size) => product * size, 1);
    const isPacked = shape.every(
        (size, axis) =>
            size === 1 || strides[axis] === shape.slice(axis + 1).reduce((product, one) => product * one, 1),
    );
    if (isPacked && storage.type === "FloatStorage") {
        return new Float32Array(bytes.slice(0, count * 4).buffer);
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const values = new Float32Array(count);
    const place = new Uint32Array(shape.length);
    let at = 0;
    for (let i = 0; i < count; i++) {
        values[i] = read(view, at * width);
        for (let axis = shape.length - 1; axis >= 0; axis--) {
            at += strides[axis]!;
            if (++place[axis]! < shape[axis]!) {
                break;
            }
            at -= shape[axis]! * strides[axis]!;
            place[axis] = 0;
        }
    }
    return values;
}
