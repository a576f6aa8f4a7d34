import { FileOfBlob, type IRandomAccessFile } from "../checkpoint/randomAccessFile.js";

/** A folder of files, wherever it is: on a disk, or dropped on a page. */
export interface IFolderSource {
    /** Name for messages. */
    readonly name: string;
    /**
     * Lists the files of the folder and of those in it.
     *
     * @returns their paths, parts joined by `/`
     */
    listAsync(): Promise<readonly string[]>;
    /**
     * Opens a file.
     *
     * @param path one of the list
     * @returns the file; it is read while the conversion runs
     */
    openAsync(path: string): Promise<IRandomAccessFile>;
}

/**
 * Files that a page was given, by a drop or an `<input type="file" webkitdirectory>`.
 *
 * @param files by their paths, parts joined by `/`; the name of the dropped folder may stand in front
 * @param name of the folder, for messages (default: "the folder")
 * @returns the folder
 */
export function FolderOfFiles(files: ReadonlyMap<string, Blob>, name = "the folder"): IFolderSource {
    return {
        name,
        listAsync: async () => await Promise.resolve([...files.keys()]),
        openAsync: async (path) => await Promise.resolve(FileOfBlob(files.get(path)!, path)),
    };
}
