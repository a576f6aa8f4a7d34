import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { type IGaussianCloud } from "../../../src/format/avatarAsset.js";
import { CanonicalGaussians } from "../../../src/pipeline/3-gaussians/canonicalGaussians.js";
import { SplatPipeline } from "../../../src/pipeline/splatPipeline.js";
import { type ICamera, type ISplat, ProjectGaussian } from "../../reference/projectGaussian.js";
import { SkinCloud } from "../../reference/skinGaussian.js";
import { SortKeyOf, SortVisible } from "../../reference/sortSplats.js";
import { DescribeGpu, GetTestDeviceAsync } from "../../support/gpu.js";
import { type IViewContent, ReadViewAsync, SubmitFrame } from "../../support/pipelineFrame.js";
import { RandomCloud, RandomSkinMatrices } from "../../support/randomGaussians.js";
import { type ITestCameraOptions, TestCamera } from "../../support/testCameras.js";

/** Two Gaussians in a thousand may stand so close to a threshold that single precision decides otherwise. */
const BorderlineShare = 2e-3;

const Cameras: Record<string, ITestCameraOptions> = {
    "left-handed perspective": {},
    "right-handed perspective": { rightHanded: true },
    "left-handed orthographic": { orthographic: true },
    "right-handed orthographic": { orthographic: true, rightHanded: true },
    "reverse depth": { reverseDepth: true },
    "right-handed reverse depth": { reverseDepth: true, rightHanded: true },
    "orthographic reverse depth": { orthographic: true, reverseDepth: true },
    "right-handed orthographic reverse depth": { orthographic: true, reverseDepth: true, rightHanded: true },
    "off-centre": { offCenter: [0.3, -0.2] },
    "right-handed off-centre": { offCenter: [0.3, -0.2], rightHanded: true },
    "amid the Gaussians": { position: [0.1, 0, -0.2] },
    "wide opening": { position: [0, 0.2, -0.9], fov: 2.2 },
};

