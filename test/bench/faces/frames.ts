import { performance } from "node:perf_hooks";
import { ArcRotateCamera } from "@babylonjs/core/Cameras/arcRotateCamera.js";
import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { Scene } from "@babylonjs/core/scene.js";
import { CreateHeadlessEngineAsync } from "../../../src/cli/headless/headlessEngine.js";
import { WriteAvatar } from "../../../src/format/writeAvatar.js";
import { type IAvatarAsset } from "../../../src/format/avatarAsset.js";
import { CanonicalGaussians } from "../../../src/pipeline/3-gaussians/canonicalGaussians.js";
import { AvatarRenderer, LoadAvatarAsync } from "../../../src/pure.js";

const Picture = { width: 640, height: 360 } as const;

/** Channels that are not at rest, and their weight. All of them at once is more than any face does. */
const Channels = [0, 12, 52] as const;
const Weight = 0.3;

/** Frames of each, in turns, so that whatever else the machine does touches all alike. */
const Frames = 15;

/** What a frame costs, milliseconds, median. */
export interface IFaceFrame {
    /** Channels that are not at rest. */
    readonly channels: number;
    /** The device: skinning. */
    readonly skin: number;
    /** The device: all compute stages. */
    readonly stages: number;
    /** From the beginning of the frame until the device has drawn it. */
    readonly wall: number;
}

/** What was measured, and where. */
export interface IFaceReport {
    readonly adapter: string;
    /** Milliseconds from the asset to buffers on the device. */
    readonly loading: number;
    readonly frames: readonly IFaceFrame[];
}

/**
 * Draws a person from the belt up.
 *
 * @param asset the person
 */
export async function MeasureFacesAsync(asset: IAvatarAsset): Promise<IFaceReport> {
    const engine = await CreateHeadlessEngineAsync({ ...Picture, engineOptions: { enableAllFeatures: true } });
    const device = engine._device;
    const begin = performance.now();
    new CanonicalGaussians(device, asset.gaussians, asset.morphTargets, "bench").dispose();
    const loading = performance.now() - begin;
    const scene = new Scene(engine);
    new ArcRotateCamera("camera", Math.PI / 2, 1.5, 1.5, new Vector3(0, 1.3, 0), scene);
    const avatar = await LoadAvatarAsync(WriteAvatar(asset), scene);
    const renderer = await AvatarRenderer.GetAsync(scene);
    renderer.measuresTimes = true;
    const seen = Channels.map(() => ({ skin: [] as number[], stages: [] as number[], wall: [] as number[] }));
    for (let frame = -1; frame < Frames; frame++) {
        for (const [row, channels] of Channels.entries()) {
            const manager = avatar.morphTargetManager!;
            for (let channel = 0; channel < manager.numTargets; channel++) {
                manager.getTarget(channel).influence = channel < channels ? Weight : 0;
            }
            const start = performance.now();
            engine.beginFrame();
            scene.render();
            engine.endFrame();
            await device.queue.onSubmittedWorkDone();
            const wall = performance.now() - start;
            const times = (await renderer.readTimesAsync()) ?? {};
            // The first of each compiles and warms up.
            if (frame >= 0) {
                seen[row]!.wall.push(wall);
                seen[row]!.skin.push(times["skin"] ?? NaN);
                seen[row]!.stages.push(Object.values(times).reduce((sum, time) => sum + time, 0));
            }
        }
    }
    const { vendor, architecture, device: model, description } = device.adapterInfo;
    scene.dispose();
    engine.dispose();
    return {
        adapter: [vendor, architecture, model, description].filter(Boolean).join(" "),
        loading,
        frames: Channels.map((channels, row) => ({
            channels,
            skin: Median(seen[row]!.skin),
            stages: Median(seen[row]!.stages),
            wall: Median(seen[row]!.wall),
        })),
    };
}

function Median(values: number[]): number {
    return values.sort((a, b) => a - b)[values.length >> 1]!;
}
