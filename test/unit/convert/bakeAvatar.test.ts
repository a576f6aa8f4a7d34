import { beforeAll, describe, expect, it } from "@jest/globals";
import { existsSync, readFileSync } from "node:fs";
import { DecodeImageInNodeAsync } from "../../../src/cli/decodeImage.js";
import { BakeAvatarAsync, PoseFigure } from "../../../src/convert/bake/bakeAvatar.js";
import { PoseCharacter } from "../../../src/convert/bake/bakeClips.js";
import { SceneToMetres } from "../../../src/convert/bake/canonicalPose.js";
import { ReadCharacterAsync } from "../../../src/convert/bake/readCharacter.js";
import { type IRiggedCharacter } from "../../../src/convert/bake/riggedCharacter.js";
import { SampleSurfaceAsync } from "../../../src/convert/bake/surfaceSampling.js";
import { type IAnimationClip, type IAvatarAsset } from "../../../src/format/avatarAsset.js";
import { SmplxJointNames, type SmplxJointName } from "../../../src/format/bodyModel.js";
import { ComposeMatrix4, type Matrix4, MultiplyMatrix4, TransformPoint } from "../../../src/math/matrix4.js";
import { type QuaternionTuple } from "../../../src/math/quaternion.js";
import { NormalizeVector3, SubtractVector3, type Vector3Tuple } from "../../../src/math/vector3.js";
import { RestPositions } from "../../../src/animation/rig/restPositions.js";

const Data = "../shared/data";
const Rigs = {
    person: `${Data}/base-human/base_human_female.glb`,
    xbot: `${Data}/humanoids/Xbot_mixamo.glb`,
    knight: `${Data}/humanoids/kaykit_knight.glb`,
    unreal: `${Data}/humanoids/mesh2motion_ue_rig.glb`,
    rigify: `${Data}/humanoids/mesh2motion_rigify_def.glb`,
} as const;
type RigName = keyof typeof Rigs;

const hasData = existsSync(Data);
if (!hasData && process.env.CI) {
    throw new Error(`The characters of ${Data} are missing; CI must have them.`);
}
/** Skips with the reason in the title where the shared characters are not there. */
const describeData = hasData ? describe : describe.skip;

/** Few, to be quick: nothing below depends on how fine the surface is covered. */
const Splats = 1500;

const read = (name: RigName): Uint8Array => new Uint8Array(readFileSync(Rigs[name]));
const bakeAsync = async (name: RigName, clips: readonly string[] = []): Promise<IAvatarAsset> =>
    await BakeAvatarAsync(read(name), { decodeImage: DecodeImageInNodeAsync, splats: Splats, name, clips });

/** World matrices of the avatar's joints in a frame of a clip whose keys all share their times. */
function PosedJoints(asset: IAvatarAsset, clip: IAnimationClip, time: number): Matrix4[] {
    const value = (joint: number, path: "rotation" | "translation", size: number): number[] | null => {
        const track = clip.tracks.find((t) => t.joint === joint && t.path === path);
        if (!track) {
            return null;
        }
        const found = track.times.findIndex((t) => Math.abs(t - time) < 1e-4);
        const key = track.times.length === 1 ? 0 : found;
        return [...track.values.subarray(key * size, key * size + size)];
    };
    const world: Matrix4[] = [];
    asset.joints.forEach((joint, j) => {
        const local = ComposeMatrix4(
            (value(j, "translation", 3) ?? joint.translation) as unknown as Vector3Tuple,
            (value(j, "rotation", 4) ?? joint.rotation) as unknown as QuaternionTuple,
            [1, 1, 1],
        );
        world.push(joint.parent < 0 ? local : MultiplyMatrix4(world[joint.parent]!, local));
    });
    return world;
}

