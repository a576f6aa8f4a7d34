import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { CliError } from "./cliError.js";

const ReadReasons: Readonly<Record<string, string>> = {
    ENOENT: "there is no such file",
    EISDIR: "it is a folder",
    EACCES: "permission is denied",
};

function ReasonOf(error: unknown): string {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    return ReadReasons[code] ?? String(error);
}

/**
 * Reads a file that the user named.
 *
 * @param path path of the file
 * @returns its bytes
 * @throws {@link CliError} `file-unreadable`
 */
export async function ReadUserFileAsync(path: string): Promise<Uint8Array> {
    try {
        return await readFile(path);
    } catch (cause) {
        throw new CliError("file-unreadable", `${path} cannot be read: ${ReasonOf(cause)}.`, { cause });
    }
}

/**
 * Writes a file as a whole or not at all: beside its place first, then renamed over it. Missing folders are made.
 *
 * @param path path of the file
 * @param bytes its content
 * @throws {@link CliError} `file-unwritable`
 */
export async function WriteFileAtomicAsync(path: string, bytes: Uint8Array): Promise<void> {
    const folder = dirname(path);
    const staging = join(folder, `.${basename(path)}.${randomUUID()}.tmp`);
    try {
        await mkdir(folder, { recursive: true });
        await writeFile(staging, bytes);
        await rename(staging, path);
    } catch (cause) {
        await rm(staging, { force: true }).catch(() => undefined);
        throw new CliError("file-unwritable", `${path} cannot be written: ${ReasonOf(cause)}.`, { cause });
    }
}
