/**
 * Makes the files of `assets/` from their sources: `ada.avatar.glb` with `walk.glb`, and `mannequin.glb`.
 *
 *     node assets/scripts/makeDemo.mjs <folder with base-human/ and motion/> [ada | mannequin]
 *
 * Compiles the library into `.cache/demo` first, so that no build is needed.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const cache = path.join(root, ".cache/demo");
const [dataFolder, only] = process.argv.slice(2);
if (!dataFolder || !["ada", "mannequin", undefined].includes(only)) {
    console.error("Usage: node assets/scripts/makeDemo.mjs <data folder> [ada | mannequin]");
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
        files: ["assets/scripts/demo.ts", "assets/scripts/mannequin.ts", "src/wgsl.d.ts"].map((file) =>
            path.join(root, file),
        ),
    }),
);
execFileSync(process.execPath, [path.join(root, "node_modules/typescript/bin/tsc"), "-p", cache], { stdio: "inherit" });
const load = (name) => import(pathToFileURL(path.join(cache, "assets/scripts", name)).href);
const [data, assets] = [path.resolve(dataFolder), path.join(root, "assets")];
if (only !== "mannequin") {
    const { MakeDemoAsync } = await load("demo.js");
    await MakeDemoAsync(data, assets);
}
if (only !== "ada") {
    const { MakeMannequinAsync } = await load("mannequin.js");
    await MakeMannequinAsync(data, assets);
}
