import { ConvertLiteHeadAsync } from "../../convert/liteHead/convertLiteHead.js";
import { UsageError } from "../cliError.js";
import { TextOption } from "../optionValues.js";
import { type IConvertMethod, NoticeOption, PrecisionOption } from "./convertMethod.js";

/** Share of the work ahead of the expressions. */
const CheckShare = 0.1;

/** Heads trained with this project's trainer: `head.npz`. */
export const LiteHeadMethod: IConvertMethod = {
    ownOptions: [],
    plan(line, inputs) {
        const [head, ...others] = inputs;
        if (head === undefined || others.length > 0) {
            throw UsageError(
                `Exactly one head is expected, ${inputs.length} were given: gaussian-avatar convert lite-head head.npz.`,
            );
        }
        const precision = PrecisionOption(line);
        const [name, license] = [TextOption(line, "name"), TextOption(line, "license")];
        return {
            inputs: [head],
            convertAsync: async (disk) => {
                line.progress.report("reading the head, comparing it with the training", 0);
                return await ConvertLiteHeadAsync(await disk.openFileAsync(head), {
                    precision,
                    ...(name === undefined ? {} : { name }),
                    ...(license === undefined ? {} : { license }),
                    notices: NoticeOption(line),
                    onProgress: (share) => {
                        line.progress.report(
                            "making each expression of the baked tier",
                            CheckShare + (1 - CheckShare) * share,
                        );
                    },
                    onNote: (message) => {
                        line.progress.note(`note: ${message}`);
                    },
                });
            },
        };
    },
};
