import { describe, expect, it } from "@jest/globals";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { WriteNpz } from "../../../../src/animation/motion/writeNpz.js";
import { WriteTorchCheckpoint } from "../../../../assets/scripts/synthetic/torchFile.js";
import { ReadBodyConfigAsync } from "../../../../src/convert/animatableGaussians/bodyConfig.js";
import {
    ConvertAnimatableGaussiansAsync,
    type IConvertAnimatableGaussiansOptions,
} from "../../../../src/convert/animatableGaussians/convertAnimatableGaussians.js";
import { FolderOfFiles, type IFolderSource } from "../../../../src/convert/animatableGaussians/folderSource.js";
import { SubjectReader } from "../../../../src/convert/animatableGaussians/subject.js";
import { FindSubjectFiles } from "../../../../src/convert/animatableGaussians/subjectFiles.js";
import { FileOfBytes } from "../../../../src/convert/checkpoint/randomAccessFile.js";
import { type IAvatarAsset } from "../../../../src/format/avatarAsset.js";
import { SmplxJointNames } from "../../../../src/format/bodyModel.js";
import { ReadAvatar } from "../../../../src/format/readAvatar.js";
import { WriteAvatar } from "../../../../src/format/writeAvatar.js";
import { SmallBodyCheckpointAsync, SmallBodyTensorsAsync } from "../../../support/bodyCheckpoint.js";
import { MakeBodySubject } from "../../../support/bodySubject.js";
import { DescribeGolden, FixtureFolder } from "../../../support/goldenFixture.js";

const Subject = MakeBodySubject({ mapSize: 128, frames: 5 });

/** The subject as a page has it when its folder is dropped, with some files changed or taken out (null). */
function Folder(changes: Readonly<Record<string, Uint8Array | null>> = {}): IFolderSource {
    const files = new Map<string, Blob>();
    for (const [path, bytes] of Object.entries({ ...Object.fromEntries(Subject.files), ...changes })) {
        if (bytes) {
            files.set(`subject00/${path}`, new Blob([bytes.slice()]));
        }
    }
    return FolderOfFiles(files, "subject00");
}

let checkpointBytes: Promise<Uint8Array> | null = null;

async function CheckpointAsync(): Promise<Uint8Array> {
    checkpointBytes ??= SmallBodyCheckpointAsync();
    return await checkpointBytes;
}

async function ConvertAsync(
    folder: IFolderSource,
    options: IConvertAnimatableGaussiansOptions = {},
): Promise<{ asset: IAvatarAsset; notes: string }> {
    const notes: string[] = [];
    const checkpoint = FileOfBytes(await CheckpointAsync(), "net.pt");
    const onWarning = (note: string): void => void notes.push(note);
    const asset = await ConvertAnimatableGaussiansAsync(folder, { checkpoint, onWarning, ...options });
    return { asset, notes: notes.join("\n") };
}

