/**
 * Makes the files of `assets/` from their sources: `ada.avatar.glb` with `walk.glb`, and `mannequin.glb`.
 *
 *     node assets/scripts/makeDemo.mjs <folder with base-human/ and motion/> [ada | mannequin]
 */
import path from "node:path";
import { CompileScripts, root } from "./compileScripts.mjs";

const [dataFolder, only] = process.argv.slice(2);
if (!dataFolder || !["ada", "mannequin", undefined].includes(only)) {
    console.error("Usage: node assets/scripts/makeDemo.mjs <data folder> [ada | mannequin]");
    process.exit(2);
}
const load = CompileScripts(["assets/scripts/demo.ts", "assets/scripts/mannequin.ts"]);
const [data, assets] = [path.resolve(dataFolder), path.join(root, "assets")];
if (only !== "mannequin") {
    const { MakeDemoAsync } = await load("assets/scripts/demo.ts");
    await MakeDemoAsync(data, assets);
}
if (only !== "ada") {
    const { MakeMannequinAsync } = await load("assets/scripts/mannequin.ts");
    await MakeMannequinAsync(data, assets);
}
