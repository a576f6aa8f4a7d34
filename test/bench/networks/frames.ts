import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { ArcRotateCamera } from "@babylonjs/core/Cameras/arcRotateCamera.js";
import { type WebGPUEngine } from "@babylonjs/core/Engines/webgpuEngine.js";
import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { Scene } from "@babylonjs/core/scene.js";
import { CreateHeadlessEngineAsync } from "../../../src/cli/headless/headlessEngine.js";
import { AvatarRenderer, LoadAvatarAsync, type GaussianAvatar } from "../../../src/pure.js";
import { FrameTraffic, type BytesByBuffer, type ITraffic } from "../../support/frameTraffic.js";

const Picture = { width: 320, height: 180 } as const;
/** Frames that are measured, and seconds of the walk between two of them. */
const Frames = { count: 10, seconds: 1 / 15 } as const;
/** Metres between neighbours. */
const Spacing = 0.7;

/** What a scene of walking people costs. */
export interface IFrameReport {
    /** How many. */
    readonly avatars: number;
    /** Where their networks run. */
    readonly provider: string;
    /** Milliseconds of the processor to make a frame, mean. */
    readonly cpu: number;
    /** Milliseconds until the device has drawn it, mean. */
    readonly wall: number;
    /** New maps of all people together, a frame. */
    readonly updates: number;
    /** Milliseconds from a pose to its maps, of the first of them. */
    readonly latency: number;
    /** Bytes of a frame, mean. */
    readonly traffic: ITraffic;
    /** Milliseconds of the device by stage in the last frame; null where it cannot measure time. */
    readonly stages: Readonly<Record<string, number>> | null;
}

/**
 * Draws people who walk.
 *
 * @param file the avatar
 * @param avatars how many
 * @param provider where networks run; `"webgpu"` also on a device that is software, which would use the processor
 */
export async function MeasureFramesAsync(
    file: string,
    avatars: number,
    provider: "webgpu" | "wasm",
): Promise<IFrameReport> {
    const engine = await CreateHeadlessEngineAsync({ ...Picture, engineOptions: { enableAllFeatures: true } });
    const device = engine._device;
    const isFallbackAdapter = provider === "wasm";
    const info = { vendor: "bench", architecture: "", device: "", description: "", isFallbackAdapter };
    Object.defineProperty(device, "adapterInfo", { value: info });
    const traffic = new FrameTraffic(device);
    const scene = new Scene(engine);
    new ArcRotateCamera("camera", -Math.PI / 2, 1.4, 5, new Vector3(0, 0.9, 0), scene);
    const people = await PlacePeopleAsync(file, avatars, scene);
    const renderer = await AvatarRenderer.GetAsync(scene);
    renderer.networkBudget = 1000;
    renderer.measuresTimes = true;
    await RenderUntilAsync(engine, scene, () => people.every(({ networks }) => networks.state !== "loading"));
    const failed = people.find(({ networks }) => networks.error);
    if (failed) {
        throw failed.networks.error!;
    }
    let updates = 0;
    people.forEach(({ networks }) => networks.onMapsUpdatedObservable.add(() => updates++));
    traffic.take();
    const sums = { cpu: 0, wall: 0 };
    for (let frame = 0; frame < Frames.count; frame++) {
        const start = performance.now();
        traffic.count(() => {
            RenderFrame(engine, scene, frame);
        });
        sums.cpu += performance.now() - start;
        await device.queue.onSubmittedWorkDone();
        sums.wall += performance.now() - start;
        await NextTurnAsync();
    }
    const bytes = traffic.take();
    const stages = await renderer.readTimesAsync();
    const first = people[0]!.networks;
    const report = { provider: first.provider ?? "none", latency: first.latency };
    scene.dispose();
    engine.dispose();
    return {
        avatars,
        ...report,
        cpu: sums.cpu / Frames.count,
        wall: sums.wall / Frames.count,
        updates: updates / Frames.count,
        traffic: {
            frameUploads: PerFrame(bytes.frameUploads),
            frameDownloads: PerFrame(bytes.frameDownloads),
            otherUploads: PerFrame(bytes.otherUploads),
            otherDownloads: PerFrame(bytes.otherDownloads),
            frameObjects: PerFrame(bytes.frameObjects),
            otherObjects: PerFrame(bytes.otherObjects),
        },
        stages,
    };
}

function PerFrame(bytes: BytesByBuffer): BytesByBuffer {
    return Object.fromEntries(Object.entries(bytes).map(([label, sum]) => [label, Math.round(sum / Frames.count)]));
}

async function PlacePeopleAsync(file: string, count: number, scene: Scene): Promise<GaussianAvatar[]> {
    const first = await LoadAvatarAsync(readFileSync(file), scene);
    const people = [first, ...Array.from({ length: count - 1 }, (_, i) => first.clone(`person ${i + 2}`))];
    people.forEach((person, i) => {
        person.position.x = (i - (count - 1) / 2) * Spacing;
        person.networks.maximumRate = 1000;
    });
    return people;
}

/** Everybody bends an elbow, each differently: no pose is that of the frame before. */
function RenderFrame(engine: WebGPUEngine, scene: Scene, frame: number): void {
    engine.beginFrame();
    scene.meshes.forEach((mesh, i) => {
        (mesh as GaussianAvatar)
            .getJoint?.("left_elbow")
            ?.rotationQuaternion?.set(0, 0, Math.sin(frame + i) / 2, 0.9)
            .normalize();
    });
    scene.render();
    engine.endFrame();
}

async function RenderUntilAsync(engine: WebGPUEngine, scene: Scene, isDone: () => boolean): Promise<void> {
    for (let frame = 0; !isDone(); frame++) {
        RenderFrame(engine, scene, frame);
        await engine._device.queue.onSubmittedWorkDone();
        await NextTurnAsync();
    }
}

/** Networks go on between frames. */
async function NextTurnAsync(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 1000 * Frames.seconds));
}
