import { existsSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { type ICapturedPicture } from "../../../../src/cli/capture/capturedPicture.js";
import { CompareShots } from "../../../../src/cli/evaluate/evaluationFigures.js";
import { RequireSamePerson } from "../../../../src/cli/evaluate/requireSamePerson.js";
import { type ICaptureSubject } from "../../../../src/convert/capture/captureSubject.js";
import { type IAvatarAsset } from "../../../../src/format/avatarAsset.js";
import { WriteAvatar } from "../../../../src/format/writeAvatar.js";
import { MakeSampleAvatar } from "../../../support/avatarSamples.js";
import { MakeTestFolder, RunAsync } from "../../../support/cliRun.js";

const pathOf = MakeTestFolder();

describe("an avatar of somebody else", () => {
    const asset = MakeSampleAvatar({ gaussians: 20 });
    const subject = SubjectOf(asset);
    const check =
        (avatar: IAvatarAsset, other: ICaptureSubject = subject) =>
        () => {
            RequireSamePerson(avatar, "ada.glb", other);
        };

    it("is told from one of the subject", () => {
        expect(check(asset)).not.toThrow();
    });

    it("is refused by the joint that lies elsewhere, from 1 cm on", () => {
        const wrist = subject.joints.findIndex(({ name }) => name === "left_wrist");
        const moved = (distance: number): ICaptureSubject => {
            const restJoints = subject.restJoints.slice();
            restJoints[wrist * 3]! += distance;
            return { ...subject, restJoints };
        };
        expect(check(asset, moved(0.009))).not.toThrow();
        expect(check(asset, moved(0.021))).toThrow(
            /ada\.glb is not of Ada: joint left_wrist lies 2\.1 cm from the subject's/,
        );
    });

    it("is refused without a joint, or with one that is turned at rest", () => {
        const joints = asset.joints.map((joint) => (joint.name === "head" ? { ...joint, smplx: null } : joint));
        expect(check({ ...asset, joints })).toThrow("ada.glb has no joint head");
        const inverseBindMatrices = asset.inverseBindMatrices.slice();
        inverseBindMatrices.set([0, 0, -1, 0, 0, 1, 0, 0, 1, 0, 0, 0], 0);
        expect(check({ ...asset, inverseBindMatrices })).toThrow("joint pelvis is turned at rest");
    });

    it("is refused with expressions that the subject lacks", () => {
        const expressions = subject.expressions.slice(1);
        expect(check(asset, { ...subject, expressions })).toThrow(
            /lacks 1 of the 2 expressions of ada\.glb, jawOpen first/,
        );
    });
});

describe("gaussian-avatar evaluate", () => {
    const files = ["--avatar", "a.glb", "--subject", "s.glb", "--motion", "m.npz"];

    it.each([
        [["--avatar", "a.glb"], /--avatar ada\.glb --subject hero\.glb --motion dance\.npz --json out\.json/],
        [files, /where to write/],
        [[...files, "--json", "out.txt"], /--json is "out\.txt": a name that ends in \.json/],
        [[...files, "--json", "o.json", "--cameras", "9"], /--cameras is "9": a whole number from 1 to 4/],
        [["--avatar", "a.json", ...files.slice(2), "--json", "a.json"], /would write over a\.json/],
    ])("explains what is wrong with %j", async (args, message) => {
        const { code, err } = await RunAsync(["evaluate", ...args]);
        expect([code, err]).toEqual([2, expect.stringMatching(message)]);
    });

    it("names the file that it cannot read, and writes nothing", async () => {
        const [avatar, json] = [pathOf("ada.glb"), pathOf("out.json")];
        writeFileSync(avatar, WriteAvatar(MakeSampleAvatar({ gaussians: 20 })));
        const rest = ["--subject", pathOf("none.glb"), "--motion", pathOf("none.npz"), "--json", json];
        const { code, err } = await RunAsync(["evaluate", "--quiet", "--avatar", avatar, ...rest]);
        expect([code, err]).toEqual([1, expect.stringMatching(/^error: .*none\.glb cannot be read[^\n]*\n$/)]);
        expect(existsSync(json)).toBe(false);
        // What is in the way of the pictures is found before hours of drawing.
        const blocked = await RunAsync(["evaluate", "--avatar", avatar, ...rest, "--pictures", avatar]);
        expect(blocked.err).toMatch(/error: .*orbit\.00\.png cannot be written: a part of its path is a file/);
    });
});

it("takes means by kind, and leaves out pictures without the person", () => {
    const size = 32;
    const picture = (value: number, hasPerson = true): ICapturedPicture => ({
        size,
        rgb: new Uint8Array(size * size * 3).fill(value),
        mask: new Uint8Array(size * size).fill(hasPerson ? 255 : 0),
    });
    const shots = (["body", "body", "hands", "hands"] as const).map((kind, pose) => ({ pose, camera: 0, kind }));
    const truth = [picture(100), picture(100), picture(100), picture(100, false)];
    const drawn = [110, 101, 105, 0].map((value) => ({ width: size, height: size, rgb: picture(value).rgb }));
    const figures = CompareShots(shots, truth, drawn);
    // 20 log10(255 / difference), of 10, 1 and 5.
    const [ten, one, five] = [10, 1, 5].map((difference) => 20 * Math.log10(255 / difference)) as [
        number,
        number,
        number,
    ];
    expect(figures.body).toMatchObject({ pictures: 2 });
    expect(figures.body!.psnr).toBeCloseTo((ten + one) / 2, 9);
    expect(figures.hands).toMatchObject({ pictures: 1 });
    expect(figures.hands!.maskedPsnr).toBeCloseTo(five, 9);
});

/** The subject that an avatar could have been made of, as far as the check looks. */
function SubjectOf({ joints, inverseBindMatrices, morphTargets }: IAvatarAsset): ICaptureSubject {
    return {
        name: "Ada",
        joints: joints.map(({ name, parent }) => ({ name, parent })),
        restJoints: Float32Array.from({ length: joints.length * 3 }, (_, i) => {
            return -inverseBindMatrices[Math.floor(i / 3) * 16 + 12 + (i % 3)]!;
        }),
        expressions: morphTargets,
    } as unknown as ICaptureSubject;
}
