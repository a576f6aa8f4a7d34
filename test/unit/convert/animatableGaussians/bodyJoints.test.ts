import { describe, expect, it } from "@jest/globals";
import { ReadBodyModelJointsAsync } from "../../../../src/convert/animatableGaussians/bodyModelJoints.js";
import { ReadBodyParametersAsync, RootFreePose } from "../../../../src/convert/animatableGaussians/bodyParameters.js";
import { FolderOfFiles, type IFolderSource } from "../../../../src/convert/animatableGaussians/folderSource.js";
import {
    CanonicalInverseBindMatrices,
    CanonicalToPose,
    SkinningMatrices,
} from "../../../../src/convert/animatableGaussians/jointMatrices.js";
import { SubjectReader } from "../../../../src/convert/animatableGaussians/subject.js";
import { FindSubjectFiles } from "../../../../src/convert/animatableGaussians/subjectFiles.js";
import { FileOfBytes } from "../../../../src/convert/checkpoint/randomAccessFile.js";
import { SmplxJointNames } from "../../../../src/format/bodyModel.js";
import { WriteNpz } from "../../../../src/animation/motion/writeNpz.js";
import { DescribeGolden, GoldenComparison, ReadGoldenFixture } from "../../../support/goldenFixture.js";
import { type IBodySubject, MakeBodySubject } from "../../../support/bodySubject.js";

/** Files of a made-up subject as a page has them. */
function Dropped(files: ReadonlyMap<string, Uint8Array>): IFolderSource {
    return FolderOfFiles(new Map([...files].map(([path, bytes]) => [path, new Blob([bytes.slice()])])), "subject00");
}

async function FindJointsAsync(subject: IBodySubject): Promise<{ joints: Float64Array; notes: string[] }> {
    const notes: string[] = [];
    const folder = Dropped(subject.files);
    const files = FindSubjectFiles(await folder.listAsync(), folder.name, { hasBodyModel: false, hasCheckpoint: true });
    const reader = new SubjectReader(folder, files, (note) => notes.push(note));
    const { joints } = await reader.readAsync(null, async () => await Promise.resolve());
    return { joints, notes };
}

function DistanceOf(a: ArrayLike<number>, b: ArrayLike<number>, joint: number): number {
    return Math.hypot(...[0, 1, 2].map((axis) => a[joint * 3 + axis]! - b[joint * 3 + axis]!));
}

