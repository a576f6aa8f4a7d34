import * as v from "valibot";
import {
    CheckTrackSize,
    type IFaceRows,
    type IFaceTrack,
    Invalid,
    MakeFaceTrack,
    MaxTrackChannels,
} from "./faceTrack.js";

/** Frames a second of files that neither time their frames nor state a rate. */
const DefaultRate = 30;
/** Most characters that are read. */
const MaxLength = 256 * 2 ** 20;

/** What frames say of themselves beside their weights. */
const Bookkeeping = /^(?:time|timestamp|timecode|frame|frame_?(?:index|id|number)|index|id|fps|confidence)$/iu;

const Weights = v.array(v.unknown());
const NamedWeights = v.record(v.string(), v.unknown());

/** `names` with frames of rows, frames with names of their own, or a list of either. */
const TrackSchema = v.looseObject({
    names: v.optional(v.array(v.string())),
    blendShapes: v.optional(v.array(v.string())),
    fps: v.optional(v.pipe(v.number(), v.finite(), v.minValue(1), v.maxValue(1000))),
    frames: v.array(v.union([Weights, NamedWeights])),
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
    CheckTrackSize(name, channels.length, frames.length);
    const wrong = frames.findIndex((frame) => (ListOf(frame)?.length ?? channels.length) !== channels.length);
    if (wrong >= 0) {
        throw Invalid(
            name,
            `frame ${wrong} has ${ListOf(frames[wrong]!)!.length} weights for ${channels.length} names`,
        );
    }
    const rows: IFaceRows = {
        count: frames.length,
        secondsOf: (row) => SecondsOf(frames[row]!, row / fps),
        read: (row, weights) => {
            const frame = frames[row]!;
            const list = ListOf(frame);
            const named = list ? {} : WeightsOf(frame as Named);
            channels.forEach((channel, i) => {
                weights[i] = list ? NumberOf(list[i]) : Object.hasOwn(named, channel) ? NumberOf(named[channel]) : 0;
            });
        },
    };
    return MakeFaceTrack(name, channels, rows, true);
}

type Named = Readonly<Record<string, unknown>>;
type Frame = readonly unknown[] | Named;

/** The weights of a frame that does not name them. */
function ListOf(frame: Frame): readonly unknown[] | null {
    const weights: unknown = Array.isArray(frame) ? frame : (frame as Named)["weights"];
    return Array.isArray(weights) ? weights : null;
}

function SecondsOf(frame: Frame, usual: number): number {
    const { time, timestamp } = Array.isArray(frame) ? ({} as Named) : (frame as Named);
    const given = time ?? timestamp;
    return given === undefined ? usual : NumberOf(given);
}

/** Names that any frame has, as far as a recording may have them. */
function NamesOf(frames: readonly Frame[]): string[] {
    const names = new Set<string>();
    for (const frame of frames) {
        for (const name of ListOf(frame) ? [] : Object.keys(WeightsOf(frame as Named))) {
            names.add(name);
        }
        if (names.size > MaxTrackChannels) {
            break; // refused by its size
        }
    }
    return [...names];
}

function WeightsOf(frame: Named): Named {
    const inner = frame["blendShapes"] ?? frame["blendshapes"] ?? frame["weights"];
    return typeof inner === "object" && inner !== null && !Array.isArray(inner)
        ? (inner as Named)
        : Object.fromEntries(Object.entries(frame).filter(([name]) => !Bookkeeping.test(name)));
}

function NumberOf(value: unknown): number {
    return typeof value === "number" ? value : NaN;
}
