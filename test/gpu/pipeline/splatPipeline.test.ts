import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "@jest/globals";
import { CanonicalGaussians } from "../../../src/pipeline/3-gaussians/canonicalGaussians.js";
import { PosedGaussianLayout } from "../../../src/pipeline/4-skin/posedGaussianLayout.js";
import { type PipelineInstance } from "../../../src/pipeline/pipelineInstance.js";
import { SurfaceOfCloud } from "../../../src/pipeline/3-gaussians/cloudSurface.js";
import { SplatPipeline } from "../../../src/pipeline/splatPipeline.js";
import { type SplatView } from "../../../src/pipeline/splatView.js";
import { ProjectGaussian } from "../../reference/projectGaussian.js";
import { RasteriseSplats } from "../../reference/rasteriseSplats.js";
import { SkinCloud } from "../../reference/skinGaussian.js";
import { DescribeGpu, GetTestDeviceAsync } from "../../support/gpu.js";
import { type IViewContent, ReadPosedAsync, ReadViewAsync, SubmitFrame } from "../../support/pipelineFrame.js";
import { MorphStretches } from "../../support/morphStretches.js";
import { RandomCloud, RandomMorphTargets, RandomSkinMatrices } from "../../support/randomGaussians.js";
import { TestCamera } from "../../support/testCameras.js";

const JointCount = 5;
const Camera = TestCamera();

