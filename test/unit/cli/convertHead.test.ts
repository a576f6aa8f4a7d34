import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { WriteNpz } from "../../../src/animation/motion/writeNpz.js";
import { EvaluateHeadAsync } from "../../../src/convert/gaussianHead/evaluateHead.js";
import { ReadAvatar } from "../../../src/format/readAvatar.js";
import { MakeTestFolder, RunAsync } from "../../support/cliRun.js";
import { DescribeGolden, FixtureFolder } from "../../support/goldenFixture.js";
import { SmallSuperResolution } from "../../support/superResolutionFile.js";

const PathOf = MakeTestFolder();
const Checkpoint = join(FixtureFolder, "head_checkpoint_small.pt");
const Method = ["convert", "gaussian-head-avatar"];

/** Numbers of the code of the fixture's checkpoint. */
const CodeSize = 16;

interface IFrame {
    readonly code?: readonly number[];
    readonly pose?: readonly number[];
    readonly scale?: number;
}

/** A folder with the parameters of some frames. */
function Subject(name: string, frames: readonly IFrame[]): string {
    frames.forEach(({ code = [], pose = [0, 0, 0, 0, 0, 0], scale = 0.14 }, frame) => {
        const path = PathOf(`${name}/params/${frame}/params.npz`);
        mkdirSync(dirname(path), { recursive: true });
        const codes = Float32Array.from({ length: CodeSize }, (_, i) => code[i] ?? 0);
        writeFileSync(
            path,
            WriteNpz({
                id_coeff: { shape: [1, 2], values: Float32Array.of(0, 0) },
                exp_coeff: { shape: [1, CodeSize], values: codes },
                pose: { shape: [1, 6], values: Float32Array.from(pose) },
                scale: { shape: [1], values: Float32Array.of(scale) },
            }),
        );
    });
    return PathOf(`${name}/params`);
}

/** A file with a text in it. */
function TextFile(name: string, text: string): string {
    writeFileSync(PathOf(name), text);
    return PathOf(name);
}

describe("gaussian-avatar convert gaussian-head-avatar", () => {
    it.each([
        [["-o", "a.glb"], /Say where the checkpoint is: --checkpoint gaussianhead_latest/u],
        [["--checkpoint", "a"], /Say where to write/u],
        [["a", "--checkpoint", "a", "-o", "a.glb"], /"a" follows the method/u],
        [["--checkpoint", "a", "--data", "b", "-o", "a.glb"], /--data is no option of gaussian-head-avatar/u],
        [
            ["--checkpoint", "a", "--precision", "fp16", "-o", "a.glb"],
            /--precision is of the super-resolution network/u,
        ],
        [
            ["--checkpoint", "a", "--expressions", "b", "--expression-pairs", "c", "-o", "a.glb"],
            /--expressions and --expression-pairs say the same/u,
        ],
        [["--checkpoint", "a", "--picture-width", "1", "-o", "a.glb"], /--picture-width is of the super-resolution/u],
        [
            ["--checkpoint", "a", "--super-resolution", "b", "--picture-width", "0", "-o", "a.glb"],
            /--picture-width is "0": a number from 0\.02 to 5/u,
        ],
    ])("explains what is wrong with %j", async (args, message) => {
        const { code, err } = await RunAsync([...Method, ...args]);
        expect([code, err]).toEqual([2, expect.stringMatching(message)]);
    });
});

