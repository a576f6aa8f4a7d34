import { FaceError } from "../faceError.js";

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

/** A row of a recording: when, and the weights of all channels. */
export interface IFaceSample {
    /** Seconds, from any origin. */
    readonly seconds: number;
    /** [C] weights; what is no finite number takes the one before. */
    readonly weights: readonly number[];
}

/** Bounds of a recording: 4 hours at 60 a second. */
const MaxSamples = 864_000;
const MaxChannels = 1024;
/** Longer than that, recordings are told of. */
const LongSeconds = 3600;

/** A weight beyond this is a percentage: shapes overshoot a little, not by half. */
const MostWeight = 1.5;

/**
 * Makes a track of samples: in order, from 0 on, without percents, gaps and repeated times.
 *
 * @param name name of the recording
 * @param channels names of the channels
 * @param samples in the order of recording
 * @throws FaceError `face-file-invalid` when there is nothing in it, or more than can be meant
 */
export function MakeFaceTrack(name: string, channels: readonly string[], samples: readonly IFaceSample[]): IFaceTrack {
    if (channels.length === 0 || samples.length === 0) {
        throw Invalid(name, channels.length === 0 ? "it has no channels" : "it has no frames");
    }
    if (channels.length > MaxChannels || samples.length > MaxSamples) {
        throw Invalid(
            name,
            `${samples.length} frames of ${channels.length} channels are more than ${MaxSamples} of ${MaxChannels}: cut it into parts`,
        );
    }
    const warnings: string[] = [];
    const kept = InOrder(samples);
    if (kept.length < samples.length) {
        warnings.push(
            `${samples.length - kept.length} of ${samples.length} frames go back in time, or stand still: left out.`,
        );
    }
    const times = Float64Array.from(kept, ({ seconds }) => seconds - kept[0]!.seconds);
    if (times.at(-1)! > LongSeconds) {
        warnings.push(`It is ${(times.at(-1)! / 60).toFixed(0)} minutes long.`);
    }
    const { values, broken } = Fill(channels.length, kept);
    if (broken > 0) {
        warnings.push(`${broken} weights are no finite numbers: those before them go on.`);
    }
    const most = values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    if (most > MostWeight) {
        warnings.push(`Weights reach ${most.toFixed(1)}: they are taken for percents.`);
        values.forEach((value, i) => (values[i] = value / 100));
    }
    return { name, channels, times, values, warnings };
}

/** The error that a recording cannot be read. */
export function Invalid(name: string, reason: string): FaceError {
    return new FaceError("face-file-invalid", `"${name}" is no recording of a face that can be read: ${reason}.`);
}

function InOrder(samples: readonly IFaceSample[]): IFaceSample[] {
    let last = -Infinity;
    return samples.filter(({ seconds }) => {
        const isLater = Number.isFinite(seconds) && seconds > last;
        last = isLater ? seconds : last;
        return isLater;
    });
}

function Fill(count: number, samples: readonly IFaceSample[]): { values: Float32Array; broken: number } {
    const values = new Float32Array(samples.length * count);
    let broken = 0;
    samples.forEach(({ weights }, row) => {
        for (let channel = 0; channel < count; channel++) {
            const at = row * count + channel;
            const weight = weights[channel];
            const isSound = weight !== undefined && Number.isFinite(weight);
            broken += Number(!isSound);
            values[at] = isSound ? weight : row > 0 ? values[at - count]! : 0;
        }
    });
    return { values, broken };
}
