import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { setTimeout } from "node:timers/promises";
import { ArcRotateCamera } from "@babylonjs/core/Cameras/arcRotateCamera.js";
import { type WebGPUEngine } from "@babylonjs/core/Engines/webgpuEngine.js";
import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { Scene } from "@babylonjs/core/scene.js";
import { AvatarRenderer } from "../../../src/avatar/avatarRenderer.js";
import { type GaussianAvatar } from "../../../src/avatar/gaussianAvatar.js";
import { LoadAvatarAsync } from "../../../src/avatar/loadAvatar.js";

/** The head that ships, from the folder that the bench is run in. */
const Head = "assets/ada/ada-head.avatar.glb";

/** Frames of each, of which the middle one counts. */
const Frames = 15;

/**
 * Times frames of heads that stand still, in their own colours and in those of refined pictures.
 *
 * @param engine to draw on
 * @returns rows of a table: what, milliseconds
 */
export async function TimePicturesAsync(engine: WebGPUEngine): Promise<string[][]> {
    const scene = new Scene(engine);
    const camera = new ArcRotateCamera("camera", Math.PI / 2, Math.PI / 2, 1.4, new Vector3(0, 1.45, 0), scene);
    camera.minZ = 0.05;
    camera.fov = 0.5;
    const rows: string[][] = [];
    const heads: GaussianAvatar[] = [];
    for (const count of [1, 3]) {
        while (heads.length < count) {
            const head = heads[0]?.clone("copy") ?? (await LoadAvatarAsync(new Uint8Array(readFileSync(Head)), scene));
            head.networks.preferredTier = "lite";
            head.position.x = 0.25 * heads.length;
            heads.push(head);
        }

        (await AvatarRenderer.GetAsync(scene)).networkBudget = 1000;
        const times: number[] = [];
        for (const size of [0, 512]) {
            for (const { networks } of heads) {
                networks.picture.maximumSize = size;
            }

            times.push(await TimeFrameAsync(engine, scene, heads));
        }
        const [own = NaN, refined = NaN] = times;
        const name = count === 1 ? "a head" : `${count} heads`;
        rows.push([`${name}, own colours`, own.toFixed(1)]);
        rows.push([`${name}, refined picture of 512²`, `${refined.toFixed(1)} (${(refined / own).toFixed(2)} times)`]);
        rows.push([`${name}, from taking a picture to showing it`, heads[0]!.networks.picture.latency.toFixed(0)]);
    }
    scene.dispose();
    return rows;
}

/** The middle time of frames in which nothing is left to be made. */
async function TimeFrameAsync(engine: WebGPUEngine, scene: Scene, heads: readonly GaussianAvatar[]): Promise<number> {
    const drawAsync = async (): Promise<number> => {
        const start = performance.now();
        engine.beginFrame();
        scene.render();
        engine.endFrame();
        await engine._device.queue.onSubmittedWorkDone();
        return performance.now() - start;
    };

    do {
        await drawAsync();
        await setTimeout(1);
    } while (!heads.every(({ networks }) => networks._isUpToDate));
    const times: number[] = [];
    for (let frame = 0; frame < Frames; frame++) {
        times.push(await drawAsync());
    }

    return times.sort((a, b) => a - b)[Frames >> 1]!;
}
