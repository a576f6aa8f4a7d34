import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { type BvhErrorCode, ReadBvh } from "../../../../src/animation/motion/bvh.js";
import { CreateBvhMotion } from "../../../../src/animation/motion/bvhMotion.js";
import { RigPose } from "../../../../src/animation/motion/rigPose.js";
import { type ISmplMotion, ReadSmplMotion } from "../../../../src/animation/motion/smplMotion.js";
import { CreateSmplMotion } from "../../../../src/animation/motion/smplRigMotion.js";
import { type NpzValue, WriteNpz } from "../../../../src/animation/motion/writeNpz.js";
import { MeasureAvatarBody } from "../../../../src/animation/pose/measureAvatarBody.js";
import { NeutralJoints } from "../../../../src/animation/pose/neutralJoints.js";
import { type RigJointNames } from "../../../../src/animation/rig/rigProfile.js";
import { type SmplxJointName } from "../../../../src/format/bodyModel.js";
import { CompareFrames, ItWithData, PrintFigure, RetargetFrames, SharedData } from "../../../support/motions.js";

const body = MeasureAvatarBody(NeutralJoints);

/** A person of the given bones as BVH; `axis` 1 stands up, 0 has all bones along x. */
function Bvh({
    unit = 1,
    upright = true,
    frames = ["", ""],
    channels = "3 Zrotation Xrotation Yrotation",
} = {}): string {
    const joint = (name: string, offset: readonly number[], children = ""): string =>
        `JOINT ${name} { OFFSET ${(upright ? offset : [Math.hypot(...offset), 0, 0]).map((v) => v * unit).join(" ")} ` +
        `CHANNELS ${channels} ${children || "End Site { OFFSET 0 0 0 }"} }\n`;
    const side = (name: string, x: number): string =>
        joint(`${name}UpLeg`, [0.1 * x, 0, 0], joint(`${name}Leg`, [0, -0.4, 0], joint(`${name}Foot`, [0, -0.4, 0])));
    const arm = (name: string, x: number): string =>
        joint(
            `${name}Arm`,
            [0.2 * x, 0.4, 0],
            joint(`${name}ForeArm`, [0.3 * x, 0, 0], joint(`${name}Hand`, [0.25 * x, 0, 0])),
        );
    const trunk = joint("Spine", [0, 0.1, 0], arm("Left", 1) + arm("Right", -1) + joint("Head", [0, 0.5, 0]));
    const rows = frames.map((row) => `0 ${0.9 * unit} 0 0 0 0 ${row || "0 ".repeat(14 * 3)}`);
    return (
        `HIERARCHY\nROOT Hips { OFFSET 0 0 0 CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation\n` +
        `${side("Left", 1)}${side("Right", -1)}${trunk}}\nMOTION\nFrames: ${rows.length}\nFrame Time: 0.0333333\n${rows.join("\n")}\n`
    );
}

function CodeOf(act: () => unknown): string {
    try {
        act();
    } catch (error) {
        return (error as { code: BvhErrorCode }).code;
    }
    return "none";
}

function Smpl(arrays: Readonly<Record<string, NpzValue>>): ISmplMotion {
    return ReadSmplMotion(WriteNpz(arrays));
}

/** `frames` rows of 72 numbers, the body turned about x by an angle. */
function Poses(frames: number, angle: number): NpzValue {
    return {
        shape: [frames, 72],
        values: Float32Array.from({ length: frames * 72 }, (_, i) => (i % 72 === 0 ? angle : 0)),
    };
}

