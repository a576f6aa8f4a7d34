import { type AccessorReader } from "./accessor.js";
import { type AvatarFormatErrorCode } from "./avatarFormatError.js";
import { type IssueList } from "./issueList.js";
import { RowTypes, type RowWidth } from "./rowTypes.js";

/**
 * Whether all parts of something were read.
 *
 * @param parts the parts, null where one cannot be used
 * @returns true when none is null
 */
export function IsComplete<T extends object>(parts: T): parts is { [K in keyof T]: NonNullable<T[K]> } & T {
    return !Object.values(parts).includes(null);
}

/** Component forms of whole numbers. */
const IntegerForms = ["u8", "u16", "u32"] as const;

/** Reads the arrays of one map model. Each method gives null for what cannot be used, and notes why. */
export class MapArrayReader {
    private readonly _reader: AccessorReader;
    private readonly _issues: IssueList;

    /**
     * @param reader reads accessors
     * @param issues receives every problem
     */
    public constructor(reader: AccessorReader, issues: IssueList) {
        this._reader = reader;
        this._issues = issues;
    }

    /**
     * Notes a problem.
     *
     * @param code kind of problem
     * @param path JSON pointer of the field
     * @param message what was found and the remedy
     * @returns null
     */
    public fail(code: AvatarFormatErrorCode, path: string, message: string): null {
        this._issues.error(code, path, message);
        return null;
    }

    /**
     * Reads rows that are stored in full.
     *
     * @param accessor index into `accessors`
     * @param path JSON pointer of the field
     * @param width numbers in a row
     * @param count rows wanted; what they take is bounded by the bytes that hold them
     * @param forms component forms
     * @returns [count, width] numbers
     */
    public read(
        accessor: number,
        path: string,
        width: RowWidth,
        count: number,
        forms: readonly string[] = ["f32"],
    ): Float32Array | null {
        return this._reader.read(accessor, path, { type: RowTypes[width], forms, count, maxCount: Infinity });
    }

    /**
     * Reads numbers of which the file tells how many there are.
     *
     * @param accessor index into `accessors`
     * @param path JSON pointer of the field
     * @param maxCount most of them
     * @param forms component forms
     * @returns the numbers
     */
    public readScalars(
        accessor: number,
        path: string,
        maxCount: number,
        forms: readonly string[] = ["f32"],
    ): Float32Array | null {
        return this._reader.read(accessor, path, { type: "SCALAR", forms, maxCount });
    }

    /**
     * Reads rows that are stored in full, or repeats the one that all are.
     *
     * @param rows an accessor, or a row
     * @param path JSON pointer of the field
     * @param width numbers in a row
     * @param count rows wanted
     * @param forms component forms of an accessor
     * @returns [count, width] numbers
     */
    public readRows(
        rows: number | readonly number[],
        path: string,
        width: RowWidth,
        count: number,
        forms: readonly string[] = ["f32"],
    ): Float32Array | null {
        if (typeof rows === "number") {
            return this.read(rows, path, width, count, forms);
        }
        if (rows.length !== width) {
            return this.fail("invalid-map-model", path, `the row has ${rows.length} numbers, must have ${width}`);
        }
        if (!this._reader.charge(count * width * 4, path)) {
            return null;
        }
        const result = new Float32Array(count * width);
        for (let i = 0; i < result.length; i++) {
            result[i] = rows[i % width]!;
        }
        return result;
    }

    /**
     * Reads whole numbers that ascend strictly.
     *
     * @param accessor index into `accessors`
     * @param path JSON pointer of the field
     * @param limit all are below it
     * @param maxCount most of them
     * @returns the numbers
     */
    public readAscending(accessor: number, path: string, limit: number, maxCount: number): Uint32Array | null {
        // Numbers below 2²⁴ are exact in 32-bit floats; the limits of the format keep them there.
        const numbers = this.readScalars(accessor, path, maxCount, IntegerForms);
        if (numbers === null || !this._reader.charge(numbers.length * 4, path)) {
            return null;
        }
        const wrong = numbers.findIndex((value, i) => value >= limit || (i > 0 && value <= numbers[i - 1]!));
        return wrong < 0
            ? new Uint32Array(numbers)
            : this.fail(
                  "invalid-map-model",
                  path,
                  `number ${wrong} is ${numbers[wrong]}: they must ascend strictly and stay below ${limit}`,
              );
    }

    /**
     * Takes from the memory that the file may cost.
     *
     * @param bytes memory wanted, bytes
     * @param path JSON pointer of what asks for it
     * @returns whether it may be taken
     */
    public charge(bytes: number, path: string): boolean {
        return this._reader.charge(bytes, path);
    }

    /**
     * Holds all numbers of an array to a rule.
     *
     * @param values the numbers; null passes on
     * @param width numbers in a row
     * @param isRight the rule
     * @param code kind of problem
     * @param path JSON pointer of the field
     * @param remedy what they must be
     * @returns the same array, or null
     */
    public require(
        values: Float32Array | null,
        width: number,
        isRight: (value: number) => boolean,
        code: AvatarFormatErrorCode,
        path: string,
        remedy: string,
    ): Float32Array | null {
        const wrong = values?.findIndex((value) => !isRight(value)) ?? -1;
        return wrong < 0
            ? values
            : this.fail(code, path, `row ${Math.floor(wrong / width)} holds ${values![wrong]}: ${remedy}`);
    }

    /**
     * Holds the length of each row to bounds.
     *
     * @param values rows; null passes on
     * @param width numbers in a row
     * @param from least length
     * @param to largest length
     * @param code kind of problem
     * @param path JSON pointer of the field
     * @returns the same array, or null
     */
    public requireLengths(
        values: Float32Array | null,
        width: number,
        from: number,
        to: number,
        code: AvatarFormatErrorCode,
        path: string,
    ): Float32Array | null {
        for (let row = 0; values !== null && row * width < values.length; row++) {
            let squares = 0;
            for (let i = row * width; i < (row + 1) * width; i++) {
                squares += values[i]! ** 2;
            }
            const length = Math.sqrt(squares);
            if (!(length >= from && length <= to)) {
                return this.fail(code, path, `row ${row} has length ${length}, must have ${from} to ${to}`);
            }
        }
        return values;
    }
}
