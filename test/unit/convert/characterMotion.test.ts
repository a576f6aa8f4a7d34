import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { type IBodyFrames } from "../../../src/animation/motion/bodyFrames.js";
import { RigPose } from "../../../src/animation/motion/rigPose.js";
import { WriteMotionGlb } from "../../../src/animation/motion/writeMotionGlb.js";
import { MeasureAvatarBody } from "../../../src/animation/pose/measureAvatarBody.js";
import { NeutralJoints } from "../../../src/animation/pose/neutralJoints.js";
import { FindKeyRate } from "../../../src/convert/motion/keyRate.js";
import { ReadCharacterMotionsAsync } from "../../../src/convert/motion/readCharacterMotions.js";
import { type IAnimationClip } from "../../../src/format/avatarAsset.js";
import { SmplxJointNames, type SmplxJointName } from "../../../src/format/bodyModel.js";
import { JoinGlb, SplitGlb } from "../../../src/format/glbContainer.js";
import { QuaternionFromAxisAngle } from "../../../src/math/quaternion.js";
import { CompareFrames, ItWithData, PrintFigure, RetargetFrames, SharedData } from "../../support/motions.js";

const body = MeasureAvatarBody(NeutralJoints);
const Index = (name: SmplxJointName): number => SmplxJointNames.indexOf(name);

/** What of a document the tests change. */
interface IDocument {
    nodes: { name: string; children?: number[]; rotation?: number[]; scale?: number[]; translation?: number[] }[];
    scenes: { nodes: number[] }[];
    animations: {
        name: string;
        channels: unknown[];
        samplers: { interpolation: string; input: number; output: number }[];
    }[];
    extensions?: Record<string, unknown>;
    accessors: { bufferView: number; count: number }[];
    bufferViews: { byteOffset: number; byteLength: number }[];
    skins?: unknown[];
}

const times = Float32Array.of(0.5, 0.75, 1);
/** The left arm goes down, the head turns, the body walks a step: nothing that looks the same in a mirror. */
const clip: IAnimationClip = {
    name: "wave",
    tracks: [
        { joint: Index("left_shoulder"), path: "rotation", times, values: Keys([0, 0, 1], [-1, 0, -0.5]) },
        { joint: Index("head"), path: "rotation", times, values: Keys([0, 1, 0], [0, 0.6, 0.2]) },
        { joint: Index("right_knee"), path: "rotation", times, values: Keys([1, 0, 0], [0, 0.9, 0]) },
        { joint: 0, path: "rotation", times, values: Keys([0, 1, 0], [0, 0.3, 0.4]) },
        { joint: 0, path: "translation", times, values: Float32Array.of(0, 0.96, 0, 0.1, 0.9, 0.3, 0.2, 0.96, 0.6) },
    ],
};

function Keys(axis: readonly [number, number, number], angles: readonly number[]): Float32Array {
    return Float32Array.from(angles.flatMap((angle) => [...QuaternionFromAxisAngle(axis, angle)]));
}

/** The clip as a file, its document changed. */
function File(change: (document: IDocument, binary: Uint8Array) => void = () => undefined): Uint8Array {
    const { json, binary } = SplitGlb(WriteMotionGlb([clip], NeutralJoints));
    const document = JSON.parse(new TextDecoder().decode(json)) as IDocument;
    const bytes = binary!.slice();
    change(document, bytes);
    return JoinGlb(document, bytes);
}

/** Hangs the skeleton below a node. */
function Below(document: IDocument, node: Omit<IDocument["nodes"][number], "name">): void {
    const roots = document.scenes[0]!.nodes;
    document.scenes[0]!.nodes = [document.nodes.push({ name: "Armature", children: roots, ...node }) - 1];
}

async function FramesAsync(bytes: Uint8Array): Promise<{ frames: IBodyFrames; warnings: readonly string[] }> {
    const [motion] = await ReadCharacterMotionsAsync(bytes, "wave.glb");
    return { frames: RetargetFrames(motion!, body, 20).frames, warnings: motion!.warnings ?? [] };
}

