import { afterAll, beforeAll, expect, it } from "@jest/globals";
import fc from "fast-check";
import { type IGaussianCloud } from "../../../src/format/avatarAsset.js";
import { type IMorphTarget } from "../../../src/format/morphTarget.js";
import { CanonicalGaussians } from "../../../src/pipeline/3-gaussians/canonicalGaussians.js";
import { SurfaceOfCloud } from "../../../src/pipeline/3-gaussians/cloudSurface.js";
import { SeamBegin, SeamEnd } from "../../../src/pipeline/constants.js";
import { SplatPipeline } from "../../../src/pipeline/splatPipeline.js";
import { UpperTriangle } from "../../reference/covariance.js";
import { type IGaussian, type IPose, SkinCloud } from "../../reference/skinGaussian.js";
import { DescribeGpu, GetTestDeviceAsync } from "../../support/gpu.js";
import { ReadPosedAsync, SubmitFrame } from "../../support/pipelineFrame.js";
import { MorphStretches } from "../../support/morphStretches.js";
import { RandomCloud, RandomMorphTargets, RandomSkinMatrices } from "../../support/randomGaussians.js";

/** Single precision of sums of a few metres. */
const PositionTolerance = 2e-6;
/** Relative to the largest entry: single precision of two matrix products. */
const CovarianceTolerance = 2e-6;
/** Halves have 11 bits; colours reach 1.2. */
const ColorTolerance = 2 ** -11;

DescribeGpu("skinning", () => {
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

    /** Poses a cloud alone in the pipeline. */
    async function SkinAsync(
        cloud: IGaussianCloud,
        morphTargets: readonly IMorphTarget[],
        pose: IPose,
    ): Promise<IGaussian[]> {
        const gaussians = new CanonicalGaussians(device, cloud, morphTargets, "test");
        const instance = pipeline.addInstance(gaussians, pose.skinMatrices.length / 12);
        instance.skinMatrices.set(pose.skinMatrices);
        instance.morphWeights.set(pose.morphWeights);
        instance.opacity = pose.opacity;
        SubmitFrame(device, pipeline);
        const posed = await ReadPosedAsync(device, pipeline, cloud.count);
        instance.dispose();
        gaussians.dispose();
        return posed;
    }

    it("fades what hangs on joints that are not there, softly where others are", async () => {
        const cloud = RandomCloud(300, 5);
        const gaussians = new CanonicalGaussians(device, cloud, [], "test");
        const instance = pipeline.addInstance(gaussians, 5);
        const presence = [1, 0, 0.5, 0, 1];
        instance.jointPresence.set(presence);
        SubmitFrame(device, pipeline);
        const whole = await ReadPosedAsync(device, pipeline, cloud.count);
        instance.hasSeam = true;
        SubmitFrame(device, pipeline);
        const posed = await ReadPosedAsync(device, pipeline, cloud.count);
        instance.dispose();
        gaussians.dispose();
        let between = 0;
        posed.forEach(({ opacity }, index) => {
            const there = [0, 1, 2, 3].reduce(
                (sum, k) => sum + cloud.jointWeights[index * 4 + k]! * presence[cloud.jointIndices[index * 4 + k]!]!,
                0,
            );
            const t = Math.min(1, Math.max(0, (there - SeamBegin) / (SeamEnd - SeamBegin)));
            between += Number(t > 0 && t < 1);
            expect(opacity).toBeCloseTo(whole[index]!.opacity * t * t * (3 - 2 * t), 4);
            expect(whole[index]!.opacity).toBeCloseTo(cloud.opacities[index]!, 6);
        });
        expect(between).toBeGreaterThan(20);
    });

    it("by the identity is the identity", async () => {
        const cloud = RandomCloud(300, 5);
        const gaussians = new CanonicalGaussians(device, cloud, [], "test");
        const instance = pipeline.addInstance(gaussians, 5);
        SubmitFrame(device, pipeline);
        const posed = await ReadPosedAsync(device, pipeline, cloud.count);
        instance.dispose();
        gaussians.dispose();
        ExpectSame(posed, SkinCloud(cloud, [], { skinMatrices: instance.skinMatrices, morphWeights: [], opacity: 1 }));
        posed.forEach(({ position }, index) => {
            // The weights sum to one but for the last bit.
            position.forEach((value, axis) => expect(value).toBeCloseTo(cloud.positions[index * 3 + axis] ?? NaN, 6));
        });
    });

    it.each([1, 255, 256, 257, 1000])("of %i Gaussians with morphs equals its double", async (count) => {
        const cloud = RandomCloud(count, 7, count);
        const morphTargets = RandomMorphTargets(count, 6);
        const pose = {
            skinMatrices: RandomSkinMatrices(7),
            morphWeights: Float32Array.of(0.5, 0, 1, -0.25, 0, 2),
            opacity: 0.75,
        };
        const stretches = MorphStretches(morphTargets, SurfaceOfCloud(cloud), pose.morphWeights);
        ExpectSame(await SkinAsync(cloud, morphTargets, pose), SkinCloud(cloud, morphTargets, pose, stretches));
    });

    it("turns and stretches Gaussians with the surface that an expression bends", async () => {
        // A sheet, 20 × 20, in the plane of x and y; one channel turns it about x and stretches it along x.
        const count = 400;
        const at = (index: number): number[] => [(index % 20) / 1000, Math.floor(index / 20) / 1000, 0];
        const cloud: IGaussianCloud = {
            ...RandomCloud(count),
            positions: Float32Array.from(Array.from({ length: count }, (_, index) => at(index)).flat()),
            rotations: Float32Array.from({ length: count * 4 }, (_, k) => Number(k % 4 === 3)),
            scales: Float32Array.from({ length: count * 3 }, (_, k) => [1e-3, 6e-4, 5e-5][k % 3]!),
        };
        const [sine, cosine] = [Math.sin(0.2), Math.cos(0.2)];
        const bend = (position: number[]): number[] => {
            const [x = 0, y = 0] = position;
            return [1.5 * x + 0.01, cosine * y, sine * y];
        };
        const target = {
            name: "bend",
            indices: Uint32Array.from({ length: count }, (_, index) => index),
            deltas: Float32Array.from(
                Array.from({ length: count }, (_, index) => bend(at(index)).map((v, k) => v - at(index)[k]!)).flat(),
            ),
        };
        const skinMatrices = Float32Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0);
        const posed = await SkinAsync(cloud, [target], { skinMatrices, morphWeights: [1], opacity: 1 });
        const expected = [
            [1.5e-3, 0, 0],
            [0, 6e-4 * cosine, 6e-4 * sine],
        ];
        posed.forEach(({ covariance }) => {
            for (const [row, column] of [0, 1, 2].flatMap((r) => [0, 1, 2].map((c) => [r, c] as const))) {
                const sheet = expected.reduce((sum, axis) => sum + axis[row]! * axis[column]!, 0);
                // The thickness, and how far a small turn is from a turn by 0.2: a hundredth.
                expect(Math.abs(covariance[row]![column]! - sheet)).toBeLessThan(0.01 * 1.5e-3 ** 2);
            }
        });
    });

    it("leaves morphs out when all weights are 0", async () => {
        const cloud = RandomCloud(100, 2);
        const pose = { skinMatrices: RandomSkinMatrices(2), morphWeights: new Float32Array(3), opacity: 1 };
        ExpectSame(await SkinAsync(cloud, RandomMorphTargets(100, 3), pose), SkinCloud(cloud, [], pose));
    });

    it("keeps covariances symmetric and positive, mirrored or stretched", async () => {
        const pose = fc.record({ seed: fc.integer(), scale: fc.constantFrom(-1, -0.3, 0.5, 1, 3) });
        await fc.assert(
            fc.asyncProperty(pose, async ({ seed, scale }) => {
                const cloud = RandomCloud(64, 3, seed);
                const matrices = RandomSkinMatrices(3, seed, scale);
                const given = { skinMatrices: matrices, morphWeights: [], opacity: 1 };
                const posed = await SkinAsync(cloud, [], given);
                ExpectSame(posed, SkinCloud(cloud, [], given));
                posed.forEach(({ covariance }) => expect(SmallestMinor(covariance)).toBeGreaterThan(-1e-6));
            }),
            { numRuns: 10, seed: 7 },
        );
    });

    it("quantises weights so that they still sum to one", async () => {
        const cloud = { ...RandomCloud(50, 3), jointWeights: new Float32Array(200).fill(1 / 3) };
        for (let index = 0; index < 50; index++) {
            cloud.jointWeights[index * 4 + 3] = 0;
        }
        const away = new Float32Array(36);
        for (let joint = 0; joint < 3; joint++) {
            away.set([1, 0, 0, 1000, 0, 1, 0, 0, 0, 0, 1, 0], joint * 12);
        }
        const posed = await SkinAsync(cloud, [], { skinMatrices: away, morphWeights: [], opacity: 1 });
        posed.forEach(({ position }, index) => {
            // A kilometre away single precision has steps of 0.06 mm; a sum of weights that misses one by 1/65,535 gives 15 mm.
            expect(Math.abs((position[0] ?? NaN) - 1000 - (cloud.positions[index * 3] ?? NaN))).toBeLessThan(5e-4);
        });
    });
});

