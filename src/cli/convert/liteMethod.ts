import { ConvertLiteAsync } from "../../convert/lite/convertLite.js";
import { UsageError } from "../cliError.js";
import { TextOption } from "../optionValues.js";
import { type IConvertMethod, NoticeOption, PrecisionOption } from "./convertMethod.js";

/** People trained with this project's trainer: `model.npz`. */
export const LiteMethod: IConvertMethod = {
    ownOptions: [],
    plan(line, inputs) {
        const [model, ...others] = inputs;
        if (model === undefined || others.length > 0) {
            throw UsageError(
                `Exactly one model is expected, ${inputs.length} were given: gaussian-avatar convert lite model.npz.`,
            );
        }
        const precision = PrecisionOption(line);
        const [name, license] = [TextOption(line, "name"), TextOption(line, "license")];
        return {
            inputs: [model],
            convertAsync: async (disk) => {
                line.progress.report("reading the model, comparing it with the training", 0);
                return await ConvertLiteAsync(await disk.openFileAsync(model), {
                    precision,
                    ...(name === undefined ? {} : { name }),
                    ...(license === undefined ? {} : { license }),
                    notices: NoticeOption(line),
                    onNote: (message) => {
                        line.progress.note(`note: ${message}`);
                    },
                });
            },
        };
    },
};
