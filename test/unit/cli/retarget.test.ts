import { readFileSync, writeFileSync } from "node:fs";
import { NodeIO } from "@gltf-transform/core";
import { describe, expect, it } from "@jest/globals";
import { ReadBvh } from "../../../src/animation/motion/bvh.js";
import { ReadSmplMotion } from "../../../src/animation/motion/smplMotion.js";
import { CreateSmplMotion } from "../../../src/animation/motion/smplRigMotion.js";
import { WriteNpz } from "../../../src/animation/motion/writeNpz.js";
import { MeasureAvatarBody } from "../../../src/animation/pose/measureAvatarBody.js";
import { NeutralJoints } from "../../../src/animation/pose/neutralJoints.js";
import { WriteAvatar } from "../../../src/format/writeAvatar.js";
import { MakeSampleAvatar } from "../../support/avatarSamples.js";
import { MakeTestFolder, RunAsync } from "../../support/cliRun.js";
import { CompareFrames, ItWithData, PrintFigure, RetargetFrames, SharedData } from "../../support/motions.js";

const PathOf = MakeTestFolder();
const body = MeasureAvatarBody(NeutralJoints);

/** Two frames of a person who stands still. */
function StandingNpz(name: string): string {
    const path = PathOf(name);
    writeFileSync(path, WriteNpz({ poses: { shape: [2, 72], values: new Float32Array(144) } }));
    return path;
}