function ExpectSame(actual: readonly IGaussian[], expected: readonly IGaussian[]): void {
    expect(actual).toHaveLength(expected.length);
    actual.forEach((gaussian, index) => {
        const double = expected[index] as IGaussian;
        const covariance = UpperTriangle(double.covariance);
        const largest = Math.max(...covariance.map(Math.abs));
        expect({
            index,
            position: Worst(gaussian.position, double.position) < PositionTolerance,
            covariance: Worst(UpperTriangle(gaussian.covariance), covariance) < CovarianceTolerance * largest,
            opacity: Math.abs(gaussian.opacity - double.opacity) < 1e-6,
            color: Worst(gaussian.color, double.color) < ColorTolerance,
        }).toEqual({ index, position: true, covariance: true, opacity: true, color: true });
    });
}

function Worst(actual: readonly number[], expected: readonly number[]): number {
    return Math.max(...actual.map((value, index) => Math.abs(value - (expected[index] ?? NaN))));
}

/** Smallest leading principal minor, each relative to the trace: not negative when the matrix is positive semi-definite. */
function SmallestMinor(matrix: IGaussian["covariance"]): number {
    const [xx = NaN, xy = NaN, xz = NaN, yy = NaN, yz = NaN, zz = NaN] = UpperTriangle(matrix);
    const trace = xx + yy + zz;
    const determinant = xx * (yy * zz - yz * yz) - xy * (xy * zz - yz * xz) + xz * (xy * yz - yy * xz);
    return Math.min(xx / trace, (xx * yy - xy * xy) / trace ** 2, determinant / trace ** 3);
}