DescribeGolden("a checkpoint of the official code", () => {
    const convertAsync = async (name: string, ...args: string[]): Promise<{ code: number; err: string; out: string }> =>
        await RunAsync([...Method, "--checkpoint", Checkpoint, "-o", PathOf(name), ...args]);

    it("becomes an avatar that stands on the ground, and says what is guessed", async () => {
        const { code, err } = await convertAsync("plain.glb");
        expect(code).toBe(0);
        for (const hint of [
            /taken for 0\.15 m/u,
            /supres_latest/u,
            /ARKit's shapes/u,
            /July 12, 2024/u,
            /names no licence/u,
        ]) {
            expect(err).toMatch(hint);
        }
        const { headModel, gaussians, joints, morphTargets, name } = ReadAvatar(readFileSync(PathOf("plain.glb")));
        expect([name, gaussians.count, joints.map((joint) => joint.name)]).toEqual(["plain", 500, ["neck", "head"]]);
        expect(morphTargets.map((target) => target.name)).toEqual(Array.from({ length: 16 }, (_, i) => `code${i}`));
        expect(morphTargets[0]!.range).toEqual([-3, 3]);
        const heights = gaussians.positions.filter((_, i) => i % 3 === 1).sort();
        expect(Math.abs(heights[5]!)).toBeLessThan(0.02);
        // What is shown without networks is what they make of the neutral face.
        const { positions } = await EvaluateHeadAsync(
            headModel!,
            new Float64Array(CodeSize),
            headModel!.poseRange.rest,
        );
        const worst = positions.reduce(
            (most, value, i) => Math.max(most, Math.abs(value - gaussians.positions[i]!)),
            0,
        );
        expect(worst).toBeLessThan(1e-4);
        expect(morphTargets.every(({ indices }) => indices.length > 0)).toBe(true);
    });

    it("moves with expressions without networks as well, unless that is not wanted", async () => {
        const frames = [{ code: [1, -1, 0.5, 0.4] }, { code: [-0.5, 1, 1, -1] }, { code: [0.3, 0.6, -1, 1] }];
        const subject = Subject("moves", frames);
        await convertAsync("moves.glb", "--params", subject);
        const { headModel, gaussians, morphTargets } = ReadAvatar(readFileSync(PathOf("moves.glb")));
        const code = Float64Array.from({ length: CodeSize }, (_, i) => [0.5, -0.6, 0.4, 0.2][i] ?? 0);
        const face = await EvaluateHeadAsync(headModel!, code, headModel!.poseRange.rest);
        const baked = Float64Array.from(gaussians.positions);
        morphTargets.forEach(({ indices, deltas }, channel) => {
            deltas.forEach((delta, i) => (baked[indices[Math.floor(i / 3)]! * 3 + (i % 3)]! += code[channel]! * delta));
        });
        const missed = (positions: ArrayLike<number>): number =>
            face.positions.reduce((sum, value, i) => sum + (value - positions[i]!) ** 2, 0);
        expect(missed(baked)).toBeLessThan(0.7 * missed(gaussians.positions));
        await convertAsync("still.glb", "--params", subject, "--no-deltas");
        const still = ReadAvatar(readFileSync(PathOf("still.glb")));
        expect(still.morphTargets.every(({ indices }) => indices.length === 0)).toBe(true);
    });

    it("takes scale, ranges and a clip from the training, and ARKit's shapes from the user", async () => {
        const subject = Subject("subject", [
            { code: [1, -2], pose: [0.1, 0, 0, 0.02, 0, 0], scale: 0.14 },
            { code: [-0.5, -1], pose: [-0.2, 0.3, 0, 0.04, 0, 0], scale: 0.16 },
        ]);
        const row = Array.from({ length: CodeSize }, (_, i) => (i === 1 ? -1.5 : 0));
        const expressions = TextFile("map.json", JSON.stringify({ jawOpen: row }));
        const args = ["--params", subject, "--expressions", expressions, "--legacy-rotations", "--license", "CC0-1.0"];
        args.push("--super-resolution", SmallSuperResolution);
        const { code, err } = await convertAsync("full.glb", ...args);
        expect(code).toBe(0);
        expect(err).not.toContain("note:");
        const { headModel, morphTargets, animations, joints } = ReadAvatar(readFileSync(PathOf("full.glb")));
        expect(headModel!.unit).toBeCloseTo(0.15, 6);
        expect(morphTargets[0]).toMatchObject({ range: [-0.5, 1], follows: {} });
        expect(morphTargets[1]).toMatchObject({ range: [-2, 0], follows: { jawOpen: -1.5 } });
        const { rest, least, greatest } = headModel!.poseRange;
        expect(rest.map((value) => Number(value.toFixed(5)))).toEqual([0, 0, 0, 0.03, 0, 0]);
        expect([least[1], greatest[1]]).toEqual([0, Math.fround(0.3)]);
        const [clip] = animations;
        expect(clip!.tracks.map(({ path, joint }) => [path, joints[joint]?.name])).toEqual([
            ["weights", undefined],
            ["rotation", "head"],
        ]);
        expect(clip!.tracks[0]!.values[1]).toBe(-2);
        const shapes = await RunAsync(["expressions", PathOf("full.glb")]);
        expect(shapes.out).toContain("code1   jawOpen -1.5\n");
    });

    it("finds what ARKit's shapes are in the code from frames of both", async () => {
        const frames = Array.from({ length: 90 }, (_, frame) =>
            [1.7, 2.3].map((pace) => 0.5 + 0.5 * Math.sin(frame * pace)),
        );
        const code = frames.map(([open, smile]) =>
            Array.from({ length: CodeSize }, (_, k) => (k === 0 ? 2 * open! - smile! : k === 3 ? 0.5 * smile! : 0)),
        );
        const pairs = { names: ["jawOpen", "mouthSmileLeft"], arkit: frames, code };
        const file = TextFile("pairs.json", JSON.stringify(pairs));
        const { code: status, err } = await convertAsync("paired.glb", "--no-deltas", "--expression-pairs", file);
        expect(status).toBe(0);
        expect(err).toMatch(/note: .*pairs\.json explains, of frames that were held out: code0 1\.00, code3 1\.00\./u);
        expect(err).toMatch(/does not tell what moves code1, code2, code4/u);
        const { morphTargets } = ReadAvatar(readFileSync(PathOf("paired.glb")));
        const { jawOpen, mouthSmileLeft } = morphTargets[0]!.follows!;
        expect([jawOpen!, mouthSmileLeft!].map((value) => Number(value.toFixed(3)))).toEqual([2, -1]);
        expect(morphTargets[1]!.follows).toEqual({});
    });

    it("takes corrections of poses of the same training only", async () => {
        const frames = Array.from({ length: 5 }, (): IFrame => ({}));
        const deltas = join(FixtureFolder, "head_delta_poses_small.pt");
        const plain = await convertAsync("moved.glb", "--params", Subject("five", frames), "--delta-poses", deltas);
        expect(plain.code).toBe(0);
        const other = await convertAsync("none.glb", "--params", Subject("two", [{}, {}]), "--delta-poses", deltas);
        expect(other.err).toMatch(/holds \[5,6\]; \[2,6\] is expected/u);
        const alone = await convertAsync("none.glb", "--delta-poses", deltas);
        expect(alone.err).toMatch(/give the parameters of the training as well/u);
    });

    it("can be seen", async () => {
        await convertAsync("seen.glb", "--license", "CC0-1.0");
        const picture = PathOf("seen.png");
        const { code } = await RunAsync(["render", PathOf("seen.glb"), "-o", picture, "--size", "64x64"]);
        expect([code, existsSync(picture)]).toEqual([0, true]);
    });

    const Shape = (): string => TextFile("short.json", '{"jawOpen": [1, 2]}');
    it.each<[string, () => string[], RegExp]>([
        [
            "parameters of another code",
            () => ["--params", OfficialFrame()],
            /"exp_coeff" has the shape \(1, 64\); \(1, 16\)/u,
        ],
        ["a folder without parameters", () => ["--params", FixtureFolder], /has 0 files like 0000\/params\.npz/u],
        ["a scale of 0", () => ["--params", Subject("flat", [{ scale: 0 }])], /"scale" is 0/u],
        [
            "short rows of expressions",
            () => ["--expressions", Shape()],
            /"jawOpen" has 2 numbers, the expression code has 16/u,
        ],
        ["shapes that do not exist", () => ["--expressions", TextFile("grin.json", '{"grin": [1]}')], /grin/u],
        ["expressions that are no JSON", () => ["--expressions", TextFile("no.json", "{")], /no\.json: the file/u],
    ])("is refused with %s", async (_, args, message) => {
        const { code, err } = await convertAsync("refused.glb", ...args());
        expect([code, err]).toEqual([1, expect.stringMatching(message)]);
        expect(existsSync(PathOf("refused.glb"))).toBe(false);
    });

    /** Parameters as the official fitting leaves them. */
    function OfficialFrame(): string {
        const path = PathOf("official/params/0000/params.npz");
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, readFileSync(join(FixtureFolder, "head_params_small.npz")));
        return PathOf("official/params");
    }

    it.each([
        ["body_checkpoint_small.pt", /has no tensor "feature"/u],
        ["head_superres_checkpoint_small.pt", /has no tensor "feature".*gaussianhead_latest/u],
        ["head_params_small.npz", /without "data\.pkl"/u],
    ])("is told from %s", async (file, message) => {
        const { code, err } = await RunAsync([
            ...Method,
            "--checkpoint",
            join(FixtureFolder, file),
            "-o",
            PathOf("no.glb"),
        ]);
        expect([code, err]).toEqual([1, expect.stringMatching(message)]);
    });
});
