import { existsSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join, resolve } from "node:path";
import { UnpackChromium } from "./chromiumPackage.js";

/** Where the Vulkan driver that Dawn will load comes from. */
export type VulkanDriver = "environment" | "lavapipe" | "swiftshader";

/** Where `npm run setup:lavapipe` puts Mesa's software driver, relative to the working directory. */
const LavapipeManifest = join(".cache", "lavapipe", "lvp_icd.json");

/** `RTLD_NODELETE` of glibc, which `os.constants.dlopen` does not list: the library outlives the handle that opened it. */
const DlopenNoDelete = 0x1000;

/**
 * Makes sure that a Vulkan driver exists which needs no graphics hardware, and points the Vulkan loader at it. Call it
 * before Dawn is created: the loader reads its environment only then.
 *
 * A driver named by `VK_ICD_FILENAMES` or `VK_DRIVER_FILES` is respected. Else lavapipe is taken when
 * `npm run setup:lavapipe` has fetched it, else SwiftShader is unpacked from the npm package `@sparticuz/chromium`.
 *
 * @returns which driver was chosen
 * @throws HeadlessError `"software-driver-missing"` when none can be found
 */
export function UseSoftwareVulkanDriver(): VulkanDriver {
    if (process.env["VK_ICD_FILENAMES"] || process.env["VK_DRIVER_FILES"]) {
        return "environment";
    }
    const lavapipe = resolve(LavapipeManifest);
    if (existsSync(lavapipe)) {
        process.env["VK_ICD_FILENAMES"] = lavapipe;
        // LLVM compiles each pipeline on first use, for seconds; the cache makes that once a machine.
        process.env["MESA_SHADER_CACHE_DIR"] ??= join(dirname(lavapipe), "shaders");
        return "lavapipe";
    }
    const folder = UnpackChromium("swiftshader", ["swiftshader.tar.br"]);
    PreloadVulkanLoader(join(folder, "libvulkan.so.1"));
    process.env["VK_ICD_FILENAMES"] = join(folder, "vk_swiftshader_icd.json");
    return "swiftshader";
}

/**
 * Loads the Vulkan loader that lies beside the driver, for machines without one: when Dawn asks the system for
 * `libvulkan.so.1`, the library of that name that is already in the process answers.
 */
function PreloadVulkanLoader(path: string): void {
    try {
        process.dlopen({ exports: {} }, path, constants.dlopen.RTLD_NOW | DlopenNoDelete);
    } catch (error) {
        // `dlopen` is meant for Node add-ons, and complains after it has loaded any other library.
        if (!String(error).includes("did not self-register")) {
            throw error;
        }
    }
}
