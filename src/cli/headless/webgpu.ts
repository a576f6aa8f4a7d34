import { tmpdir } from "node:os";
import type * as Dawn from "webgpu";
import { HeadlessError } from "./headlessError.js";
import { UseSoftwareVulkanDriver } from "./softwareAdapter.js";

/** How {@link InstallWebGpuAsync} chooses an adapter. */
export interface IWebGpuOptions {
    /** Take the software adapter even where hardware would be found (default: false). */
    readonly software?: boolean;
}

/** The npm package `webgpu`: `create` makes a `GPU`, `globals` holds the classes that browsers have as globals. */
type DawnModule = typeof Dawn;

/** What `globals` hold of what we touch, and what we add to them to find it again. */
interface IDawnGlobals {
    readonly GPUSupportedFeatures: { readonly prototype: Partial<Set<string>> };
    readonly GPUQueue: { readonly prototype: { writeBuffer: (...args: unknown[]) => void } };
    /** Every `GPU` object made in this process; see {@link CreateGpu}. There once {@link PatchDawn} was here. */
    avatarInstances?: GPU[];
}

/**
 * For software adapters. SwiftShader unrolls the driver's own way of zeroing workgroup memory word by word, and then compiles
 * the sort for two seconds; the loop that Dawn writes in its stead zeroes the same words and compiles in a tenth of that.
 */
const SoftwareFlags = ["disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension"];

let installing: Promise<GPU> | undefined;

/**
 * Gives Node a `navigator.gpu` and the `GPU…` globals, by the npm package `webgpu` (Dawn). Without a hardware adapter the
 * software one of {@link UseSoftwareVulkanDriver} is taken. Done once a process; later calls return the first result.
 *
 * @param options see {@link IWebGpuOptions}
 * @returns the same object as `navigator.gpu`
 * @throws HeadlessError when the package is missing (`"webgpu-package-missing"`), there is no driver
 * (`"software-driver-missing"`) or the driver gives no adapter (`"webgpu-adapter-missing"`)
 */
export async function InstallWebGpuAsync(options: IWebGpuOptions = {}): Promise<GPU> {
    installing ??= InstallOnceAsync(options.software ?? false);
    try {
        return await installing;
    } catch (error) {
        installing = undefined;
        throw error;
    }
}

async function InstallOnceAsync(software: boolean): Promise<GPU> {
    if (process.platform === "linux") {
        // Vulkan drivers print an error when this is unset, even those that are only asked who they are.
        process.env["XDG_RUNTIME_DIR"] ??= tmpdir();
    }
    const dawn = await ImportDawnAsync();
    const globals = dawn.globals as IDawnGlobals;
    Object.assign(globalThis, globals);
    PatchDawn(globals);
    if (!software) {
        const gpu = CreateGpu(dawn, globals, []);
        if (await gpu.requestAdapter()) {
            return InstallNavigator(gpu);
        }
    }
    const driver = UseSoftwareVulkanDriver();
    // A new instance, since an instance finds its drivers when it is made.
    const gpu = CreateGpu(dawn, globals, SoftwareFlags);
    if (!(await gpu.requestAdapter())) {
        throw new HeadlessError(
            "webgpu-adapter-missing",
            `WebGPU found no adapter with the Vulkan driver from ${driver} (VK_ICD_FILENAMES=${process.env["VK_ICD_FILENAMES"] ?? ""}). ` +
                "Check that the file exists, or unset the variable to use the packaged software driver.",
        );
    }
    return InstallNavigator(gpu);
}

async function ImportDawnAsync(): Promise<DawnModule> {
    try {
        return await import("webgpu");
    } catch (error) {
        throw new HeadlessError(
            "webgpu-package-missing",
            "Rendering in Node needs the npm package webgpu (Dawn), which could not be loaded. Install it: npm install webgpu",
            { cause: error },
        );
    }
}

/** Keeps every instance for the life of the process: Dawn crashes when one is garbage collected while in use. */
function CreateGpu(dawn: DawnModule, globals: IDawnGlobals, flags: string[]): GPU {
    const gpu = dawn.create(flags);
    globals.avatarInstances?.push(gpu);
    return gpu;
}

function InstallNavigator(gpu: GPU): GPU {
    const navigator = { gpu, userAgent: "node", hardwareConcurrency: 1 };
    Object.defineProperty(globalThis, "navigator", { value: navigator, configurable: true, writable: true });
    return gpu;
}

/** Closes two gaps between Dawn for Node and a browser, once a process. */
function PatchDawn(globals: IDawnGlobals): void {
    if (globals.avatarInstances) {
        return;
    }
    globals.avatarInstances = [];
    // Setlike in the standard, and Babylon iterates it so; Dawn only has the iterator.
    globals.GPUSupportedFeatures.prototype.forEach ??= function forEach(this: Set<string>, visit): void {
        for (const feature of this) {
            visit(feature, feature, this);
        }
    };
    // Browsers take views of shared memory here (the heap of threaded wasm); Dawn crashes or says "Invalid argument". Not
    // `instanceof`: in jest every test file has a `SharedArrayBuffer` of its own, and the patch is made by the first.
    const queue = globals.GPUQueue.prototype;
    const { writeBuffer } = queue;
    queue.writeBuffer = function (this: GPUQueue, ...args: unknown[]): void {
        const data = args[2];
        if (ArrayBuffer.isView(data) && data.buffer[Symbol.toStringTag] === "SharedArrayBuffer") {
            args[2] = (data as Uint8Array).slice();
        }
        writeBuffer.apply(this, args);
    };
}
