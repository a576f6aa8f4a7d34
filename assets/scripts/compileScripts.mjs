/**
 * Compiles TypeScript of the repository into `.cache/scripts`, with what it imports of the library, so that scripts need no
 * build.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { register } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** The repository. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

const cache = path.join(root, ".cache/scripts");

/**
 * Compiles scripts, unchecked.
 *
 * @param {readonly string[]} scripts paths below the repository, for example `assets/scripts/demo.ts`
 * @returns a function that imports one of them, or of what they import, by the same path
 */
export function CompileScripts(scripts) {
    mkdirSync(cache, { recursive: true });
    writeFileSync(path.join(cache, "package.json"), JSON.stringify({ type: "module" }));
    writeFileSync(
        path.join(cache, "tsconfig.json"),
        JSON.stringify({
            extends: path.join(root, "tsconfig.json"),
            compilerOptions: { noEmit: false, noCheck: true, outDir: cache, rootDir: root },
            include: [],
            files: [...scripts, "src/wgsl.d.ts"].map((file) => path.join(root, file)),
        }),
    );
    const compiler = path.join(root, "node_modules/typescript/bin/tsc");
    execFileSync(process.execPath, [compiler, "-p", cache], { stdio: "inherit" });
    register("./wgslHook.mjs", import.meta.url, { data: { cache: pathToFileURL(cache).href } });
    return (script) => import(pathToFileURL(path.join(cache, script.replace(/\.ts$/, ".js"))).href);
}
