import { FindKnownShape } from "../vocabulary/knownShapes.js";
import { type IFaceSample, type IFaceTrack, Invalid, MakeFaceTrack } from "./faceTrack.js";

/** Frame rates that cameras have, for files that do not say theirs. */
const Rates = [24, 25, 30, 48, 50, 60, 120] as const;
const SecondsOfDay = 86_400;
/** Most characters that are read: the longest recordings of an hour at 60 frames a second have half as many. */
const MaxLength = 256 * 2 ** 20;

/**
 * Reads a recording of the app Live Link Face, or another CSV file with a `Timecode` and a column a shape. Shapes are found by
 * name. How head and eyes are turned is left out: the gaze is in the eyeLook shapes.
 *
 * @param text the file
 * @param name its name, for messages
 * @returns the recording; frames whose columns do not match the header are left out and told of
 * @throws FaceError `face-file-invalid`
 *
 * @example
 * ```ts
 * const track = ReadLiveLinkCsv(await response.text(), "take 3");
 * ```
 */
export function ReadLiveLinkCsv(text: string, name: string): IFaceTrack {
    if (text.length > MaxLength) {
        throw Invalid(name, `it has ${text.length} characters, at most ${MaxLength} are read`);
    }
    const lines = text
        .replace(/^\uFEFF/u, "")
        .split(/\r?\n/u)
        .filter((line) => line.trim() !== "");
    const header = (lines[0] ?? "").split(",").map((cell) => cell.trim());
    const time = header.findIndex((cell) => /^time ?code$/iu.test(cell));
    if (time < 0) {
        throw Invalid(name, `its first line has no column "Timecode"`);
    }
    const columns = header.flatMap((cell, column) => (FindKnownShape(cell)?.family === "arkit" ? [column] : []));
    const rows = lines.slice(1).map((line) => line.split(","));
    const whole = rows.filter((row) => row.length === header.length);
    if (columns.length === 0 || whole.length === 0) {
        const [first] = rows;
        const found = first
            ? `its frames have ${first.length} columns, its header ${header.length}`
            : "it has no frames";
        throw Invalid(name, columns.length === 0 ? "no column is one of the 52 ARKit shapes" : found);
    }
    const track = MakeFaceTrack(
        name,
        columns.map((column) => header[column]!),
        SamplesOf(whole, time, columns, name),
    );
    const warnings = [
        ...(columns.length < 52 ? [`Only ${columns.length} of the 52 shapes have a column.`] : []),
        ...(whole.length < rows.length
            ? [
                  `${rows.length - whole.length} of ${rows.length} frames do not have the columns of the header: left out.`,
              ]
            : []),
    ];
    return { ...track, warnings: [...warnings, ...track.warnings] };
}

function SamplesOf(
    rows: readonly (readonly string[])[],
    time: number,
    columns: readonly number[],
    name: string,
): IFaceSample[] {
    const codes = rows.map((row) => ReadTimecode(row[time]!));
    const broken = codes.indexOf(null);
    if (broken >= 0) {
        throw Invalid(
            name,
            `frame ${broken + 1} has the timecode "${rows[broken]![time]!.slice(0, 24)}", not HH:MM:SS:FF`,
        );
    }
    const highest = codes.reduce((most, code) => Math.max(most, Math.floor(code!.frame)), 0);
    const rate = Rates.find((candidate) => candidate > highest) ?? highest + 1;
    let days = 0;
    let last = -Infinity;
    return rows.map((row, i) => {
        const { second, frame } = codes[i]!;
        let seconds = second + frame / rate + days * SecondsOfDay;
        if (seconds < last - SecondsOfDay / 2) {
            days++; // recorded past midnight
            seconds += SecondsOfDay;
        }
        last = seconds;
        return { seconds, weights: columns.map((column) => Number(row[column])) };
    });
}

/** HH:MM:SS:FF.fraction, the fraction one of a frame. */
function ReadTimecode(code: string): { readonly second: number; readonly frame: number } | null {
    const [, hours, minutes, seconds, frame] =
        /^\s*(\d{1,2}):(\d{1,2}):(\d{1,2})[:;](\d{1,3}(?:\.\d{1,6})?)\s*$/u.exec(code) ?? [];
    return hours === undefined
        ? null
        : { second: Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds), frame: Number(frame) };
}