DescribeGpu("projection", () => {
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

    async function SeeAsync(
        cloud: IGaussianCloud,
        camera: ICamera,
        skinMatrices?: Float32Array,
        antialiased = false,
    ): Promise<IViewContent> {
        const gaussians = new CanonicalGaussians(device, cloud, [], "test");
        const instance = pipeline.addInstance(gaussians, (skinMatrices?.length ?? 12) / 12);
        instance.skinMatrices.set(skinMatrices ?? []);
        instance.antialiased = antialiased;
        const view = pipeline.createView();
        view.setCamera(camera.view, camera.projection, camera.width, camera.height, camera.reverseDepth);
        SubmitFrame(device, pipeline, view);
        const content = await ReadViewAsync(device, view, camera);
        view.dispose();
        instance.dispose();
        gaussians.dispose();
        return content;
    }

    const Cases = [
        ...Object.entries(Cameras).map(([name, options]) => [name, false, options] as const),
        // Pixels so large that most splats are smaller.
        ["antialiased far", true, { width: 48, height: 36 }] as const,
        ["antialiased near", true, Cameras["amid the Gaussians"]!] as const,
    ];

    it.each(Cases)("of a %s camera equals its double", async (_name, antialiased, options) => {
        const count = 1500;
        const cloud = RandomCloud(count, 4);
        const camera = TestCamera(options);
        const skinMatrices = RandomSkinMatrices(4);
        const seen = await SeeAsync(cloud, camera, skinMatrices, antialiased);
        const expected = SkinCloud(cloud, [], { skinMatrices, morphWeights: [], opacity: 1 }).map((gaussian) =>
            ProjectGaussian(gaussian, camera, antialiased),
        );

        let borderline = expected.filter((splat) => splat !== null).length;
        expect(borderline).toBeGreaterThan(100);
        seen.order.forEach((index, rank) => {
            const double = expected[index];
            borderline += double ? -1 : 1;
            if (double) {
                ExpectSameSplat(seen.splats[rank] as ISplat, double, camera);
            }
        });
        expect(borderline).toBeLessThanOrEqual(count * BorderlineShare);
        // The order is exactly the one that the projected distances ask for.
        const keys = new Array<number | null>(count).fill(null);
        seen.order.forEach((index, rank) => (keys[index] = SortKeyOf(seen.splats[rank]?.distance ?? NaN)));
        expect(seen.order).toEqual(SortVisible(keys));
    });

    it("orders the same Gaussians alike in both handednesses and both depth directions", async () => {
        const cloud = RandomCloud(500);
        const plain = await SeeAsync(cloud, TestCamera());
        for (const options of [
            { rightHanded: true },
            { reverseDepth: true },
            { rightHanded: true, reverseDepth: true },
        ]) {
            const other = await SeeAsync(cloud, TestCamera(options));
            // Distances differ in their last bits, so neighbours may change places; far and near may not.
            expect(RankDistance(other.order, plain.order)).toBeLessThan(5);
        }
        const orthographic = await SeeAsync(cloud, TestCamera({ orthographic: true }));
        for (const options of [
            { rightHanded: true },
            { reverseDepth: true },
            { rightHanded: true, reverseDepth: true },
        ]) {
            const other = await SeeAsync(cloud, TestCamera({ orthographic: true, ...options }));
            expect(RankDistance(other.order, orthographic.order)).toBeLessThan(5);
        }
    });

    it("does not change when scene and camera are turned together", async () => {
        const cloud = RandomCloud(400, 3);
        const camera = TestCamera();
        const matrices = RandomSkinMatrices(3);
        const angle = 1.1;
        const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
        // y axis; rows of the turn, then the turned joint matrices and the view of the turned-back world.
        const turn = [
            [cos, 0, sin],
            [0, 1, 0],
            [-sin, 0, cos],
        ];
        const turned = matrices.map((_, index) => {
            const [first, row, column] = [index - (index % 12), Math.floor((index % 12) / 4), index % 4];
            return [0, 1, 2].reduce(
                (sum, k) => sum + (turn[row]?.[k] ?? NaN) * (matrices[first + k * 4 + column] ?? NaN),
                0,
            );
        });
        const view = Array.from({ length: 16 }, (_, index) => {
            const [column, row] = [Math.floor(index / 4), index % 4];
            if (column === 3) {
                return camera.view[index] ?? NaN;
            }
            // V·Tᵀ, whose columns in memory are the rows of T applied to V's columns.
            return [0, 1, 2].reduce(
                (sum, k) => sum + (turn[column]?.[k] ?? NaN) * (camera.view[k * 4 + row] ?? NaN),
                0,
            );
        });
        const before = await SeeAsync(cloud, camera, matrices);
        const after = await SeeAsync(cloud, { ...camera, view }, turned);
        expect(after.order.length).toBe(before.order.length);
        const byIndex = new Map(before.order.map((index, rank) => [index, before.splats[rank] as ISplat]));
        after.order.forEach((index, rank) =>
            ExpectSameSplat(after.splats[rank] as ISplat, byIndex.get(index)!, camera),
        );
    });

    it("mirrors the image of a mirrored person", async () => {
        const cloud = RandomCloud(400);
        const camera = TestCamera({ position: [0, 0, -3] });
        const mirror = Float32Array.of(-1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0);
        const plain = await SeeAsync(cloud, camera);
        const mirrored = await SeeAsync(cloud, camera, mirror);
        expect(mirrored.order).toEqual(plain.order);
        mirrored.splats.forEach((splat, rank) => {
            const { center, covariance, ...rest } = plain.splats[rank] as ISplat;
            const [x = NaN, y = NaN, z = NaN] = center;
            const [xx, xy, yy] = covariance;
            ExpectSameSplat(splat, { ...rest, center: [-x, y, z], covariance: [xx, -xy, yy] }, camera);
        });
    });

    it.each([
        ["NaN", NaN],
        ["infinity", Infinity],
        ["minus infinity", -Infinity],
        ["a number beyond single precision", 1e38],
        ["zero", 0],
    ])("of a Gaussian that holds %s leaves its neighbours alone", async (_name, poison) => {
        const clean = RandomCloud(200);
        const camera = TestCamera();
        const before = await SeeAsync(clean, camera);
        const victims = new Set<number>();
        const cloud = RandomCloud(200);
        for (const [field, width] of [
            ["positions", 3],
            ["rotations", 4],
            ["scales", 3],
            ["opacities", 1],
            ["colors", 3],
        ] as const) {
            for (let component = 0; component < width; component++) {
                const victim = victims.size * 3 + 1;
                victims.add(victim);
                cloud[field][victim * width + component] = poison;
            }
        }
        // A quaternion of nothing but the poison, too.
        cloud.rotations.fill(poison, 190 * 4, 191 * 4);
        victims.add(190);
        const after = await SeeAsync(cloud, camera);
        const others = (seen: IViewContent): unknown[] =>
            seen.order.flatMap((index, rank) => (victims.has(index) ? [] : [[index, seen.splats[rank]]]));
        expect(others(after)).toEqual(others(before));
        after.splats.forEach(({ center, covariance, opacity, color }) => {
            expect([...center, ...covariance, opacity, ...color].every(Number.isFinite)).toBe(true);
        });
    });

    it("sees nothing of a person whose joints hold NaN, and everyone else", async () => {
        const cloud = RandomCloud(100, 2);
        const gaussians = new CanonicalGaussians(device, cloud, [], "test");
        const camera = TestCamera();
        const [broken, sound] = [pipeline.addInstance(gaussians, 2), pipeline.addInstance(gaussians, 2)];
        broken.skinMatrices.fill(NaN);
        const view = pipeline.createView();
        view.setCamera(camera.view, camera.projection, camera.width, camera.height);
        SubmitFrame(device, pipeline, view);
        const both = await ReadViewAsync(device, view, camera);
        broken.dispose();
        SubmitFrame(device, pipeline, view);
        const one = await ReadViewAsync(device, view, camera);
        expect(one.order.length).toBeGreaterThan(50);
        expect(both.order).toEqual(one.order.map((index) => index + cloud.count));
        expect(both.splats).toEqual(one.splats);
        sound.dispose();
        view.dispose();
        gaussians.dispose();
    });
});

