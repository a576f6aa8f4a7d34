// First, and not for its binding: webgpuEngine.js alone ends in a circular import ("Class extends value undefined").
import "@babylonjs/core/scene.js";
import { WebGPUEngine, type WebGPUEngineOptions } from "@babylonjs/core/Engines/webgpuEngine.js";
import { Logger } from "@babylonjs/core/Misc/logger.js";
import { CreateFakeCanvas } from "./fakeCanvas.js";
import { InstallWebGpuAsync, type IWebGpuOptions } from "./webgpu.js";

/** What {@link CreateHeadlessEngineAsync} makes. */
export interface IHeadlessEngineOptions extends IWebGpuOptions {
    /** Width of the picture in pixels. */
    readonly width: number;
    /** Height of the picture in pixels. */
    readonly height: number;
    /** Passed on to Babylon; by default no antialiasing, no extra limits and no extra features. */
    readonly engineOptions?: WebGPUEngineOptions;
}

/**
 * A Babylon `WebGPUEngine` in Node: no browser, no window, real pixels.
 *
 * @param options size of the picture, adapter and engine options
 * @returns an initialised engine; the caller disposes it
 * @throws HeadlessError when WebGPU is not available in this process
 *
 * @example
 * ```ts
 * const engine = await CreateHeadlessEngineAsync({ width: 320, height: 180 });
 * const scene = BuildScene(engine);
 * const rgba = await RenderPixelsAsync(engine, () => scene.render());
 * ```
 */
export async function CreateHeadlessEngineAsync(options: IHeadlessEngineOptions): Promise<WebGPUEngine> {
    await InstallWebGpuAsync(options);
    // A command's output is its own: no version banner.
    Logger.LogLevels = Logger.WarningLogLevel | Logger.ErrorLogLevel;
    const engine = new WebGPUEngine(CreateFakeCanvas(options.width, options.height), {
        antialias: false,
        ...options.engineOptions,
        // The platform's favourite is BGRA, and readPixels would hand that order on.
        swapChainFormat: "rgba8unorm",
    });
    // A software adapter falls behind without limit otherwise.
    engine.maxFramesInFlight = 2;
    await engine.initAsync();
    return engine;
}

/**
 * Renders one frame and reads it back. The copy is recorded inside the frame and awaited after it, since the texture of
 * a frame is only valid until its end.
 *
 * @param engine from {@link CreateHeadlessEngineAsync}
 * @param render draws the frame, for example `() => scene.render()`
 * @returns RGBA, 8 bits a channel, rows from the top, `width * height * 4` bytes
 */
export async function RenderPixelsAsync(engine: WebGPUEngine, render: () => void): Promise<Uint8Array> {
    engine.beginFrame();
    render();
    const reading = engine.readPixels(0, 0, engine.getRenderWidth(), engine.getRenderHeight());
    engine.endFrame();
    const pixels = await reading;
    return new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
}
