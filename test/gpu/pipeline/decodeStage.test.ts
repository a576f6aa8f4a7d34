import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { type IMapModel } from "../../../src/format/mapModel.js";
import { CanonicalGaussians } from "../../../src/pipeline/3-gaussians/canonicalGaussians.js";
import { SplatPipeline } from "../../../src/pipeline/splatPipeline.js";
import { CovarianceOf, UpperTriangle } from "../../reference/covariance.js";
import { DecodeGaussians, type IDecodedGaussian, type Tensors } from "../../reference/decodeGaussian.js";
import { SkinDecoded } from "../../reference/skinDecoded.js";
import { MorphStretches } from "../../support/morphStretches.js";
import { MakeSampleAvatar } from "../../support/avatarSamples.js";
import { DecodeModelAsync } from "../../support/decodedModel.js";
import { DescribeGpu, GetTestDeviceAsync } from "../../support/gpu.js";
import { MakeSampleMapModel } from "../../support/mapModels.js";
import { ReadPosedAsync, SubmitFrame } from "../../support/pipelineFrame.js";
import { RandomCloud, RandomSkinMatrices } from "../../support/randomGaussians.js";
import { SeededRandom } from "../../support/seededRandom.js";

/** Single precision of sums of a few metres, and of exponentials of numbers below ten. */
const Tolerance = 5e-6;

const avatar = MakeSampleAvatar();

/** Outputs of a network, ±1. */
function RandomOutputs(side: number, seed: number): Tensors {
    const random = SeededRandom(seed);
    return new Map([["maps", { side, data: Array.from({ length: 28 * side * side }, () => random() * 2 - 1) }]]);
}

function ExpectSame(found: readonly IDecodedGaussian[], expected: readonly IDecodedGaussian[]): void {
    expect(found.length).toBe(expected.length);
    found.forEach((gaussian, index) => {
        const flat = ({ position, opacity, rotation, scale, color }: IDecodedGaussian): number[] => [
            ...position,
            opacity,
            ...rotation,
            ...scale,
            ...color,
        ];
        const other = flat(expected[index]!);
        const worst = Math.max(...flat(gaussian).map((value, k) => Math.abs(value - other[k]!)));
        expect(worst).toBeLessThan(Tolerance);
    });
}

