import { basename, extname } from "node:path";
import { RetargetFace } from "../../animation/face/retargetFace.js";
import { DescribeExpressionSpace } from "../../animation/face/space/describeExpressionSpace.js";
import { type IExpressionSpace } from "../../animation/face/space/expressionSpace.js";
import { type FaceShapes, type FaceStatements } from "../../animation/face/vocabulary/faceMapping.js";
import { MapFaceChannels } from "../../animation/face/vocabulary/mapFaceChannels.js";
import { type IAnimationClip, type IAvatarAsset } from "../../format/avatarAsset.js";
import { ReadAvatarFileAsync } from "../avatarFile.js";
import { FormatBytes } from "../avatarSummary.js";
import { UsageError } from "../cliError.js";
import { ExitCode, type ICommand, type ICommandLine } from "../command.js";
import { ReadFaceFileAsync, ReadShapesAsync, ReadVrmAsync } from "../face/faceFile.js";
import { WriteFaceAsync } from "../face/writeFace.js";
import { DescribeSpace, type IFaceReport, type IFaceSpaceReport, MeasureFace } from "../face/measureFace.js";
import { RequireWritableAsync, WriteFileAtomicAsync } from "../files.js";
import { OnlyFile, TextOption } from "../optionValues.js";
import { RequireExtension, RequireNoInput } from "../outputFile.js";

/** `gaussian-avatar expressions`: what an avatar's face can do, and recorded faces put on it. */
export const ExpressionsCommand: ICommand = {
    help: `Usage: gaussian-avatar expressions <avatar.glb> [--track FILE -o <out.json | out.glb>] [options]

Prints what an avatar's face can do: its expression channels and the ARKit shapes that each follows. With --track, puts a
recorded face on these channels: a .csv of Live Link Face, a .json of weights, or a clip of morph targets of a .glb, .gltf, .vrm
or .vrma, whatever its channels are called. Written are the weights of the avatar's channels, a row a frame (.json), or the
avatar with the face as one more clip (.glb).

Options
      --track FILE        the recorded face
      --clip NAME         the clip of a .glb, .gltf, .vrm or .vrma (default: the first that moves a face)
      --shapes FILE.json  what channels of the recording mean, where names do not tell:
                          {"Smirk": "mouthSmileLeft", "Grin": {"mouthSmileLeft": 1, "mouthSmileRight": 1}, "Hat": null}
      --vrm FILE.vrm      the model that a recording of VRM expressions was made for: which of them are on or off, keep
                          blinks, looks and speech away, and what the creator's own are made of
  -o, --output FILE       where to write: .json or .glb
      --report FILE.json  write what was taken for what, and what was lost
      --json              print what the avatar's face can do as JSON

Examples
  gaussian-avatar expressions ada.glb
  gaussian-avatar expressions ada.glb --track take3.csv -o take3.json --report take3.report.json
  gaussian-avatar expressions ada.glb --track facecap.glb -o ada-talks.glb
`,
    options: {
        track: { type: "string" },
        clip: { type: "string" },
        shapes: { type: "string" },
        vrm: { type: "string" },
        output: { type: "string", short: "o" },
        report: { type: "string" },
        json: { type: "boolean" },
    },
    async runAsync(line) {
        const path = OnlyFile(line, "avatar file");
        const track = TextOption(line, "track");
        if (track === undefined) {
            RefuseAlone(line, ["clip", "shapes", "vrm", "output", "report"]);
            const { asset } = await ReadAvatarFileAsync(path);
            const space = DescribeSpace(DescribeExpressionSpace(asset));
            line.terminal.writeResult(
                line.options["json"] === true ? `${JSON.stringify(space, null, 2)}\n` : FormatSpace(asset.name, space),
            );
            return ExitCode.Ok;
        }
        const given = [TextOption(line, "shapes"), TextOption(line, "vrm")].filter((name) => name !== undefined);
        const { output, report } = CheckOutputs(line, [path, track, ...given]);
        const avatar = await ReadAvatarFileAsync(path);
        const space = DescribeExpressionSpace(avatar.asset);
        const { clip, figures } = await PutOnAsync(line, track, space, avatar.asset);
        if (output !== undefined) {
            await RequireWritableAsync(output);
            const bytes = await WriteFaceAsync(output, clip, space, avatar);
            await WriteFileAtomicAsync(output, bytes);
            line.progress.note(`note: ${output} has ${FormatBytes(bytes.length)}.`);
        }
        if (report !== undefined) {
            await WriteFileAtomicAsync(report, new TextEncoder().encode(`${JSON.stringify(figures, null, 2)}\n`));
        }
        line.progress.clear();
        line.terminal.writeResult(Summarize(output ?? report ?? track, figures));
        return ExitCode.Ok;
    },
};

