/**
 * Makes `assets/ada.avatar.glb` and `assets/walk.glb` from their sources.
 *
 *     node assets/scripts/makeDemo.mjs <folder with base-human/ and motion/>
 *
 * Compiles the library into `.cache/demo` first, so that no build is needed.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const cache = path.join(root, ".cache/demo");
const dataFolder = process.argv[2];
if (!dataFolder) {
    console.error("Usage: node assets/scripts/makeDemo.mjs <data folder>");
    process.exit(2);
}
mkdirSync(cache, { recursive: true });
writeFileSync(path.join(cache, "package.json"), JSON.stringify({ type: "module" }));
writeFileSync(
    path.join(cache, "tsconfig.json"),
    JSON.stringify({
        extends: path.join(root, "tsconfig.json"),
        compilerOptions: { noEmit: false, noCheck: true, outDir: cache, rootDir: root },
        include: [],
        files: [path.join(root, "assets/scripts/demo.ts"), path.join(root, "src/wgsl.d.ts")],
    }),
);
execFileSync(process.execPath, [path.join(root, "node_modules/typescript/bin/tsc"), "-p", cache], { stdio: "inherit" });
const { MakeDemoAsync } = await import(pathToFileURL(path.join(cache, "assets/scripts/demo.js")).href);
await MakeDemoAsync(path.resolve(dataFolder), path.join(root, "assets"));
