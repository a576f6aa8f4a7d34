import { type Scene } from "@babylonjs/core/scene.js";
import { HasFolder, ListDroppedFilesAsync } from "./droppedFiles.js";
import { type ISandboxContext } from "./sceneDefinition.js";

/** What can be dropped besides a single file of the usual types. */
export interface IDropOptions {
    /** Endings that the file dialog offers (default: `.glb,.vrm`). */
    readonly types?: string;
    /** Takes a folder, or several files at once, by their paths; the promise is that of reading the list of files. */
    readonly openFolder?: (files: Promise<ReadonlyMap<string, File>>) => void;
}

/**
 * Takes files that are dropped on the page, or picked with the button of the panel.
 *
 * @param scene as long as it lives
 * @param context where the button goes
 * @param open takes a file
 * @param options see {@link IDropOptions}
 */
export function WatchDrops(
    scene: Scene,
    { controls }: ISandboxContext,
    open: (file: File) => void,
    { types = ".glb,.vrm", openFolder }: IDropOptions = {},
): void {
    const stop = new AbortController();
    const mark = (isOver: boolean): void => {
        document.body.classList.toggle("is-drop-target", isOver);
    };
    const on = (name: "dragover" | "dragleave" | "drop", act: (event: DragEvent) => void): void => {
        window.addEventListener(
            name,
            (event) => {
                event.preventDefault(); // else the browser opens the file in place of the page
                act(event);
            },
            { signal: stop.signal },
        );
    };
    on("dragover", () => {
        mark(true);
    });
    on("dragleave", () => {
        mark(false);
    });
    on("drop", (event) => {
        mark(false);
        const { dataTransfer } = event;
        const file = dataTransfer?.files[0];
        if (openFolder && dataTransfer && (HasFolder(dataTransfer) || dataTransfer.files.length > 1)) {
            openFolder(ListDroppedFilesAsync(dataTransfer));
        } else if (file) {
            open(file);
        }
    });
    const picker = document.createElement("input");
    picker.type = "file";
    picker.accept = types;
    picker.addEventListener("change", () => {
        const [file] = picker.files ?? [];
        if (file) {
            open(file);
        }
    });
    const pick = (): void => {
        picker.value = ""; // else the same file again is no change
        picker.click();
    };
    controls?.add({ pick }, "pick").name("open a file …");
    scene.onDisposeObservable.addOnce(() => {
        mark(false);
        stop.abort();
    });
}
