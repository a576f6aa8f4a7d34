import { type PickleReader } from "./pickleReader.js";

/** What a pickle may hold here: plain values, lists, tuples, dictionaries, and what the {@link IPickleHost} makes. */
export type PickleValue =
    | null
    | boolean
    | number
    | bigint
    | string
    | Uint8Array
    | PickleValue[]
    | Map<PickleValue, PickleValue>
    | PickleObject
    | PickleGlobal;

/** A Python object as plain data: nothing of its class is ever run. */
export class PickleObject {
    /** `module.Name` of the class or function that would make it. */
    public readonly type: string;
    /** What that would be called with. */
    public readonly args: readonly PickleValue[];
    /** What it would be filled with; null before, and when nothing is. */
    public state: PickleValue = null;

    /**
     * @param type `module.Name`
     * @param args what it is made of
     */
    public constructor(type: string, args: readonly PickleValue[]) {
        this.type = type;
        this.args = args;
    }
}

/** A class or function that a pickle names and the host knows. */
export class PickleGlobal {
    /** `module.Name`. */
    public readonly type: string;
    /** What calling it gives. */
    public readonly call: (args: readonly PickleValue[]) => PickleValue;

    /**
     * @param type `module.Name`
     * @param call what calling it gives; made of this program's own code, never of the file's (default: an inert object)
     */
    public constructor(type: string, call?: (args: readonly PickleValue[]) => PickleValue) {
        this.type = type;
        this.call = call ?? ((args) => new PickleObject(type, args));
    }
}

/** What a pickle needs from outside. */
export interface IPickleHost {
    /** Name of the file, for messages. */
    readonly fileName: string;
    /** What to do with a file that holds something else: the last sentence of such messages. */
    readonly remedy: string;
    /** The classes and functions that may be named, by `module.Name`. Any other is refused. */
    readonly globals: ReadonlyMap<string, PickleGlobal>;
    /** What stands for something stored elsewhere. */
    readonly persistent?: (id: PickleValue) => PickleValue;
    /**
     * Called when an object was filled; bytes behind it may be taken from the reader.
     *
     * @returns what stands in its place
     */
    readonly built?: (object: PickleObject, reader: PickleReader) => PickleValue;
}

/** Most numbers of such a list; a tensor has far fewer dimensions. */
const MaxWholeNumbers = 64;

/**
 * A list of whole numbers. Only numbers are taken for numbers: JavaScript would make some of lists within lists too, at a cost
 * that doubles with each.
 *
 * @param value anything
 * @returns its numbers; null when it is not such a list
 */
export function WholeNumbers(value: PickleValue | undefined): number[] | null {
    if (!Array.isArray(value) || value.length > MaxWholeNumbers) {
        return null;
    }
    const numbers = value.map((entry) =>
        typeof entry === "number" || typeof entry === "bigint" ? Number(entry) : NaN,
    );
    return numbers.every((entry) => Number.isSafeInteger(entry) && entry >= 0) ? numbers : null;
}
