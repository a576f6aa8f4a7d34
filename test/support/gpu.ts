import { describe } from "@jest/globals";
import { type WebGPUEngine, type WebGPUEngineOptions } from "@babylonjs/core/Engines/webgpuEngine.js";
import { InstallWebGpuAsync } from "../../src/cli/headless/webgpu.js";

/** The adapter that the GPU tests of this run have. */
export interface ITestAdapter {
    /** For people, for example `"google swiftshader SwiftShader Device"`. */
    readonly name: string;
    /** Lavapipe or hardware: large sizes are fine. On SwiftShader tests keep to some 10,000 splats. */
    readonly isFast: boolean;
    /** Optional features of the adapter; a device has only those it asks for. */
    readonly features: ReadonlySet<string>;
}

const found = await FindAdapterAsync();

/** The adapter; only to be read inside {@link DescribeGpu}. */
export const Adapter: ITestAdapter = found ?? { name: "none", isFast: false, features: new Set() };

/**
 * `describe` for tests that need a GPU: skipped with the reason where there is none, except in CI, where that fails.
 *
 * @param title of the suite
 * @param body declares the tests
 */
export function DescribeGpu(title: string, body: () => void): void {
    if (found) {
        describe(title, body);
    } else {
        describe.skip(`${title} (needs a WebGPU adapter)`, body);
    }
}

/**
 * A plain device for kernel tests; the caller destroys it.
 *
 * @param descriptor limits and features to ask for (default: those that every WebGPU device has)
 */
export async function GetTestDeviceAsync(descriptor?: GPUDeviceDescriptor): Promise<GPUDevice> {
    const gpu = await InstallWebGpuAsync({ software: true });
    const adapter = await gpu.requestAdapter();
    if (!adapter) {
        throw new Error("The WebGPU adapter has gone.");
    }
    const device = await adapter.requestDevice(descriptor);
    // Unheard, a validation error is a warning on the console and a test that compares zeros with zeros.
    device.addEventListener("uncapturederror", (event) => {
        throw new Error(event.error.message);
    });
    return device;
}

/**
 * A Babylon engine on the test adapter; the caller disposes it.
 *
 * @param width in pixels
 * @param height in pixels
 * @param engineOptions passed on to Babylon
 */
export async function CreateTestEngineAsync(
    width: number,
    height: number,
    engineOptions: WebGPUEngineOptions = {},
): Promise<WebGPUEngine> {
    // Imported late, since kernel tests need no Babylon and load a second faster without it.
    const { CreateHeadlessEngineAsync } = await import("../../src/cli/headless/headlessEngine.js");
    const engine = await CreateHeadlessEngineAsync({ width, height, software: true, engineOptions });
    // Babylon prints validation errors as warnings, and goes on with wrong pixels.
    engine._device.addEventListener("uncapturederror", (event) => {
        throw new Error(event.error.message);
    });
    return engine;
}

async function FindAdapterAsync(): Promise<ITestAdapter | undefined> {
    try {
        const gpu = await InstallWebGpuAsync({ software: true });
        const adapter = await gpu.requestAdapter();
        if (!adapter) {
            throw new Error("navigator.gpu.requestAdapter() gave null.");
        }
        const { vendor, architecture, device, description } = adapter.info;
        const name = [vendor, architecture, device, description].filter(Boolean).join(" ");
        AnnounceOnce(`GPU tests run on: ${name}`);
        return { name, isFast: !/swiftshader/i.test(name), features: new Set(adapter.features) };
    } catch (error) {
        if (process.env["CI"]) {
            throw error;
        }
        AnnounceOnce(`GPU tests are skipped: ${String(error)}`);
        return undefined;
    }
}

/** Jest gives every test file its own globals; the environment is the one thing they share. */
function AnnounceOnce(message: string): void {
    if (process.env["TEST_ADAPTER_ANNOUNCED"] !== message) {
        process.env["TEST_ADAPTER_ANNOUNCED"] = message;
        process.stderr.write(`${message}\n`);
    }
}
