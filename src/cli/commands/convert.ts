import { basename, dirname, extname, join } from "node:path";
import { performance } from "node:perf_hooks";
import { type IAvatarAsset } from "../../format/avatarAsset.js";
import { WriteAvatar, WriteAvatarFiles } from "../../format/writeAvatar.js";
import { FormatBytes } from "../avatarSummary.js";
import { UsageError } from "../cliError.js";
import { ExitCode, type ICommand, type ICommandLine } from "../command.js";
import { AnimatableGaussiansMethod } from "../convert/animatableGaussiansMethod.js";
import { type IConvertMethod, type IConvertPlan } from "../convert/convertMethod.js";
import { GaussianHeadMethod } from "../convert/gaussianHeadMethod.js";
import { LiteHeadMethod } from "../convert/liteHeadMethod.js";
import { LiteMethod } from "../convert/liteMethod.js";
import { RequireWritableAsync, WriteFilesAtomicAsync } from "../files.js";
import { FolderOnDisk } from "../folderOnDisk.js";
import { TextOption } from "../optionValues.js";
import { RequireExtension, RequireNoInput } from "../outputFile.js";

/** The methods whose people can be converted. */
const Methods: Readonly<Record<string, IConvertMethod>> = {
    lite: LiteMethod,
    "lite-head": LiteHeadMethod,
    "animatable-gaussians": AnimatableGaussiansMethod,
    "gaussian-head-avatar": GaussianHeadMethod,
};

/** `gaussian-avatar convert`: a person that was trained becomes an avatar. */
export const ConvertCommand: ICommand = {
    help: `Usage: gaussian-avatar convert lite <model.npz> -o <avatar.glb> [options]
       gaussian-avatar convert lite-head <head.npz> -o <head.glb> [options]
       gaussian-avatar convert animatable-gaussians --data <subject> --checkpoint <net.pt> -o <avatar.glb> [options]
       gaussian-avatar convert gaussian-head-avatar --checkpoint <gaussianhead_latest> -o <head.glb> [options]

Turns a person that was trained into an avatar: networks as ONNX, maps, weights, joints and pose projection, and the
Gaussians of the rest pose, so that the avatar can be shown without networks. Networks run with the npm package
onnxruntime-web.

lite: a person trained with this project's trainer. What the avatar does is compared with what the trainer's own code
made of the same poses; an avatar that does something else is not written.

lite-head: a head trained with this project's trainer of heads, held to it in the same way. Its networks run in the frame;
its refiner, which sharpens the picture, is ONNX. The baked tier gets the 52 expressions as offsets, which takes a minute.

animatable-gaussians: a body trained with the official code of Animatable Gaussians. Its training motion becomes a clip.
Reads checkpoints without running any code in them.
      --data FOLDER         the subject, with smpl_params.npz and smpl_pos_map/
      --checkpoint FILE     net.pt of the training's last batch (default: net.pt in the folder)
      --body-model FILE     SMPLX_NEUTRAL.npz: tells where joints lie (default: they are found from the pose maps);
                            nothing of it is taken over into the avatar
      --config FILE         the training's .yaml: pose projection, fixed hands, view directions

gaussian-head-avatar: a head trained with the official code of Gaussian Head Avatar. Its networks run in the frame, without
onnxruntime-web; super-resolution, of which --precision is, runs with it.
      --checkpoint FILE     gaussianhead_latest of the training's second stage
      --super-resolution FILE
                            supres_latest of the same stage: makes pictures of the head sharp
      --picture-width METRES
                            what a picture of the training spans at the head (default: 0.343, as in the published free view)
      --params FOLDER       params of the subject, with <frame>/params.npz: scale, ranges of expressions and poses, a clip
      --delta-poses FILE    delta_poses_latest: corrects the poses of that clip
      --expressions FILE    how ARKit's shapes become the expression code: {"jawOpen": [0.8, -0.1, …], …}
      --expression-pairs FILE
                            the same, found from frames of which both are known: .npz or .json with "arkit" and "code"
      --no-deltas           expressions do nothing where networks are not run; saves minutes
      --legacy-rotations    the head was trained by the code from before July 12, 2024

Options
  -o, --output FILE         where to write, a .glb
      --precision fp16|fp32 type of the networks' weights (default fp16)
      --side-files          networks beside the avatar, loaded when they are needed
      --name NAME           name of the avatar (default: lite, lite-head: that of the training; otherwise that of
                            the output)
      --license ID          licence of the person, written into the file (default: lite: that of the training; otherwise
                            unknown)
      --notice TEXT         notice that the licence asks to be kept; those of the training are kept in any case

Examples
  gaussian-avatar convert lite runs/ada/model.npz -o ada.avatar.glb
  gaussian-avatar convert lite-head runs/ada-head/head.npz -o ada-head.avatar.glb
  gaussian-avatar convert animatable-gaussians --data subject00 --checkpoint batch_800000/net.pt -o subject00.glb
  gaussian-avatar convert animatable-gaussians --data lbn1 --config avatar.yaml --side-files -o lbn1.glb
  gaussian-avatar convert gaussian-head-avatar --checkpoint gaussianhead_latest --params subject031/params -o head031.glb
`,
    options: {
        data: { type: "string" },
        checkpoint: { type: "string" },
        "body-model": { type: "string" },
        params: { type: "string" },
        "super-resolution": { type: "string" },
        "picture-width": { type: "string" },
        "delta-poses": { type: "string" },
        expressions: { type: "string" },
        "expression-pairs": { type: "string" },
        "no-deltas": { type: "boolean" },
        "legacy-rotations": { type: "boolean" },
        config: { type: "string" },
        precision: { type: "string" },
        "side-files": { type: "boolean" },
        output: { type: "string", short: "o" },
        name: { type: "string" },
        license: { type: "string" },
        notice: { type: "string" },
    },
    async runAsync(line) {
        const { plan, output } = PlanConversion(line);
        await RequireWritableAsync(output);
        const start = performance.now();
        const stem = basename(output, extname(output));
        const disk = new FolderOnDisk(dirname(output));
        try {
            const asset = await plan.convertAsync(disk, stem);
            const files = FilesOf(asset, output, line.options["side-files"] === true);
            await WriteFilesAtomicAsync(files.map(([name, bytes]) => [join(dirname(output), name), bytes]));
            const seconds = ((performance.now() - start) / 1000).toFixed(1);
            const isAlone = files.length === 1;
            const sizes = files.map(([name, bytes]) => `${isAlone ? "" : `${name} `}${FormatBytes(bytes.length)}`);
            line.progress.clear();
            line.terminal.writeResult(`${output}: ${sizes.join(", ")}, ${seconds} s\n`);
            if (asset.credits.license === "unknown") {
                line.progress.note(
                    "note: the file names no licence; say under which one the person may be used, with --license.",
                );
            }
        } finally {
            await disk.closeAsync();
        }
        return ExitCode.Ok;
    },
};

