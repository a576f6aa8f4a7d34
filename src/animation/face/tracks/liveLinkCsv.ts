import { FindKnownShape } from "../vocabulary/knownShapes.js";
import { CheckTrackSize, type IFaceTrack, Invalid, MakeFaceTrack } from "./faceTrack.js";

/** Frame rates that cameras have, for files that do not say theirs. */
const Rates = [24, 25, 30, 48, 50, 60, 120] as const;
/** What phones record at where a file does not tell. */
const AssumedRate = 60;
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
    CheckTrackSize(name, columns.length, whole.length);
    const { seconds, warning } = TimesOf(
        whole.map((row) => row[time]!),
        name,
    );
    const track = MakeFaceTrack(
        name,
        columns.map((column) => header[column]!),
        {
            count: whole.length,
            secondsOf: (row) => seconds[row]!,
            read: (row, weights) => {
                columns.forEach((column, i) => (weights[i] = Number(whole[row]![column])));
            },
        },
        true,
    );
    const warnings = [
        ...(warning === null ? [] : [warning]),
        ...(columns.length < 52 ? [`Only ${columns.length} of the 52 shapes have a column.`] : []),
        ...(whole.length < rows.length
            ? [
                  `${rows.length - whole.length} of ${rows.length} frames do not have the columns of the header: left out.`,
              ]
            : []),
    ];
    return { ...track, warnings: [...warnings, ...track.warnings] };
}

/** Seconds of timecodes, and what was assumed of them. */
function TimesOf(
    timecodes: readonly string[],
    name: string,
): { readonly seconds: Float64Array; readonly warning: string | null } {
    const codes = timecodes.map(ReadTimecode);
    const broken = codes.indexOf(null);
    if (broken >= 0) {
        throw Invalid(
            name,
            `frame ${broken + 1} has the timecode "${timecodes[broken]!.slice(0, 24)}", not HH:MM:SS:FF`,
        );
    }
    const { rate, isShown } = RateOf(codes as ITimecode[]);
    const seconds = new Float64Array(codes.length);
    let days = 0;
    let last = -Infinity;
    codes.forEach((code, i) => {
        const { second, frame } = code!;
        if (frame >= rate + 1) {
            seconds[i] = NaN; // torn
            return;
        }
        seconds[i] = second + frame / rate + days * SecondsOfDay;
        if (seconds[i] < last - SecondsOfDay / 2) {
            days++; // recorded past midnight
            seconds[i] += SecondsOfDay;
        }
        last = seconds[i]!;
    });
    return {
        seconds,
        warning: isShown ? null : `It is too short to show its frame rate: ${rate} frames a second are assumed.`,
    };
}

/**
 * Frames of a second, from the highest frame number ahead of each change of the second: the most usual of them, since numbers may
 * be torn. Without such a change the highest number there is tells only what the rate exceeds.
 */
function RateOf(codes: readonly ITimecode[]): { readonly rate: number; readonly isShown: boolean } {
    const votes = new Map<number, number>();
    let highest = 0;
    codes.forEach(({ second, frame }, i) => {
        highest = Math.max(highest, Math.floor(frame));
        if (codes[i + 1] && codes[i + 1]!.second !== second) {
            const last = Math.floor(frame);
            const rate = Rates.find((candidate) => candidate > last) ?? last + 1;
            votes.set(rate, (votes.get(rate) ?? 0) + 1);
        }
    });
    // A second may end early where frames were dropped, never late: of rates with as many votes the highest is believed.
    const [rate] = [...votes].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0] ?? [
        Math.max(AssumedRate, Rates.find((candidate) => candidate > highest) ?? highest + 1),
    ];
    return { rate: rate, isShown: votes.size > 0 };
}

interface ITimecode {
    /** Seconds since midnight. */
    readonly second: number;
    /** Frame of that second, with a fraction. */
    readonly frame: number;
}

/** HH:MM:SS:FF.fraction, the fraction one of a frame. */
function ReadTimecode(code: string): ITimecode | null {
    const [, hours, minutes, seconds, frame] =
        /^\s*(\d{1,2}):(\d{1,2}):(\d{1,2})[:;](\d{1,3}(?:\.\d{1,6})?)\s*$/u.exec(code) ?? [];
    return hours === undefined
        ? null
        : { second: Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds), frame: Number(frame) };
}