describe("joints of a subject", () => {
    it("follow from pose maps, without the body model", async () => {
        // The mirrored body has other proportions than those that unknown joints are given.
        const average = MakeBodySubject({ frames: 1, mapSize: 8 }).joints;
        const tall = average.map((value, i) => value * (i % 3 === 1 ? 1.08 : 0.96));
        const subject = MakeBodySubject({ mapSize: 128, frames: 6, joints: tall });
        const { joints, notes } = await FindJointsAsync(subject);
        const errors = SmplxJointNames.map((_, joint) => DistanceOf(joints, tall, joint) * 1000);
        const body = Math.max(...errors.slice(1, 22));
        const others = SmplxJointNames.flatMap((_, joint) => (joint === 0 || joint > 21 ? [joint] : []));
        const worst = others.reduce((a, b) => (errors[b]! > errors[a]! ? b : a));
        console.log(
            `joints of the body off by ${body.toFixed(4)} mm, of hands and face up to ${errors[worst]!.toFixed(1)} mm (${SmplxJointNames[worst]!})`,
        );
        expect(body).toBeLessThan(1);
        // They keep still in pose maps: proportions of the average body, on a hand that is 4 % smaller.
        expect(errors[worst]).toBeLessThan(50);
        expect(notes.join("\n")).toMatch(/found from 6 pose maps, which they explain to 0\.00 mm/);
        expect(notes).toHaveLength(1);
    });

    it("are said to be guessed where nothing turns", async () => {
        const subject = MakeBodySubject({ mapSize: 64, frames: 2 });
        const { files } = MakeBodySubject({ mapSize: 64, frames: 1 });
        const still = new Float32Array(63);
        const arrays = WriteNpz({
            betas: { shape: [1, 10], values: new Float32Array(10) },
            global_orient: { shape: [1, 3], values: new Float32Array(3) },
            transl: { shape: [1, 3], values: new Float32Array(3) },
            body_pose: { shape: [1, 63], values: still },
        });
        const poseless = new Map([...files, ["smpl_params.npz", arrays]]);
        const { notes } = await FindJointsAsync({ ...subject, files: poseless });
        expect(notes.join("\n")).toMatch(/guesses: .*left_elbow/);
        // The pose map of another pose does not follow from the one that is stated.
        expect(notes.join("\n")).toMatch(/do not follow from smpl_params\.npz \(\d/);
    });

    it("come from the body model where there is one", async () => {
        const vertices = Float32Array.from({ length: 4 * 3 }, (_, i) => i / 10);
        const shapes = Float32Array.from({ length: 4 * 3 * 2 }, (_, i) => (i % 2 === 0 ? 0.01 : 0));
        const regressor = new Float32Array(55 * 4);
        regressor.fill(0.25);
        const model = FileOfBytes(
            WriteNpz({
                v_template: { shape: [4, 3], values: vertices },
                shapedirs: { shape: [4, 3, 2], values: shapes },
                J_regressor: { shape: [55, 4], values: regressor },
            }),
            "SMPLX_NEUTRAL.npz",
        );
        const joints = await ReadBodyModelJointsAsync(model, Float32Array.of(2));
        expect([...joints.subarray(0, 3)]).toEqual([0.47, 0.57, 0.67].map((value) => expect.closeTo(value, 6)));
        await expect(ReadBodyModelJointsAsync(model, new Float32Array(10))).rejects.toThrow(/2 shape directions/);
        const other = FileOfBytes(WriteNpz({ poses: { shape: [3], values: new Float32Array(3) } }), "walk.npz");
        await expect(ReadBodyModelJointsAsync(other, new Float32Array(1))).rejects.toThrow(
            /walk\.npz, "v_template" of the body model, is missing/,
        );
    });

    it("hold face, hands and root at rest for the networks", async () => {
        const subject = MakeBodySubject({ mapSize: 32, frames: 2 });
        const file = FileOfBytes(subject.files.get("smpl_params.npz")!, "smpl_params.npz");
        const pose = RootFreePose(await ReadBodyParametersAsync(file), 1);
        pose.forEach((value, i) => {
            const expected = i < 3 || i >= 66 ? 0 : subject.poses[1]![i]!;
            expect(value).toBeCloseTo(expected, 6);
        });
    });
});

DescribeGolden("joint matrices (golden)", () => {
    it("are those of the published body model", () => {
        const fixture = ReadGoldenFixture("smplx_kinematics");
        const joints = fixture.values("rest_joints");
        const skinning = new GoldenComparison("smplx_kinematics", "converter: skinning matrices", 1e-5);
        const canonical = new GoldenComparison("smplx_kinematics", "converter: canonical to live without root", 1e-5);
        for (let sample = 0; sample < 4; sample++) {
            const pose = Float64Array.from(fixture.row("full_pose", sample, 165));
            const transl = fixture.row("transl", sample, 3);
            const matrices = SkinningMatrices(joints, pose);
            // Hands and eyes at rest; the jaw turns in this fixture.
            const seen = pose.map((value, i) => (i < 3 || i >= 69 ? 0 : value));
            const live = CanonicalToPose(joints, seen);
            for (let joint = 0; joint < 55; joint++) {
                const moved = fixture.row("A", sample * 55 + joint, 16).slice(0, 12);
                [3, 7, 11].forEach((at, axis) => (moved[at]! -= transl[axis]!));
                skinning.add(matrices.subarray(joint * 12, joint * 12 + 12), moved);
                const expected = fixture.row("cano2live_wo_root", sample * 55 + joint, 16).slice(0, 12);
                canonical.add(live.subarray(joint * 12, joint * 12 + 12), expected);
            }
        }
        skinning.expectWithin();
        canonical.expectWithin();
    });

    it("undo the canonical pose in the inverse bind matrices of the model", () => {
        const fixture = ReadGoldenFixture("smplx_kinematics");
        const joints = fixture.values("rest_joints");
        const matrices = CanonicalInverseBindMatrices(joints);
        const comparison = new GoldenComparison("smplx_kinematics", "converter: inverse bind matrices", 1e-5);
        for (let joint = 0; joint < 55; joint++) {
            // B A_cano moves a point at rest by −J.
            const canonical = fixture.row("A_cano", joint, 16);
            const product = Array.from({ length: 12 }, (_, at) => {
                const [row, column] = [Math.floor(at / 4), at % 4];
                return [0, 1, 2, 3].reduce(
                    (sum, k) => sum + matrices[joint * 16 + k * 4 + row]! * canonical[k * 4 + column]!,
                    0,
                );
            });
            const place = (axis: number): number => -joints[joint * 3 + axis]!;
            comparison.add(product, [1, 0, 0, place(0), 0, 1, 0, place(1), 0, 0, 1, place(2)]);
        }
        comparison.expectWithin();
    });
});
