import { expect, it } from "@jest/globals";
import { Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { AvatarStage } from "../../../src/cli/render/avatarStage.js";
import { ConvertLiteAsync } from "../../../src/convert/lite/convertLite.js";
import { WriteAvatar } from "../../../src/format/writeAvatar.js";
import { DescribeGpu } from "../../support/gpu.js";
import { PrintFigure } from "../../support/motions.js";
import { KeepPicture, Psnr } from "../../support/picture.js";
import { TinyPerson, TinyPersonArraysAsync, TrainedFile } from "../../support/tinyPerson.js";

/** Pixels of the trainer's pictures. */
const Side = 64;

const Names = ["rotations", "translations", "pictures", "cameras_K", "cameras_R", "cameras_T"].map(
    (name) => `sample/${name}`,
);

DescribeGpu("a trained person", () => {
    it("looks in Babylon as she does in the trainer", async () => {
        const asset = await ConvertLiteAsync(TrainedFile(TinyPerson), { precision: "float32" });
        // The trainer's pictures are of poses as they are, not brought near those of the training.
        const [model] = asset.mapModels;
        const mapModels = [{ ...model!, conditioning: { ...model!.conditioning, projection: null } }];
        const arrays = await TinyPersonArraysAsync(Names);
        const stage = await AvatarStage.CreateAsync(WriteAvatar({ ...asset, mapModels }), {
            width: Side,
            height: Side,
            background: [0, 0, 0, 1],
            software: true,
        });
        try {
            const { avatar } = stage;
            const places = asset.joints.map(({ smplx }) => avatar.getJoint(smplx!)!);
            const rest = Vector3.FromArray(asset.joints[0]!.translation);
            for (let sample = 0; sample < 2; sample++) {
                const part = (name: string, length: number): number[] =>
                    Array.from(arrays[`sample/${name}`]!.subarray(sample * length, (sample + 1) * length));
                const rotations = part("rotations", places.length * 4);
                places.forEach((node, joint) => {
                    node.rotationQuaternion = Quaternion.FromArray(rotations, joint * 4);
                });
                places[0]!.position = rest.add(Vector3.FromArray(part("translations", 3)));
                const [K, R, t] = [part("cameras_K", 9), part("cameras_R", 9), part("cameras_T", 3)];
                stage.setCamera({ width: Side, height: Side, K, R, t });
                const drawn = await stage.drawSettledAsync();
                const truth = part("pictures", Side * Side * 4);
                // Over black, premultiplied colours are what is seen.
                const colors = (pixels: ArrayLike<number>): number[] =>
                    Array.from(pixels).filter((_value, i) => i % 4 !== 3);
                const ratio = Psnr(colors(drawn), colors(truth));
                PrintFigure(`trained person, pose ${sample}: ${ratio.toFixed(1)} dB between Babylon and the trainer`);
                KeepPicture(`trained-person-${sample}`, drawn, Side);
                expect(ratio).toBeGreaterThan(48);
            }
        } finally {
            stage.dispose();
        }
    });
});