function PlanConversion(line: ICommandLine): { readonly plan: IConvertPlan; readonly output: string } {
    const [name, ...inputs] = line.files;
    const names = Object.keys(Methods).join(", ");
    if (name === undefined) {
        throw UsageError(`Say by which method the person was trained: ${names}.`);
    }
    if (!Object.hasOwn(Methods, name)) {
        throw UsageError(`There is no method "${name}"; there is ${names}.`);
    }
    const method = Methods[name]!;
    const foreign = Object.values(Methods)
        .filter((other) => other !== method)
        .flatMap(({ ownOptions }) => ownOptions)
        .find((option) => line.options[option] !== undefined && !method.ownOptions.includes(option));
    if (foreign !== undefined) {
        throw UsageError(`--${foreign} is no option of ${name}: leave it out.`);
    }
    const plan = method.plan(line, inputs);
    const output = TextOption(line, "output");
    if (output === undefined) {
        throw UsageError("Say where to write, -o avatar.glb.");
    }
    RequireExtension(output, ".glb");
    RequireNoInput([output], plan.inputs);
    return { plan, output };
}

/** The files to write: side files first, the avatar last. */
function FilesOf(asset: IAvatarAsset, output: string, hasSideFiles: boolean): (readonly [string, Uint8Array])[] {
    if (!hasSideFiles) {
        return [[basename(output), WriteAvatar(asset)]];
    }
    const { avatar, sideFiles } = WriteAvatarFiles(asset, basename(output, extname(output)));
    return [...sideFiles, [basename(output), avatar]];
}
