import { ReadAvatarFileAsync } from "../avatarFile.js";
import { FormatSummary, SummarizeAvatar } from "../avatarSummary.js";
import { ExitCode, type ICommand } from "../command.js";
import { OnlyFile } from "../optionValues.js";

/** `gaussian-avatar inspect`: what an avatar file holds. */
export const InspectCommand: ICommand = {
    help: `Usage: gaussian-avatar inspect <file.glb> [--json]

Prints what an avatar file holds: name, body model, joints, splats, size in metres, expression channels, clips, tiers
with their networks, bytes by part, licence and credits.

Options
  --json  the same as JSON

Examples
  gaussian-avatar inspect ada.glb
  gaussian-avatar inspect ada.glb --json | jq .clips
`,
    options: { json: { type: "boolean" } },
    async runAsync(line) {
        const { asset, bytes } = await ReadAvatarFileAsync(OnlyFile(line, "avatar file"));
        const summary = SummarizeAvatar(asset, bytes);
        line.terminal.writeResult(
            line.options["json"] ? `${JSON.stringify(summary, null, 2)}\n` : FormatSummary(summary),
        );
        return ExitCode.Ok;
    },
};