DescribeGpu("Gaussians that networks make", () => {
    let device: GPUDevice;
    let pipeline: SplatPipeline;

    beforeAll(async () => {
        device = await GetTestDeviceAsync();
        pipeline = await SplatPipeline.CreateAsync(device);
    });

    afterAll(() => {
        pipeline.dispose();
        device.destroy();
    });

    it.each([
        { outputSize: 16, hasFixedHands: false, colorActivation: "none" },
        { outputSize: 8, hasFixedHands: true, colorActivation: "sigmoid" },
        { outputSize: 2, hasFixedHands: false, colorActivation: "sigmoid" },
    ] as const)("are base values and outputs of $outputSize² texels, activated", async (options) => {
        const model = MakeSampleMapModel(avatar, { ...options, texels: 300 });
        const sample = await DecodeModelAsync(device, model);
        sample.decode(new Map());
        ExpectSame(await sample.readAsync(), DecodeGaussians(model, new Map()));
        const outputs = RandomOutputs(options.outputSize, 7);
        sample.decode(outputs);
        const found = await sample.readAsync();
        ExpectSame(found, DecodeGaussians(model, outputs));
        sample.decode(outputs);
        expect(await sample.readAsync()).toEqual(found); // bit for bit
        sample.dispose();
    });

    it("change by the tensors that are given, and keep what the others gave", async () => {
        const outputs = MakeSampleMapModel(avatar).decoding.outputs.map((output) => ({
            ...output,
            tensor: output.attribute === "color" ? "colors" : "maps",
        }));
        const plain = MakeSampleMapModel(avatar, { outputs });
        const [network] = plain.networks;
        const tensors = [network!.outputs[0]!, { ...network!.outputs[0]!, name: "colors" }];
        const model = { ...plain, networks: [{ ...network!, outputs: tensors }] };
        const sample = await DecodeModelAsync(device, model);
        const [maps, before, after] = [1, 2, 3].map((seed) => RandomOutputs(8, seed).get("maps")!);
        sample.decode(
            new Map([
                ["maps", maps!],
                ["colors", before!],
            ]),
        );
        sample.decode(new Map([["colors", after!]]));
        ExpectSame(
            await sample.readAsync(),
            DecodeGaussians(
                model,
                new Map([
                    ["maps", maps!],
                    ["colors", after!],
                ]),
            ),
        );
        sample.dispose();
    });

    it("are invisible where an output is not finite, and only there", async () => {
        const model = MakeSampleMapModel(avatar, { outputSize: 16, colorActivation: "none" });
        const random = RandomOutputs(16, 3).get("maps")!.data as number[];
        const data = random.map((value, k) => (k % 97 === 0 ? NaN : k % 89 === 0 ? (-1) ** k * Infinity : value));
        const outputs = new Map([["maps", { side: 16, data }]]);
        const expected = DecodeGaussians(model, outputs);
        const sample = await DecodeModelAsync(device, model);
        sample.decode(outputs);
        ExpectSame(await sample.readAsync(), expected);
        const invisible = expected.filter(({ scale }) => scale[0] === 0).length;
        expect(invisible).toBeGreaterThan(5);
        expect(invisible).toBeLessThan(expected.length);
        sample.dispose();
    });

    it("are invisible where a rotation has length 0, and only there", async () => {
        const plain = MakeSampleMapModel(avatar, { outputSize: 16 });
        const rotations = plain.decoding.rotations.map((value, k) => (k < 20 ? 0 : value));
        const model = { ...plain, decoding: { ...plain.decoding, rotations } };
        const sample = await DecodeModelAsync(device, model);
        sample.decode(new Map());
        const found = await sample.readAsync();
        ExpectSame(found, DecodeGaussians(model, new Map()));
        expect(found.map(({ scale }) => scale[0] === 0).lastIndexOf(true)).toBe(4);
        sample.dispose();
    });

    it("are skinned by the quaternion rule to finite covariances in a world that is scaled to nothing", async () => {
        const model = MakeSampleMapModel(avatar, { covariance: "quaternion", texels: 200 });
        const nothing = new Float32Array(avatar.joints.length * 12);
        await ExpectSkinnedAsync(model, nothing, new Array<number>(12).fill(0));
    });

    it.each(["linear", "quaternion"] as const)("are skinned by the %s rule as their double", async (covariance) => {
        const model = MakeSampleMapModel(avatar, { covariance, influences: 6, texels: 200 });
        await ExpectSkinnedAsync(model, RandomSkinMatrices(avatar.joints.length), undefined);
    });

    it("are skinned by the linear rule through a mirror", async () => {
        const model = MakeSampleMapModel(avatar, { covariance: "linear", texels: 200 });
        await ExpectSkinnedAsync(model, RandomSkinMatrices(avatar.joints.length, 3, -1), undefined);
    });

    it.each(["linear", "quaternion"] as const)(
        "stand on the template by the %s rule before anybody moves",
        async (covariance) => {
            const model = MakeSampleMapModel(avatar, { covariance, influences: 6, texels: 200 });
            const sample = await DecodeModelAsync(device, model);
            sample.decode(new Map());
            const instance = pipeline.addInstance(sample.decoded, avatar.joints.length);
            SubmitFrame(device, pipeline);
            const posed = await ReadPosedAsync(device, pipeline, 200);
            const { rotations, scales } = model.decoding;
            posed.forEach(({ position, covariance: found }, index) => {
                position.forEach((value, axis) => expect(value).toBeCloseTo(model.positions[index * 3 + axis]!, 5));
                const scale = [...scales.subarray(index * 3, index * 3 + 3)].map(Math.exp);
                const expected = UpperTriangle(CovarianceOf([...rotations.subarray(index * 4, index * 4 + 4)], scale));
                UpperTriangle(found).forEach((value, k) => expect(value).toBeCloseTo(expected[k]!, 7));
            });
            for (const owner of [instance, sample, pipeline]) {
                owner.dispose();
            }
        },
    );

    it("are skinned by the quaternion rule in a mirrored, scaled world as in their own space", async () => {
        const model = MakeSampleMapModel(avatar, { covariance: "quaternion", texels: 200 });
        const world = [-2, 0, 0, 1, 0, 1.9, 0.3, 2, 0, 0.1, 2.1, 3];
        const skin = RandomSkinMatrices(avatar.joints.length);
        const posed = new Float32Array(skin.length);
        for (let joint = 0; joint < skin.length; joint += 12) {
            for (let row = 0; row < 3; row++) {
                for (let column = 0; column < 4; column++) {
                    posed[joint + row * 4 + column] =
                        [0, 1, 2].reduce((sum, k) => sum + world[row * 4 + k]! * skin[joint + k * 4 + column]!, 0) +
                        (column === 3 ? world[row * 4 + 3]! : 0);
                }
            }
        }
        await ExpectSkinnedAsync(model, posed, world);
    });

    it("take the place of baked ones, and give it back", async () => {
        const model = MakeSampleMapModel(avatar, { texels: 400 });
        const sample = await DecodeModelAsync(device, model);
        sample.decode(new Map());
        const baked = new CanonicalGaussians(device, RandomCloud(90, 3), [], "baked");
        const first = pipeline.addInstance(baked, avatar.joints.length);
        const second = pipeline.addInstance(baked, 3);
        SubmitFrame(device, pipeline);
        const before = await ReadPosedAsync(device, pipeline, 180);
        first.setSource(sample.decoded);
        expect(pipeline.splatCount).toBe(490);
        SubmitFrame(device, pipeline);
        const during = await ReadPosedAsync(device, pipeline, 490);
        expect(during.slice(400)).toEqual(before.slice(90));
        expect(during[0]!.position).not.toEqual(before[0]!.position);
        first.setSource(baked);
        SubmitFrame(device, pipeline);
        expect(await ReadPosedAsync(device, pipeline, 180)).toEqual(before);
        for (const owner of [first, second, baked, sample]) {
            owner.dispose();
        }
    });

    async function ExpectSkinnedAsync(
        model: IMapModel,
        skinMatrices: Float32Array,
        world: readonly number[] | undefined,
    ): Promise<void> {
        const sample = await DecodeModelAsync(device, model);
        const outputs = RandomOutputs(8, 11);
        sample.decode(outputs);
        const instance = pipeline.addInstance(sample.decoded, avatar.joints.length);
        const pose = { skinMatrices, morphWeights: Float32Array.of(0.5, -0.25), opacity: 0.75 };
        instance.skinMatrices.set(skinMatrices);
        instance.morphWeights.set(pose.morphWeights);
        instance.opacity = pose.opacity;
        if (world) {
            instance.worldMatrix.set(world);
        }
        SubmitFrame(device, pipeline);
        const posed = await ReadPosedAsync(device, pipeline, sample.decoded.count);
        const expected = SkinDecoded(
            model,
            DecodeGaussians(model, outputs),
            pose,
            world,
            MorphStretches(model.morphTargets, model, pose.morphWeights),
        );
        posed.forEach((gaussian, index) => {
            const { position, covariance, opacity, color } = expected[index]!;
            const size = Math.max(...UpperTriangle(covariance).map(Math.abs));
            gaussian.position.forEach((value, k) => expect(Math.abs(value - position[k]!)).toBeLessThan(1e-5));
            UpperTriangle(gaussian.covariance).forEach((value, k) =>
                expect(Math.abs(value - UpperTriangle(covariance)[k]!)).toBeLessThanOrEqual(1e-5 * size),
            );
            expect(Math.abs(gaussian.opacity - opacity)).toBeLessThan(Tolerance);
            // Halves have 11 bits.
            gaussian.color.forEach((value, k) => expect(Math.abs(value - color[k]!)).toBeLessThan(2 ** -10));
        });
        instance.dispose();
        sample.dispose();
    }
});
