/** Compiles scripts of this folder, with what they import of the library, into `.cache/demo`, so that no build is needed. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** The repository. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

/**
 * Compiles scripts, unchecked.
 *
 * @param {readonly string[]} scripts paths below this folder, for example `demo.ts`
 * @returns a function that imports one of them, by the same path
 */
export function CompileScripts(scripts) {
    const cache = path.join(root, ".cache/demo");
    mkdirSync(cache, { recursive: true });
    writeFileSync(path.join(cache, "package.json"), JSON.stringify({ type: "module" }));
    writeFileSync(
        path.join(cache, "tsconfig.json"),
        JSON.stringify({
            extends: path.join(root, "tsconfig.json"),
            compilerOptions: { noEmit: false, noCheck: true, outDir: cache, rootDir: root },
            include: [],
            files: [...scripts.map((script) => `assets/scripts/${script}`), "src/wgsl.d.ts"].map((file) =>
                path.join(root, file),
            ),
        }),
    );
    const compiler = path.join(root, "node_modules/typescript/bin/tsc");
    execFileSync(process.execPath, [compiler, "-p", cache], { stdio: "inherit" });
    return (script) =>
        import(pathToFileURL(path.join(cache, "assets/scripts", script.replace(/\.ts$/, ".js"))).href);
}
