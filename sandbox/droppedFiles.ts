/** Most files that a folder may bring: data sets have a few thousand pictures beside what is read of them. */
const MostFiles = 100_000;

/**
 * Whether a folder is among what was dropped.
 *
 * @param transfer of the drop event, while it is handled
 */
export function HasFolder(transfer: DataTransfer): boolean {
    return [...transfer.items].some((item) => item.webkitGetAsEntry()?.isDirectory);
}

/**
 * Lists what was dropped: files, and those of folders with everything below them.
 *
 * @param transfer of the drop event, while it is handled: browsers empty it afterwards
 * @returns files by their path, which begins with the name of the folder
 * @throws Error when there are too many
 */
export async function ListDroppedFilesAsync(transfer: DataTransfer): Promise<ReadonlyMap<string, File>> {
    const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
    const files = new Map<string, File>();
    await Promise.all(
        entries.map(async (entry) => {
            await AddEntryAsync(entry, files);
        }),
    );
    return files;
}

async function AddEntryAsync(entry: FileSystemEntry, files: Map<string, File>): Promise<void> {
    if (files.size > MostFiles) {
        throw new Error(`The folder holds more than ${MostFiles} files. Drop the subject's folder alone.`);
    }
    const path = entry.fullPath.replace(/^\//, "");
    if (entry.isFile) {
        const file = await new Promise<File>((resolve, reject) => {
            (entry as FileSystemFileEntry).file(resolve, reject);
        });
        files.set(path, file);
        return;
    }
    const reader = (entry as FileSystemDirectoryEntry).createReader();
    for (;;) {
        // eslint-disable-next-line no-await-in-loop -- a reader gives some entries at a time, until it has no more
        const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => {
            reader.readEntries(resolve, reject);
        });
        if (entries.length === 0) {
            return;
        }
        // eslint-disable-next-line no-await-in-loop -- as above
        await Promise.all(
            entries.map(async (child) => {
                await AddEntryAsync(child, files);
            }),
        );
    }
}
