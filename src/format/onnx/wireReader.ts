import protobuf from "protobufjs/minimal.js";
import { OnnxError } from "./onnxError.js";

/**
 * Things (nodes, tensors, names, dimensions, numbers of attributes) in one file. The official full-size body needs about 10,000;
 * an empty one takes two bytes in a file and a hundred times as much in memory, so their number is bounded.
 */
const MaxItems = 250_000;

/** Wire types of protocol buffers. */
const Varint = 0;
const Fixed64 = 1;
const Bytes = 2;
const Fixed32 = 5;

/** How a number is written. */
export type WireNumber = "integer" | "float" | "double";

/** Wire type of each number. */
const WireTypes: Readonly<Record<WireNumber, number>> = { integer: Varint, float: Fixed32, double: Fixed64 };

/** One field of a message, its value still to be read. */
export interface IWireField {
    /** Number of the field. */
    readonly number: number;
    /** Reads text. */
    readonly text: () => string;
    /** Reads bytes, as a view of the file. */
    readonly bytes: () => Uint8Array;
    /** Reads an integer; one beyond ±2⁵³ is refused. */
    readonly integer: () => number;
    /** Reads a float32. */
    readonly float: () => number;
    /** Reads one number, or as many as are packed, and hands each over. For short lists: each counts as a thing. */
    readonly numbers: (type: WireNumber, add: (value: number) => void) => void;
    /** Reads the same for long lists: eight bytes of memory for each number, of which the file has at least one. */
    readonly elements: (type: WireNumber) => Float64Array;
    /** Reads a message inside this one: hands over its fields. */
    readonly message: (onField: (field: IWireField) => void) => void;
}

/**
 * Walks a protocol buffer of unknown origin. Every length is checked against the bytes there are; what is not read is skipped.
 */
export class WireReader {
    private readonly _reader: protobuf.Reader;
    private _items = 0;

    /**
     * @param bytes the message
     */
    public constructor(bytes: Uint8Array) {
        // Not a Buffer's view: those differ in small ways, and results shall not depend on where the bytes come from.
        this._reader = new protobuf.Reader(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    }

    /**
     * Hands over the fields of the outermost message, in their order.
     *
     * @param onField is told of a field, and reads its value or leaves it
     * @throws {@link OnnxError} where the bytes are no such message
     */
    public read(onField: (field: IWireField) => void): void {
        try {
            this._readMessage(this._reader.len, onField);
        } catch (error) {
            if (error instanceof OnnxError) {
                throw error;
            }
            // Of the reader: a length beyond the end, a wire type that does not exist.
            throw new OnnxError(
                "damaged-network",
                `The network is no ONNX file: what stands near byte ${this._reader.pos} of ${this._reader.len} cannot be read. Is the file whole?`,
                { cause: error },
            );
        }
    }

    private _readMessage(end: number, onField: (field: IWireField) => void): void {
        const reader = this._reader;
        if (end > reader.len) {
            throw new RangeError("message beyond the end");
        }
        while (reader.pos < end) {
            const tag = reader.uint32();
            this._count();
            const start = reader.pos;
            onField(this._field(tag >>> 3, tag & 7));
            if (reader.pos === start) {
                reader.skipType(tag & 7);
            }
        }
        if (reader.pos !== end) {
            throw new RangeError("field beyond its message");
        }
    }

    private _field(number: number, wireType: number): IWireField {
        const reader = this._reader;
        const expect = (expected: number): void => {
            if (wireType !== expected) {
                throw new RangeError(`wire type ${wireType} instead of ${expected}`);
            }
        };
        return {
            number,
            text: () => (expect(Bytes), reader.string()),
            bytes: () => (expect(Bytes), reader.bytes()),
            integer: () => (expect(Varint), this._integer()),
            float: () => (expect(Fixed32), reader.float()),
            numbers: (type, add) => {
                for (const value of this._numbers(wireType, type)) {
                    this._count();
                    add(value);
                }
            },
            elements: (type) => {
                const values = new Float64Array(this._countNumbers(wireType, type));
                let index = 0;
                for (const value of this._numbers(wireType, type)) {
                    values[index++] = value;
                }
                return values;
            },
            message: (onField) => {
                expect(Bytes);
                const length = reader.uint32();
                this._readMessage(reader.pos + length, onField);
            },
        };
    }

    private *_numbers(wireType: number, type: WireNumber): Generator<number> {
        const reader = this._reader;
        if (wireType !== Bytes && wireType !== WireTypes[type]) {
            throw new RangeError(`wire type ${wireType} for a number`);
        }
        const length = wireType === Bytes ? reader.uint32() : 1;
        const end = reader.pos + length;
        if (end > reader.len) {
            throw new RangeError("numbers beyond the end");
        }
        // Not packed, there is one, of whatever length.
        const last = wireType === Bytes ? end : reader.pos + 1;
        while (reader.pos < last) {
            yield type === "integer" ? this._integer() : type === "float" ? reader.float() : reader.double();
        }
    }

    /** How many numbers the field has, which is left where it is. */
    private _countNumbers(wireType: number, type: WireNumber): number {
        if (wireType !== Bytes) {
            return 1;
        }
        const reader = this._reader;
        const start = reader.pos;
        const length = reader.uint32();
        const bytes = reader.buf.subarray(reader.pos, reader.pos + length);
        reader.pos = start;
        if (type !== "integer") {
            return Math.ceil(length / (type === "float" ? 4 : 8));
        }
        // The last byte of each is the one below 128.
        return bytes.reduce((count, byte) => count + (byte < 128 ? 1 : 0), 0);
    }

    private _integer(): number {
        const number = this._reader.int64();
        // An object where the application has loaded the package `long`.
        const value = typeof number === "number" ? number : (number.high | 0) * 2 ** 32 + (number.low >>> 0);
        if (!Number.isSafeInteger(value)) {
            throw new OnnxError("damaged-network", `The network has the integer ${value}, which no size or option is.`);
        }
        return value;
    }

    private _count(): void {
        this._items++;
        if (this._items > MaxItems) {
            throw new OnnxError("damaged-network", `The network has more than ${MaxItems} parts; no avatar's has.`);
        }
    }
}