DescribeGpu("pipeline", () => {
    let device: GPUDevice;
    let pipeline: SplatPipeline;
    let view: SplatView;
    const people: PipelineInstance[] = [];
    const made: CanonicalGaussians[] = [];

    beforeAll(async () => {
        device = await GetTestDeviceAsync();
        pipeline = await SplatPipeline.CreateAsync(device);
    });

    beforeEach(() => {
        view = AddView();
    });

    afterEach(() => {
        for (const owner of [...people.splice(0), view, ...made.splice(0)]) {
            owner.dispose();
        }
    });

    afterAll(() => {
        pipeline.dispose();
        device.destroy();
    });

    function AddView(): SplatView {
        const added = pipeline.createView();
        added.setCamera(Camera.view, Camera.projection, Camera.width, Camera.height);
        return added;
    }

    function AddPerson(count: number, seed: number): PipelineInstance {
        const cloud = RandomCloud(count, JointCount, seed);
        const gaussians = new CanonicalGaussians(device, cloud, RandomMorphTargets(count, 3, seed), `person ${seed}`);
        made.push(gaussians);
        const instance = pipeline.addInstance(gaussians, JointCount);
        instance.skinMatrices.set(RandomSkinMatrices(JointCount, seed));
        people.push(instance);
        return instance;
    }

    async function FrameAsync(of: SplatView = view): Promise<IViewContent> {
        SubmitFrame(device, pipeline, of);
        return await ReadViewAsync(device, of, Camera);
    }

    it("sorts the splats of all persons together", async () => {
        const three = [AddPerson(300, 1), AddPerson(700, 2), AddPerson(1, 3)];
        three[1]!.opacity = 0.5;
        three[1]!.morphWeights.set([1, 0.5, 0]);
        const seen = await FrameAsync();
        const posed = three.flatMap((instance, index) => {
            const [count, seed] = [
                [300, 1],
                [700, 2],
                [1, 3],
            ][index] as [number, number];
            const [cloud, targets] = [RandomCloud(count, JointCount, seed), RandomMorphTargets(count, 3, seed)];
            const stretches = MorphStretches(targets, SurfaceOfCloud(cloud), instance.morphWeights);
            return SkinCloud(cloud, targets, instance, stretches);
        });
        const expected = posed.map((gaussian) => ProjectGaussian(gaussian, Camera));
        const order = expected.flatMap((splat, index) => (splat ? [{ splat, index }] : []));
        order.sort((a, b) => b.splat.distance - a.splat.distance);
        expect(new Set(seen.order)).toEqual(new Set(order.map(({ index }) => index)));

        const size = { width: Camera.width, height: Camera.height, transmittanceMin: 0, tileSize: 0 };
        const picture = RasteriseSplats(seen.splats, size);
        const truth = RasteriseSplats(
            order.map(({ splat }) => splat),
            size,
        );
        // Halves in axes, colour and opacity cost about a thousandth; 45 dB is what the finished picture has to reach.
        expect(PeakSignalToNoise(picture, truth)).toBeGreaterThan(50);
    });

    it("does not show who was removed, disabled or made transparent", async () => {
        const [first, second, third] = [AddPerson(300, 1), AddPerson(400, 2), AddPerson(500, 3)];
        const all = await FrameAsync();
        first.opacity = 0;
        second.enabled = false;
        const last = await FrameAsync();
        expect(last.splats).toEqual(all.order.flatMap((index, rank) => (index >= 700 ? [all.splats[rank]] : [])));
        first.opacity = 1;
        second.enabled = true;
        expect(await FrameAsync()).toEqual(all);
        third.dispose();
        third.dispose();
        pipeline.removeInstance(first);
        const left = await FrameAsync();
        expect(left.splats).toEqual(
            all.order.flatMap((index, rank) => (index >= 300 && index < 700 ? [all.splats[rank]] : [])),
        );
        second.dispose();
        const none = await FrameAsync();
        expect(none.order).toEqual([]);
        expect(none.drawArguments[1]).toBe(0);
        expect(pipeline.splatCount).toBe(0);
    });

    it("grows with the number of persons and tells views so", async () => {
        AddPerson(100, 1);
        const alone = await FrameAsync();
        const generation = view.generation;
        const later = Array.from({ length: 20 }, (_, index) => AddPerson(100 + index * 100, index + 2));
        expect(view.generation).toBeGreaterThan(generation);
        // Growing by half each time, 211 times the Gaussians cost at most log(211) / log(1.5) = 13.2 new sets of buffers.
        expect(view.generation - generation).toBeLessThan(14);
        for (const instance of later) {
            instance.enabled = false;
        }
        expect(await FrameAsync()).toEqual(alone);
    });

    it("gives the memory back when the last person leaves, and takes the next one", async () => {
        const [first, second] = [AddPerson(3000, 41), AddPerson(3000, 42)];
        first.dispose();
        expect(pipeline.posedGaussians.size).toBeGreaterThanOrEqual(3000 * PosedGaussianLayout.stride);
        second.dispose();
        expect(pipeline.posedGaussians.size).toBe(PosedGaussianLayout.stride);
        AddPerson(300, 43);
        expect((await FrameAsync()).order.length).toBeGreaterThan(0);
    });

    it("serves several cameras, each with its own picture", async () => {
        AddPerson(500, 1);
        const other = AddView();
        const away = TestCamera({ position: [0, 0, 3] });
        other.setCamera(away.view, away.projection, away.width, away.height);
        const front = await FrameAsync();
        const back = await FrameAsync(other);
        expect(back.order).not.toEqual(front.order);
        other.setCamera(Camera.view, Camera.projection, Camera.width, Camera.height);
        SubmitFrame(device, pipeline, view);
        expect(await ReadViewAsync(device, other, Camera)).toEqual(back); // a frame without it leaves it as it was
        expect(await FrameAsync(other)).toEqual(front);
        other.dispose();
        other.dispose();
        expect(await FrameAsync()).toEqual(front);
    });

    it("repeats a frame byte for byte", async () => {
        AddPerson(3000, 1);
        expect(await FrameAsync()).toEqual(await FrameAsync());
    });

    it("treats opacities outside 0..1 as the nearest, and NaN as 0", async () => {
        const instance = AddPerson(200, 1);
        const plain = await FrameAsync();
        instance.opacity = 7;
        expect(await FrameAsync()).toEqual(plain);
        for (const opacity of [-1, NaN, 0]) {
            instance.opacity = opacity;
            expect((await FrameAsync()).order).toEqual([]);
        }
    });

    it("refuses more Gaussians than the device can bind, and stays as it was", async () => {
        AddPerson(100, 1);
        const before = await FrameAsync();
        const limit = device.limits.maxStorageBufferBindingSize;
        const gaussians = made[0]!;
        Object.defineProperty(gaussians, "count", { value: Math.ceil(limit / PosedGaussianLayout.stride) });
        expect(() => pipeline.addInstance(gaussians, JointCount)).toThrow(
            expect.objectContaining({ name: "AvatarDeviceError", code: "device-limit" }),
        );
        Object.defineProperty(gaussians, "count", { value: 100 });
        expect(pipeline.splatCount).toBe(100);
        expect(await FrameAsync()).toEqual(before);
    });

    it("allocates nothing in a frame and leaves nothing behind", async () => {
        const live = new Set<GPUBuffer>();
        const create = device.createBuffer.bind(device);
        let groups = 0;
        const createGroup = device.createBindGroup.bind(device);
        device.createBindGroup = (descriptor) => {
            groups++;
            return createGroup(descriptor);
        };
        device.createBuffer = (descriptor) => {
            const buffer = create(descriptor);
            const destroy = buffer.destroy.bind(buffer);
            live.add(buffer);
            buffer.destroy = () => {
                live.delete(buffer);
                destroy();
            };
            return buffer;
        };
        const own = await SplatPipeline.CreateAsync(device);
        const seen = own.createView();
        seen.setCamera(Camera.view, Camera.projection, Camera.width, Camera.height);
        const cloud = RandomCloud(100, 2);
        const gaussians = new CanonicalGaussians(device, cloud, [], "person");
        own.addInstance(gaussians, 2);
        const [buffersBefore, groupsBefore] = [live.size, groups];
        SubmitFrame(device, own, seen);
        SubmitFrame(device, own, seen);
        expect([live.size, groups]).toEqual([buffersBefore, groupsBefore]);
        await ReadPosedAsync(device, own, 1);
        own.dispose();
        own.dispose();
        gaussians.dispose();
        device.createBuffer = create;
        device.createBindGroup = createGroup;
        expect([...live].map(({ label }) => label)).toEqual([]);
    });
});

