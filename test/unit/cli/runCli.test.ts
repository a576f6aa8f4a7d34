import { existsSync, linkSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { type IAvatarSummary } from "../../../src/cli/avatarSummary.js";
import { WriteFileAtomicAsync } from "../../../src/cli/files.js";
import { ProgressLine } from "../../../src/cli/terminal.js";
import { type IValidationIssue } from "../../../src/format/avatarFormatError.js";
import { WriteAvatar } from "../../../src/format/writeAvatar.js";
import { MakeSampleAvatar } from "../../support/avatarSamples.js";
import { MakeTestFolder, RunAsync } from "../../support/cliRun.js";
import { RewriteGlbJson } from "../../support/rewriteGlb.js";

const pathOf = MakeTestFolder();
const Sample = pathOf("sample.glb");
const SampleBytes = WriteAvatar(MakeSampleAvatar({ gaussians: 300 }));
writeFileSync(Sample, SampleBytes);
const Link = pathOf("link.glb");
linkSync(Sample, Link);

describe("the command line", () => {
    it("lists its commands, and tells the version of the package", async () => {
        const help = await RunAsync(["--help"]);
        expect(help.code).toBe(0);
        for (const command of ["inspect", "validate", "bake", "render"]) {
            expect(help.out).toMatch(new RegExp(`^  ${command} +\\w`, "m"));
        }
        const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
        expect(await RunAsync(["--version"])).toEqual({ code: 0, out: `${version}\n`, err: "" });
        expect((await RunAsync([])).code).toBe(2);
    });

    it.each(["inspect", "validate", "bake", "render"])("explains %s with every option and examples", async (name) => {
        const { code, out, err } = await RunAsync([name, "--help"]);
        expect([code, err]).toEqual([0, ""]);
        expect(out).toMatch(new RegExp(`^Usage: gaussian-avatar ${name} <`));
        expect(out).toMatch(new RegExp(`Examples\n  gaussian-avatar ${name} `));
    });

    it.each([
        [
            ["paint"],
            /There is no command "paint"; there are inspect, validate, bake, convert, capture, evaluate, retarget, expressions, render\./,
        ],
        [["constructor"], /There is no command "constructor"/],
        [["inspect"], /Exactly one avatar file is expected, 0 were given/],
        [["inspect", "a.glb", "b.glb"], /2 were given/],
        [["inspect", "--colour", "a.glb"], /Unknown option '--colour'/],
        [["bake", "hero.glb"], /-o hero\.avatar\.glb/],
        [["bake", "hero.glb", "-o", "x.glb", "--splats", "many"], /--splats is "many": a whole number from 1 to/],
        [["bake", "hero.glb", "-o", "x.glb", "--splats", "1.5"], /a whole number/],
        [["bake", "hero.glb", "-o", "x.gltf"], /-o is "x\.gltf": a name that ends in \.glb is expected/],
        [["bake", "hero.glb", "-o", "./hero.glb"], /-o would write over \.\/hero\.glb, which is read/],
        [["bake", Sample, "-o", Link], /-o would write over .*link\.glb, which is read/],
        [["render", "a.glb"], /-o out\.png/],
        [["render", "a.glb", "-o", "a.glb"], /-o is "a\.glb": a name that ends in \.png is expected/],
        [["render", "a.png", "-o", "a.png"], /-o would write over a\.png/],
        [["render", "a.glb", "-o", "x.png", "--pose", "x.png"], /-o would write over x\.png/],
        [["render", "a.0007.png", "-o", "a.png", "--frames", "7:8"], /-o would write over a\.0007\.png/],
        [["render", "a.glb", "-o", "x.png", "--pose-up", "z"], /--pose-up does nothing without --pose/],
        [["render", "a.glb", "-o", "x.png", "--pose", "b", "--pose-up", "x"], /--pose-up is "x": y or z is expected/],
        [["render", "a.glb", "-o", "x.png", "--fps", "30"], /--fps does nothing without --frames/],
        [["render", "a.glb", "-o", "x.png", "--size", "10"], /--size is "10": WIDTHxHEIGHT is expected/],
        [["render", "a.glb", "-o", "x.png", "--size", "99999x1"], /each up to 8192/],
        [["render", "a.glb", "-o", "x.png", "--background", "red"], /transparent or #rrggbb/],
        [["render", "a.glb", "-o", "x.png", "--frames", "9:3"], /first:last or first:last:step/],
        [["render", "a.glb", "-o", "x.png", "--frames", "0:9:0"], /first:last:step/],
        [["render", "a.glb", "-o", "x.png", "--time", "-1"], /--time is "-1"/],
        [["render", "a.glb", "-o", "x.png", "--camera", "1,2,3,4"], /yaw,pitch,distance/],
        [["render", "a.glb", "-o", "x.png", "--camera", "0,90"], /pitch between -90 and 90/],
        [["render", "a.glb", "-o", "x.png", "--camera", "0,0,0"], /yaw,pitch,distance/],
        [
            ["render", "a.glb", "-o", "x.png", "--time", "1", "--frames", "0:9"],
            /--time and --frames exclude each other/,
        ],
        [["render", "a.glb", "-o", "x.png", "--size", "9x9", "--camera-json", "c"], /exclude each other/],
    ])("answers %j with exit code 2 and one line", async (args, message) => {
        const { code, out, err } = await RunAsync(args);
        expect([code, out]).toEqual([2, ""]);
        const [line = "", hint = "", ...more] = err.split("\n");
        expect(line).toMatch(/^error: /);
        expect(line).toMatch(message);
        expect(hint).toMatch(/^See gaussian-avatar .*--help\.$/);
        expect(more).toEqual([""]);
    });

    it("prints a stack only when asked to", async () => {
        const missing = pathOf("missing.glb");
        const plain = await RunAsync(["inspect", missing]);
        expect(plain).toEqual({ code: 1, out: "", err: `error: ${missing} cannot be read: there is no such file.\n` });
        const verbose = await RunAsync(["inspect", missing, "--verbose"]);
        expect(verbose.err).toMatch(/\n {4}at /);
        expect(verbose.err).toMatch(/ENOENT/);
    });
});

describe("gaussian-avatar inspect", () => {
    it("tells what the file holds, as JSON", async () => {
        const { code, out } = await RunAsync(["inspect", Sample, "--json"]);
        const summary = JSON.parse(out) as IAvatarSummary;
        expect(code).toBe(0);
        expect(summary).toMatchObject({
            name: "sample",
            bodyModel: "smplx",
            joints: { count: 55, smplx: 55, additional: [] },
            splats: 300,
            expressions: ["jawOpen", "mouthSmileLeft"],
            clips: [{ name: "walk", seconds: 1 }],
            tiers: ["baked"],
            license: "CC0-1.0",
        });
        // Head and feet of the generic adult.
        expect(summary.bounds.maximum[1]).toBeGreaterThan(1.6);
        expect(summary.bounds.minimum[1]).toBeLessThan(0.1);
    });

    it("accounts for every byte of the file but the container's own", async () => {
        const { bytes } = JSON.parse((await RunAsync(["inspect", Sample, "--json"])).out) as IAvatarSummary;
        const total = Object.values(bytes).reduce((sum, size) => sum + size, 0);
        // 28 bytes of headers, and at most three bytes of padding a buffer view.
        expect(SampleBytes.length - total).toBeGreaterThanOrEqual(28);
        expect(SampleBytes.length - total).toBeLessThan(28 + 3 * 64);
        expect(bytes["gaussians"]).toBeGreaterThan(bytes["expressions"]!);
        expect(bytes).not.toHaveProperty("other");
    });

    it("reads the same for people", async () => {
        const { out } = await RunAsync(["inspect", Sample]);
        expect(out).toMatch(/^joints +55, of which 55 are SMPL-X joints$/m);
        expect(out).toMatch(/^clips +walk \(1 s\)$/m);
        expect(out).toMatch(/^licence +CC0-1\.0$/m);
    });
});

describe("gaussian-avatar validate", () => {
    const Broken = pathOf("broken.glb");
    writeFileSync(
        Broken,
        RewriteGlbJson(SampleBytes, (json) => {
            (json.extensions!["BGA_gaussian_avatar"] as { version: number }).version = 99;
        }),
    );

    it("is silent about a good file but for the count", async () => {
        expect(await RunAsync(["validate", Sample])).toEqual({
            code: 0,
            out: `${Sample}: 0 errors, 0 warnings\n`,
            err: "",
        });
    });

    it("names code and place of every problem, and fails", async () => {
        const { code, out } = await RunAsync(["validate", Broken]);
        expect(code).toBe(1);
        expect(out).toMatch(/^error unsupported-version \/extensions\/BGA_gaussian_avatar\/version\n {4}\S/);
        expect(out).toMatch(/: 1 error, 0 warnings\n$/);
    });

    it("gives the issues as JSON", async () => {
        const { code, out } = await RunAsync(["validate", Broken, "--json"]);
        const [issue] = JSON.parse(out) as IValidationIssue[];
        expect(code).toBe(1);
        expect(issue).toMatchObject({ code: "unsupported-version", severity: "error" });
        expect(JSON.parse((await RunAsync(["validate", Sample, "--json"])).out)).toEqual([]);
    });
});

describe("places to write", () => {
    const character = pathOf("character.glb");
    writeFileSync(character, SampleBytes);
    mkdirSync(pathOf("folder.glb"));
    writeFileSync(pathOf("file"), "");

    it.each([
        ["folder.glb", "it is a folder"],
        ["file/hero.glb", "a part of its path is a file, not a folder"],
        ["file/deeper/hero.glb", "a part of its path is a file, not a folder"],
        [`${"long".repeat(100)}.glb`, "its name is too long"],
    ])("are refused before the work begins: %s", async (name, reason) => {
        const { code, out, err } = await RunAsync(["bake", character, "-o", pathOf(name)]);
        expect([code, out, err]).toEqual([1, "", `error: ${pathOf(name)} cannot be written: ${reason}.\n`]);
    });

    it("keep what was there when writing fails half way", async () => {
        // Written beside its place, and then a folder is in the way of the last step.
        const target = pathOf("folder.glb");
        await expect(WriteFileAtomicAsync(target, new Uint8Array(9))).rejects.toMatchObject({
            code: "file-unwritable",
            message: `${target} cannot be written: it is a folder.`,
        });
        expect(readdirSync(dirname(target)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    });
});

describe("gaussian-avatar bake", () => {
    it("says which file is no character, and leaves nothing behind", async () => {
        const output = pathOf("out/none.avatar.glb");
        mkdirSync(dirname(output));
        const readme = await RunAsync(["bake", "README.md", "-o", output]);
        expect(readme).toEqual({
            code: 1,
            out: "",
            err: "error: README.md: this is not glTF: give a .glb, .gltf or .vrm file\n",
        });
        // An avatar has a skin, but its primitive is points.
        const avatar = await RunAsync(["bake", Sample, "-o", output]);
        expect(avatar.code).toBe(1);
        expect(avatar.err).toMatch(/error: "sample" has no skinned mesh/);
        expect(readdirSync(dirname(output))).toEqual([]);
    });

    it("does not follow a .gltf out of its folder", async () => {
        const sly = pathOf("sly.gltf");
        writeFileSync(
            sly,
            JSON.stringify({ asset: { version: "2.0" }, buffers: [{ uri: "../secret.bin", byteLength: 4 }] }),
        );
        const { code, err } = await RunAsync(["bake", sly, "-o", pathOf("sly.glb")]);
        expect(code).toBe(1);
        expect(err).toMatch(/"\.\.\/secret\.bin" leaves the folder of the file/);
    });
});

const Data = "../shared/data/humanoids";
const hasData = existsSync(Data);
if (!hasData && process.env["CI"]) {
    throw new Error(`The characters of ${Data} are missing; CI must have them.`);
}

(hasData ? describe : describe.skip)(`gaussian-avatar bake${hasData ? "" : ` (needs ${Data})`}`, () => {
    const Character = `${Data}/quaternius_suit.glb`;

    it("makes an avatar that is valid and holds what was asked for", async () => {
        const output = pathOf("made/suit.avatar.glb");
        const credits = ["--license", "CC0-1.0", "--notice", "Suit by its maker"];
        const options = ["--splats", "400", "--name", "A Suit", ...credits];
        const { code, out, err } = await RunAsync(["bake", Character, "-o", output, ...options]);
        expect([code, err.includes("error")]).toEqual([0, false]);
        expect(out).toMatch(/: 400 splats, \d+ expression channels, \d+ clips?, /);
        expect(err).not.toMatch(/licence/);
        expect(readdirSync(dirname(output))).toEqual(["suit.avatar.glb"]);
        expect(await RunAsync(["validate", output])).toMatchObject({
            code: 0,
            out: `${output}: 0 errors, 0 warnings\n`,
        });
        const summary = JSON.parse((await RunAsync(["inspect", output, "--json"])).out) as IAvatarSummary;
        expect(summary).toMatchObject({
            name: "A Suit",
            splats: 400,
            tiers: ["baked"],
            license: "CC0-1.0",
            notices: ["Suit by its maker"],
        });
    });

    it("reads a .gltf with side files, as inspect does, and names the file where no name is given", async () => {
        const { json, binary } = SplitGlb(readFileSync(Character));
        json.buffers![0]!.uri = "suit.bin";
        writeFileSync(pathOf("suit.bin"), binary);
        writeFileSync(pathOf("suit.gltf"), JSON.stringify(json));
        const output = pathOf("loose.avatar.glb");
        const baked = await RunAsync(["bake", pathOf("suit.gltf"), "-o", output, "--splats", "100"]);
        expect([baked.code, baked.err]).toEqual([0, expect.stringMatching(/^note: the file names no licence/m)]);

        const avatar = SplitGlb(readFileSync(output));
        avatar.json.buffers![0]!.uri = "avatar.bin";
        writeFileSync(pathOf("avatar.bin"), avatar.binary);
        writeFileSync(pathOf("avatar.gltf"), JSON.stringify(avatar.json));
        const { code, out } = await RunAsync(["inspect", pathOf("avatar.gltf"), "--json"]);
        expect([code, JSON.parse(out)]).toEqual([0, expect.objectContaining({ name: "suit", splats: 100 })]);
    });
});

/** Document and binary chunk of a GLB file. */
function SplitGlb(glb: Uint8Array): { json: { buffers?: { uri?: string }[] }; binary: Uint8Array } {
    const view = new DataView(glb.buffer, glb.byteOffset, glb.byteLength);
    const end = 20 + view.getUint32(12, true);
    const json = JSON.parse(new TextDecoder().decode(glb.subarray(20, end))) as { buffers?: { uri?: string }[] };
    return { json, binary: glb.subarray(end + 8, end + 8 + view.getUint32(end, true)) };
}

describe("ProgressLine", () => {
    function Report(isInteractive: boolean, isQuiet: boolean): string {
        let written = "";
        const terminal = {
            isInteractive,
            writeResult: () => undefined,
            writeNote: (text: string) => (written += text),
        };
        const progress = new ProgressLine(terminal, isQuiet);
        progress.report("reading", 0);
        progress.report("sampling", 0.5);
        progress.report("sampling", 0.75);
        progress.note("done");
        return written;
    }

    it("writes one line a stage where there is no screen", () => {
        expect(Report(false, false)).toBe("reading\nsampling\ndone\n");
    });

    it("writes one line over and over on a screen, and leaves notes alone on it", () => {
        const written = Report(true, false);
        expect(written.split("\n")).toEqual([expect.stringMatching(/█{18}░{6} sampling\r\S+done$/), ""]);
    });

    it("writes nothing when quiet", () => {
        expect(Report(true, true)).toBe("");
    });
});
