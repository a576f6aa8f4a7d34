import type * as Ort from "onnxruntime-web/webgpu";
import { NetworkError } from "./networkError.js";
import { NetworkQueue } from "./networkQueue.js";

/**
 * Builds of ONNX Runtime, by what is in them: `jspi` and `webgpu` have the WebGPU provider and suspend themselves by the
 * browser's or by their own means (4.1 and 6.6 MB compressed), `wasm` has none (3.7 MB).
 */
export type OrtBuild = "jspi" | "webgpu" | "wasm";

/** ONNX Runtime, loaded. */
export interface IOrtModule {
    /** Which build it is. */
    readonly build: OrtBuild;
    /** Its interface. */
    readonly ort: typeof Ort;
    /** Everything goes through here: two runs at once are the end of the `webgpu` build, two creations throw in all. */
    readonly queue: NetworkQueue;
    /** Whether runs happen in a worker, which takes its inputs away from who gave them. */
    readonly isInWorker: boolean;
}

/** Spelt out, so that bundlers find them. */
const Imports: Readonly<Record<OrtBuild, () => Promise<typeof Ort>>> = {
    jspi: async () => await import("onnxruntime-web/jspi"),
    webgpu: async () => await import("onnxruntime-web/webgpu"),
    wasm: async () => await import("onnxruntime-web/wasm"),
};

const loaded = new Map<OrtBuild, Promise<IOrtModule>>();

/** @returns the smallest build that this browser can run with the WebGPU provider */
export function ChooseWebGpuBuild(): OrtBuild {
    return "Suspending" in WebAssembly ? "jspi" : "webgpu";
}

/**
 * Loads ONNX Runtime, a build of it once.
 *
 * @param build which one
 * @returns the module and its queue
 * @throws {@link NetworkError} `"runtime-missing"` when the package is not there
 */
export async function LoadOrtAsync(build: OrtBuild): Promise<IOrtModule> {
    const loading = loaded.get(build) ?? LoadOnceAsync(build);
    loaded.set(build, loading);
    try {
        return await loading;
    } catch (error) {
        loaded.delete(build);
        throw error;
    }
}

async function LoadOnceAsync(build: OrtBuild): Promise<IOrtModule> {
    const ort = await ImportOrtAsync(build);
    const isBrowser = typeof document !== "undefined";
    const { wasm } = ort.env;
    if (build === "wasm" && isBrowser) {
        // Else a run would hold up the page. What the application has set for its own networks stays.
        wasm.proxy ??= true;
    }
    if (build !== "wasm" || !isBrowser) {
        // With WebGPU the processor has nothing to share out; in Node threads would keep the process alive.
        wasm.numThreads ??= 1;
    }
    return { build, ort, queue: new NetworkQueue(), isInWorker: isBrowser && wasm.proxy === true };
}

async function ImportOrtAsync(build: OrtBuild): Promise<typeof Ort> {
    let cause: unknown;
    try {
        const ort = await Imports[build]();
        // Some bundlers put an empty module in the place of a missing one.
        if ("InferenceSession" in ort) {
            return ort;
        }
    } catch (error) {
        cause = error;
    }
    throw new NetworkError(
        "runtime-missing",
        `Avatars with networks need the npm package onnxruntime-web, whose part "onnxruntime-web/${build}" could not be loaded. Install it: npm install onnxruntime-web`,
        { cause },
    );
}
