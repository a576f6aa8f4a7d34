import { type FileHandle, open, readdir } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { type IFolderSource } from "../convert/animatableGaussians/folderSource.js";
import { type IRandomAccessFile } from "../convert/checkpoint/randomAccessFile.js";
import { CliError } from "./cliError.js";
import { FileUnreadable } from "./files.js";

/** Folders in folders that are looked into: data sets keep their pictures and masks deeper, by the ten thousand. */
const MaxDepth = 2;

/** Folder and files that a command works on; holds files open until it is disposed. */
export class FolderOnDisk implements IFolderSource {
    /** Path that the user gave. */
    public readonly name: string;
    private readonly _handles: FileHandle[] = [];

    /**
     * @param path of the folder
     */
    public constructor(path: string) {
        this.name = path;
    }

    /**
     * Lists the files of the folder, two levels deep.
     *
     * @returns their paths, parts joined by `/`
     * @throws CliError `file-unreadable`
     */
    public async listAsync(): Promise<readonly string[]> {
        const paths: string[] = [];
        await this._listAsync(this.name, 0, paths);
        return paths.map((path) => relative(this.name, path).split(sep).join("/"));
    }

    /**
     * Opens a file of the folder.
     *
     * @param path one of the list
     * @returns the file
     * @throws CliError `file-unreadable`
     */
    public async openAsync(path: string): Promise<IRandomAccessFile> {
        return await this.openFileAsync(join(this.name, path), path);
    }

    /**
     * Opens any file.
     *
     * @param path of the file
     * @param name for messages (default: its path)
     * @returns the file
     * @throws CliError `file-unreadable`
     */
    public async openFileAsync(path: string, name: string = path): Promise<IRandomAccessFile> {
        try {
            const handle = await open(path, "r");
            this._handles.push(handle);
            const { size } = await handle.stat();
            const readAsync = async (offset: number, length: number): Promise<Uint8Array> => {
                const bytes = new Uint8Array(length);
                // Nothing is read from a folder, and not more than the file has: what is missing is noticed by who asks.
                const { bytesRead } = await handle.read(bytes, 0, length, offset);
                return bytes.subarray(0, bytesRead);
            };
            // A folder opens, and only reading it fails.
            await readAsync(0, Math.min(1, size));
            return { name, byteLength: size, readAsync };
        } catch (cause) {
            throw FileUnreadable(path, cause);
        }
    }

    /** Closes all files. */
    public async closeAsync(): Promise<void> {
        await Promise.all(this._handles.splice(0).map(async (handle) => await handle.close()));
    }

    private async _listAsync(folder: string, depth: number, paths: string[]): Promise<void> {
        let entries;
        try {
            entries = await readdir(folder, { withFileTypes: true });
        } catch (cause) {
            if ((cause as NodeJS.ErrnoException).code === "ENOTDIR") {
                throw new CliError("file-unreadable", `${folder} cannot be read as a folder: it is no folder.`, {
                    cause,
                });
            }
            throw FileUnreadable(folder, cause);
        }
        for (const entry of entries) {
            if (entry.isDirectory() && depth < MaxDepth - 1) {
                // eslint-disable-next-line no-await-in-loop
                await this._listAsync(join(folder, entry.name), depth + 1, paths);
            } else if (!entry.isDirectory()) {
                paths.push(join(folder, entry.name));
            }
        }
    }
}