DescribeGolden("a trained body (golden)", () => {
    let converted: IAvatarAsset | null = null;

    it("becomes an avatar that reads back, with the checkpoint out of the folder", async () => {
        const stages: string[] = [];
        let done = 0;
        const asset = await ConvertAnimatableGaussiansAsync(Folder({ "net.pt": await CheckpointAsync() }), {
            name: "Ada",
            credits: { license: "research only", notices: ["of the laboratory"] },
            onProgress: (progress) => {
                expect(progress.done).toBeGreaterThanOrEqual(done);
                done = progress.done;
                stages.push(progress.stage);
            },
        });
        converted = asset;
        expect(done).toBe(1);
        expect([...new Set(stages)]).toEqual(["read", "projection", "networks", "evaluate", "done"]);
        const file = WriteAvatar(asset);
        const read = ReadAvatar(file);
        const model = read.mapModels[0]!;
        const count = Subject.positions.length / 3;
        console.log(`${count} Gaussians, ${model.networks.length} networks, ${file.length} bytes`);
        expect([read.name, read.bodyModel, read.credits.license]).toEqual(["Ada", "smplx", "research only"]);
        expect(read.joints.map(({ smplx }) => smplx)).toEqual(SmplxJointNames);
        expect([model.tier, model.mapSize, model.covariance, model.texels.length]).toEqual([
            "full",
            128,
            "quaternion",
            count,
        ]);
        expect(model.positions).toEqual(Subject.positions);
        const { conditioning, decoding } = model;
        expect([conditioning.size, conditioning.side, conditioning.reduction, conditioning.viewSize]).toEqual([
            64,
            "front",
            "first",
            64,
        ]);
        expect(conditioning.channels).toEqual(["position"]);
        expect([...conditioning.restJoints].map((joint) => SmplxJointNames[joint])).toEqual(
            SmplxJointNames.filter((_, joint) => joint === 0 || joint >= 22),
        );
        expect(conditioning.projection!.limits).toHaveLength(4);
        expect(decoding.gains.position).toBe(0.05);
        expect(decoding.opacities[0]).toBeCloseTo(-2.1972246, 6);
        expect(decoding.outputs.find(({ attribute }) => attribute === "color")).toMatchObject({
            front: [2, 1, 0],
            back: [5, 4, 3],
        });
        expect(read.gaussians.count).toBe(count);
        expect(read.animations.map(({ name }) => name)).toEqual(["training"]);
        const { tracks } = read.animations[0]!;
        expect(tracks[0]!.times).toHaveLength(5);
        // The face moves in the parameters, and in no picture of the official code.
        expect(tracks.map(({ joint }) => SmplxJointNames[joint])).not.toContain("jaw");
    });

    it("has Gaussians at rest where the networks put them, fp16 near fp32", async () => {
        const { asset: single } = await ConvertAsync(Folder(), { precision: "float32" });
        const half = converted!;
        const size = (asset: IAvatarAsset): number =>
            asset.mapModels[0]!.networks.reduce((sum, { byteLength }) => sum + byteLength, 0);
        expect(size(half)).toBeLessThan(0.65 * size(single));
        let [offset, difference] = [0, 0];
        single.gaussians.positions.forEach((value, i) => {
            difference = Math.max(difference, Math.abs(value - half.gaussians.positions[i]!));
            offset = Math.max(offset, Math.abs(value - Subject.positions[i]!));
        });
        console.log(`rest: fp16 off by ${(difference * 1000).toFixed(3)} mm`);
        // Random networks move Gaussians by some centimetres; the legs turn by 25 degrees.
        expect(offset).toBeGreaterThan(0.1);
        expect(difference).toBeLessThan(1e-3);
        expect(single.gaussians.colors.some((value) => value !== 0)).toBe(true);
        // Arms do not turn between the canonical pose and the T-pose: there, only the networks move Gaussians.
        const model = single.mapModels[0]!;
        const arm = model.texels.findIndex((_, row) => Subject.weights[row * 55 + 18]! > 0.99);
        const lift = single.joints[0]!.translation[1] - Subject.joints[1]!;
        const moved = Math.hypot(
            ...[0, lift, 0].map(
                (shift, k) => single.gaussians.positions[arm * 3 + k]! - Subject.positions[arm * 3 + k]! - shift,
            ),
        );
        expect(moved).toBeLessThan(0.2);
        // The origin of the body model is near the pelvis.
        expect(lift).toBeGreaterThan(1);
    });

    it("keeps hands as they were in a frame, and leaves view directions out when the configuration says so", async () => {
        const config = await ReadBodyConfigAsync(
            "model:\n  with_viewdirs: false\ntest:\n  n_pca: 2\n  sigma_pca: 1.5\n  fix_hand: true\n  fix_hand_id: 3\n",
            "avatar.yaml",
        );
        const { asset, notes } = await ConvertAsync(Folder(), { config });
        const { conditioning, decoding, networks } = ReadAvatar(WriteAvatar(asset)).mapModels[0]!;
        expect([conditioning.viewSize, networks.length]).toEqual([0, 3]);
        expect(conditioning.projection!.limits).toHaveLength(2);
        const { shares } = decoding.fixedHands!;
        expect([Math.min(...shares), Math.max(...shares)]).toEqual([0, expect.closeTo(1, 1)]);
        expect(notes).toMatch(/joints each: no point is further than/);
        await expect(ConvertAsync(Folder(), { config: { fixedHandFrame: 77 } })).rejects.toThrow(
            /no pose map of frame 77 \(00000077\.exr\); it has those from 0 to 4/,
        );
    });

    it("does with a body model alone, and says what is lost", async () => {
        const bare = Folder(
            Object.fromEntries(
                [...Subject.files.keys()].filter((path) => /\d{8}|params/.test(path)).map((path) => [path, null]),
            ),
        );
        await expect(ConvertAsync(bare)).rejects.toMatchObject({
            code: "missing-files",
            message: expect.stringMatching(/smpl_params\.npz and pose maps 00000000\.exr.*--body-model/),
        });
        const vertices = Float32Array.from(Subject.joints);
        const regressor = new Float32Array(55 * 55);
        SmplxJointNames.forEach((_, joint) => (regressor[joint * 55 + joint] = 1));
        const bodyModel = FileOfBytes(
            WriteNpz({
                v_template: { shape: [55, 3], values: vertices },
                shapedirs: { shape: [55, 3, 10], values: new Float32Array(55 * 3 * 10) },
                J_regressor: { shape: [55, 55], values: regressor },
            }),
            "SMPLX_NEUTRAL.npz",
        );
        const { asset, notes } = await ConvertAsync(bare, { bodyModel });
        expect(asset.animations).toEqual([]);
        expect(asset.mapModels[0]!.conditioning.projection).toBeNull();
        expect(notes).toMatch(/no smpl_params\.npz: .*average body/);
        expect(notes).toMatch(/neither pca_20\.ckpt nor a sequence of pose maps/);
        const [x, , z] = asset.joints[0]!.translation.map((value) => Math.fround(value));
        expect([x, z]).toEqual([vertices[0], vertices[2]]);
    });

    it("takes weights out of the volume when those of the points are missing", async () => {
        const volume = new Float32Array(2 * 2 * 2 * 55);
        for (let cell = 0; cell < 8; cell++) {
            volume[cell * 55 + (cell < 4 ? 2 : 1)] = 1;
        }
        const file = WriteNpz({
            diff_weight_volume: { shape: [2, 2, 2, 55], values: volume },
            volume_bounds: { shape: [2, 3], values: Float32Array.of(-1, -2, -1, 1, 1, 1) },
        });
        const folder = Folder({ "smpl_pos_map/init_pts_lbs.npy": null, "cano_weight_volume.npz": file });
        const files = FindSubjectFiles(await folder.listAsync(), folder.name, {
            hasBodyModel: false,
            hasCheckpoint: true,
        });
        const reader = new SubjectReader(folder, files, () => undefined);
        const { weights, template } = await reader.readAsync(null, async () => await Promise.resolve());
        template.positions.forEach((x, i) => {
            if (i % 3 === 0) {
                // All to the right of the volume is the right hip's, all to the left the left one's.
                expect(weights[(i / 3) * 55 + 1]).toBeCloseTo(Math.min(1, Math.max(0, (x + 1) / 2)), 5);
            }
        });
    });

    it("can be called off", async () => {
        const controller = new AbortController();
        const promise = ConvertAsync(Folder(), {
            signal: controller.signal,
            onProgress: ({ stage }) => {
                if (stage === "networks") {
                    controller.abort(new Error("enough"));
                }
            },
        });
        await expect(promise).rejects.toThrow("enough");
    });

    it("names tensors that are missing or have another shape", async () => {
        const tensors = await SmallBodyTensorsAsync();
        const convertAsync = async (kept: typeof tensors): Promise<unknown> =>
            await ConvertAsync(Folder(), { checkpoint: FileOfBytes(WriteTorchCheckpoint(kept), "mine.pt") });
        const without = (name: string): typeof tensors => tensors.filter(({ key }) => !key.startsWith(name));
        await expect(convertAsync(without("other_net."))).rejects.toThrow(
            /mine\.pt lacks the tensors of other_net\.\*/,
        );
        await expect(convertAsync(without("color_net.convs1.2.activate.bias"))).rejects.toThrow(
            /"color_net\.convs1\.2\.activate\.bias"/,
        );
        const reshaped = tensors.map((tensor) =>
            tensor.key === "position_net.conv_in.2.bias" ? { ...tensor, shape: [4, tensor.shape[0]! / 4] } : tensor,
        );
        await expect(convertAsync(reshaped)).rejects.toThrow(
            /^mine\.pt: .*"position_net\.conv_in\.2\.bias" has shape \[4, 4\]/,
        );
    });

    it("refuses a view network of other width than the colours it is added to, as the official addition does", async () => {
        // The fixture is for reading checkpoints: its view network makes 8 features of 16, and was never run.
        const bytes = new Uint8Array(readFileSync(join(FixtureFolder, "body_checkpoint_small.pt")));
        const checkpoint = FileOfBytes(bytes, "body_checkpoint_small.pt");
        await expect(ConvertAsync(Folder(), { checkpoint })).rejects.toThrow(
            /^body_checkpoint_small\.pt: .*"viewdir_net\.2\.weight" has shape \[8, 8, 4, 4\] instead of \[16, 8, 4, 4\]/,
        );
        // Without view directions it is a body as any other.
        const { asset } = await ConvertAsync(Folder(), { checkpoint, config: { hasViewDirections: false } });
        expect(asset.mapModels[0]!.conditioning.viewSize).toBe(0);
    });

    it("tells whose checkpoint it is instead", async () => {
        const other = FileOfBytes(
            new Uint8Array(readFileSync(join(FixtureFolder, "head_checkpoint_small.pt"))),
            "head.pt",
        );
        await expect(ConvertAsync(Folder(), { checkpoint: other })).rejects.toMatchObject({
            code: "wrong-project",
            message: expect.stringMatching(
                /head\.pt is no checkpoint of Animatable Gaussians.*looks like a checkpoint of Gaussian Head Avatar/,
            ),
        });
    });
});

