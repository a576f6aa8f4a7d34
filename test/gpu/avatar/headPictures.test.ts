import { afterAll, afterEach, beforeAll, beforeEach, expect, it, jest } from "@jest/globals";
import { type ArcRotateCamera } from "@babylonjs/core/Cameras/arcRotateCamera.js";
import { Logger } from "@babylonjs/core/Misc/logger.js";
import { type IAvatarAsset, type IGaussianCloud } from "../../../src/format/avatarAsset.js";
import { type GaussianAvatar, RegisterAvatarLoader } from "../../../src/pure.js";
import { DescribeGpu } from "../../support/gpu.js";
import { FaceCloudAsync, MakeHeadedAvatarAsync } from "../../support/headedAvatar.js";
import { NetworkStage } from "../../support/networkStage.js";
import { KeepPicture, Psnr } from "../../support/picture.js";
import { UsePlainWasm } from "../../support/plainWasm.js";

const Size = 192;

/** Decibels of a picture at half the resolution of the screen, taken through networks and back. */
const Close = 38;

/** r g b of a refined picture: the mean of 1 and of b r g, so that white stays what it is. */
const Weights = new Float64Array(15);
const Mixed = [2, 0, 1] as const;
Mixed.forEach((channel, row) => (Weights[row * 5 + channel] = 0.5));

const Asset = await MakeHeadedAvatarAsync({
    refiner: { side: 64, weights: Float32Array.from(Weights), bias: [0.5, 0.5, 0.5] },
});

RegisterAvatarLoader();
UsePlainWasm();

DescribeGpu("the refined picture of a head", () => {
    let stage: NetworkStage;
    let errors: string[];

    beforeAll(async () => {
        stage = await NetworkStage.CreateAsync(Size);
    });
    beforeEach(() => {
        errors = [];
        jest.spyOn(Logger, "Error").mockImplementation((message) => errors.push(String(message)));
        jest.spyOn(Logger, "Warn").mockImplementation(() => undefined);
    });
    afterEach(async () => {
        await stage.clearAsync();
        jest.restoreAllMocks();
    });
    afterAll(() => {
        stage.engine.dispose();
    });

    const loadAsync = async (asset: IAvatarAsset = Asset): Promise<GaussianAvatar> => {
        const avatar = await stage.loadAsync(asset);
        avatar.scaling.setAll(4);
        avatar.position.y = -5.6; // the head before the camera
        return avatar;
    };

    const pictureAsync = async (avatar: GaussianAvatar): Promise<Uint8Array> => {
        await stage.renderAsync();
        await stage.renderUntilAsync(() => avatar.networks.picture.size > 0 && avatar.networks._isUpToDate, 200);
        return await stage.renderAsync();
    };

    const Camera = (): ArcRotateCamera => stage.scene.activeCamera as ArcRotateCamera;

    /** What is to be seen: the head in colours that networks would make of its own. */
    const expectedAsync = async (
        code: readonly number[],
        change?: (avatar: GaussianAvatar) => void,
    ): Promise<Uint8Array> => {
        const gaussians = Recolored(await FaceCloudAsync(Asset.headModel!, code));
        const avatar = await loadAsync({ ...Asset, gaussians, headModel: null });
        change?.(avatar);
        const picture = await stage.renderAsync();
        avatar.dispose();
        return picture;
    };

    it("gives its splats the colours that networks made of them", async () => {
        const avatar = await loadAsync();
        const found = await pictureAsync(avatar);
        const { networks } = avatar;
        expect([networks.picture.size, networks.picture.error, errors]).toEqual([128, null, []]);
        avatar.setEnabled(false);
        const expected = await expectedAsync([]);
        KeepPicture("head-refined", found, Size);
        KeepPicture("head-refined-expected", expected, Size);
        networks.picture.maximumSize = 0;
        avatar.setEnabled(true);
        await stage.renderAsync();
        await stage.renderAsync();
        const plain = await stage.renderAsync();
        console.info(
            `refined head: ${Psnr(expected, found).toFixed(1)} dB; its own colours ${Psnr(expected, plain).toFixed(1)} dB`,
        );
        expect(Psnr(expected, found)).toBeGreaterThan(Close);
        expect(Psnr(expected, plain)).toBeLessThan(25);
    });

    it("follows from another side", async () => {
        const avatar = await loadAsync();
        await pictureAsync(avatar);
        Camera().alpha += 0.6;
        const found = await pictureAsync(avatar);
        avatar.dispose();
        KeepPicture("head-refined-side", found, Size);
        const decibels = Psnr(await expectedAsync([]), found);
        console.info(`from another side: ${decibels.toFixed(1)} dB`);
        expect(decibels).toBeGreaterThan(Close);
    });
});

function Recolored(cloud: IGaussianCloud): IGaussianCloud {
    const colors = cloud.colors.map((_, i) => 0.5 + 0.5 * cloud.colors[i - (i % 3) + Mixed[i % 3]!]!);
    return { ...cloud, colors };
}
