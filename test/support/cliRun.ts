import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "@jest/globals";
import { RunCliAsync } from "../../src/cli/runCli.js";

/** What a command did. */
export interface ICliRun {
    /** Exit code. */
    readonly code: number;
    /** All it wrote to standard output. */
    readonly out: string;
    /** All it wrote to standard error. */
    readonly err: string;
}

/**
 * Runs the command line within the test, without a process of its own.
 *
 * @param args the arguments
 * @param isInteractive whether standard error counts as a screen (default: false)
 */
export async function RunAsync(args: readonly string[], isInteractive = false): Promise<ICliRun> {
    const written = { out: "", err: "" };
    const code = await RunCliAsync(args, {
        isInteractive,
        writeResult: (text) => {
            written.out += text;
        },
        writeNote: (text) => {
            written.err += text;
        },
    });
    return { code, ...written };
}

/**
 * A folder for the files of one suite, removed after it.
 *
 * @returns a function that gives the path of a file in it
 */
export function MakeTestFolder(): (name: string) => string {
    const folder = mkdtempSync(join(tmpdir(), "gaussian-avatar-"));
    afterAll(() => {
        rmSync(folder, { recursive: true, force: true });
    });
    return (name) => join(folder, name);
}
