import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "@jest/globals";
import { type ICheckpointTensor, WriteTorchState } from "../../../../assets/scripts/synthetic/torchFile.js";
import { FileOfBytes, type IRandomAccessFile } from "../../../../src/convert/checkpoint/randomAccessFile.js";
import {
    ConvertGaussianHeadAsync,
    type IConvertGaussianHeadOptions,
} from "../../../../src/convert/gaussianHead/convertGaussianHead.js";
import { ReadSuperResolutionAsync } from "../../../../src/convert/gaussianHead/superResolution.js";
import { ConvertError } from "../../../../src/convert/convertError.js";
import { BuildUpsampler } from "../../../../src/convert/networks/buildUpsampler.js";
import { type IAvatarAsset } from "../../../../src/format/avatarAsset.js";
import { RefinerSides, ResizeRefiner } from "../../../../src/format/headRefiner.js";
import { MaxTensorElements } from "../../../../src/format/limits.js";
import { ResizeOnnx } from "../../../../src/format/onnx/resizeOnnx.js";
import { ReadAvatar } from "../../../../src/format/readAvatar.js";
import { WriteAvatar } from "../../../../src/format/writeAvatar.js";
import { DescribeGolden, FixtureFolder } from "../../../support/goldenFixture.js";
import { RunNetworksAsync } from "../../../support/networkRun.js";
import { SeededRandom } from "../../../support/seededRandom.js";
import { SmallSuperResolutionTensorsAsync } from "../../../support/superResolutionFile.js";

/** Channels of the small head, and of the small network. */
const Channels = 32;

function FixtureFile(name: string): IRandomAccessFile {
    return FileOfBytes(new Uint8Array(readFileSync(join(FixtureFolder, name))), name);
}

