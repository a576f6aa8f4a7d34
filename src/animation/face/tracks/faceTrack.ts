import { FaceError } from "../faceError.js";
import { FindKnownShape } from "../vocabulary/knownShapes.js";

/**
 * A recorded face, whatever file it came from, in the source's own channels: what Live Link Face recordings, ARKit tracks and
 * clips of morph targets all become before their names are mapped.
 */
export interface IFaceTrack {
    /** Name of the clip. */
    readonly name: string;
    /** [C] names as the source has them. */
    readonly channels: readonly string[];
    /** [T] seconds, ascending, the first at 0. */
    readonly times: Float64Array;
    /** [T,C] weights, all finite; 1 is the most (percents were divided). */
    readonly values: Float32Array;
    /** What was assumed about the source or found amiss in it, a sentence each. */
    readonly warnings: readonly string[];
}

/** Rows of a recording, read one by one: all of them as objects would be many times as large. */
export interface IFaceRows {
    /** Number of rows. */
    readonly count: number;
    /** Seconds of a row, from any origin; what is no finite number leaves the row out. */
    readonly secondsOf: (row: number) => number;
    /** Reads a row into [C] weights; what is no finite number takes the one before. */
    readonly read: (row: number, weights: Float64Array) => void;
}

/** Bounds of a recording: 4 hours at 60 a second, and 256 MB of weights. */
const MaxSamples = 864_000;
const MaxNumbers = 67_108_864;
/** Most channels of a recording. */
export const MaxTrackChannels = 1024;
/** Longer than that, recordings are told of; and beyond that, times are no times. */
const LongSeconds = 3600;
const MostSeconds = 86_400;

/** A weight beyond this is a percentage: shapes overshoot a little, not by half. */
const MostWeight = 1.5;
/** Share of the weights that are not at rest which must be below it: glitches are beyond. */
const OrdinaryShare = 0.95;
const Rest = 0.01;

/**
 * Refuses a recording that is too large, before any of its rows is made.
 *
 * @param name of the recording
 * @param channels number of channels
 * @param samples number of rows
 * @throws FaceError `face-file-invalid`
 */
export function CheckTrackSize(name: string, channels: number, samples: number): void {
    if (channels === 0 || samples === 0) {
        throw Invalid(name, channels === 0 ? "it has no channels" : "it has no frames");
    }
    if (channels > MaxTrackChannels || samples > MaxSamples || channels * samples > MaxNumbers) {
        throw Invalid(
            name,
            `${samples} frames of ${channels} channels are more than ${MaxSamples} frames, ${MaxTrackChannels} channels or ` +
                `${MaxNumbers} numbers: cut it into parts`,
        );
    }
}

/**
 * Makes a track of rows: in order, from 0 on, without percents, gaps and repeated times.
 *
 * @param name name of the recording
 * @param channels names of the channels
 * @param rows in the order of recording
 * @param mayBePercents whether weights far above 1 are percents, as they may be in text files
 * @throws FaceError `face-file-invalid` when there is nothing in it, or more than can be meant
 */
export function MakeFaceTrack(
    name: string,
    channels: readonly string[],
    rows: IFaceRows,
    mayBePercents = false,
): IFaceTrack {
    CheckTrackSize(name, channels.length, rows.count);
    const warnings: string[] = [];
    const kept = InOrder(rows);
    if (kept.length === 0) {
        throw Invalid(name, `none of its ${rows.count} frames has a time that is a number of seconds`);
    }
    if (kept.length < rows.count) {
        warnings.push(`${rows.count - kept.length} of ${rows.count} frames go back in time, or stand still: left out.`);
    }
    const first = rows.secondsOf(kept[0]!);
    const times = Float64Array.from(kept, (row) => rows.secondsOf(row) - first);
    if (!(times.at(-1)! <= MostSeconds)) {
        throw Invalid(name, `its times span ${times.at(-1)!.toPrecision(3)} seconds, more than a day`);
    }
    if (times.at(-1)! > LongSeconds) {
        warnings.push(`It is ${(times.at(-1)! / 60).toFixed(0)} minutes long.`);
    }
    const { values, broken } = Fill(channels.length, rows, kept);
    if (broken > 0) {
        warnings.push(`${broken} weights are no finite numbers: those before them go on.`);
    }
    if (mayBePercents && OrdinaryWeight(channels, values) > MostWeight) {
        const most = values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
        warnings.push(`Weights reach ${most.toFixed(1)}: they are taken for percents.`);
        values.forEach((value, i) => (values[i] = value / 100));
    }
    return { name, channels, times, values, warnings };
}

/** The error that a recording cannot be read. */
export function Invalid(name: string, reason: string): FaceError {
    return new FaceError("face-file-invalid", `"${name}" is no recording of a face that can be read: ${reason}.`);
}

/** Rows whose times ascend. */
function InOrder({ count, secondsOf }: IFaceRows): Uint32Array {
    const kept = new Uint32Array(count);
    let [length, first, last] = [0, 0, 0];
    for (let row = 0; row < count; row++) {
        const seconds = secondsOf(row);
        // Clips have their times in single precision: of those that fall together the first is kept.
        if (Number.isFinite(seconds) && (length === 0 || Math.fround(seconds - first) > Math.fround(last - first))) {
            first = length === 0 ? seconds : first;
            kept[length++] = row;
            last = seconds;
        }
    }
    return kept.subarray(0, length);
}

function Fill(count: number, rows: IFaceRows, kept: Uint32Array): { values: Float32Array; broken: number } {
    const values = new Float32Array(kept.length * count);
    const weights = new Float64Array(count);
    let broken = 0;
    kept.forEach((from, row) => {
        weights.fill(NaN);
        rows.read(from, weights);
        for (let channel = 0; channel < count; channel++) {
            const at = row * count + channel;
            const weight = Math.fround(weights[channel]!);
            const isSound = Number.isFinite(weight);
            broken += Number(!isSound);
            values[at] = isSound ? weight : row > 0 ? values[at - count]! : 0;
        }
    });
    return { values, broken };
}

/** What weights of a face hardly exceed: only those whose names are known are one. */
function OrdinaryWeight(channels: readonly string[], values: Float32Array): number {
    const isKnown = channels.map((channel) => FindKnownShape(channel) !== null);
    const moved = values.filter((value, i) => isKnown[i % channels.length] && Math.abs(value) > Rest).map(Math.abs);
    return moved.sort()[Math.floor(OrdinaryShare * (moved.length - 1))] ?? 0;
}