describe("a subject that is not complete", () => {
    it("is refused with all that is missing, and what it is for", async () => {
        const folder = FolderOfFiles(new Map([["subject00/images/cam00/0.jpg", new Blob()]]), "subject00");
        const promise = ConvertAnimatableGaussiansAsync(folder);
        await expect(promise).rejects.toMatchObject({ code: "missing-files" });
        await expect(promise).rejects.toThrow(
            /^subject00 lacks cano_smpl_pos_map\.exr \(.*cano_smpl_nml_map\.exr \(.*init_pts_lbs\.npy or cano_weight_volume\.npz \(.*smpl_params\.npz and pose maps .*--body-model\); net\.pt \(the networks;.*--checkpoint\)\. Give/,
        );
        await expect(ConvertAnimatableGaussiansAsync(Folder())).rejects.toThrow(
            /^subject00 lacks net\.pt \([^;]*;[^;]*$/,
        );
    });

    it("is refused where the configuration names hands, but not whose", async () => {
        const promise = ReadBodyConfigAsync("test:\n  fix_hand: true\n", "avatar.yaml");
        await expect(promise).rejects.toThrow(/avatar\.yaml: .*test\.fix_hand_id is missing/);
    });

    const positions = "smpl_pos_map/cano_smpl_pos_map.exr";
    const other = MakeBodySubject({ mapSize: 32, frames: 1 }).files;
    it.each([
        [
            "normals of another size",
            { "smpl_pos_map/cano_smpl_nml_map.exr": other.get("smpl_pos_map/cano_smpl_nml_map.exr")! },
            "wrong-shape",
            /cano_smpl_nml_map\.exr has 64 × 32/,
        ],
        [
            "weights of another map",
            { "smpl_pos_map/init_pts_lbs.npy": other.get("smpl_pos_map/init_pts_lbs.npy")! },
            "wrong-shape",
            /weights of \d+ points, but the canonical map has/,
        ],
        [
            "pose maps of another size",
            { "smpl_pos_map/00000000.exr": other.get("smpl_pos_map/00000000.exr")! },
            "wrong-shape",
            /00000000\.exr has 32 × 16 pixels; .* 128 × 64/,
        ],
        [
            "a map that is cut off",
            { [positions]: Subject.files.get(positions)!.subarray(0, 5000) },
            "damaged-file",
            /cano_smpl_pos_map\.exr is cut off/,
        ],
        [
            "parameters that are none",
            { "smpl_params.npz": Uint8Array.of(0x50, 0x4b, 3, 4) },
            "truncated",
            /smpl_params\.npz/,
        ],
        [
            "weights that are none",
            { "smpl_pos_map/init_pts_lbs.npy": Uint8Array.of(1, 2, 3) },
            "damaged-file",
            /init_pts_lbs\.npy/,
        ],
    ])("is refused with %s", async (_, changes, code, message) => {
        const state = ["color_net.a", "position_net.a", "other_net.a"].map((key) => ({
            key,
            shape: [1],
            read: () => new Float32Array(1),
        }));
        const checkpoint = FileOfBytes(WriteTorchCheckpoint(state), "net.pt");
        const promise = ConvertAnimatableGaussiansAsync(Folder(changes), { checkpoint });
        await expect(promise).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    });
});

describe("configurations of the method", () => {
    it.each([
        ["test: [1", "damaged-file", /avatar\.yaml is no YAML/],
        ["- a\n- b", "damaged-file", /a mapping/],
        ["test:\n  sigma_pca: high", "invalid-options", /test\.sigma_pca is "high"; a number/],
        ["test:\n  n_pca: 2.5", "invalid-options", /projectionComponents is 2\.5/],
        ["model:\n  with_viewdirs: 3", "invalid-options", /model\.with_viewdirs is 3; a boolean/],
    ])("are refused: %s", async (text, code, message) => {
        const promise = ReadBodyConfigAsync(text, "avatar.yaml");
        await expect(promise).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    });

    it("are the published ones where they say nothing", async () => {
        expect(await ReadBodyConfigAsync("mode: test\nmodel:\ntest:\n  n_pca: -1\n", "avatar.yaml")).toEqual({
            hasViewDirections: true,
            viewWeight: 1,
            projectionComponents: 0,
            projectionSigma: 2,
            fixedHandFrame: null,
        });
    });
});
