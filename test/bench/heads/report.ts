import { cpus } from "node:os";
import { performance } from "node:perf_hooks";
import { CreateHeadlessEngineAsync } from "../../../src/cli/headless/headlessEngine.js";
import { BuildUpsampler, UpsamplerGraph, UpsamplerShapes } from "../../../src/convert/networks/buildUpsampler.js";
import { CountNodeMacs } from "../../../src/convert/networks/countMacs.js";
import { type IHeadBranch, type IHeadModel, LayerInputs } from "../../../src/format/headModel.js";
import { CanonicalGaussians } from "../../../src/pipeline/3-gaussians/canonicalGaussians.js";
import { HeadBuffers } from "../../../src/pipeline/3-gaussians/headBuffers.js";
import { HeadStage } from "../../../src/pipeline/3-gaussians/headStage.js";
import { CreateDecodedSkinKernelAsync } from "../../../src/pipeline/4-skin/decodedSkinKernel.js";
import { FeatureStage } from "../../../src/pipeline/6-raster/featureStage.js";
import { SplatPipeline } from "../../../src/pipeline/splatPipeline.js";
import { TimeNetworksAsync } from "../networks/networkTimes.js";
import { PrintTable } from "../table.js";
import { BranchGraph } from "./branchGraph.js";
import { OfficialHead } from "./officialHead.js";
import { TimePicturesAsync } from "./pictureTimes.js";

/** Points: a tenth of a published head, since the adapter may be software. */
const Points = 15_000;
/** Runs of each, of which the fastest counts. */
const Runs = 5;
/** Pixels of a side of the picture of features, and of that which super-resolution is timed with on the processor. */
const Side = 256;
const UpsamplerSide = 32;

/** Measures everything and prints it. */
export async function ReportHeadsAsync(): Promise<void> {
    const engine = await CreateHeadlessEngineAsync({ width: 64, height: 64 });
    const device = engine._device;
    const { vendor, architecture, description } = device.adapterInfo;
    const title = [vendor, architecture, description].filter(Boolean).join(" ");
    console.log(`processor: ${cpus()[0]!.model}, Node ${process.version}\nadapter: ${title}`);
    const model = OfficialHead(Points);
    PrintTable(
        `The networks of ${Points} points, a third of them moved by both branches`,
        ["what", "million MACs", "ms", "GFLOP/s"],
        await TimeHeadAsync(device, model),
    );
    PrintTable(
        `Pictures of ${Points} splats, ${Side} × ${Side}`,
        ["what", "ms"],
        await TimeFeaturesAsync(device, model),
    );
    PrintTable("Frames of the head that ships, 640 × 640", ["what", "ms"], await TimeFramesAsync());
    const weights = new Map(
        [...UpsamplerShapes({})].map(([name, shape]) => {
            const size = shape.reduce((product, extent) => product * extent);
            return [name, { shape, read: () => Float32Array.from({ length: size }, (_, i) => 0.05 * Math.sin(i)) }];
        }),
    );
    const config = { height: UpsamplerSide, width: UpsamplerSide };
    const gflop = (2 * CountNodeMacs(UpsamplerGraph(config, weights).nodes)) / 1e9;
    const networks = BuildUpsampler(config, weights);
    const timed = await TimeNetworksAsync(null, "wasm", { title: "super-resolution", networks, gflop }, Runs);
    PrintTable(
        "Super-resolution",
        ["side", "provider", "GFLOP", "ms", "GFLOP/s"],
        [[`${UpsamplerSide} → ${4 * UpsamplerSide}`, timed.provider, gflop, timed.milliseconds, timed.gflops]],
    );
}

async function TimeFramesAsync(): Promise<string[][]> {
    const engine = await CreateHeadlessEngineAsync({ width: 640, height: 640 });
    const rows = await TimePicturesAsync(engine);
    engine.dispose();
    return rows;
}

type Row = [what: string, ...numbers: number[]];