DescribeGpu("stage timer", () => {
    it("tells milliseconds by stage once a frame was measured, and nothing before", async () => {
        const device = await GetTestDeviceAsync({ requiredFeatures: ["timestamp-query"] });
        const pipeline = await SplatPipeline.CreateAsync(device);
        const views = [pipeline.createView(), pipeline.createView()];
        SubmitFrame(device, pipeline, ...views);
        expect(await pipeline.timer.readAsync()).toBeNull();
        pipeline.timer.enabled = true;
        SubmitFrame(device, pipeline, ...views);
        const times = await pipeline.timer.readAsync();
        expect(Object.keys(times ?? {})).toEqual(["skin", "project", "sort"]);
        expect(Object.values(times ?? {}).every((time) => time >= 0)).toBe(true);
        expect(await pipeline.timer.readAsync()).toBeNull();
        pipeline.dispose();
        device.destroy();
    });

    it("stays silent on a device without timestamp queries", async () => {
        const device = await GetTestDeviceAsync();
        const pipeline = await SplatPipeline.CreateAsync(device);
        const views = [pipeline.createView(), pipeline.createView()];
        pipeline.timer.enabled = true;
        SubmitFrame(device, pipeline, ...views);
        expect(pipeline.timer.isSupported).toBe(false);
        expect(await pipeline.timer.readAsync()).toBeNull();
        pipeline.dispose();
        device.destroy();
    });
});

function PeakSignalToNoise(actual: Float64Array, expected: Float64Array): number {
    const error =
        actual.reduce((sum, value, index) => sum + (value - (expected[index] ?? NaN)) ** 2, 0) / actual.length;
    return -10 * Math.log10(error);
}