function ExpectSameSplat(actual: ISplat, expected: ISplat, { width, height }: ICamera): void {
    const pixels = ({ center: [x = NaN, y = NaN] }: ISplat): number[] => [(x * width) / 2, (y * height) / 2];
    const worst = (a: readonly number[], b: readonly number[]): number =>
        Math.max(...a.map((value, index) => Math.abs(value - (b[index] ?? NaN))));
    const size = Math.max(expected.covariance[0], expected.covariance[2]);
    // Centres near the camera plane leave the image by far, so their tolerance is relative.
    const reach = Math.max(width, ...pixels(expected).map(Math.abs));
    const same = {
        center: worst(pixels(actual), pixels(expected)) < 1e-5 * reach,
        depth: worst(actual.center.slice(2), expected.center.slice(2)) < 2e-5,
        distance: Math.abs(actual.distance - expected.distance) < 5e-6,
        // Axes are stored as halves, 2⁻¹¹ relative, and enter squared.
        covariance: worst(actual.covariance, expected.covariance) < 2 ** -9 * size,
        opacity: Math.abs(actual.opacity - expected.opacity) < 2 ** -11,
        color: worst(actual.color, expected.color) < 2 ** -10,
    };
    if (!Object.values(same).every(Boolean)) {
        expect({ same, actual }).toEqual({ same, actual: expected });
    }
}

/** Largest difference of the ranks that Gaussians have in two orders, over those that are in both. */
function RankDistance(a: readonly number[], b: readonly number[]): number {
    const ranks = new Map(b.map((index, rank) => [index, rank]));
    return Math.max(...a.map((index, rank) => Math.abs(rank - (ranks.get(index) ?? rank))));
}