function RefuseAlone(line: ICommandLine, names: readonly string[]): void {
    const given = names.find((name) => line.options[name] !== undefined);
    if (given !== undefined) {
        throw UsageError(`--${given} does nothing without a recorded face: say which with --track.`);
    }
}

function CheckOutputs(
    line: ICommandLine,
    inputs: readonly string[],
): { output: string | undefined; report: string | undefined } {
    const output = TextOption(line, "output");
    const report = TextOption(line, "report");
    if (output === undefined && report === undefined) {
        throw UsageError("Say where to write: -o face.json or .glb, or --report face.json.");
    }
    if (output !== undefined && ![".json", ".glb"].includes(extname(output).toLowerCase())) {
        throw UsageError(`-o is "${output}": a name that ends in .json or .glb is expected.`);
    }
    if (report !== undefined) {
        RequireExtension(report, ".json", "--report");
    }
    RequireNoInput(
        [output, report].filter((name) => name !== undefined),
        inputs,
    );
    if (output !== undefined && report !== undefined) {
        RequireNoInput([report], [output]);
    }
    return { output, report };
}

async function PutOnAsync(
    line: ICommandLine,
    path: string,
    space: IExpressionSpace,
    { joints }: IAvatarAsset,
): Promise<{ clip: IAnimationClip; figures: IFaceReport }> {
    line.progress.report("reading the face", 0);
    const track = await ReadFaceFileAsync(path, TextOption(line, "clip"));
    const given = TextOption(line, "shapes");
    const shapes: Readonly<Record<string, FaceShapes>> = given === undefined ? {} : await ReadShapesAsync(given);
    const model = TextOption(line, "vrm");
    const channels: FaceStatements = model === undefined ? {} : await ReadVrmAsync(model);
    const clip = RetargetFace(track, space, joints, { shapes, channels });
    const mapping = MapFaceChannels(track.channels, { name: basename(path), shapes, channels });
    for (const warning of [...track.warnings, ...mapping.warnings]) {
        line.progress.note(`note: ${warning}`);
    }
    if (mapping.unknown.length > 0) {
        line.progress.note(
            `note: these channels mean nothing here: ${mapping.unknown.slice(0, 12).join(", ")}` +
                `${mapping.unknown.length > 12 ? " …" : ""}. --shapes says what they are.`,
        );
    }
    return { clip, figures: MeasureFace(track, mapping, clip, space) };
}

function FormatSpace(name: string, { channels, joints }: IFaceSpaceReport): string {
    const width = Math.max(0, ...channels.map((channel) => channel.name.length));
    const rows = channels.map(({ name: channel, follows }) => {
        const shapes = Object.entries(follows).map(([shape, weight]) => (weight === 1 ? shape : `${shape} ${weight}`));
        return `  ${channel.padEnd(width)}  ${shapes.length > 0 ? shapes.join(", ") : "(its own: no ARKit shape moves it)"}\n`;
    });
    const turned = joints.length > 0 ? `Turned by joints: ${joints.join(", ")}.\n` : "";
    return `"${name}" has ${channels.length} expression channels.\n${rows.join("")}${turned}`;
}

function Summarize(path: string, { source, mapping, notShown, closures }: IFaceReport): string {
    const kept = closures.kept === null ? "" : `, ${(100 * closures.kept).toFixed(1)} % of closed lips kept`;
    const lost = notShown.length > 0 ? `, not shown: ${notShown.join(", ")}` : "";
    return (
        `${path}: "${source.name}", ${source.frames} frames of ${source.seconds} s, ` +
        `${mapping.channels.length} channels understood${kept}${lost}\n`
    );
}