describe("CreateBvhMotion", () => {
    it("stands the zero pose on the ground that the motion walks on, whatever the unit", () => {
        for (const [unit, name] of [
            [1, "metres"],
            [100, "centimetres"],
            [39.37, "inches"],
        ] as const) {
            const motion = CreateBvhMotion("walk", ReadBvh(Bvh({ unit })));
            expect(motion.frameRate).toBe(30);
            expect(motion.warnings).toEqual([expect.stringContaining(`taken for ${name}`)]);
            const foot = motion.rig.find((node) => node.name === "LeftFoot")!;
            // Hips at 0.9, legs of 0.8: the recorded floor is 0.1 below the feet.
            expect(foot.position[1] / unit).toBeCloseTo(0.1, 5);
        }
    });

    it("interpolates between frames the short way round, and repeats itself", () => {
        const turned = (angle: number): string => `${"0 ".repeat(6 * 3)}${angle} 0 0 ${"0 ".repeat(7 * 3)}`;
        const motion = CreateBvhMotion("turn", ReadBvh(Bvh({ frames: [turned(170), turned(-170)] })));
        const spine = motion.rig.findIndex((node) => node.name === "Spine");
        const pose = new RigPose(motion.rig.length);
        const angleAt = (seconds: number): number => {
            motion.sample(seconds, pose);
            return (2 * Math.atan2(pose.rotations[spine * 4 + 2]!, pose.rotations[spine * 4 + 3]!) * 180) / Math.PI;
        };
        expect(Math.abs(angleAt(motion.duration / 2))).toBeCloseTo(180, 3);
        expect(angleAt(99)).toBeCloseTo(angleAt(motion.duration), 6);
        expect(angleAt(-1)).toBeCloseTo(angleAt(0), 6);
        expect(angleAt(NaN)).toBeCloseTo(170, 3);
    });

    it("rests as in frame 0 where the zero pose stretches all bones along one axis, or says what is missing", () => {
        const flat = ReadBvh(Bvh({ upright: false }));
        expect(CodeOf(() => CreateBvhMotion("flat", flat))).toBe("no-rest-pose");
        expect(() => CreateBvhMotion("flat", flat)).toThrow(/zero pose .*frame 0 .*Name a frame/);
        expect(CodeOf(() => CreateBvhMotion("flat", flat, { restFrame: 2 }))).toBe("invalid-range");
        expect(CreateBvhMotion("flat", flat, { restFrame: 0 }).warnings![0]).toContain("rests as in frame 0");
    });

    it("checks its options before it looks at the skeleton", () => {
        const nameless = ReadBvh(Bvh().replace(/(Left|Right)(UpLeg|Leg|Foot|Arm|ForeArm|Hand)/g, "b"));
        expect(CodeOf(() => CreateBvhMotion("b", nameless, { restFrame: 99999 }))).toBe("invalid-range");
        expect(CodeOf(() => CreateBvhMotion("b", nameless, { restFrame: -1 }))).toBe("invalid-range");
        const joints = { foo: "Hips" } as unknown as RigJointNames;
        expect(CodeOf(() => CreateBvhMotion("b", ReadBvh(Bvh()), { joints }))).toBe("rig-unknown-joint");
    });

    it("stands a skeleton that is y up in the z-up world into which its root turns it, when told to", () => {
        // The root's second rotation is about x.
        const text = Bvh().replaceAll("0 0.9 0 0 0 0", "0 0 0.9 0 90 0");
        const guessed = CreateBvhMotion("walk", ReadBvh(text));
        expect(guessed.warnings!.join()).toMatch(/rests along y, but the person is along z .*state the `upAxis`/);
        const plain = CreateBvhMotion("walk", ReadBvh(Bvh()));
        expect(plain.warnings!.join()).not.toContain("upAxis");
        const told = CreateBvhMotion("walk", ReadBvh(text), { upAxis: "z" });
        expect(told.warnings!.join()).not.toContain("upAxis");
        const { max, pelvis } = CompareFrames(RetargetFrames(told, body).frames, RetargetFrames(plain, body).frames);
        expect(max).toBeLessThan(0.001);
        expect(pelvis).toBeLessThan(1e-5);
    });

    it.each([
        ["cut in the middle of a frame", "truncated", (text: string) => text.slice(0, -20)],
        ["with more numbers than channels", "invalid-frames", (text: string) => `${text} 1 2 3`],
        ["with a wrong channel count", "invalid-channels", (text: string) => text.replace("CHANNELS 3", "CHANNELS 7")],
        [
            "that names four channels and lists three",
            "invalid-channels",
            (text: string) => text.replace("CHANNELS 3", "CHANNELS 4"),
        ],
        ["of a frame time near zero", "invalid-frames", (text: string) => text.replace("0.0333333", "1e-30")],
        ["of a frame time beyond reason", "invalid-frames", (text: string) => text.replace("0.0333333", "1e30")],
        ["with a word for a number", "invalid-number", (text: string) => text.replace(/0 \n?$/, "nan")],
        ["that ends in the hierarchy", "truncated", (text: string) => text.slice(0, text.indexOf("JOINT Spine") - 1)],
    ])("refuses a file %s with code %s", (_, code, spoil) => {
        expect(CodeOf(() => ReadBvh(spoil(Bvh())))).toBe(code);
    });

    ItWithData("agrees with the same dance as SMPL parameters", () => {
        const bvh = CreateBvhMotion(
            "dance",
            ReadBvh(readFileSync(`${SharedData}/motion/aist_gBR_ch01_smpl_skeleton.bvh`, "utf8")),
        );
        const npz = CreateSmplMotion(
            "dance",
            ReadSmplMotion(readFileSync(`${SharedData}/motion/aist_gBR_ch01_smpl.npz`)),
        );
        const { mean, max, pelvis } = CompareFrames(
            RetargetFrames(bvh, body).frames,
            RetargetFrames(npz, body).frames,
            22,
        );
        PrintFigure(
            `AIST BVH against npz: ${mean.toExponential(1)}° mean, ${max.toExponential(1)}° max, pelvis ${pelvis * 1000} mm`,
        );
        expect(mean).toBeLessThan(0.05);
        expect(max).toBeLessThan(0.1);
        expect(pelvis).toBeLessThan(0.001);
    });
});

