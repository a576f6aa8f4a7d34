import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { InstallWebGpuAsync } from "../../../src/cli/headless/webgpu.js";
import { BuildDualStyleUnet, DualStyleUnetGraph } from "../../../src/convert/networks/buildDualStyleUnet.js";
import {
    BuildLiteUnet,
    LiteUnetGraph,
    LiteUnetShapes,
    type ILiteUnetConfig,
} from "../../../src/convert/networks/buildLiteUnet.js";
import { CountMacs } from "../../../src/convert/networks/countMacs.js";
import { SliceNetwork } from "../../../src/convert/networks/sliceNetwork.js";
import { type IAvatarNetwork } from "../../../src/format/mapModel.js";
import { ReadAvatar } from "../../../src/format/readAvatar.js";
import { IsSoftwareDevice } from "../../../src/networks/softwareDevice.js";
import { type BytesByBuffer } from "../../support/frameTraffic.js";
import { type ISampleMapModelOptions, MakeSampleMapModel } from "../../support/mapModels.js";
import { LiteWeights } from "../../support/realNetworks.js";
import { MeasureFramesAsync, type IFrameReport } from "./frames.js";
import { type IMapStageTimes, TimeMapStagesAsync } from "./stageTimes.js";
import { TimeNetworksAsync, type INetworkTime, type ITimedNetworks } from "./networkTimes.js";
import { BodyNetworks, BodyWeights, CountBodyOperations, CountOf, type IOperationCount } from "./operations.js";
import { PrintTable } from "../table.js";

/** What the official widths are divided by where fused and separate networks are compared: small enough for a processor. */
const ComparedDivisor = 32;

const OnProcessor = ["wasm"] as const;
const OnBoth = ["wasm", "webgpu"] as const;

/** The person of the frames. */
const DemoPerson = "assets/ada/ada.lite.avatar.glb";

/** Poses that are timed, the fastest counts; on a software adapter one takes seconds. */
const Poses = { hardware: 10, processor: 3, software: 1 } as const;

/** Small networks by what is different: side of the pose map, widths. */
const LiteSizes: Readonly<Record<string, ILiteUnetConfig>> = {
    "lite, 64², 24 wide": { size: 64, inputChannels: 12 },
    "lite, 128², 24 wide": { size: 128, inputChannels: 12 },
    "lite, 64², 40 wide": { size: 64, inputChannels: 12, widths: [40, 60, 120, 160, 200] },
};

/** The published body: maps of 1024² with 250,000 Gaussians, a pose map of 512² of the front, colours that depend on the camera. */
const OfficialSize: ISampleMapModelOptions = {
    tier: "full",
    mapSize: 1024,
    texels: 250_000,
    influences: 8,
    covariance: "quaternion",
    colorActivation: "none",
    conditioning: { size: 512, side: "front", reduction: "first", viewSize: 512 },
    outputSize: 1024,
};

/** Those that a software adapter can compute in seconds. */
const SmallestNetworks = Object.keys(LiteSizes)[0]!;

/** Measures everything and prints it. */
export async function ReportNetworksAsync(): Promise<void> {
    const device = await RequestDeviceAsync();
    const { vendor, architecture, device: model, description } = device.adapterInfo;
    const adapter = [vendor, architecture, model, description].filter(Boolean).join(" ");
    console.log(`adapter: ${adapter}\nprocessor: ${cpus()[0]!.model}, Node ${process.version}`);

    const operations = [...CountBodyOperations(), ...CountLiteOperations()];
    PrintTable(
        "Operations of one pose",
        ["body", "GFLOP", "of the camera", "M weights"],
        operations.map(({ body, gflop, cameraGflop, weights }) => [body, gflop, cameraGflop, weights]),
    );

    const isSoftware = IsSoftwareDevice(device);
    const posesOf = { wasm: Poses.processor, webgpu: isSoftware ? Poses.software : Poses.hardware };
    const times: INetworkTime[] = [];
    for (const timed of [...LiteNetworks(), ...FullNetworks()]) {
        // A software adapter takes minutes for the large ones; the small one tells its ratio.
        const providers = isSoftware && timed.title !== SmallestNetworks ? OnProcessor : OnBoth;
        for (const provider of providers) {
            times.push(
                await TimeNetworksAsync(provider === "wasm" ? null : device, provider, timed, posesOf[provider]),
            );
        }
    }
    PrintTable(
        "Networks, one pose",
        ["networks", "provider", "ms", "GFLOP/s", "ms to load"],
        times.map(({ networks, provider, milliseconds, gflops, loading }) => [
            networks,
            provider,
            milliseconds,
            gflops,
            loading,
        ]),
    );
    const asset = ReadAvatar(readFileSync(DemoPerson));
    const stages: Record<string, IMapStageTimes> = {
        "lite, demo person": await TimeMapStagesAsync(device, asset, asset.mapModels[0]!),
        "full, official size": await TimeMapStagesAsync(device, asset, MakeSampleMapModel(asset, OfficialSize)),
    };
    PrintTable(
        "Around the networks, ms",
        ["body", "joint matrices", "pose map", "decoding"],
        Object.entries(stages).map(([body, { pose, conditioning, decode }]) => [body, pose, conditioning, decode]),
    );

    const frames: IFrameReport[] = [];
    for (const provider of ["webgpu", "wasm"] as const) {
        for (const avatars of isSoftware && provider === "webgpu" ? [1] : [1, 5, 10]) {
            frames.push(await MeasureFramesAsync(DemoPerson, avatars, provider));
        }
    }
    PrintFrames(frames);
    const report = { adapter, operations, networks: times, stages, frames };
    console.log(`\n${JSON.stringify(report, null, 4)}`);
}

