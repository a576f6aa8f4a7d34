import { basename, extname } from "node:path";
import { performance } from "node:perf_hooks";
import { BakeAvatarAsync, DefaultSplats, type BakeStage } from "../../convert/bake/bakeAvatar.js";
import { MaxGaussians } from "../../format/limits.js";
import { WriteAvatar } from "../../format/writeAvatar.js";
import { FormatBytes } from "../avatarSummary.js";
import { ReadCharacterFileAsync } from "../characterFile.js";
import { UsageError } from "../cliError.js";
import { ExitCode, type ICommand } from "../command.js";
import { DecodeImageInNodeAsync } from "../decodeImage.js";
import { RequireWritableAsync, WriteFileAtomicAsync } from "../files.js";
import { NumberOption, OnlyFile, TextOption } from "../optionValues.js";
import { RequireExtension, RequireNoInput } from "../outputFile.js";

/** What the stages are called on the screen. */
const StageTitles: Readonly<Record<BakeStage, string>> = {
    read: "reading the character",
    pose: "finding the skeleton, posing",
    sample: "covering the surface with splats",
    clips: "carrying over clips",
    done: "writing",
};

/** `gaussian-avatar bake`: any rigged glTF character becomes an avatar. */
export const BakeCommand: ICommand = {
    help: `Usage: gaussian-avatar bake <hero.glb | hero.gltf | hero.vrm> -o <hero.avatar.glb> [options]

Turns a rigged character into a Gaussian avatar, without training: its textured surface becomes flat Gaussians in the
T-pose, on the 55 SMPL-X joints; facial morph targets become expression channels, clips come along. Pictures are decoded
with the npm package sharp.

Options
  -o, --output FILE  where to write, a .glb
  --splats N         number of Gaussians (default ${DefaultSplats})
  --name NAME        name of the avatar (default: name of the file)
  --license ID       licence of the character, written into the file, for example CC0-1.0 (default unknown)
  --notice TEXT      notice that the licence asks to be kept

Examples
  gaussian-avatar bake hero.glb -o hero.avatar.glb
  gaussian-avatar bake hero.vrm -o hero.avatar.glb --splats 120000 --name Ada --license CC-BY-4.0 --notice "© Ada's maker"
`,
    options: {
        output: { type: "string", short: "o" },
        splats: { type: "string" },
        name: { type: "string" },
        license: { type: "string" },
        notice: { type: "string" },
    },
    async runAsync(line) {
        const path = OnlyFile(line, "character file");
        const output = TextOption(line, "output");
        if (output === undefined) {
            throw UsageError("Say where to write: -o hero.avatar.glb.");
        }
        const splats = NumberOption(line, "splats", 1, MaxGaussians, true) ?? DefaultSplats;
        RequireExtension(output, ".glb");
        RequireNoInput([output], [path]);
        const notice = TextOption(line, "notice");
        const start = performance.now();
        const character = await ReadCharacterFileAsync(path);
        await RequireWritableAsync(output);
        const asset = await BakeAvatarAsync(character, {
            splats,
            name: TextOption(line, "name") ?? basename(path, extname(path)),
            decodeImage: DecodeImageInNodeAsync,
            credits: {
                license: TextOption(line, "license") ?? "unknown",
                notices: notice === undefined ? [] : [notice],
            },
            onProgress: ({ stage, done }) => {
                line.progress.report(StageTitles[stage], done);
            },
            onWarning: (message) => {
                line.progress.note(`note: ${message}`);
            },
        });
        const bytes = WriteAvatar(asset);
        await WriteFileAtomicAsync(output, bytes);
        const seconds = ((performance.now() - start) / 1000).toFixed(1);
        const clips = asset.animations.length;
        line.progress.clear();
        line.terminal.writeResult(
            `${output}: ${asset.gaussians.count.toLocaleString("en")} splats, ${asset.morphTargets.length} expression channels, ` +
                `${clips} clip${clips === 1 ? "" : "s"}, ${FormatBytes(bytes.length)}, ${seconds} s\n`,
        );
        if (asset.credits.license === "unknown") {
            line.progress.note(
                "note: the file names no licence; say under which one the character may be used, with --license.",
            );
        }
        return ExitCode.Ok;
    },
};