DescribeGolden("super-resolution of a head", () => {
    let tensors: ICheckpointTensor[] = [];

    beforeAll(async () => {
        tensors = await SmallSuperResolutionTensorsAsync();
    });

    async function ConvertAsync(options: IConvertGaussianHeadOptions = {}): Promise<IAvatarAsset> {
        const avatar = await ConvertGaussianHeadAsync(FixtureFile("head_checkpoint_small.pt"), {
            superResolution: FixtureFile("head_superres_checkpoint_small.pt"),
            deltas: false,
            ...options,
        });
        return ReadAvatar(WriteAvatar(avatar));
    }

    it("goes into the file, cut where a frame may end, and makes the same picture from there", async () => {
        const { headModel } = await ConvertAsync();
        const refiner = headModel!.refiner!;
        expect(RefinerSides(refiner)).toEqual({ features: 512, picture: 2048 });
        expect(refiner.networks).toHaveLength(3);
        const factor = 1 / 32;
        const small = ResizeRefiner(refiner.networks, factor).map((network) => ({
            ...network,
            bytes: ResizeOnnx(network.bytes!, factor),
        }));
        const random = SeededRandom(3);
        const features = {
            shape: [1, Channels, 16, 16],
            data: Float32Array.from({ length: Channels * 256 }, () => random()),
        };
        const weights = new Map(tensors.map(({ key, ...tensor }) => [key.replace("upsampler.", ""), tensor]));
        const config = { height: 16, width: 16, channels: Channels, capacity: 4 };
        const [found, wanted] = await Promise.all(
            [small, BuildUpsampler(config, weights)].map(
                async (networks) => (await RunNetworksAsync(networks, { features })).tensors.get("picture")!.data,
            ),
        );
        const worst = found!.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted![i]!)), 0);
        expect(found).toHaveLength(3 * 64 * 64);
        expect(worst).toBeLessThan(0.01); // halves
    });

    it("is framed as the published code frames heads, about the head where it stands", async () => {
        const { headModel } = await ConvertAsync();
        const { center, width } = headModel!.refiner!;
        expect(width).toBeCloseTo((2048 / 7168) * 1.2, 9);
        const [x, y, z] = headModel!.origin;
        expect(y).toBeGreaterThan(0.05);
        expect(center).toEqual([x, y, z + 0.05]);
        const wide = await ConvertAsync({ pictureWidth: 0.5, precision: "float32" });
        expect(wide.headModel!.refiner!.width).toBe(0.5);
        const bytes = ({ headModel: head }: Pick<IAvatarAsset, "headModel">): number =>
            head!.refiner!.networks.reduce((sum, { byteLength }) => sum + byteLength, 0);
        expect(bytes(wide)).toBeGreaterThan(1.4 * bytes({ headModel: headModel! }));
    });

    it("hands nothing over that is larger than a file may say, whatever its capacity", async () => {
        for (const [capacity, count] of [
            [32, 3],
            [64, 2],
        ] as const) {
            const sizes = [[32, 4], [4, 4], [4, 2], [2, 2], [2, 1], [1, 1]] as const; // prettier-ignore
            const shapes = sizes.map(([inputs, outputs], i) => [
                outputs * capacity,
                i === 0 ? Channels : inputs * capacity,
                3,
                3,
            ]);
            const large = tensors.map(({ key }, i) => {
                const shape = shapes[i] ?? (key.endsWith("bias") ? [3] : [3, capacity, 1, 1]);
                return { key, shape, read: () => new Float32Array(shape.reduce((a, b) => a * b)) };
            });
            const networks = await ReadSuperResolutionAsync(FileOf(large), Channels, "float16");
            const last = networks.at(-1)!;
            const between = networks.flatMap(({ outputs }) => outputs.filter(({ name }) => name !== "picture"));
            expect(networks).toHaveLength(count);
            expect(last.outputs[0]!.shape).toEqual([1, 3, 2048, 2048]);
            for (const { shape } of between) {
                expect(shape.reduce((a, b) => a * b)).toBeLessThanOrEqual(MaxTensorElements);
            }
        }
    });

    function FileOf(state: readonly ICheckpointTensor[]): IRandomAccessFile {
        return FileOfBytes(WriteTorchState(state), "supres_latest");
    }

    /** The file with one of its tensors changed. */
    function With(end: string, change: (tensor: ICheckpointTensor) => Partial<ICheckpointTensor>): IRandomAccessFile {
        return FileOf(tensors.map((tensor) => (tensor.key.endsWith(end) ? { ...tensor, ...change(tensor) } : tensor)));
    }

    it.each<[string, () => IRandomAccessFile, RegExp]>([
        [
            "a head's checkpoint",
            () => FixtureFile("head_checkpoint_small.pt"),
            /has no tensor "upsampler\.inc.*its first are xyz, feature/u,
        ],
        [
            "a file of no training",
            () => FileOfBytes(new Uint8Array(64), "supres_latest"),
            /supres_latest is no zip archive/u,
        ],
        ["parameters", () => FixtureFile("head_params_small.npz"), /head_params_small\.npz is a zip archive without/u],
        [
            "another number of channels",
            () => With("inc.double_conv.0.weight", ({ read }) => ({ shape: [16, 16, 3, 6], read })),
            /takes 16 channels, the head has 32/u,
        ],
        [
            "widths that are no capacity",
            () => With("inc.double_conv.0.weight", ({ read }) => ({ shape: [6, 32, 6, 4], read })),
            /\[6,32,6,4\]; \[4c,32,3,3\] with c/u,
        ],
        [
            "a kernel of another size",
            () => With("up1.conv.double_conv.0.weight", () => ({ shape: [8, 16, 9, 1] })),
            /up1\.conv\.double_conv\.0\.weight" is \[8,16,9,1\]; \[8,16,3,3\] is expected/u,
        ],
        ["a tensor less", () => FileOf(tensors.slice(0, -1)), /outc\.conv\.bias" is missing; \[3\]/u],
        [
            "another layer",
            () => FileOf([...tensors, { ...tensors[0]!, key: "upsampler.up3.weight" }]),
            /has a tensor "upsampler\.up3\.weight"/u,
        ],
        [
            "NaN",
            () =>
                With("up2.conv.double_conv.3.weight", ({ read }) => ({
                    read: () => read().map((value, i) => (i === 5 ? NaN : value)),
                })),
            /up2\.conv\.double_conv\.3\.weight" holds NaN/u,
        ],
    ])("is refused as %s", async (_, file, message) => {
        const error = await ConvertAsync({ superResolution: file() }).catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(ConvertError);
        expect((error as Error).message).toMatch(message);
        expect((error as Error).message).toMatch(/or leave it out\.$/u);
    });

    it("is refused with a width that is none", async () => {
        await expect(ConvertAsync({ pictureWidth: 0 })).rejects.toThrow(/width of a picture is 0: give the metres/u);
    });
});
