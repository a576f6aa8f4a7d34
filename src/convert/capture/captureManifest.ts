import * as v from "valibot";
import { AvatarFormatError } from "../../format/avatarFormatError.js";
import { ParseJsonText } from "../../format/jsonText.js";
import { MaxJoints, MaxMorphTargets, MaxNameLength } from "../../format/limits.js";

/** Most frames of a capture: at ten pictures each, a week of drawing. */
const MaxFrames = 1_000_000;

/** Most cameras of a capture; the largest published rig has 160. */
const MaxCameras = 1024;

/** Largest side of a picture, pixels. */
const MaxSide = 8192;

/** Most motion files, and most notices, of a capture. */
const MaxFiles = 4096;

/** Farthest place and smallest ball, metres. */
const MaxPlace = 1e3;
const MinRadius = 1e-3;

/** Longest notice, characters. */
const MaxNoticeLength = 100_000;

const Text = v.pipe(v.string(), v.maxLength(MaxNameLength));
const Name = v.pipe(Text, v.minLength(1));
const Count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MaxFrames));
const Side = v.pipe(Count, v.minValue(1), v.maxValue(MaxSide));
const Split = v.picklist(["train", "heldOut"]);
const CameraName = v.pipe(v.string(), v.regex(/^cam\d{2,4}$/));
const Color = v.pipe(v.array(v.pipe(v.number(), v.minValue(0), v.maxValue(1e3))), v.length(3));
const Place = v.pipe(v.number(), v.minValue(-MaxPlace), v.maxValue(MaxPlace));
const File = v.object({ file: Text, sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)) });

/** What a capture was asked to be; the same requests make the same bytes. */
const RequestSchema = v.object({
    subject: File,
    motions: v.pipe(v.array(File), v.maxLength(MaxFiles)),
    poses: Count,
    heldOut: Count,
    seed: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffffffff)),
    size: Side,
    /** Absent: a whole person. */
    of: v.optional(v.literal("head")),
});

const ManifestSchema = v.object({
    version: v.literal(1),
    name: Name,
    license: Text,
    notices: v.pipe(v.array(v.pipe(v.string(), v.maxLength(MaxNoticeLength))), v.maxLength(MaxFiles)),
    seed: v.pipe(v.number(), v.integer(), v.minValue(0)),
    imgSize: v.tuple([Side, Side]),
    joints: v.pipe(v.array(Name), v.maxLength(MaxJoints)),
    expressions: v.pipe(v.array(Name), v.maxLength(MaxMorphTargets)),
    light: v.object({ what: v.pipe(v.string(), v.maxLength(MaxNoticeLength)), keyColor: Color }),
    /** Ball outside of which nothing was captured; absent: there is none. */
    bounds: v.optional(
        v.object({ center: v.tuple([Place, Place, Place]), radius: v.pipe(Place, v.minValue(MinRadius)) }),
    ),
    cameras: v.pipe(
        v.record(CameraName, v.object({ target: Name, split: Split })),
        v.check((cameras) => Object.keys(cameras).length <= MaxCameras, `at most ${MaxCameras} cameras are read`),
    ),
    frames: v.pipe(
        v.array(
            v.object({
                source: Text,
                split: Split,
                cameras: v.pipe(v.array(CameraName), v.maxLength(MaxCameras)),
            }),
        ),
        v.maxLength(MaxFrames),
    ),
    request: RequestSchema,
});

/** What a capture was asked to be. */
export type ICaptureRequest = v.InferOutput<typeof RequestSchema>;

/** `capture.json`. */
export type ICaptureManifest = v.InferOutput<typeof ManifestSchema>;

/**
 * Writes `capture.json`.
 *
 * @param manifest what the capture holds
 * @returns the file
 */
export function WriteCaptureManifest(manifest: ICaptureManifest): Uint8Array {
    return new TextEncoder().encode(`${JSON.stringify(manifest, null, 1)}\n`);
}

/**
 * Reads `capture.json`, which may come from anybody.
 *
 * @param bytes the file
 * @param fileName its name, for messages
 * @returns what the capture holds
 * @throws {@link AvatarFormatError} when it is not JSON, too large, or not such a file
 */
export function ReadCaptureManifest(bytes: Uint8Array, fileName: string): ICaptureManifest {
    const result = v.safeParse(ManifestSchema, ParseJsonText(bytes));
    if (!result.success) {
        const [issue] = result.issues;
        const path = v.getDotPath(issue) ?? "";
        throw new AvatarFormatError("invalid-json", path, `${issue.message}: this is not a capture`, fileName);
    }
    const { cameras, frames } = result.output;
    const stray = frames.flatMap((frame) => frame.cameras).find((name) => !Object.hasOwn(cameras, name));
    if (stray !== undefined) {
        throw new AvatarFormatError(
            "invalid-json",
            "frames",
            `a frame names the camera ${stray}, which is not listed`,
            fileName,
        );
    }
    return result.output;
}

/**
 * Where two requests differ.
 *
 * @param begun the request of the folder
 * @param asked the request now
 * @returns the names of what differs, in the words of the command line; empty when the one goes on with the other
 */
export function DifferencesOf(begun: ICaptureRequest, asked: ICaptureRequest): string[] {
    const words: Readonly<Record<keyof ICaptureRequest, string>> = {
        subject: "another subject",
        motions: "other motions",
        poses: `--poses ${begun.poses}`,
        heldOut: `--held-out ${begun.heldOut}`,
        seed: `--seed ${begun.seed}`,
        size: `--size ${begun.size}`,
        of: begun.of ? `a ${begun.of} (--of ${begun.of})` : "a whole person (without --of head)",
    };
    return (Object.keys(words) as (keyof ICaptureRequest)[])
        .filter((key) => JSON.stringify(Hashes(begun[key])) !== JSON.stringify(Hashes(asked[key])))
        .map((key) => words[key]);
}

/**
 * Whether two captures of one request have the same frames, cameras and light. They have not when the one was planned by another
 * version of this program: pictures of both would not belong to the poses of either.
 *
 * @param begun what the folder holds
 * @param planned what would be captured now
 */
export function HasSamePlan(begun: ICaptureManifest, planned: ICaptureManifest): boolean {
    const planOf = ({ joints, expressions, light, bounds, cameras, frames }: ICaptureManifest): string =>
        JSON.stringify([joints, expressions, light, bounds, Object.entries(cameras), frames]);
    return planOf(begun) === planOf(planned);
}

/** Files are the same by their content, whatever they are called. */
function Hashes(value: ICaptureRequest[keyof ICaptureRequest]): unknown {
    if (Array.isArray(value)) {
        return value.map(({ sha256 }) => sha256);
    }
    return typeof value === "object" ? value.sha256 : value;
}
