import { describe, it } from "@jest/globals";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { HalfValue } from "../../src/math/halfFloat.js";

/** Where the golden tensors lie: beside the repository, or where `npm run test:golden -- --fixtures` says. */
export const FixtureFolder = process.env["GOLDEN_FIXTURES"] ?? join("..", "shared", "fixtures");

/** File that `npm run test:golden` collects the comparisons in, a line of JSON each; undefined in other runs. */
const RecordFile = process.env["GOLDEN_RECORD"];

/** One golden fixture: named tensors. */
export interface IGoldenFixture {
    /** Numbers the fixture was made with. */
    readonly config: Readonly<Record<string, unknown>>;
    /** All tensors. */
    readonly tensors: readonly { readonly name: string; readonly shape: readonly number[] }[];
    /** The values of a tensor, row-major. */
    readonly values: (name: string) => Float32Array | Int32Array | Uint8Array;
    /** One row of a tensor whose rows are `width` numbers wide. */
    readonly row: (name: string, index: number, width: number) => number[];
}

interface IFixtureIndex {
    readonly config: Readonly<Record<string, unknown>>;
    readonly tensors: readonly {
        name: string;
        dtype: "float32" | "float16" | "int32" | "uint8";
        shape: number[];
        offset: number;
        bytes: number;
    }[];
}

/**
 * Reads a fixture.
 *
 * @param name for example `"lbs_gaussian_skinning"`
 */
export function ReadGoldenFixture(name: string): IGoldenFixture {
    const index = JSON.parse(readFileSync(join(FixtureFolder, `${name}.json`), "utf8")) as IFixtureIndex;
    const bytes = new Uint8Array(readFileSync(join(FixtureFolder, `${name}.bin`))).buffer;
    const values = (tensorName: string): Float32Array | Int32Array | Uint8Array => {
        const tensor = index.tensors.find((one) => one.name === tensorName);
        if (!tensor) {
            throw new Error(`Fixture ${name} has no tensor ${tensorName}.`);
        }
        const part = bytes.slice(tensor.offset, tensor.offset + tensor.bytes);
        if (tensor.dtype === "float16") {
            return Float32Array.from(new Uint16Array(part), HalfValue);
        }
        const type = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array }[tensor.dtype];
        return new type(part);
    };
    const cache = new Map<string, Float32Array | Int32Array | Uint8Array>();
    return {
        config: index.config,
        tensors: index.tensors,
        values,
        row: (tensorName, rowIndex, width) => {
            const all = cache.get(tensorName) ?? values(tensorName);
            cache.set(tensorName, all);
            return [...all.subarray(rowIndex * width, (rowIndex + 1) * width)];
        },
    };
}

/**
 * A tensor of a fixture with its shape.
 *
 * @param fixture it is in
 * @param name of a float32 tensor
 * @returns dimensions and numbers
 */
export function FixtureTensor(
    fixture: IGoldenFixture,
    name: string,
): { readonly shape: readonly number[]; readonly data: Float32Array } {
    const data = fixture.values(name) as Float32Array;
    return { shape: fixture.tensors.find((tensor) => tensor.name === name)!.shape, data };
}

/**
 * Notes the outcome of a comparison for the table that `npm run test:golden` prints; does nothing in other runs. The test
 * asserts the same numbers itself, after this call, so that a comparison that fails is in the table as well.
 *
 * @param fixture stem of the fixture's file, for example `"lbs_gaussian_skinning"` or `"body_checkpoint_small"`
 * @param quantity what was compared, in a few words, with its unit
 * @param error the largest error found. A picture's PSNR is noted as the root mean square error it stands for, 10^(−PSNR/20).
 * @param tolerance the error that is allowed
 */
export function RecordGoldenError(fixture: string, quantity: string, error: number, tolerance: number): void {
    if (RecordFile !== undefined) {
        // One short line at once: several workers append to the file. JSON has no NaN; a string survives and never passes.
        appendFileSync(RecordFile, `${JSON.stringify({ fixture, quantity, error: String(error), tolerance })}\n`);
    }
}

/** Largest difference between numbers found and numbers expected, over many rows: recorded, then asserted. */
export class GoldenComparison {
    private readonly _fixture: string;
    private readonly _quantity: string;
    private readonly _tolerance: number;
    private _error = 0;
    private _worst = "";

    /**
     * @param fixture see {@link RecordGoldenError}
     * @param quantity what is compared
     * @param tolerance largest difference that is allowed
     */
    public constructor(fixture: string, quantity: string, tolerance: number) {
        this._fixture = fixture;
        this._quantity = quantity;
        this._tolerance = tolerance;
    }

    /**
     * Compares a row.
     *
     * @param actual numbers found
     * @param expected as many numbers
     * @param unit differences count as shares of it
     */
    public add(actual: ArrayLike<number>, expected: ArrayLike<number>, unit = 1): void {
        // Globals are slow to reach in Jest, and there may be millions of numbers.
        const { abs } = Math;
        const { isNaN } = Number;
        for (let index = 0; index < expected.length; index++) {
            const found = actual[index] ?? NaN;
            const error = abs(found - expected[index]!) / unit;
            // Nothing is larger than NaN, so the first one stays.
            if (error > this._error || isNaN(error)) {
                this._error = error;
                this._worst = `number ${index} of a row is ${found}, expected ${expected[index]!}`;
            }
        }
    }

    /** Records what was found and throws where it is beyond the tolerance. */
    public expectWithin(): void {
        RecordGoldenError(this._fixture, this._quantity, this._error, this._tolerance);
        if (!(this._error <= this._tolerance)) {
            throw new Error(
                `${this._fixture}, ${this._quantity}: ${this._worst}; off by ${this._error}, allowed ${this._tolerance}`,
            );
        }
    }
}

/**
 * `describe` for tests that need the golden fixtures: skipped where those are not beside the repository, except in CI, where
 * that fails.
 *
 * @param title of the suite
 * @param body declares the tests
 */
export function DescribeGolden(title: string, body: () => void): void {
    const hasFixtures = existsSync(FixtureFolder);
    if (!hasFixtures && process.env["CI"]) {
        throw new Error(`${FixtureFolder} is missing; CI must have it.`);
    }
    if (hasFixtures) {
        describe(title, body);
    } else {
        // Not the body: it may read fixtures while it declares its tests.
        describe.skip(`${title} (needs ${FixtureFolder})`, () => {
            it("needs the golden fixtures beside the repository", () => undefined);
        });
    }
}