async function ErrorAsync(bytes: Uint8Array): Promise<string> {
    try {
        await ReadCharacterMotionsAsync(bytes, "wave.glb");
    } catch (error) {
        return (error as Error).message;
    }
    return "";
}

describe("Motions of glTF files", () => {
    let plain: IBodyFrames;

    beforeAll(async () => {
        plain = (await FramesAsync(File())).frames;
    });

    it("come back as they were written, time 0 being the first key", () => {
        // 0.5 s at 20 Hz.
        expect(plain.frameCount).toBe(11);
        const at = Index("left_shoulder") * 4;
        expect(2 * Math.asin(plain.rotations[at + 2]!)).toBeCloseTo(-1, 4);
        const last = (10 * 55 + Index("head")) * 4;
        expect(2 * Math.asin(plain.rotations[last + 1]!)).toBeCloseTo(0.2, 4);
        expect(plain.pelvis[30 + 2]).toBeCloseTo(0.6, 2);
    });

    it.each([
        ["an armature of 0.01 with z up", { scale: [0.01, 0.01, 0.01], rotation: [-Math.SQRT1_2, 0, 0, Math.SQRT1_2] }],
        ["a parent that stands elsewhere", { translation: [3, 0.5, 1] }],
        ["the mirror of a left-handed scene", { rotation: [0, 1, 0, 0], scale: [1, 1, -1] }],
        ["a scale of 2", { scale: [2, 2, 2] }],
    ])("are the same below %s", async (kind, parent) => {
        const bytes = File((document) => {
            Below(document, parent);
            if (kind.includes("z up")) {
                // What lies below stands along z, so that it ends up upright.
                Below(document, { rotation: [Math.SQRT1_2, 0, 0, Math.SQRT1_2] });
            }
        });
        const { mean, max, pelvis } = CompareFrames(plain, (await FramesAsync(bytes)).frames);
        PrintFigure(
            `below ${kind}: ${mean.toExponential(1)}° mean, ${max.toExponential(1)}° max, ${(pelvis * 1000).toFixed(2)} mm`,
        );
        expect(max).toBeLessThan(0.01);
        expect(pelvis).toBeLessThan(0.001);
    });

    it("take the bind pose of the skin where the file was saved in the middle of a movement", async () => {
        const { frames, warnings } = await FramesAsync(
            File(({ nodes }) => {
                for (const [i, node] of nodes.entries()) {
                    node.rotation = [Math.sin(i) * 0.2, Math.cos(i) * 0.2, 0.1, 0.95];
                }
                nodes[0]!.translation![1]! -= 0.2;
            }),
        );
        expect(warnings.join()).toContain("in the middle of a movement");
        // Joints without a channel keep what the file states; those with one are as they were.
        for (let frame = 0; frame < frames.frameCount; frame++) {
            expect(frames.pelvis[frame * 3 + 1]).toBeCloseTo(plain.pelvis[frame * 3 + 1]!, 3);
        }
    });

    it("are sampled by the interpolation of the file, without making anything", async () => {
        const [step] = await ReadCharacterMotionsAsync(
            File(({ animations }) => {
                animations[0]!.samplers.forEach((sampler) => (sampler.interpolation = "STEP"));
            }),
            "step.glb",
        );
        const pose = new RigPose(step!.rig.length);
        const head = step!.rig.findIndex(({ name }) => name === "head") * 4 + 1;
        step!.sample(0.2, pose);
        const early = pose.rotations[head]!;
        step!.sample(0.3, pose);
        expect(pose.rotations[head]! - early).toBeGreaterThan(0.2);
        // Back again: the same time gives the same pose.
        step!.sample(0.2, pose);
        expect(pose.rotations[head]).toBe(early);
    });

    it("warn by name of a scale that shears the bones below it", async () => {
        const scaledAsync = async (scale: number[]): Promise<{ warnings: readonly string[] }> =>
            await FramesAsync(File((document) => Below(document, { scale })));
        expect((await scaledAsync([1, 2, 1])).warnings.join()).toMatch(/"Armature" \(1, 2, 1\)\. .*apply the scale/);
        expect((await scaledAsync([2, 2, 2])).warnings).toEqual([]);
    });

    it("rest as the nodes do where the skin has no bind matrices", async () => {
        const { frames, warnings } = await FramesAsync(
            File((document) => {
                document.skins = [{ joints: document.nodes.map((_, i) => i) }];
            }),
        );
        expect(warnings.join()).toContain("bound in one place");
        expect(CompareFrames(plain, frames).max).toBeLessThan(0.01);
    });

    it("have the rate of most keys, whatever a prop or a last key off the grid does", () => {
        const keys = (count: number, step: number, ...tail: number[]): { times: Float32Array } => ({
            times: Float32Array.from([...Array.from({ length: count }, (_, i) => 100 + i * step), ...tail]),
        });
        expect(FindKeyRate([keys(30, 1 / 30), keys(2, 0.0034)])).toBe(30);
        expect(FindKeyRate([keys(60, 1 / 60, 101.005), keys(2, 2)])).toBe(60);
        expect(FindKeyRate([keys(100, 1 / 29.97)])).toBe(30);
        expect(FindKeyRate([keys(4, 0.5)])).toBe(30);
        expect(FindKeyRate([keys(1, 1)])).toBe(30);
        expect(FindKeyRate([keys(9, 1e-4)])).toBe(30);
    });

    ItWithData("are read from real characters, skeletons without a mesh, and VRM animations", async () => {
        for (const [path, clips, humans] of [
            ["humanoids/Xbot_mixamo.glb", 7, 0],
            ["humanoids/rocketbox_idle_biped_animation.glb", 3, 0],
            ["vrm/idle_loop.vrma", 1, 19],
        ] as const) {
            const motions = await ReadCharacterMotionsAsync(readFileSync(`${SharedData}/${path}`), path);
            expect(motions).toHaveLength(clips);
            expect(Object.keys(motions[0]!.humanoid ?? {}).length).toBeGreaterThanOrEqual(humans);
            const { frames } = RetargetFrames(motions[0]!, body, 5);
            // A person of 1.7 m who stands or walks.
            expect(Math.min(...frames.pelvis.filter((_, i) => i % 3 === 1))).toBeGreaterThan(0.75);
            expect(Math.max(...frames.pelvis.filter((_, i) => i % 3 === 1))).toBeLessThan(1.05);
        }
    });

    it("say what is wrong with the file", async () => {
        expect(await ErrorAsync(File().subarray(0, 3000))).toMatch(/"wave.glb": .*fetch it again/);
        expect(await ErrorAsync(File((document) => (document.animations = [])))).toMatch(
            /holds no motion: It has no clips/,
        );
        expect(await ErrorAsync(File(({ animations }) => (animations[0]!.channels = [])))).toMatch(
            /no keys that move a node/,
        );
        const vrma = File((document) => (document.extensions = { VRMC_vrm_animation: { specVersion: "1.0" } }));
        expect(await ErrorAsync(vrma)).toMatch(/VRMC_vrm_animation\/humanoid names no human bones/);
        const broken = (value: number): Uint8Array =>
            File(({ animations, accessors, bufferViews }, binary) => {
                const view = bufferViews[accessors[animations[0]!.samplers[0]!.output]!.bufferView]!;
                new Float32Array(binary.buffer, binary.byteOffset + view.byteOffset, 8).fill(value, 4);
            });
        expect(await ErrorAsync(broken(NaN))).toMatch(
            /Clip "wave" has a rotation of "left_shoulder" that is no number/,
        );
    });

    it("repair rotations of length zero from the key before, and tell", async () => {
        const { frames, warnings } = await FramesAsync(
            File(({ animations, accessors, bufferViews }, binary) => {
                const view = bufferViews[accessors[animations[0]!.samplers[0]!.output]!.bufferView]!;
                new Float32Array(binary.buffer, binary.byteOffset + view.byteOffset, 8).fill(0, 4);
            }),
        );
        expect(warnings.join()).toMatch(/length zero .*"left_shoulder"/);
        expect(2 * Math.asin(frames.rotations[(5 * 55 + Index("left_shoulder")) * 4 + 2]!)).toBeCloseTo(-1, 4);
    });
});
