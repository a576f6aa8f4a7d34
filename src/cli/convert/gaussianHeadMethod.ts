import {
    type ConvertHeadStage,
    ConvertGaussianHeadAsync,
    type IConvertGaussianHeadOptions,
} from "../../convert/gaussianHead/convertGaussianHead.js";
import { ReadExpressionMatrix } from "../../convert/gaussianHead/expressionMatrix.js";
import { UsageError } from "../cliError.js";
import { type ICommandLine } from "../command.js";
import { ReadUserFileAsync } from "../files.js";
import { FolderOnDisk } from "../folderOnDisk.js";
import { TextOption } from "../optionValues.js";
import { type IConvertMethod, NoticeOption } from "./convertMethod.js";

/** What the stages are called on the screen, and where in the whole work each begins. */
const Stages: Readonly<Record<ConvertHeadStage, readonly [title: string, from: number, to: number]>> = {
    read: ["reading the checkpoint", 0, 0.05],
    parameters: ["reading the parameters", 0.05, 0.2],
    evaluate: ["making the neutral face (minutes at full size)", 0.2, 1],
    done: ["writing", 1, 1],
};

const FileOptions = ["checkpoint", "delta-poses", "expressions"] as const;

/** Heads trained with the official code of Gaussian Head Avatar. */
export const GaussianHeadMethod: IConvertMethod = {
    ownOptions: [...FileOptions, "params", "legacy-rotations"],
    plan(line, inputs) {
        if (inputs.length > 0) {
            throw UsageError(`"${inputs.join(" ")}" follows the method: the checkpoint goes behind --checkpoint.`);
        }
        const checkpoint = TextOption(line, "checkpoint");
        if (checkpoint === undefined) {
            throw UsageError("Say where the checkpoint is: --checkpoint gaussianhead_latest.");
        }
        if (line.options["precision"] !== undefined) {
            throw UsageError("--precision is no option of gaussian-head-avatar: its networks are kept as they are.");
        }
        const params = TextOption(line, "params");
        return {
            inputs: FileOptions.flatMap((name) => TextOption(line, name) ?? []),
            convertAsync: async (disk, name) => {
                const folder = params === undefined ? null : new FolderOnDisk(params);
                try {
                    return await ConvertGaussianHeadAsync(await disk.openFileAsync(checkpoint), {
                        ...(await ReadOptionsAsync(line, disk, name)),
                        ...(folder ? { parameters: folder } : {}),
                    });
                } finally {
                    await folder?.closeAsync();
                }
            },
        };
    },
};

async function ReadOptionsAsync(
    line: ICommandLine,
    disk: FolderOnDisk,
    stem: string,
): Promise<IConvertGaussianHeadOptions> {
    const [deltaPoses, expressions] = [TextOption(line, "delta-poses"), TextOption(line, "expressions")];
    const text = expressions === undefined ? "" : new TextDecoder().decode(await ReadUserFileAsync(expressions));
    const legacy = line.options["legacy-rotations"] === true;
    return {
        ...(deltaPoses === undefined ? {} : { deltaPoses: await disk.openFileAsync(deltaPoses) }),
        ...(expressions === undefined
            ? {}
            : { expressions: (codeSize: number) => ReadExpressionMatrix(text, expressions, codeSize) }),
        ...(legacy ? { config: { hasLegacyRotations: true } } : {}),
        name: TextOption(line, "name") ?? stem,
        credits: { license: TextOption(line, "license") ?? "unknown", notices: NoticeOption(line) },
        onProgress: (stage, share) => {
            const [title, from, to] = Stages[stage];
            line.progress.report(title, from + (to - from) * share);
        },
        onWarning: (message) => {
            line.progress.note(`note: ${message}`);
        },
    };
}