describe("CreateSmplMotion", () => {
    it("takes the world of mocap archives for z up, and that of the body model for y up", () => {
        expect(Smpl({ poses: Poses(2, 0) }).upAxis).toBe("y");
        expect(Smpl({ poses: Poses(2, Math.PI / 2) }).upAxis).toBe("z");
        // A clip of a person who lies: what else is in the file decides.
        const lying = { poses: Poses(2, 1.1) };
        expect(Smpl(lying).upAxis).toBe("z");
        expect(Smpl({ poses: Poses(2, 0.4) }).upAxis).toBe("y");
        const length = { shape: [], values: Float64Array.of(2) };
        expect(Smpl({ poses: Poses(2, 0.4), mocap_time_length: length }).upAxis).toBe("z");
    });

    it("takes a person who stands along −y for one seen by a camera, and says so; who lies is no such person", () => {
        const camera = Smpl({ poses: Poses(3, 0.98 * Math.PI) });
        expect(camera.upAxis).toBe("-y");
        const motion = CreateSmplMotion("camera", camera);
        expect(motion.warnings!.join()).toMatch(/taken for y down.*state the `upAxis`/);
        const pose = new RigPose(motion.rig.length);
        motion.sample(0, pose);
        const height = (joint: SmplxJointName): number => pose.positions[motion.humanoid![joint]! * 3 + 1]!;
        expect(height("head") - height("pelvis")).toBeGreaterThan(0.4);
        const stated = CreateSmplMotion("camera", camera, { upAxis: "y" }).warnings!;
        expect(stated.join()).not.toContain("taken for y down");
        // On the side, along x; on the back, half turned from x to z; head over heels, three frames of four.
        const side = [0, 0, Math.PI / 2];
        for (const [turns, axis] of [
            [[side], "y"],
            [[[0.45, 0, Math.PI / 2]], "y"],
            [[[0, 0, 0], side, [Math.PI, 0, 0], [Math.PI, 0, 0]], "y"],
        ] as const) {
            const poses = { shape: [turns.length, 72], values: new Float32Array(turns.length * 72) };
            turns.forEach((turn, frame) => poses.values.set(turn, frame * 72));
            const smpl = Smpl({ poses });
            expect(smpl.upAxis).toBe(axis);
            expect(smpl.upAxisWarning).toMatch(/though the body seldom stands along y/);
        }
        expect(Smpl({ poses: Poses(2, 0) }).upAxisWarning).toBeNull();
    });

    it("tells the frame rate that it assumes", () => {
        const warnings = CreateSmplMotion("still", Smpl({ poses: Poses(2, 0) })).warnings!;
        expect(warnings).toEqual([expect.stringMatching(/does not say its frame rate.*: 60 is taken/)]);
        const rate = { shape: [], values: Float64Array.of(30) };
        expect(CreateSmplMotion("still", Smpl({ poses: Poses(2, 0), mocap_framerate: rate })).warnings).toEqual([]);
    });

    it("turns the world about its origin, the model's own root offset included", () => {
        const trans = { shape: [1, 3], values: Float32Array.of(0.3, -0.4, 1.2) };
        const motion = CreateSmplMotion("lie", Smpl({ poses: Poses(1, Math.PI / 2), trans }));
        const pose = new RigPose(motion.rig.length);
        motion.sample(0, pose);
        const [x, y, z] = [0.3 - 0.0018, -0.4 - 0.2233, 1.2 + 0.0282];
        expect(pose.positions[0]).toBeCloseTo(x, 5);
        expect(pose.positions[1]).toBeCloseTo(z, 5);
        expect(pose.positions[2]).toBeCloseTo(-y, 5);
        expect(pose.rotations[3]).toBeCloseTo(1, 6);
    });

    it("adds the mean hand and unfolds hand components only with the model's own", () => {
        const hand = { shape: [1, 6], values: Float32Array.of(1, 0, 0, 0, 0, 2) };
        const row = (value: number): Float64Array => new Float64Array(45).fill(value);
        const basis = { mean: row(0.25), components: Array.from({ length: 6 }, (_, k) => row(k === 5 ? 0.1 : 0.01)) };
        const hands = { left: basis, right: basis };
        const bytes = WriteNpz({ body_pose: { shape: [1, 63], values: new Float32Array(63) }, left_hand_pose: hand });
        expect(() => ReadSmplMotion(bytes)).toThrow(/6 coefficients .* of which 0 are known/);
        const column = 21 * 3;
        expect(ReadSmplMotion(bytes, "a.npz", { hands }).rotations[column]).toBeCloseTo(0.21, 6);
        const relative = ReadSmplMotion(bytes, "a.npz", { hands, handPose: "relative-to-mean" });
        expect(relative.rotations[column]).toBeCloseTo(0.46, 6);
        expect(CodeOf(() => ReadSmplMotion(bytes, "a.npz", { handPose: "relative-to-mean" }))).toBe(
            "hand-model-missing",
        );
    });
});
