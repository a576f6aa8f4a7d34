import { basename, dirname, extname, join } from "node:path";
import { performance } from "node:perf_hooks";
import { ReadBodyConfigAsync } from "../../convert/animatableGaussians/bodyConfig.js";
import {
    ConvertAnimatableGaussiansAsync,
    type ConvertStage,
    type IConvertAnimatableGaussiansOptions,
} from "../../convert/animatableGaussians/convertAnimatableGaussians.js";
import { WriteAvatar, WriteAvatarFiles } from "../../format/writeAvatar.js";
import { FormatBytes } from "../avatarSummary.js";
import { UsageError } from "../cliError.js";
import { ExitCode, type ICommand, type ICommandLine } from "../command.js";
import { ReadUserFileAsync, RequireWritableAsync, WriteFilesAtomicAsync } from "../files.js";
import { FolderOnDisk } from "../folderOnDisk.js";
import { TextOption } from "../optionValues.js";
import { RequireExtension, RequireNoInput } from "../outputFile.js";

/** The methods whose people can be converted. */
const Methods = ["animatable-gaussians"] as const;

/** What the stages are called on the screen. */
const StageTitles: Readonly<Record<ConvertStage, string>> = {
    read: "reading the subject",
    projection: "pose projection",
    networks: "building the networks",
    evaluate: "running the networks once (minutes at full size)",
    done: "writing",
};

const Precisions = { fp16: "float16", fp32: "float32" } as const;

/** `gaussian-avatar convert`: a person that was trained with published code becomes an avatar. */
export const ConvertCommand: ICommand = {
    help: `Usage: gaussian-avatar convert animatable-gaussians --data <subject> --checkpoint <net.pt> -o <avatar.glb> [options]

Turns a body that was trained with the official code of Animatable Gaussians into an avatar: its networks as ONNX, maps,
weights, joints and pose projection, its training motion as a clip, and the Gaussians of its rest pose, so that it can be
shown without networks. Reads checkpoints without running any code in them. Networks run with the npm package
onnxruntime-web.

Options
      --data FOLDER         the subject, with smpl_params.npz and smpl_pos_map/
      --checkpoint FILE     net.pt of the training's last batch (default: net.pt in the folder)
      --body-model FILE     SMPLX_NEUTRAL.npz: tells where joints lie (default: they are found from the pose maps);
                            nothing of it is taken over into the avatar
      --config FILE         the training's .yaml: pose projection, fixed hands, view directions
      --precision fp16|fp32 type of the networks' weights (default fp16)
      --side-files          networks beside the avatar, loaded when they are needed
  -o, --output FILE         where to write, a .glb
      --name NAME           name of the avatar (default: name of the output)
      --license ID          licence of the subject, written into the file (default unknown)
      --notice TEXT         notice that the licence asks to be kept

Examples
  gaussian-avatar convert animatable-gaussians --data subject00 --checkpoint batch_800000/net.pt -o subject00.glb
  gaussian-avatar convert animatable-gaussians --data lbn1 --config avatar.yaml --side-files -o lbn1.glb
`,
    options: {
        data: { type: "string" },
        checkpoint: { type: "string" },
        "body-model": { type: "string" },
        config: { type: "string" },
        precision: { type: "string" },
        "side-files": { type: "boolean" },
        output: { type: "string", short: "o" },
        name: { type: "string" },
        license: { type: "string" },
        notice: { type: "string" },
    },
    async runAsync(line) {
        const { data, output } = RequireOptions(line);
        const folder = new FolderOnDisk(data);
        const start = performance.now();
        try {
            const files = await ConvertFilesAsync(line, folder, output);
            await WriteFilesAtomicAsync(files.map(([name, bytes]) => [join(dirname(output), name), bytes]));
            const seconds = ((performance.now() - start) / 1000).toFixed(1);
            const isAlone = files.length === 1;
            const sizes = files.map(([name, bytes]) => `${isAlone ? "" : `${name} `}${FormatBytes(bytes.length)}`);
            line.progress.clear();
            line.terminal.writeResult(`${output}: ${sizes.join(", ")}, ${seconds} s\n`);
        } finally {
            await folder.closeAsync();
        }
        if (TextOption(line, "license") === undefined) {
            line.progress.note(
                "note: the file names no licence; say under which one the person may be used, with --license.",
            );
        }
        return ExitCode.Ok;
    },
};

function RequireOptions(line: ICommandLine): { data: string; output: string } {
    const [method, ...others] = line.files;
    if (method === undefined) {
        throw UsageError(`Say by which method the person was trained: ${Methods.join(", ")}.`);
    }
    if (method !== Methods[0]) {
        throw UsageError(`There is no method "${method}"; there is ${Methods.join(", ")}.`);
    }
    if (others.length > 0) {
        throw UsageError(`"${others.join(" ")}" follows the method: the folder of the subject goes behind --data.`);
    }
    const [data, output] = [TextOption(line, "data"), TextOption(line, "output")];
    if (data === undefined || output === undefined) {
        const missing = [
            ...(data === undefined ? ["where the subject is, --data subject00"] : []),
            ...(output === undefined ? ["where to write, -o avatar.glb"] : []),
        ];
        throw UsageError(`Say ${missing.join("; and ")}.`);
    }
    const precision = TextOption(line, "precision");
    if (precision !== undefined && !Object.hasOwn(Precisions, precision)) {
        throw UsageError(`--precision is "${precision}": fp16 or fp32 is expected.`);
    }
    RequireExtension(output, ".glb");
    const inputs = ["checkpoint", "body-model", "config"].flatMap((name) => TextOption(line, name) ?? []);
    RequireNoInput([output], inputs);
    return { data, output };
}

/** Converts, and gives the files to write: side files first, the avatar last. */
async function ConvertFilesAsync(
    line: ICommandLine,
    folder: FolderOnDisk,
    output: string,
): Promise<(readonly [string, Uint8Array])[]> {
    await RequireWritableAsync(output);
    const stem = basename(output, extname(output));
    const asset = await ConvertAnimatableGaussiansAsync(folder, await ReadOptionsAsync(line, folder, stem));
    if (line.options["side-files"] !== true) {
        return [[basename(output), WriteAvatar(asset)]];
    }
    const { avatar, sideFiles } = WriteAvatarFiles(asset, stem);
    return [...sideFiles, [basename(output), avatar]];
}

async function ReadOptionsAsync(
    line: ICommandLine,
    folder: FolderOnDisk,
    stem: string,
): Promise<IConvertAnimatableGaussiansOptions> {
    const [checkpoint, bodyModel, config] = ["checkpoint", "body-model", "config"].map((name) =>
        TextOption(line, name),
    );
    const notice = TextOption(line, "notice");
    const text = config === undefined ? undefined : new TextDecoder().decode(await ReadUserFileAsync(config));
    return {
        ...(checkpoint === undefined ? {} : { checkpoint: await folder.openFileAsync(checkpoint) }),
        ...(bodyModel === undefined ? {} : { bodyModel: await folder.openFileAsync(bodyModel) }),
        ...(text === undefined ? {} : { config: await ReadBodyConfigAsync(text, config!) }),
        precision: Precisions[(TextOption(line, "precision") ?? "fp16") as keyof typeof Precisions],
        name: TextOption(line, "name") ?? stem,
        credits: { license: TextOption(line, "license") ?? "unknown", notices: notice === undefined ? [] : [notice] },
        onProgress: ({ stage, done }) => {
            line.progress.report(StageTitles[stage], done);
        },
        onWarning: (message) => {
            line.progress.note(`note: ${message}`);
        },
    };
}