function PrintFrames(frames: readonly IFrameReport[]): void {
    const stageNames = [...new Set(frames.flatMap(({ stages }) => Object.keys(stages ?? {})))];
    PrintTable(
        "Frames of people whose networks run, ms",
        ["people", "networks", "processor", "until drawn", "pose to maps", "maps a frame", ...stageNames],
        frames.map(({ avatars, provider, cpu, wall, latency, updates, stages }) => [
            avatars,
            provider,
            cpu,
            wall,
            latency,
            updates,
            ...stageNames.map((name) => stages?.[name] ?? NaN),
        ]),
    );
    PrintTable(
        "Bytes, mean of a frame",
        ["people", "networks", "when", "up", "down", "what goes up"],
        frames.flatMap(({ avatars, provider, traffic }) => [
            BytesRow([avatars, provider, "in the frame"], traffic.frameUploads, traffic.frameDownloads),
            BytesRow([avatars, provider, "between frames"], traffic.otherUploads, traffic.otherDownloads),
        ]),
    );
}

function BytesRow(
    head: readonly (string | number)[],
    uploads: BytesByBuffer,
    downloads: BytesByBuffer,
): readonly (string | number)[] {
    const sum = (bytes: BytesByBuffer): number => Object.values(bytes).reduce((total, value) => total + value, 0);
    // Buffers of people begin with their names; ONNX Runtime's have none.
    const what = Object.keys(uploads).map(
        (label) => label.replace(/^.*, (?=maps|matrices)/, "") || "ONNX Runtime's own",
    );
    return [...head, sum(uploads), sum(downloads), [...new Set(what)].join(", ")];
}

async function RequestDeviceAsync(): Promise<GPUDevice> {
    const gpu = await InstallWebGpuAsync();
    const adapter = (await gpu.requestAdapter({ powerPreference: "high-performance" }))!;
    const wanted: readonly GPUFeatureName[] = ["timestamp-query", "shader-f16"];
    return await adapter.requestDevice({ requiredFeatures: wanted.filter((feature) => adapter.features.has(feature)) });
}

function CountLiteOperations(): IOperationCount[] {
    return Object.entries(LiteSizes).map(([title, config]) => {
        const weights = [...LiteUnetShapes(config)].map(([name, shape]) => [name, { shape, read: NoNumbers }] as const);
        return CountOf(title, LiteUnetGraph(config, new Map(weights)));
    });
}

/** Small networks of every size; the demo person's is one of them. */
function LiteNetworks(): ITimedNetworks[] {
    return Object.entries(LiteSizes).map(([title, config]) =>
        Timed(title, BuildLiteUnet(config, LiteWeights(config), { precision: "float16" })),
    );
}

/** The same body as three networks and as one: one run instead of three, and the memory of all of them at once. */
function FullNetworks(): ITimedNetworks[] {
    const weights = BodyWeights(ComparedDivisor);
    const separate = BodyNetworks.flatMap((options) => BuildDualStyleUnet(weights, options));
    const fused = SliceNetwork(DualStyleUnetGraph(weights, BodyNetworks), "body");
    return [
        Timed(`full, widths / ${ComparedDivisor}, three networks`, separate),
        Timed(`full, widths / ${ComparedDivisor}, fused`, fused),
    ];
}

function Timed(title: string, networks: readonly IAvatarNetwork[]): ITimedNetworks {
    return { title, networks, gflop: 2e-9 * CountMacs(networks) };
}

function NoNumbers(): Float32Array {
    throw new Error("Shapes alone are asked for.");
}
