import { existsSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Browser } from "playwright-core";
import { UnpackChromium } from "../../src/cli/headless/chromiumPackage.js";

/** Where Debian's package puts it. */
const SystemBrowser = "/usr/bin/chromium";

const QuietFlags = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/** All of them together: with fewer there is either no adapter, or none that can draw to a canvas. */
const SoftwareWebGpuFlags = [
    "--enable-unsafe-webgpu",
    "--use-webgpu-adapter=swiftshader",
    "--enable-features=Vulkan",
    "--use-vulkan=swiftshader",
    "--use-angle=swiftshader",
    // As in Node: compiles the sort in a tenth of the time.
    "--disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension",
];

/**
 * Starts a headless Chromium with WebGPU on SwiftShader: the one of `CHROMIUM_PATH`, else the system's, else the one that
 * the npm package `@sparticuz/chromium` carries.
 *
 * @returns the browser; the caller closes it
 */
export async function LaunchBrowserAsync(): Promise<Browser> {
    const args = [...QuietFlags, ...SoftwareWebGpuFlags];
    const installed = process.env["CHROMIUM_PATH"] ?? (existsSync(SystemBrowser) ? SystemBrowser : undefined);
    if (installed) {
        return await chromium.launch({ executablePath: installed, args });
    }
    const folder = UnpackChromium("browser", ["chromium.br", "swiftshader.tar.br", "al2023.tar.br"]);
    return await chromium.launch({
        executablePath: join(folder, "chromium"),
        args,
        // The package's own copies of what a minimal system lacks.
        env: { ...process.env, LD_LIBRARY_PATH: join(folder, "lib") },
    });
}
