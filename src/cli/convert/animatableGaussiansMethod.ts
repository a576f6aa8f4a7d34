import { ReadBodyConfigAsync } from "../../convert/animatableGaussians/bodyConfig.js";
import {
    ConvertAnimatableGaussiansAsync,
    type ConvertStage,
    type IConvertAnimatableGaussiansOptions,
} from "../../convert/animatableGaussians/convertAnimatableGaussians.js";
import { UsageError } from "../cliError.js";
import { type ICommandLine } from "../command.js";
import { ReadUserFileAsync } from "../files.js";
import { FolderOnDisk } from "../folderOnDisk.js";
import { TextOption } from "../optionValues.js";
import { type IConvertMethod, NoticeOption, PrecisionOption } from "./convertMethod.js";

/** What the stages are called on the screen. */
const StageTitles: Readonly<Record<ConvertStage, string>> = {
    read: "reading the subject",
    projection: "pose projection",
    networks: "building the networks",
    evaluate: "running the networks once (minutes at full size)",
    done: "writing",
};

/** Options that name files. */
const FileOptions = ["checkpoint", "body-model", "config"] as const;

/** Bodies trained with the official code of Animatable Gaussians. */
export const AnimatableGaussiansMethod: IConvertMethod = {
    ownOptions: ["data", ...FileOptions],
    plan(line, inputs) {
        if (inputs.length > 0) {
            throw UsageError(`"${inputs.join(" ")}" follows the method: the folder of the subject goes behind --data.`);
        }
        const data = TextOption(line, "data");
        if (data === undefined) {
            throw UsageError("Say where the subject is: --data subject00.");
        }
        const precision = PrecisionOption(line);
        return {
            inputs: FileOptions.flatMap((name) => TextOption(line, name) ?? []),
            convertAsync: async (disk, name) => {
                const options = { ...(await ReadOptionsAsync(line, disk, name)), precision };
                const folder = new FolderOnDisk(data);
                try {
                    return await ConvertAnimatableGaussiansAsync(folder, options);
                } finally {
                    await folder.closeAsync();
                }
            },
        };
    },
};

async function ReadOptionsAsync(
    line: ICommandLine,
    disk: FolderOnDisk,
    stem: string,
): Promise<IConvertAnimatableGaussiansOptions> {
    const [checkpoint, bodyModel, config] = FileOptions.map((name) => TextOption(line, name));
    const text = config === undefined ? undefined : new TextDecoder().decode(await ReadUserFileAsync(config));
    return {
        ...(checkpoint === undefined ? {} : { checkpoint: await disk.openFileAsync(checkpoint) }),
        ...(bodyModel === undefined ? {} : { bodyModel: await disk.openFileAsync(bodyModel) }),
        ...(text === undefined ? {} : { config: await ReadBodyConfigAsync(text, config!) }),
        name: TextOption(line, "name") ?? stem,
        credits: { license: TextOption(line, "license") ?? "unknown", notices: NoticeOption(line) },
        onProgress: ({ stage, done }) => {
            line.progress.report(StageTitles[stage], done);
        },
        onWarning: (message) => {
            line.progress.note(`note: ${message}`);
        },
    };
}
