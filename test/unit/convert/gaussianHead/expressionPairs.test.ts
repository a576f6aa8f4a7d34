import { describe, expect, it } from "@jest/globals";
import { WriteNpz } from "../../../../src/animation/motion/writeNpz.js";
import { FileOfBytes, type IRandomAccessFile } from "../../../../src/convert/checkpoint/randomAccessFile.js";
import {
    type IExpressionPairs,
    ReadExpressionPairsAsync,
} from "../../../../src/convert/gaussianHead/expressionPairs.js";
import { FitExpressionPairs } from "../../../../src/convert/gaussianHead/fitExpressionPairs.js";
import { type ArkitName, ArkitNames } from "../../../../src/format/arkitNames.js";
import { SeededRandom } from "../../../support/seededRandom.js";

const CodeSize = 8;
const FrameCount = 1500;

/** How the sample's code comes about. */
interface ISampleOptions {
    readonly frameCount?: number;
    /** Weights of the shapes of a frame (default: every shape on its own way). */
    readonly weightOf?: (shape: number, frame: number, random: () => number) => number;
    /** Noise of the code (default: 0.02). */
    readonly noise?: number;
    /** Added to the code (default: 0). */
    readonly neutral?: number;
}

/** Frames of a known matrix [52,K]. Number 5 of the code is noise. */
function Sample(options: ISampleOptions = {}): { pairs: IExpressionPairs; matrix: Float64Array } {
    const { frameCount = FrameCount, noise = 0.02, neutral = 0 } = options;
    const random = SeededRandom(11);
    const weightOf = options.weightOf ?? ((): number => Math.max(0, 1.6 * random() - 0.6));
    const matrix = Float64Array.from({ length: 52 * CodeSize }, (_, i) => (i % CodeSize === 5 ? 0 : 2 * random() - 1));
    const weights = new Float32Array(frameCount * 52);
    const codes = new Float32Array(frameCount * CodeSize);
    for (let frame = 0; frame < frameCount; frame++) {
        for (let shape = 0; shape < 52; shape++) {
            weights[frame * 52 + shape] = weightOf(shape, frame, random);
        }
        for (let k = 0; k < CodeSize; k++) {
            let value = neutral + (k === 5 ? 1 : noise) * 2 * (random() - 0.5);
            for (let shape = 0; shape < 52; shape++) {
                value += weights[frame * 52 + shape]! * matrix[shape * CodeSize + k]!;
            }
            codes[frame * CodeSize + k] = value;
        }
    }
    return { pairs: { name: "pairs.npz", frameCount, shapes: ArkitNames, weights, codes }, matrix };
}

