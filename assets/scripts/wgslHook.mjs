/** Lets Node import `.wgsl` files from compiled scripts: modules whose default export is the text. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

let cache = "";

export function initialize(data) {
    cache = data.cache;
}

export function resolve(specifier, context, next) {
    if (!specifier.endsWith(".wgsl")) {
        return next(specifier, context);
    }
    // Only what was compiled lies in the cache; shaders stay where they are.
    const url = new URL(specifier, context.parentURL).href.replace(
        cache,
        new URL("../..", import.meta.url).href.replace(/\/$/, ""),
    );
    return { url, shortCircuit: true };
}

export function load(url, context, next) {
    if (!url.endsWith(".wgsl")) {
        return next(url, context);
    }
    const text = readFileSync(fileURLToPath(url), "utf8");
    return { format: "module", shortCircuit: true, source: `export default ${JSON.stringify(text)};` };
}
