import * as v from "valibot";
import { type IFaceTrack, Invalid, MakeFaceTrack } from "./faceTrack.js";

/** Frames a second of files that neither time their frames nor state a rate. */
const DefaultRate = 30;
/** Most characters that are read. */
const MaxLength = 256 * 2 ** 20;

const Weights = v.array(v.unknown());
const Named = v.record(v.string(), v.unknown());

/** `names` with frames of rows, frames with names of their own, or a list of either. */
const TrackSchema = v.looseObject({
    names: v.optional(v.array(v.string())),
    blendShapes: v.optional(v.array(v.string())),
    fps: v.optional(v.pipe(v.number(), v.finite(), v.minValue(1), v.maxValue(1000))),
    frames: v.array(v.union([Weights, Named])),
});

/**
 * Reads a face recorded as JSON: `{ names, frames: [{ time, weights }] }`, `{ names, fps, frames: [[…]] }`, or frames that name
 * their weights, `[{ time, blendShapes: { jawOpen: 0.2 } }]`.
 *
 * @param text the file
 * @param name its name, for messages
 * @throws FaceError `face-file-invalid`
 */
export function ReadArkitJson(text: string, name: string): IFaceTrack {
    if (text.length > MaxLength) {
        throw Invalid(name, `it has ${text.length} characters, at most ${MaxLength} are read`);
    }
    let json: unknown;
    try {
        json = JSON.parse(text);
    } catch (error) {
        throw Invalid(name, `it is no JSON (${(error as Error).message})`);
    }
    const parsed = v.safeParse(TrackSchema, Array.isArray(json) ? { frames: json } : json);
    if (!parsed.success) {
        throw Invalid(name, `it has no list "frames" of weights (${parsed.issues[0].message})`);
    }
    const { names, blendShapes, fps = DefaultRate, frames } = parsed.output;
    const channels = names ?? blendShapes ?? NamesOf(frames);
    const rows = frames.map((frame, i) => ReadFrame(frame, channels, i / fps));
    const wrong = rows.findIndex(({ weights }) => weights.length !== channels.length);
    if (wrong >= 0) {
        throw Invalid(name, `frame ${wrong} has ${rows[wrong]!.weights.length} weights for ${channels.length} names`);
    }
    return MakeFaceTrack(name, channels, rows);
}

type Frame = v.InferOutput<typeof Weights> | v.InferOutput<typeof Named>;

function ReadFrame(
    frame: Frame,
    channels: readonly string[],
    seconds: number,
): { readonly seconds: number; readonly weights: readonly number[] } {
    if (Array.isArray(frame)) {
        return { seconds, weights: frame.map(NumberOf) };
    }
    const at = NumberOf(frame["time"] ?? frame["timestamp"] ?? seconds);
    const { weights } = frame;
    if (Array.isArray(weights)) {
        return { seconds: at, weights: weights.map(NumberOf) };
    }
    const named = WeightsOf(frame);
    return {
        seconds: at,
        weights: channels.map((channel) => (Object.hasOwn(named, channel) ? NumberOf(named[channel]) : 0)),
    };
}

/** Names that any frame has. */
function NamesOf(frames: readonly Frame[]): string[] {
    return [...new Set(frames.flatMap((frame) => (Array.isArray(frame) ? [] : Object.keys(WeightsOf(frame)))))];
}

function WeightsOf(frame: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    const inner = frame["blendShapes"] ?? frame["blendshapes"] ?? frame["weights"];
    const { time: _time, timestamp: _timestamp, ...own } = frame;
    return typeof inner === "object" && inner !== null && !Array.isArray(inner)
        ? (inner as Record<string, unknown>)
        : own;
}

function NumberOf(value: unknown): number {
    return typeof value === "number" ? value : NaN;
}
