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
import { NumberOption, TextOption } from "../optionValues.js";
import { type IConvertMethod, NoticeOption, PrecisionOption } from "./convertMethod.js";

/** What the stages are called on the screen, and where in the whole work each begins. */
const Stages: Readonly<Record<ConvertHeadStage, readonly [title: string, from: number, to: number]>> = {
    read: ["reading the checkpoint", 0, 0.05],
    parameters: ["reading the parameters", 0.05, 0.2],
    evaluate: ["making the neutral face (minutes at full size)", 0.2, 0.5],
    deltas: ["making expressions for readers without networks (minutes at full size)", 0.5, 1],
    done: ["writing", 1, 1],
};

const FileOptions = ["checkpoint", "super-resolution", "delta-poses", "expression-pairs", "expressions"] as const;

/** Metres that a picture may span: an eye, a room. */
const PictureWidths = [0.02, 5] as const;

/** Options of super-resolution alone. */
const RefinerOptions = ["precision", "picture-width"] as const;

/** Heads trained with the official code of Gaussian Head Avatar. */
export const GaussianHeadMethod: IConvertMethod = {
    ownOptions: [...FileOptions, "params", "picture-width", "no-deltas", "legacy-rotations"],
    plan(line, inputs) {
        if (inputs.length > 0) {
            throw UsageError(`"${inputs.join(" ")}" follows the method: the checkpoint goes behind --checkpoint.`);
        }
        const checkpoint = TextOption(line, "checkpoint");
        if (checkpoint === undefined) {
            throw UsageError("Say where the checkpoint is: --checkpoint gaussianhead_latest.");
        }
        const lonely = RefinerOptions.find((name) => line.options[name] !== undefined);
        if (lonely !== undefined && line.options["super-resolution"] === undefined) {
            throw UsageError(
                `--${lonely} is of the super-resolution network alone: name it with --super-resolution supres_latest.`,
            );
        }
        if (line.options["expressions"] !== undefined && line.options["expression-pairs"] !== undefined) {
            throw UsageError("--expressions and --expression-pairs say the same: leave one of them out.");
        }
        const pictureWidth = NumberOption(line, "picture-width", ...PictureWidths);
        const precision = PrecisionOption(line);
        const params = TextOption(line, "params");
        return {
            inputs: FileOptions.flatMap((name) => TextOption(line, name) ?? []),
            convertAsync: async (disk, name) => {
                const folder = params === undefined ? null : new FolderOnDisk(params);
                try {
                    return await ConvertGaussianHeadAsync(await disk.openFileAsync(checkpoint), {
                        ...(await ReadOptionsAsync(line, disk, name)),
                        ...(folder ? { parameters: folder } : {}),
                        ...(pictureWidth === undefined ? {} : { pictureWidth }),
                        precision,
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
    const [superResolution, deltaPoses, pairs, expressions] = FileOptions.slice(1).map((name) =>
        TextOption(line, name),
    );
    const text = expressions === undefined ? "" : new TextDecoder().decode(await ReadUserFileAsync(expressions));
    const legacy = line.options["legacy-rotations"] === true;
    return {
        ...(superResolution === undefined ? {} : { superResolution: await disk.openFileAsync(superResolution) }),
        ...(deltaPoses === undefined ? {} : { deltaPoses: await disk.openFileAsync(deltaPoses) }),
        ...(pairs === undefined ? {} : { expressionPairs: await disk.openFileAsync(pairs) }),
        ...(expressions === undefined
            ? {}
            : { expressions: (codeSize: number) => ReadExpressionMatrix(text, expressions, codeSize) }),
        ...(legacy ? { config: { hasLegacyRotations: true } } : {}),
        ...(line.options["no-deltas"] === true ? { deltas: false } : {}),
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