describe("gaussian-avatar retarget", () => {
    ItWithData("gives back the SMPL parameters that a BVH was made of", async () => {
        const out = PathOf("aist.npz");
        const source = `${SharedData}/motion/aist_gBR_ch01_smpl_skeleton.bvh`;
        const { code, out: text } = await RunAsync(["retarget", source, "-o", out]);
        expect(code).toBe(0);
        expect(text).toMatch(/720 frames at 60 Hz, .*confidence 9\d %/);
        const written = ReadSmplMotion(readFileSync(out));
        const published = ReadSmplMotion(readFileSync(`${SharedData}/motion/aist_gBR_ch01_smpl.npz`));
        const { mean, max } = CompareFrames(
            RetargetFrames(CreateSmplMotion("a", written), body, 20).frames,
            RetargetFrames(CreateSmplMotion("b", published), body, 20).frames,
            22,
        );
        PrintFigure(`retarget aist.bvh -o aist.npz: ${mean.toExponential(1)}° mean, ${max.toExponential(1)}° max`);
        expect(mean).toBeLessThan(0.05);
    });

    ItWithData("reports how the rig was understood and how exact the clip is, and takes its own map back", async () => {
        const [out, report, map] = [PathOf("walk.bvh"), PathOf("walk.json"), PathOf("map.json")];
        const args = [
            "retarget",
            `${SharedData}/humanoids/Xbot_mixamo.glb`,
            "--clip",
            "walk",
            "-o",
            out,
            "--fps",
            "15",
        ];
        const first = await RunAsync([...args, "--feet", "--in-place", "--report", report]);
        expect(first).toMatchObject({ code: 0 });
        const { rig, metrics } = JSON.parse(readFileSync(report, "utf8")) as {
            rig: { template: string; confidence: number; map: { joints: Record<string, string> } };
            metrics: {
                directionDegrees: Record<string, { mean: number }>;
                frameCount: number;
                feet: { slideMean: number };
            };
        };
        expect(rig.template).toBe("mixamo");
        expect(rig.confidence).toBeGreaterThan(0.9);
        expect(rig.map.joints["left_knee"]).toBe("mixamorig:LeftLeg");
        expect(metrics.directionDegrees["arms"]!.mean).toBeLessThan(3);
        expect(metrics.feet.slideMean).toBeLessThan(0.5);
        const bvh = ReadBvh(readFileSync(out, "utf8"));
        expect(bvh.joints.filter(({ channels }) => channels.length > 0)).toHaveLength(55);
        expect(bvh.frameCount).toBe(metrics.frameCount);
        writeFileSync(map, JSON.stringify(rig.map));
        const again = await RunAsync([...args, "--feet", "--in-place", "--rig", map]);
        expect(again.code).toBe(0);
        expect(ReadBvh(readFileSync(out, "utf8")).values).toEqual(bvh.values);
    });

    ItWithData("takes joints from a map written by hand, and says what is wrong with one", async () => {
        const [source, out, map] = [
            `${SharedData}/motion/makehuman_walk1.bvh`,
            PathOf("mapped.bvh"),
            PathOf("hand.json"),
        ];
        const collar = async (...options: string[]): Promise<number[]> => {
            expect(await RunAsync(["retarget", source, "-o", out, ...options])).toMatchObject({ code: 0 });
            const { joints, values, channelCount } = ReadBvh(readFileSync(out, "utf8"));
            const { firstChannel } = joints.find(({ name }) => name === "left_collar")!;
            return [...values.subarray(channelCount + firstChannel, channelCount + firstChannel + 3)];
        };
        expect(await collar()).not.toEqual([0, 0, 0]);
        writeFileSync(map, '{"joints": {"left_collar": null}}');
        expect(await collar("--rig", map)).toEqual([0, 0, 0]);
        for (const [text, message] of [
            ['{"joints": {"left_elbow": "Elbow"}}', /^error: .*no node "Elbow"/m],
            ['{"joints": {"left_ellbow": "Elbow"}}', /^error: hand.json: .*left_ellbow/m],
            ['{"joints":', /^error: hand.json: .*JSON.*A map is like/m],
            ["7", /^error: hand.json: /m],
        ] as const) {
            writeFileSync(map, text);
            const run = await RunAsync(["retarget", source, "-o", out, "--rig", map]);
            expect(run.err).toMatch(message);
            expect(run.code).toBe(1);
        }
    });

    it("moves the skeleton of an avatar", async () => {
        const avatar = PathOf("avatar.glb");
        const { joints } = MakeSampleAvatar();
        writeFileSync(avatar, WriteAvatar(MakeSampleAvatar()));
        const out = PathOf("standing.glb");
        const run = await RunAsync(["retarget", StandingNpz("standing.npz"), "--avatar", avatar, "-o", out]);
        expect(run.err).not.toContain("error");
        expect(run.code).toBe(0);
        const root = (await new NodeIO().readBinary(readFileSync(out))).getRoot();
        const nodes = new Map(root.listNodes().map((node) => [node.getName(), node]));
        for (const { name, translation } of joints.filter(({ smplx }) => smplx !== null && smplx !== "pelvis")) {
            nodes
                .get(name)!
                .getTranslation()
                .forEach((value, i) => expect(value).toBeCloseTo(translation[i]!, 6));
        }
        const moved = root
            .listAnimations()[0]!
            .listChannels()
            .map((channel) => channel.getTargetNode()!.getName());
        expect(moved).toContain("pelvis");
    });

    it.each([
        [[], 2, /Exactly one motion file/],
        [["x.npz"], 2, /Say where to write/],
        [["x.npz", "-o", "x.fbx"], 2, /-o is "x.fbx": a name that ends in \.npz, \.bvh, \.glb/],
        [["x.npz", "-o", "x.npz"], 2, /would write over/],
        [["x.npz", "-o", "y.bvh", "--up", "z"], 2, /--up does nothing/],
        [["x.npz", "-o", "y.npz", "--source-up", "x"], 2, /--source-up is "x": y, z or -y/],
        [["nowhere.npz", "-o", "y.npz", "--source-up", "-y"], 1, /nowhere.npz cannot be read/],
        [["x.npz", "-o", "y.npz", "--up", "-y"], 2, /--up is "-y": y or z/],
        [["x.npz", "-o", "y.npz", "--report", "r.txt"], 2, /--report is "r.txt"/],
        [["nowhere.npz", "-o", "y.npz"], 1, /nowhere.npz cannot be read: there is no such file/],
    ])("refuses the command line %j", async (args, code, message) => {
        const run = await RunAsync(["retarget", ...args]);
        expect(run.err).toMatch(message);
        expect(run.code).toBe(code);
    });

    it("says in one line what is wrong with a file", async () => {
        const write = (name: string, content: string | Uint8Array): string => {
            writeFileSync(PathOf(name), content);
            return PathOf(name);
        };
        const out = PathOf("never.npz");
        for (const [path, message] of [
            [write("cut.bvh", "HIERARCHY\nROOT Hips {"), /^error: cut.bvh: The BVH file ends in the middle/m],
            [write("text.npz", "no zip"), /^error: text.npz: This is not an NPZ file/m],
            [write("nothing.txt", "hello"), /^error: nothing.txt/m],
            [
                write("cut.glb", Uint8Array.of(0x67, 0x6c, 0x54, 0x46, 2, 0, 0, 0, 99, 0, 0, 0)),
                /^error: "cut.glb": .*fetch it again/m,
            ],
        ] as const) {
            const run = await RunAsync(["retarget", path, "-o", out]);
            expect(run.err).toMatch(message);
            expect(run.code).toBe(1);
        }
        const run = await RunAsync(["retarget", StandingNpz("one.npz"), "--clip", "walk", "-o", out]);
        expect(run.err).toContain('There is no clip "walk" that moves a node. The clips of the file are one.');
    });
});
