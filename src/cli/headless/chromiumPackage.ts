import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { HeadlessError } from "./headlessError.js";

/** The npm package whose archives carry a Chromium and SwiftShader, its software Vulkan driver. */
const ChromiumPackage = "@sparticuz/chromium";

/**
 * Unpacks archives of `@sparticuz/chromium` into one folder, once a version, in `node_modules/.cache`. Two processes may
 * do so at the same time: each unpacks aside and renames, and the slower one finds the work done.
 *
 * @param name of the folder, for example `"swiftshader"`
 * @param archives file names in the package's `bin` folder; `.tar.br` gives files, any other `.br` one executable
 * @returns absolute path of the folder
 * @throws HeadlessError `"software-driver-missing"` when the package is not installed or not made for this platform
 */
export function UnpackChromium(name: string, archives: readonly string[]): string {
    const source = FindPackage();
    const { version } = JSON.parse(readFileSync(join(source, "package.json"), "utf8")) as { version: string };
    const cache = join(dirname(dirname(source)), ".cache", "babylon-gaussian-avatar");
    const target = join(cache, `${name}-${version}`);
    if (existsSync(target)) {
        return target;
    }
    mkdirSync(cache, { recursive: true });
    const staging = mkdtempSync(join(cache, "unpacking-"));
    try {
        for (const archive of archives) {
            Unpack(join(source, "bin", archive), staging);
        }
        renameSync(staging, target);
    } catch (error) {
        rmSync(staging, { recursive: true, force: true });
        if (!existsSync(target)) {
            throw error;
        }
    }
    return target;
}

function Unpack(archive: string, folder: string): void {
    const bytes = brotliDecompressSync(readFileSync(archive));
    if (archive.endsWith(".tar.br")) {
        execFileSync("tar", ["-x", "-C", folder], { input: bytes });
    } else {
        writeFileSync(join(folder, basename(archive, ".br")), bytes, { mode: 0o755 });
    }
}

function FindPackage(): string {
    const otherwise = "Use a machine with a GPU, or set VK_ICD_FILENAMES to the manifest of a Vulkan driver.";
    if (process.platform !== "linux" || process.arch !== "x64") {
        throw new HeadlessError(
            "software-driver-missing",
            `No software Vulkan driver is packaged for ${process.platform} ${process.arch}, only for linux x64. ${otherwise}`,
        );
    }
    try {
        const entry = createRequire(import.meta.url).resolve(ChromiumPackage);
        const folder = join("node_modules", ChromiumPackage);
        return entry.slice(0, entry.lastIndexOf(folder) + folder.length);
    } catch (error) {
        throw new HeadlessError(
            "software-driver-missing",
            `The software Vulkan driver comes with the npm package ${ChromiumPackage}, which is not installed. ` +
                `Install it: npm install ${ChromiumPackage}. ${otherwise}`,
            { cause: error },
        );
    }
}