async function TimeHeadAsync(device: GPUDevice, model: IHeadModel): Promise<Row[]> {
    const [stage, skin] = [await HeadStage.CreateAsync(device), await CreateDecodedSkinKernelAsync(device)];
    const buffers = new HeadBuffers(device, model, "bench");
    const gaussians = stage.createGaussians(buffers, skin);
    const code = new Float64Array(model.codeSize);
    const pose = new Float64Array(6);
    const runAsync = async (changes: () => void): Promise<number> => {
        changes();
        const encoder = device.createCommandEncoder();
        gaussians.setCode(code, pose);
        const start = performance.now();
        gaussians.encode(encoder);
        device.queue.submit([encoder.finish()]);
        await device.queue.onSubmittedWorkDone();
        return performance.now() - start;
    };
    const byExpression = model.shares.filter((share) => share > 0).length;
    const byPose = model.shares.filter((share) => share < 1).length;
    const row = (what: string, macs: number, milliseconds: number): Row => [
        what,
        macs / 1e6,
        milliseconds,
        (2 * macs) / 1e6 / milliseconds,
    ];
    const expression = byExpression * MacsOf(model.expression);
    const byPoseMacs = byPose * MacsOf(model.pose!);
    await runAsync(() => (code[0] = 1)); // warms up
    const rows = [
        row(
            "expression, our kernels",
            expression,
            await FastestAsync(async () => await runAsync(() => (code[0]! += 1))),
        ),
        row("pose, our kernels", byPoseMacs, await FastestAsync(async () => await runAsync(() => (pose[0]! += 0.01)))),
    ];
    gaussians.dispose();
    buffers.dispose();
    for (const [what, branch, points, macs] of [
        ["expression", model.expression, byExpression, expression],
        ["pose", model.pose!, byPose, byPoseMacs],
    ] as const) {
        const networks = BranchGraph(what, branch, points);
        for (const provider of ["webgpu", "wasm"] as const) {
            const timed = { title: what, networks, gflop: (2 * macs) / 1e9 };
            const { milliseconds } = await TimeNetworksAsync(device, provider, timed, Runs);
            rows.push(row(`${what}, ONNX Runtime, ${provider}`, macs, milliseconds));
        }
    }
    return rows;
}

/** Multiply-accumulates of a point. */
function MacsOf({ color, attributes, deformation }: IHeadBranch): number {
    return [color, attributes, deformation]
        .flatMap(({ widths }) => widths.slice(1).map((outputs, layer) => outputs * LayerInputs(widths, layer)))
        .reduce((sum, macs) => sum + macs, 0);
}

async function TimeFeaturesAsync(device: GPUDevice, model: IHeadModel): Promise<Row[]> {
    const pipeline = await SplatPipeline.CreateAsync(device);
    const count = model.shares.length;
    const cloud = {
        count,
        positions: model.positions.map((value) => 0.15 * value),
        scales: new Float32Array(count * 3).fill(0.003),
        rotations: model.rotations,
        opacities: new Float32Array(count).fill(0.7),
        colors: new Float32Array(count * 3),
        jointIndices: new Uint16Array(count * 4),
        jointWeights: Float32Array.from({ length: count * 4 }, (_, i) => Number(i % 4 === 0)),
    };
    const baked = new CanonicalGaussians(device, cloud, [], "bench");
    pipeline.addInstance(baked, 1);
    const view = pipeline.createView();
    // Half a metre before the camera, which looks along z.
    const focal = 1.2;
    view.setCamera(
        [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0.5, 1],
        [focal, 0, 0, 0, 0, focal, 0, 0, 0, 0, 1, 1, 0, 0, -0.01, 0],
        Side,
        Side,
    );
    const stage = await FeatureStage.CreateAsync(device);
    const image = stage.createImage({ width: Side, height: Side, channels: model.channels }, "bench");
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
    const features = device.createBuffer({ size: count * model.channels * 4, usage });
    const draw = stage.bind(image, view, { firstPosed: 0, count, features });
    const submitAsync = async (record: (encoder: GPUCommandEncoder) => void): Promise<number> =>
        await FastestAsync(async () => {
            const start = performance.now();
            const encoder = device.createCommandEncoder();
            record(encoder);
            device.queue.submit([encoder.finish()]);
            await device.queue.onSubmittedWorkDone();
            return performance.now() - start;
        });
    const rows: Row[] = [
        [
            "skin, project and sort",
            await submitAsync((encoder) => {
                pipeline.encodeSkin(encoder);
                pipeline.encodeView(encoder, view);
            }),
        ],
        ["blend and pack 32 channels", await submitAsync(draw)],
    ];
    image.dispose();
    pipeline.dispose();
    baked.dispose();
    return rows;
}

async function FastestAsync(runAsync: () => Promise<number>): Promise<number> {
    let fastest = Infinity;
    for (let run = 0; run <= Runs; run++) {
        fastest = Math.min(fastest, await runAsync());
    }
    return fastest;
}
