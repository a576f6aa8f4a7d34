import { readFileSync, writeFileSync } from "node:fs";
import { Quaternion } from "@babylonjs/core/Maths/math.vector.js";
import { expect, it } from "@jest/globals";
import { AvatarStage } from "../../../src/cli/render/avatarStage.js";
import { ConvertLiteAsync } from "../../../src/convert/lite/convertLite.js";
import { FileOfBlob } from "../../../src/convert/checkpoint/randomAccessFile.js";
import { type IAvatarAsset } from "../../../src/format/avatarAsset.js";
import { WriteAvatar, WriteAvatarFiles } from "../../../src/format/writeAvatar.js";
import { MakeTestFolder, RunAsync } from "../../support/cliRun.js";
import { DescribeGpu } from "../../support/gpu.js";
import { TinyTrainedModel } from "../../support/trainedModel.js";

const Size = 48;

const pathOf = MakeTestFolder();

async function TinyPersonAsync(): Promise<IAvatarAsset> {
    const model = new Blob([TinyTrainedModel() as Uint8Array<ArrayBuffer>]);
    return await ConvertLiteAsync(FileOfBlob(model, "model.npz"));
}

DescribeGpu("a settled picture", () => {
    it("shows what the networks make of its very pose, whichever was shown before", async () => {
        const glb = WriteAvatar(await TinyPersonAsync());
        const options = { width: Size, height: Size, background: [0, 0, 0, 1], software: true } as const;
        const stage = await AvatarStage.CreateAsync(glb, options);
        try {
            const focal = Size;
            stage.setCamera({
                ...{ width: Size, height: Size },
                K: [focal, 0, Size / 2, 0, focal, Size / 2, 0, 0, 1],
                R: [1, 0, 0, 0, -1, 0, 0, 0, -1],
                t: [0, 0, 1.5],
            });
            const pictureAt = async (angle: number): Promise<Uint8Array> => {
                for (const name of ["left_hip", "spine1"] as const) {
                    stage.avatar.getJoint(name)!.rotationQuaternion = Quaternion.FromEulerAngles(angle, 0, angle);
                }
                return await stage.drawSettledAsync();
            };
            const first = await pictureAt(0.4);
            const second = await pictureAt(-0.9);
            const again = await pictureAt(0.4);
            expect(stage.avatar.networks.tier).toBe("lite");
            expect(Buffer.from(first).equals(second)).toBe(false);
            expect(Buffer.from(first).equals(again)).toBe(true);
            // A frame that does not wait shows the pose with the maps of the one before: it is another picture.
            await pictureAt(-0.9);
            stage.avatar.getJoint("left_hip")!.rotationQuaternion = Quaternion.FromEulerAngles(0.4, 0, 0.4);
            stage.avatar.getJoint("spine1")!.rotationQuaternion = Quaternion.FromEulerAngles(0.4, 0, 0.4);
            expect(Buffer.from(await stage.drawAsync()).equals(first)).toBe(false);
        } finally {
            stage.dispose();
        }
    });

    it("is what the command line draws", async () => {
        const person = await TinyPersonAsync();
        const bend = {
            joint: person.joints.findIndex(({ smplx }) => smplx === "left_hip"),
            path: "rotation" as const,
            times: Float32Array.of(0, 1),
            values: Float32Array.of(0, 0, 0, 1, Math.sin(0.4), 0, 0, Math.cos(0.4)),
        };
        const asset = { ...person, animations: [{ name: "bend", tracks: [bend] }] };
        const drawAsync = async (name: string, avatar: IAvatarAsset): Promise<Buffer> => {
            const files = WriteAvatarFiles(avatar, name);
            [...files.sideFiles, [`${name}.glb`, files.avatar] as const].forEach(([file, bytes]) => {
                writeFileSync(pathOf(file), bytes);
            });
            const picture = ["-o", pathOf(`${name}.png`), "--time", "0.9", "--size", `${Size}x${Size}`];
            const { code, err } = await RunAsync([
                ...["render", pathOf(`${name}.glb`), ...picture, "--camera", "20,0,1.5"],
                "--software",
            ]);
            expect([code, /note|error/.exec(err)]).toEqual([0, null]);
            return readFileSync(pathOf(`${name}.png`));
        };
        const drawn = await drawAsync("networks", asset);
        expect(drawn.equals(await drawAsync("again", asset))).toBe(true);
        expect(drawn.equals(await drawAsync("skinned", { ...asset, mapModels: [] }))).toBe(false);
    });
});
