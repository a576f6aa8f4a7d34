import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WriteFileAtomicAsync } from "../../../src/cli/files.js";

describe("WriteFileAtomicAsync", () => {
    let folder = "";

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "files-"));
    });

    afterEach(() => {
        rmSync(folder, { recursive: true });
    });

    it("makes missing folders, also when many writers need the same ones at once", async () => {
        const paths = Array.from({ length: 64 }, (_, i) => join(folder, "a", "b", "c", `${i % 4}`, `${i}.bin`));
        await Promise.all(paths.map(async (path, i) => await WriteFileAtomicAsync(path, Uint8Array.of(i))));
        expect(paths.map((path) => readFileSync(path)[0])).toEqual(paths.map((_path, i) => i));
    });

    it("says which file cannot be written where a folder of its path is a file", async () => {
        writeFileSync(join(folder, "a"), "");
        await expect(WriteFileAtomicAsync(join(folder, "a", "b", "c.bin"), Uint8Array.of(1))).rejects.toThrow(
            /c\.bin cannot be written: a part of its path is a file, not a folder/,
        );
    });

    const itLinux = process.platform === "linux" ? it : it.skip;
    itLinux("ends where no folder can be made", async () => {
        await expect(WriteFileAtomicAsync("/proc/a/b/c.bin", Uint8Array.of(1))).rejects.toThrow(/cannot be written/);
    });
});
