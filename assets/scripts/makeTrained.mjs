/**
 * Makes the demo person of what the trainer left, measures her, and takes the pictures of her:
 *
 *     node assets/scripts/makeTrained.mjs <network/model.npz> <static/model.npz> <folder with base-human/ and motion/>
 *
 * `assets/ada` receives the avatar, the baseline without a network, and `metrics.json`; `docs` the pictures. Figures and
 * pictures are of a dance that no training has seen.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { CompileScripts, root } from "./compileScripts.mjs";

const [model, staticModel, data] = process.argv.slice(2).map((file) => path.resolve(file));
if (!data) {
    console.error("Usage: node assets/scripts/makeTrained.mjs <network/model.npz> <static/model.npz> <data folder>");
    process.exit(2);
}
const load = CompileScripts(["assets/scripts/trained.ts", "assets/scripts/danceSheet.ts"]);
const { AddTrainingAsync, MakeTrainedAsync } = await load("assets/scripts/trained.ts");
const { DrawSheetsAsync, OrbitSheet, TitleSheet } = await load("assets/scripts/danceSheet.ts");

const folder = path.join(root, "assets/ada");
const [avatar, baseline] = ["ada.lite.avatar.glb", "ada.static.avatar.glb"].map((name) => path.join(folder, name));
const metrics = path.join(folder, "metrics.json");
const subject = path.join(data, "base-human/base_human_female.glb");
const dance = path.join(data, "motion/aist_gBR_ch01_smpl.npz");
mkdirSync(folder, { recursive: true });

const files = { model, staticModel, baked: path.join(root, "assets/ada.avatar.glb"), avatar, baseline };
await MakeTrainedAsync(files);
const people = ["--avatar", avatar, "--baseline", baseline, "--subject", subject];
const poses = ["--motion", dance, "--poses", "24", "--cameras", "2", "--seed", "1"];
execFileSync("npm", ["run", "evaluate", "--", ...people, ...poses, "--json", metrics], { cwd: root, stdio: "inherit" });
await AddTrainingAsync(metrics, files);
await DrawSheetsAsync(avatar, dance, {
    [path.join(root, "docs/ada-dance.jpg")]: TitleSheet,
    [path.join(root, "docs/ada-orbit.jpg")]: OrbitSheet,
});
// Babylon keeps timers.
process.exit();