/** Mean distance, metres, of vertices posed by the avatar's clip and by the source's own skinning. */
function ReproductionError(character: IRiggedCharacter, asset: IAvatarAsset, clipName: string): number {
    const figure = PoseFigure(character, []);
    const source = character.clips.find((clip) => clip.name === clipName)!;
    const baked = asset.animations.find((clip) => clip.name === clipName)!;
    const times = baked.tracks.find((track) => track.path === "rotation" && track.times.length > 1)!.times;
    const time = times[Math.floor(times.length / 3)]!;
    const world = PoseCharacter(character, source, time);
    const joints = PosedJoints(asset, baked, time);
    const rest = RestPositions(asset.joints);
    let sum = 0;
    let count = 0;
    for (const mesh of figure.meshes.filter((m) => m.source.skin >= 0)) {
        const skin = character.skins[mesh.source.skin]!;
        for (let v = 0; v < mesh.positions.length / 3; v += 7) {
            const bind = [...mesh.source.positions.subarray(v * 3, v * 3 + 3)] as unknown as Vector3Tuple;
            const truth = [0, 0, 0];
            for (let k = 0; k < mesh.source.influences; k++) {
                const weight = mesh.source.weights[v * mesh.source.influences + k]!;
                const joint = mesh.source.joints[v * mesh.source.influences + k]!;
                const matrix = MultiplyMatrix4(world[skin.joints[joint]!]!, skin.inverseBind[joint]!);
                TransformPoint(matrix, bind).forEach((x, i) => (truth[i]! += weight * x));
            }
            const wanted = SubtractVector3(SceneToMetres(figure.pose, truth as unknown as Vector3Tuple), figure.origin);
            const found = [0, 0, 0];
            const place = [...mesh.positions.subarray(v * 3, v * 3 + 3)] as unknown as Vector3Tuple;
            for (let k = v * 4; k < v * 4 + 4; k++) {
                const j = mesh.joints[k]!;
                const moved = TransformPoint(joints[j]!, SubtractVector3(place, rest[j]!));
                moved.forEach((x, i) => (found[i]! += mesh.weights[k]! * x));
            }
            sum += Math.hypot(...found.map((x, i) => x - wanted[i]!));
            count++;
        }
    }
    return sum / count;
}

