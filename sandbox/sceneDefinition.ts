import { type Scene } from "@babylonjs/core/scene.js";
import { type GUI } from "lil-gui";
import { type SceneClock } from "./sceneClock.js";

/** What the shell lends a scene. */
export interface ISandboxContext {
    /** The scene's time; whatever moves by itself takes its time from here, so that the address can freeze it. */
    readonly clock: SceneClock;
    /** Folder of the panel for the scene's own controls, or null where the page shows no panel. */
    readonly controls: GUI | null;
    /** The whole query of the address, for what only this scene understands. */
    readonly parameters: URLSearchParams;
    /** Where the scene may put elements over the canvas; taken from the page when the scene is left. */
    readonly overlay: HTMLElement;
    /** Tells the panel that clips have come or gone. */
    readonly onClipsChanged: () => void;
}

/** One scene of the sandbox: one file, one feature. */
export interface ISandboxScene {
    /** Shown in the list and over the picture. */
    readonly title: string;
    /** One sentence: what is to be seen. */
    readonly description: string;
    /** What one can do with it, in a few words. */
    readonly hint: string;
    /** Whether the scene has its own list of clips, so that the panel shows none (default: false). */
    readonly choosesClips?: boolean;
    /**
     * Fills an empty scene, a camera among the rest.
     *
     * @param scene an empty scene on an engine of `CreateAvatarEngineAsync`; the shell renders and disposes it
     * @param canvas for the camera's controls
     * @param context what the shell lends
     */
    buildAsync(scene: Scene, canvas: HTMLCanvasElement, context: ISandboxContext): Promise<void>;
}
