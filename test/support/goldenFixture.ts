import { describe, it } from "@jest/globals";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Where the golden tensors lie: beside the repository. */
const FixtureFolder = join("..", "shared", "fixtures");

/** One golden fixture: named tensors. */
export interface IGoldenFixture {
    /** Numbers the fixture was made with. */
    readonly config: Readonly<Record<string, unknown>>;
    /** The values of a tensor, row-major. */
    readonly values: (name: string) => Float32Array | Int32Array | Uint8Array;
    /** One row of a tensor whose rows are `width` numbers wide. */
    readonly row: (name: string, index: number, width: number) => number[];
}

interface IFixtureIndex {
    readonly config: Readonly<Record<string, unknown>>;
    readonly tensors: readonly { name: string; dtype: "float32" | "int32" | "uint8"; offset: number; bytes: number }[];
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
        const type = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array }[tensor.dtype];
        return new type(part);
    };
    const cache = new Map<string, Float32Array | Int32Array | Uint8Array>();
    return {
        config: index.config,
        values,
        row: (tensorName, rowIndex, width) => {
            const all = cache.get(tensorName) ?? values(tensorName);
            cache.set(tensorName, all);
            return [...all.subarray(rowIndex * width, (rowIndex + 1) * width)];
        },
    };
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
