/**
 * Makes what the published body method leaves of a person, a subject folder and a checkpoint, for trying out the converter:
 * nobody was trained, the weights are random.
 *
 *     node assets/scripts/makeSynthetic.mjs <folder> [--divisor 16] [--step 1] [--frames 4] [--seed 1]
 *
 * Official networks have `--divisor 1`, 903 MB; `--step 2` keeps a quarter of the Gaussians.
 */
import path from "node:path";
import { parseArgs } from "node:util";
import { CompileScripts, root } from "./compileScripts.mjs";

const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: Object.fromEntries(["divisor", "step", "frames", "seed"].map((name) => [name, { type: "string" }])),
});
const [folder, ...others] = positionals;
if (folder === undefined || others.length > 0) {
    console.error("Usage: node assets/scripts/makeSynthetic.mjs <folder> [--divisor n] [--step n] [--frames n] [--seed n]");
    process.exit(2);
}
const script = "assets/scripts/synthetic/dataset.ts";
const { MakeDatasetAsync } = await CompileScripts([script])(script);
const { divisor = 16, step = 1, frames = 4, seed = 1 } = values;
await MakeDatasetAsync(path.join(root, "assets/ada.avatar.glb"), path.resolve(folder), {
    divisor: Number(divisor),
    step: Number(step),
    frames: Number(frames),
    seed: Number(seed),
});
