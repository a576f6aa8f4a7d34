import { PaddedLength } from "./glbContainer.js";

/** A JSON object under construction. */
export type JsonObject = Record<string, unknown>;

/** What an accessor says about its data. */
export interface IAccessorDescription {
    /** glTF component type. */
    readonly componentType: number;
    /** Element type. */
    readonly type: "SCALAR" | "VEC3" | "VEC4" | "MAT4";
    /** Number of elements. */
    readonly count: number;
    /** Whether integers stand for 0..1 or -1..1. */
    readonly normalized?: boolean;
    /** Smallest stored component values. */
    readonly min?: readonly number[];
    /** Largest stored component values. */
    readonly max?: readonly number[];
}

/** Any typed array that can be stored. */
type StoredArray = Uint8Array | Uint16Array | Int16Array | Uint32Array | Float32Array;

/** glTF names the use of a view that holds vertex attributes. */
const ArrayBufferTarget = 34962;

function SameBytes(a: Uint8Array, b: Uint8Array): boolean {
    return a.length === b.length && a.every((value, index) => value === b[index]);
}

/** FNV-1a, to find equal data quickly. */
function HashOf(bytes: Uint8Array): string {
    let hash = 0x811c9dc5;
    for (const byte of bytes) {
        hash = Math.imul(hash ^ byte, 0x01000193);
    }
    return `${bytes.length} ${hash}`;
}

/** Gathers accessors and the one buffer of a glTF document. Equal data is stored once; the result depends on the input alone. */
export class GltfWriter {
    /** The accessors so far. */
    public readonly accessors: JsonObject[] = [];
    /** The buffer views so far. */
    public readonly bufferViews: JsonObject[] = [];
    /** What buffer 0 holds, a part for each buffer view; each begins at a multiple of four bytes. */
    public readonly parts: Uint8Array[] = [];
    private readonly _viewsByHash = new Map<string, number[]>();
    private _byteLength = 0;

    /** Length of buffer 0, a multiple of four. */
    public get byteLength(): number {
        return this._byteLength;
    }

    /**
     * Adds an accessor over data stored in full.
     *
     * @param data the elements, tightly packed
     * @param description what they are
     * @param isAttribute whether it is a vertex attribute
     * @returns index of the accessor
     */
    public add(data: StoredArray, description: IAccessorDescription, isAttribute = false): number {
        return this.accessors.push({ bufferView: this._view(data, isAttribute), ...description }) - 1;
    }

    /**
     * Adds an accessor that is zero but for some rows.
     *
     * @param indices rows that are stored, strictly ascending; none makes an accessor of zeros
     * @param values their values, tightly packed
     * @param description what they are; `count` counts all rows
     * @returns index of the accessor
     */
    public addSparse(indices: Uint32Array, values: StoredArray, description: IAccessorDescription): number {
        if (indices.length === 0) {
            return this.accessors.push({ ...description }) - 1;
        }
        const isShort = indices.at(-1)! <= 0xffff;
        const sparse = {
            count: indices.length,
            indices: {
                bufferView: this._view(isShort ? new Uint16Array(indices) : indices, false),
                componentType: isShort ? 5123 : 5125,
            },
            values: { bufferView: this._view(values, false) },
        };
        return this.accessors.push({ ...description, sparse }) - 1;
    }

    /**
     * Adds a buffer view over bytes of any kind. They are not compared with others, since they may be many.
     *
     * @param bytes the bytes; kept until the file is joined
     * @returns index of the buffer view
     */
    public addBytes(bytes: Uint8Array): number {
        return this._push(bytes, false);
    }

    private _view(data: StoredArray, isAttribute: boolean): number {
        const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
        const hash = `${isAttribute} ${HashOf(bytes)}`;
        const known = this._viewsByHash.get(hash) ?? [];
        const equal = known.find((index) => SameBytes(this.parts[index]!, bytes));
        if (equal !== undefined) {
            return equal;
        }
        const index = this._push(bytes, isAttribute);
        this._viewsByHash.set(hash, [...known, index]);
        return index;
    }

    private _push(bytes: Uint8Array, isAttribute: boolean): number {
        this.bufferViews.push({
            buffer: 0,
            byteOffset: this._byteLength,
            byteLength: bytes.length,
            ...(isAttribute ? { target: ArrayBufferTarget } : {}),
        });
        // Four bytes are the largest component, so every view is aligned for every type.
        this._byteLength += PaddedLength(bytes.length);
        return this.parts.push(bytes) - 1;
    }
}
