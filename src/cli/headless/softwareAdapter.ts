import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { constants, tmpdir } from "node:os";
import { dirname, join, resolve, sep } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { HeadlessError } from "./headlessError.js";

/** Where the Vulkan driver that Dawn will load comes from. */
export type VulkanDriver = "environment" | "lavapipe" | "swiftshader";

/** The npm package whose archive carries SwiftShader, the software Vulkan driver of Chromium. */
const SwiftShaderPackage = "@sparticuz/chromium";

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
    // Both software drivers print a warning when this is unset; nothing is ever written there.
    process.env["XDG_RUNTIME_DIR"] ??= tmpdir();
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
    const folder = UnpackSwiftShader();
    PreloadVulkanLoader(join(folder, "libvulkan.so.1"));
    process.env["VK_ICD_FILENAMES"] = join(folder, "vk_swiftshader_icd.json");
    return "swiftshader";
}

/**
 * Unpacks an archive of `@sparticuz/chromium` once per version, into `node_modules/.cache/babylon-gaussian-avatar`. Two
 * processes may do so at the same time: each unpacks aside and renames, and the second finds the work done.
 *
 * @param name file name in the package's `bin` folder, for example `"swiftshader.tar.br"`
 * @param unpack writes the decompressed bytes into a folder
 * @returns absolute path of the folder
 * @throws HeadlessError `"software-driver-missing"` when the package is not installed
 */
export function UnpackChromiumArchive(name: string, unpack: (bytes: Buffer, folder: string) => void): string {
    const packageFolder = FindSwiftShaderPackage();
    const manifest = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8")) as { version: string };
    const modules = packageFolder.slice(0, packageFolder.lastIndexOf(`${sep}node_modules${sep}`));
    const cache = join(modules, "node_modules", ".cache", "babylon-gaussian-avatar");
    const target = join(cache, `${name.split(".")[0] ?? name}-${manifest.version}-${process.arch}`);
    if (existsSync(target)) {
        return target;
    }
    mkdirSync(cache, { recursive: true });
    const staging = mkdtempSync(join(cache, "unpacking-"));
    try {
        unpack(brotliDecompressSync(readFileSync(join(packageFolder, "bin", name))), staging);
        renameSync(staging, target);
    } catch (error) {
        rmSync(staging, { recursive: true, force: true });
        if (!existsSync(target)) {
            throw error;
        }
    }
    return target;
}

/** Extracts a tar archive with the system's own `tar`, which every Linux that this driver is built for has. */
function ExtractTar(bytes: Buffer, folder: string): void {
    execFileSync("tar", ["-x", "-C", folder], { input: bytes, maxBuffer: 1 << 16 });
}

function UnpackSwiftShader(): string {
    return UnpackChromiumArchive("swiftshader.tar.br", ExtractTar);
}

function FindSwiftShaderPackage(): string {
    const install = `Install it (npm install --save-dev ${SwiftShaderPackage}) or set VK_ICD_FILENAMES to a Vulkan driver.`;
    if (process.platform !== "linux") {
        throw new HeadlessError(
            "software-driver-missing",
            `No software Vulkan driver is packaged for ${process.platform}; only Linux has one. ` +
                "Use a machine with a GPU or set VK_ICD_FILENAMES to a Vulkan driver.",
        );
    }
    try {
        const entry = createRequire(import.meta.url).resolve(SwiftShaderPackage);
        const folder = join("node_modules", SwiftShaderPackage);
        return entry.slice(0, entry.lastIndexOf(folder) + folder.length);
    } catch (error) {
        throw new HeadlessError(
            "software-driver-missing",
            `The software Vulkan driver comes with the npm package ${SwiftShaderPackage}, which is not installed. ${install}`,
            { cause: error },
        );
    }
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
