import { CheckpointError } from "./checkpointError.js";

/** Longest name of a module or class. */
const MaxLineBytes = 256;

/** Longest whole number, bytes; sizes fit eight. */
const MaxLongBytes = 16;

/** Takes what pickles are made of from bytes, one after the other; never beyond their end. */
export class PickleReader {
    private readonly _bytes: Uint8Array;
    private readonly _view: DataView;
    private readonly _fileName: string;
    private _at = 0;

    /**
     * @param bytes the pickle
     * @param fileName for messages
     */
    public constructor(bytes: Uint8Array, fileName: string) {
        this._bytes = bytes;
        this._view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        this._fileName = fileName;
    }

    /** The next byte's place. */
    public get at(): number {
        return this._at;
    }

    /** Bytes that are left. */
    public get left(): number {
        return this._bytes.length - this._at;
    }

    /**
     * Leaves bytes out.
     *
     * @param count how many
     * @returns where they begin
     */
    public skip(count: number): number {
        if (!(count <= this.left)) {
            throw new CheckpointError(
                "truncated",
                `${this._fileName}: the pickle is cut off: ${count} bytes are needed at byte ${this._at}, ${this.left} are there. Fetch the file again.`,
            );
        }
        this._at += count;
        return this._at - count;
    }

    /** @returns a byte */
    public byte(): number {
        return this._view.getUint8(this.skip(1));
    }

    /** @returns a number of two bytes */
    public uint16(): number {
        return this._view.getUint16(this.skip(2), true);
    }

    /** @returns a signed number of four bytes */
    public int32(): number {
        return this._view.getInt32(this.skip(4), true);
    }

    /** @returns a number of four bytes */
    public uint32(): number {
        return this._view.getUint32(this.skip(4), true);
    }

    /** @returns a number of eight bytes, rounded beyond 2⁵³ */
    public uint64(): number {
        return Number(this._view.getBigUint64(this.skip(8), true));
    }

    /** @returns a floating-point number, most significant byte first as pickles have it */
    public float64(): number {
        return this._view.getFloat64(this.skip(8), false);
    }

    /**
     * A signed number of any length.
     *
     * @param length in bytes
     * @returns a number, or a bigint where it has more than 53 bits
     */
    public long(length: number): number | bigint {
        const start = this.skip(length > MaxLongBytes ? Infinity : length);
        let value = 0n;
        for (let i = length - 1; i >= 0; i--) {
            value = (value << 8n) | BigInt(this._bytes[start + i]!);
        }
        const signed = BigInt.asIntN(8 * length, value);
        return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
    }

    /**
     * A text.
     *
     * @param length bytes of UTF-8
     * @returns the text
     */
    public text(length: number): string {
        return new TextDecoder().decode(this.bytes(length));
    }

    /**
     * Bytes.
     *
     * @param length how many
     * @returns a view of them
     */
    public bytes(length: number): Uint8Array {
        const start = this.skip(length);
        return this._bytes.subarray(start, start + length);
    }

    /** @returns a text that ends with a line break, without it */
    public line(): string {
        const end = this._bytes.subarray(this._at, this._at + MaxLineBytes).indexOf(0x0a);
        const text = this.text(end < 0 ? Infinity : end);
        this.skip(1);
        return text;
    }
}
