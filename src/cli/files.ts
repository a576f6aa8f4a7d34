import { randomUUID } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { access, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { CliError } from "./cliError.js";

/** What the codes of the file system mean to people, at the end of a sentence. */
const Reasons: Readonly<Record<string, string>> = {
    ENOENT: "there is no such file",
    EISDIR: "it is a folder",
    ENOTDIR: "a part of its path is a file, not a folder",
    EEXIST: "a part of its path is a file, not a folder",
    EACCES: "permission is denied",
    EPERM: "permission is denied",
    EROFS: "it lies on a read-only disk",
    ENOSPC: "the disk is full",
    EDQUOT: "your share of the disk is full",
    ENAMETOOLONG: "its name is too long",
    ELOOP: "its links lead in a circle",
    EMFILE: "too many files are open",
};

function ReasonOf(error: unknown): string {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    return Reasons[code] ?? String(error);
}

/**
 * An error for a file or folder that the user named and that cannot be read.
 *
 * @param path its path
 * @param cause why
 * @returns the error
 */
export function FileUnreadable(path: string, cause: unknown): CliError {
    return new CliError("file-unreadable", `${path} cannot be read: ${ReasonOf(cause)}.`, { cause });
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
        throw FileUnreadable(path, cause);
    }
}

/**
 * Finds out whether a file can be written, ahead of the work that makes it. Leaves nothing behind.
 *
 * @param path path of the file; missing folders are no hindrance
 * @throws {@link CliError} `file-unwritable`
 */
export async function RequireWritableAsync(path: string): Promise<void> {
    try {
        if ((await StatAsync(path))?.isDirectory()) {
            throw Object.assign(new Error(path), { code: "EISDIR" });
        }
        let folder = dirname(resolve(path));
        // eslint-disable-next-line no-await-in-loop -- each step depends on the one before
        while (!(await StatAsync(folder))) {
            folder = dirname(folder);
        }
        // The dot asks for a folder: a file in its place is refused.
        await access(`${folder}/.`, constants.W_OK);
    } catch (cause) {
        throw new CliError("file-unwritable", `${path} cannot be written: ${ReasonOf(cause)}.`, { cause });
    }
}

async function StatAsync(path: string): Promise<Stats | undefined> {
    try {
        return await stat(path);
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") {
            return undefined;
        }
        throw error;
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
    await WriteFilesAtomicAsync([[path, bytes]]);
}

/**
 * Writes files that belong together: nothing takes its place before all are on the disk.
 *
 * @param files paths and contents, in the order in which they take their places
 * @throws {@link CliError} `file-unwritable`
 */
export async function WriteFilesAtomicAsync(files: readonly (readonly [string, Uint8Array])[]): Promise<void> {
    const staged = files.map(([path, bytes]) => {
        const staging = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
        return { path, bytes, staging };
    });
    let current = "";
    try {
        // One after the other: the first that fails is the one to name.
        /* eslint-disable no-await-in-loop */
        for (const { path, bytes, staging } of staged) {
            current = path;
            await MakeFolderAsync(resolve(dirname(path)));
            await writeFile(staging, bytes);
        }
        for (const { path, staging } of staged) {
            current = path;
            await rename(staging, path);
        }
        /* eslint-enable no-await-in-loop */
    } catch (cause) {
        await Promise.all(
            staged.map(async ({ staging }) => {
                await rm(staging, { force: true }).catch(() => undefined);
            }),
        );
        throw new CliError("file-unwritable", `${current} cannot be written: ${ReasonOf(cause)}.`, { cause });
    }
}

/** Makes a folder and those above it, a level at a time: where nothing can be made (/proc), Node's own recursion never ends. */
async function MakeFolderAsync(folder: string): Promise<void> {
    if (await IsThereAsync(folder)) {
        return;
    }
    await MakeFolderAsync(dirname(folder));
    try {
        await mkdir(folder);
    } catch (error) {
        // Another worker may have been faster.
        if ((error as NodeJS.ErrnoException).code !== "EEXIST" || !(await IsThereAsync(folder))) {
            throw error;
        }
    }
}

/** Whether there is a folder; a file in its place is an error. */
async function IsThereAsync(folder: string): Promise<boolean> {
    const found = await StatAsync(folder);
    if (found?.isDirectory() === false) {
        throw Object.assign(new Error(folder), { code: "ENOTDIR" });
    }
    return found !== undefined;
}
