import * as v from "valibot";
import { FindKnownShape } from "../../animation/face/vocabulary/knownShapes.js";
import { type ArkitName, ArkitNames } from "../../format/arkitNames.js";
import { NpzFile, RequireArray } from "../checkpoint/npzFile.js";
import { type IRandomAccessFile } from "../checkpoint/randomAccessFile.js";
import { ConvertError } from "../convertError.js";

/** Frames of which both are known: what ARKit's shapes say of a face, and what its expression code is. */
export interface IExpressionPairs {
    /** Where they come from, for messages. */
    readonly name: string;
    /** Number of frames, F. */
    readonly frameCount: number;
    /** [S] ARKit's shapes in the order of the columns. */
    readonly shapes: readonly ArkitName[];
    /** [F,S] weights. */
    readonly weights: ArrayLike<number>;
    /** [F,K] expression codes. */
    readonly codes: ArrayLike<number>;
}

/** Most frames: half an hour of 30 a second; neighbouring ones say the same. */
const MaxFrames = 60_000;

/** Longest text that is read. */
const MaxTextBytes = 256 * 2 ** 20;

const Rows = v.array(v.array(v.pipe(v.number(), v.finite())));
const PairsSchema = v.object({ names: v.optional(v.array(v.string())), arkit: Rows, code: Rows });

const Expected =
    'Expected is .npz with "arkit" (frames, 52), shapes in the order of the alphabet, and "code" (frames, numbers of the code), ' +
    'or JSON with the same and the names of the shapes: {"names": ["jawOpen", …], "arkit": [[0.2, …], …], "code": [[0.1, …], …]}.';

/**
 * Reads frames of ARKit's weights beside frames of a head's expression code, from `.npz` or JSON.
 *
 * @param file the file
 * @param codeSize K
 * @throws ConvertError naming file and array
 */
export async function ReadExpressionPairsAsync(file: IRandomAccessFile, codeSize: number): Promise<IExpressionPairs> {
    const start = await file.readAsync(0, Math.min(2, file.byteLength));
    const isZip = start[0] === 0x50 && start[1] === 0x4b; // PK
    const pairs = isZip ? await ReadNpzPairsAsync(file, codeSize) : await ReadJsonPairsAsync(file, codeSize);
    if (pairs.frameCount > MaxFrames) {
        throw new ConvertError(
            "too-large",
            `${file.name} has ${pairs.frameCount} frames; up to ${MaxFrames} are read. Leave out every other one.`,
        );
    }
    return pairs;
}

async function ReadNpzPairsAsync(file: IRandomAccessFile, codeSize: number): Promise<IExpressionPairs> {
    const archive = await NpzFile.OpenAsync(file);
    const missing = ["arkit", "code"].find((name) => !archive.has(name));
    if (missing !== undefined) {
        throw new ConvertError("damaged-file", `${file.name} has no array "${missing}". ${Expected}`);
    }
    const readAsync = async (name: string, width: number): Promise<Float32Array> =>
        RequireArray(await archive.readAsync(name, [null, width]), `${file.name}: "${name}"`, [null, width]);
    const weights = await readAsync("arkit", ArkitNames.length);
    const codes = await readAsync("code", codeSize);
    const [frameCount, others] = [weights.length / ArkitNames.length, codes.length / codeSize];
    RequireSameFrames(file.name, frameCount, others);
    return { name: file.name, frameCount, shapes: ArkitNames, weights, codes };
}

async function ReadJsonPairsAsync(file: IRandomAccessFile, codeSize: number): Promise<IExpressionPairs> {
    let json: unknown = null;
    try {
        const bytes = file.byteLength <= MaxTextBytes ? await file.readAsync(0, file.byteLength) : new Uint8Array(0);
        json = JSON.parse(new TextDecoder().decode(bytes));
    } catch {
        // Said below.
    }
    const parsed = v.safeParse(PairsSchema, json);
    if (!parsed.success) {
        const [issue] = parsed.issues;
        throw new ConvertError(
            "damaged-file",
            `${file.name}: ${v.getDotPath(issue) ?? "the file"}: ${issue.message}. ${Expected}`,
        );
    }
    const { names = ArkitNames, arkit, code } = parsed.output;
    RequireSameFrames(file.name, arkit.length, code.length);
    const shapes = names.map((name) => ShapeOf(name, file.name));
    const twice = shapes.find((shape, i) => shapes.indexOf(shape) !== i);
    if (twice !== undefined) {
        throw new ConvertError(
            "damaged-file",
            `${file.name}: "names" has ${twice} twice. Leave one of its columns out.`,
        );
    }
    RequireWidths(file.name, "arkit", arkit, shapes.length);
    RequireWidths(file.name, "code", code, codeSize);
    return { name: file.name, frameCount: arkit.length, shapes, weights: arkit.flat(), codes: code.flat() };
}

/** The shape that a name means: files say of the code what ARKit's shapes do, and of nothing else. */
function ShapeOf(name: string, fileName: string): ArkitName {
    const known = FindKnownShape(name);
    const [only, ...more] = known?.family === "arkit" ? Object.entries(known.shapes) : [];
    // Names of two shapes at once, or of a half of one, are none of them.
    const shape = more.length === 0 && only?.[1] === 1 ? ArkitNames.find((arkit) => arkit === only[0]) : undefined;
    if (!shape) {
        throw new ConvertError(
            "unsupported-file",
            `${fileName}: "${name}" is none of ARKit's 52 shapes, of which alone a file can say what they do. Turn codes of others, ` +
                "such as FLAME's, into ARKit's shapes first: ShapeSolver does.",
        );
    }
    return shape;
}

function RequireSameFrames(fileName: string, arkit: number, code: number): void {
    if (arkit !== code) {
        throw new ConvertError(
            "wrong-shape",
            `${fileName}: "arkit" has ${arkit} frames, "code" has ${code}. Give both for the same frames.`,
        );
    }
}

function RequireWidths(fileName: string, name: string, rows: readonly (readonly number[])[], width: number): void {
    const wrong = rows.findIndex((row) => row.length !== width);
    if (wrong >= 0) {
        throw new ConvertError(
            "wrong-shape",
            `${fileName}: frame ${wrong} of "${name}" has ${rows[wrong]!.length} numbers, ${width} are expected.`,
        );
    }
}