describe("what ARKit's shapes are in a code", () => {
    it("is found from noisy frames within two percent", () => {
        const { pairs, matrix } = Sample();
        const { matrix: found, explained, notes } = FitExpressionPairs(pairs);
        let [missed, whole] = [0, 0];
        ArkitNames.forEach((name, shape) => {
            found[name]!.forEach((value, k) => {
                missed += (value - matrix[shape * CodeSize + k]!) ** 2;
                whole += matrix[shape * CodeSize + k]! ** 2;
            });
        });
        expect(Math.sqrt(missed / whole)).toBeLessThan(0.02);
        expect(explained[0]).toBeGreaterThan(0.99);
        expect(explained[5]).toBeLessThan(0.05);
        expect(found.jawOpen![5]).toBe(0);
        expect(notes).toEqual([
            expect.stringMatching(/^pairs\.npz explains, of frames that were held out: code0 (?:1\.00|0\.99), code1/u),
            expect.stringMatching(/does not tell what moves code5: ARKit's shapes leave them at 0/u),
        ]);
    });

    it("does not depend on what the code is at rest, which is told of", () => {
        const [plain, moved] = [FitExpressionPairs(Sample().pairs), FitExpressionPairs(Sample({ neutral: 3 }).pairs)];
        moved.matrix.jawOpen!.forEach((value, k) => {
            expect(value).toBeCloseTo(plain.matrix.jawOpen![k]!, 3);
        });
        expect(moved.notes.at(-1)).toMatch(
            /At weights of 0 pairs\.npz has a code that is not 0 \(code0 [23]\.\d\d.*left out/u,
        );
    });

    it("says which shapes never move, and which cannot be told from each other", () => {
        const open = ArkitNames.indexOf("jawOpen");
        const { pairs, matrix } = Sample({
            weightOf: (shape, frame, random) =>
                ArkitNames[shape] === "tongueOut"
                    ? 0
                    : shape === ArkitNames.indexOf("mouthClose")
                      ? 0.5 + 0.5 * Math.sin(frame * 1.7)
                      : shape === open
                        ? 0.5 + 0.5 * Math.sin(frame * 1.7)
                        : random(),
        });
        const { matrix: found, notes } = FitExpressionPairs(pairs);
        expect(found.tongueOut).toBeUndefined();
        expect(found.jawOpen![0]).toBeCloseTo(found.mouthClose![0]!, 4);
        const both = matrix[open * CodeSize]! + matrix[ArkitNames.indexOf("mouthClose") * CodeSize]!;
        expect(2 * found.jawOpen![0]!).toBeCloseTo(both, 1);
        expect(notes.join("\n")).toMatch(/in which tongueOut never move/u);
        expect(notes.join("\n")).toMatch(/does not tell jawOpen and mouthClose from each other/u);
    });

    it.each<[string, ISampleOptions, RegExp]>([
        ["faces at rest", { weightOf: () => 0 }, /pairs\.npz does not tell .* none of the shapes in "arkit" moves/u],
        ["few frames", { frameCount: 100 }, /100 frames are too few for 52 shapes that move: 161 are needed/u],
        ["codes of another face", { noise: 1000 }, /no number of "code" follows the weights/u],
    ])("is refused for %s", (_, options, message) => {
        expect(() => FitExpressionPairs(Sample(options).pairs)).toThrow(message);
    });
});

describe("pairs of weights and codes", () => {
    const json = (value: unknown): IRandomAccessFile =>
        FileOfBytes(new TextEncoder().encode(JSON.stringify(value)), "pairs.json");
    const array = (...shape: number[]): { shape: number[]; values: Float32Array } => ({
        shape,
        values: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => i / 100),
    });
    const npz = (arrays: Parameters<typeof WriteNpz>[0]): IRandomAccessFile =>
        FileOfBytes(WriteNpz(arrays), "pairs.npz");

    it("are read from .npz and JSON", async () => {
        const stored = await ReadExpressionPairsAsync(npz({ arkit: array(3, 52), code: array(3, 2) }), 2);
        expect([stored.frameCount, stored.shapes, stored.weights[53]]).toEqual([3, ArkitNames, Math.fround(0.53)]);
        const named = await ReadExpressionPairsAsync(
            json({ names: ["JawOpen", "mouthSmile_L"], arkit: [[0.1, 0.2]], code: [[3, 4]] }),
            2,
        );
        expect(named.shapes).toEqual(["jawOpen", "mouthSmileLeft"] satisfies ArkitName[]);
        expect([...Array.from(named.weights), ...Array.from(named.codes)]).toEqual([0.1, 0.2, 3, 4]);
    });

    it.each<[string, () => IRandomAccessFile, RegExp]>([
        ["no codes", () => npz({ arkit: array(3, 52) }), /pairs\.npz has no array "code".*Expected is \.npz/u],
        ["other shapes", () => npz({ arkit: array(3, 51), code: array(3, 2) }), /"arkit" has the shape \(3, 51\)/u],
        ["other codes", () => npz({ arkit: array(3, 52), code: array(3, 4) }), /"code" has the shape \(3, 4\)/u],
        [
            "frames missing",
            () => npz({ arkit: array(3, 52), code: array(2, 2) }),
            /"arkit" has 3 frames, "code" has 2/u,
        ],
        ["no pairs", () => json({ names: [] }), /pairs\.json: arkit: .* Expected is/u],
        ["no JSON", () => FileOfBytes(new Uint8Array(8), "pairs.json"), /pairs\.json: the file: /u],
        [
            "names of others",
            () => json({ names: ["flame_3"], arkit: [[1]], code: [[1, 2]] }),
            /"flame_3" is none of ARKit's 52 shapes.*ShapeSolver/u,
        ],
        [
            "names twice",
            () => json({ names: ["jawOpen", "JawOpen"], arkit: [[1, 1]], code: [[1, 2]] }),
            /has jawOpen twice/u,
        ],
        [
            "short rows",
            () => json({ names: ["jawOpen"], arkit: [[1, 2]], code: [[1, 2]] }),
            /frame 0 of "arkit" has 2 numbers, 1/u,
        ],
    ])("are refused with %s", async (_, file, message) => {
        await expect(ReadExpressionPairsAsync(file(), 2)).rejects.toThrow(message);
    });
});
