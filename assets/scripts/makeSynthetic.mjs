/**
 * Makes people whose networks have random weights, to stand in where a trained one is missing.
 *
 *     node assets/scripts/makeSynthetic.mjs lite
 *     node assets/scripts/makeSynthetic.mjs dataset <folder> [--divisor 16] [--step 1] [--frames 4] [--seed 1]
 *
 * `lite` writes `assets/ada.lite.avatar.glb`; `dataset` a subject folder and a checkpoint of the published body method, for
 * the converter. Official networks have `--divisor 1`, 903 MB; `--step 2` keeps a quarter of the Gaussians.
 */
import path from "node:path";
import { parseArgs } from "node:util";
import { CompileScripts, root } from "./compileScripts.mjs";

const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: Object.fromEntries(["divisor", "step", "frames", "seed"].map((name) => [name, { type: "string" }])),
});
const [what, folder] = positionals;
const avatar = path.join(root, "assets/ada.avatar.glb");
if (what === "lite" && folder === undefined) {
    const { MakeSyntheticLiteAsync } = await LoadAsync("lite.ts");
    await MakeSyntheticLiteAsync(avatar, path.join(root, "assets/ada.lite.avatar.glb"));
} else if (what === "dataset" && folder !== undefined) {
    const { MakeDatasetAsync } = await LoadAsync("dataset.ts");
    const { divisor = 16, step = 1, frames = 4, seed = 1 } = values;
    await MakeDatasetAsync(avatar, path.resolve(folder), {
        divisor: Number(divisor),
        step: Number(step),
        frames: Number(frames),
        seed: Number(seed),
    });
} else {
    console.error("Usage: node assets/scripts/makeSynthetic.mjs lite | dataset <folder> [--divisor n] [--step n]");
    process.exitCode = 2;
}

function LoadAsync(name) {
    const script = `assets/scripts/synthetic/${name}`;
    return CompileScripts([script])(script);
}
