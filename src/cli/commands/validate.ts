import { type IValidationIssue } from "../../format/avatarFormatError.js";
import { ValidateAvatar } from "../../format/readAvatar.js";
import { ExitCode, type ICommand } from "../command.js";
import { ReadUserFileAsync } from "../files.js";
import { OnlyFile } from "../optionValues.js";

/** `gaussian-avatar validate`: everything that is wrong with a file. */
export const ValidateCommand: ICommand = {
    help: `Usage: gaussian-avatar validate <file.glb> [--json]

Lists every problem of an avatar file: its code, where it is (a JSON pointer into the glTF document), what was found and
how to mend it. docs/format.md describes the codes. Errors make the file unusable; warnings name what a reader leaves out.

Exit code 0 when the file can be used, 1 when it cannot.

Options
  --json  the issues as a JSON array

Examples
  gaussian-avatar validate ada.glb
  gaussian-avatar validate ada.glb --json | jq '.[] | select(.severity == "error") | .code'
`,
    options: { json: { type: "boolean" } },
    async runAsync(line) {
        const path = OnlyFile(line, "avatar file");
        const issues = ValidateAvatar(await ReadUserFileAsync(path));
        const errors = issues.filter(({ severity }) => severity === "error").length;
        if (line.options["json"]) {
            line.terminal.writeResult(`${JSON.stringify(issues, null, 2)}\n`);
        } else {
            line.terminal.writeResult(issues.map(FormatIssue).join(""));
            line.terminal.writeResult(
                `${path}: ${Count(errors, "error")}, ${Count(issues.length - errors, "warning")}\n`,
            );
        }
        return errors === 0 ? ExitCode.Ok : ExitCode.Failure;
    },
};

function FormatIssue({ severity, code, path, message }: IValidationIssue): string {
    return `${severity} ${code} ${path === "" ? "(file)" : path}\n    ${message}\n`;
}

function Count(count: number, noun: string): string {
    return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