describeData("baking real characters (needs ../shared/data)", () => {
    const assets = new Map<RigName, IAvatarAsset>();
    const clips: Partial<Record<RigName, string>> = { xbot: "walk", knight: "Walking_A", rigify: "YMCA", unreal: "" };
    beforeAll(async () => {
        const unreal = await ReadCharacterAsync(read("unreal"), "unreal", DecodeImageInNodeAsync);
        clips.unreal = unreal.clips[0]!.name;
        for (const name of Object.keys(Rigs) as RigName[]) {
            assets.set(name, await bakeAsync(name, clips[name] ? [clips[name]] : []));
        }
    });

    it.each(Object.keys(Rigs) as RigName[])("%s stands in the canonical T-pose on the ground", (name) => {
        const asset = assets.get(name)!;
        const at = RestPositions(asset.joints);
        const direction = (from: SmplxJointName, to: SmplxJointName): Vector3Tuple =>
            NormalizeVector3(SubtractVector3(at[SmplxJointNames.indexOf(to)]!, at[SmplxJointNames.indexOf(from)]!));
        expect(asset.joints.map((joint) => joint.name)).toEqual([...SmplxJointNames]);
        // cos 7°: a limb that bends less than 12° at rest keeps half of that bend in each segment.
        expect(direction("left_shoulder", "left_elbow")[0]).toBeGreaterThan(0.9925);
        expect(direction("right_elbow", "right_wrist")[0]).toBeLessThan(-0.9925);
        expect(direction("left_hip", "left_ankle")[1]).toBeLessThan(-0.9925);
        expect(direction("right_ankle", "right_foot")[2]).toBeGreaterThan(0.5);
        expect(at[SmplxJointNames.indexOf("left_hip")]![0]).toBeGreaterThan(0.01);
        const lowest = asset.gaussians.positions.reduce((y, value, i) => (i % 3 === 1 ? Math.min(y, value) : y), 9);
        // Samples lie inside triangles, so that the lowest one is a little above the sole: at most one spacing.
        expect(lowest).toBeGreaterThan(-1e-4);
        expect(lowest).toBeLessThan(0.05);
    });

    it.each(Object.keys(Rigs) as RigName[])("%s has finite splats with valid shapes and weights", (name) => {
        const { gaussians: cloud } = assets.get(name)!;
        expect(cloud.count).toBe(Splats);
        const arrays = [
            cloud.positions,
            cloud.rotations,
            cloud.scales,
            cloud.opacities,
            cloud.colors,
            cloud.jointWeights,
        ];
        expect(arrays.every((array) => array.every(Number.isFinite))).toBe(true);
        expect(Math.min(...cloud.scales)).toBeGreaterThan(0);
        for (let i = 0; i < cloud.count; i++) {
            const sum = cloud.jointWeights.subarray(i * 4, i * 4 + 4).reduce((a, b) => a + b, 0);
            // f32 rounding of four divisions.
            expect(Math.abs(sum - 1)).toBeLessThan(1e-6);
        }
    });

    // Bones that stretch in the source (the knight's) and weights beyond the fourth are what remains.
    it.each([
        ["xbot", 0.01],
        ["knight", 0.03],
        ["unreal", 0.01],
        ["rigify", 0.01],
    ] as const)("%s moves as in its own clip, within %f m on average", async (name, tolerance) => {
        const character = await ReadCharacterAsync(read(name), name, DecodeImageInNodeAsync);
        expect(ReproductionError(character, assets.get(name)!, clips[name]!)).toBeLessThan(tolerance);
    });

    it("samples lie on the surface, evenly, denser on face and hands, and leave no holes", async () => {
        const character = await ReadCharacterAsync(read("person"), "person", DecodeImageInNodeAsync);
        const figure = PoseFigure(character, ["jawOpen", "mouthSmileLeft", "eyeBlinkLeft", "browInnerUp"]);
        const { samples, candidates } = await SampleSurfaceAsync(figure.meshes, figure.joints[15]!, 4000);
        expect(samples.count).toBe(4000);
        const nearestTo = (points: Float32Array, i: number, skip: number): number => {
            let best = Infinity;
            for (let j = 0; j < samples.count; j++) {
                if (j !== skip) {
                    const d = [0, 1, 2].map((k) => samples.positions[j * 3 + k]! - points[i * 3 + k]!);
                    best = Math.min(best, Math.hypot(d[0]!, d[1]!, d[2]!));
                }
            }
            return best;
        };
        let holes = 0;
        for (let i = 0; i < candidates.count; i += 61) {
            holes += nearestTo(candidates.positions, i, -1) > 1.5 * candidates.spacings[i]! ? 1 : 0;
        }
        expect(holes).toBe(0);
        const spacingNear = (joint: SmplxJointName, reach: number): number => {
            const at = figure.joints[SmplxJointNames.indexOf(joint)]!;
            const near = [...samples.spacings].filter(
                (_, i) => Math.hypot(...[0, 1, 2].map((k) => samples.positions[i * 3 + k]! - at[k]!)) < reach,
            );
            return near.reduce((a, b) => a + b, 0) / near.length;
        };
        const body = spacingNear("left_knee", 0.15);
        expect(body / spacingNear("left_middle2", 0.05)).toBeGreaterThan(1.8);
        expect(body / spacingNear("left_eye", 0.04)).toBeGreaterThan(2);
    });

    it("keeps the jawOpen morph on the lower face only, and lowers it", () => {
        const { morphTargets, gaussians, joints } = assets.get("person")!;
        const jaw = morphTargets.find((morph) => morph.name === "jawOpen")!;
        const neck = RestPositions(joints)[SmplxJointNames.indexOf("neck")]!;
        const heights = [...jaw.indices].map((i) => gaussians.positions[i * 3 + 1]!);
        expect(Math.min(...heights)).toBeGreaterThan(neck[1] - 0.05);
        const mean = jaw.deltas.reduce((sum, value, i) => (i % 3 === 1 ? sum + value : sum), 0) / jaw.indices.length;
        expect(mean).toBeLessThan(-0.001);
        expect(jaw.indices.every((value, i) => i === 0 || value > jaw.indices[i - 1]!)).toBe(true);
    });

    it("gives the same bytes twice", async () => {
        const again = await bakeAsync("unreal", [clips.unreal!]);
        expect(Buffer.from(again.gaussians.positions.buffer)).toEqual(
            Buffer.from(assets.get("unreal")!.gaussians.positions.buffer),
        );
        expect(again.gaussians.colors).toEqual(assets.get("unreal")!.gaussians.colors);
    });

    it.each([
        ["pose", 0.2],
        ["sample", 0.35],
        ["sample", 0.37],
    ])("stops when it is aborted during %s at %f, and tells its progress in order", async (_, last) => {
        const seen: number[] = [];
        const controller = new AbortController();
        const baking = BakeAvatarAsync(read("rigify"), {
            decodeImage: DecodeImageInNodeAsync,
            splats: 100,
            signal: controller.signal,
            onProgress: ({ done }) => {
                seen.push(done);
                if (done >= last) {
                    controller.abort();
                }
            },
        });
        await expect(baking).rejects.toThrow(/abort/i);
        expect(seen.at(-1)).toBeGreaterThanOrEqual(last);
        expect(seen.filter((done) => done >= last)).toHaveLength(1);
        expect(seen).toEqual([...seen].sort((a, b) => a - b));
    });
});
