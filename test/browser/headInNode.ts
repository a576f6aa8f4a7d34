import { readFileSync } from "node:fs";
import { expect } from "@jest/globals";
import { ArcRotateCamera } from "@babylonjs/core/Cameras/arcRotateCamera.js";
import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { Scene } from "@babylonjs/core/scene.js";
import { type PNG } from "pngjs";
import { RenderPixelsAsync } from "../../src/cli/headless/headlessEngine.js";
import { LoadAvatarAsync, RegisterAvatarLoader } from "../../src/pure.js";
import { CreateTestEngineAsync } from "../support/gpu.js";
import { SettleAsync } from "../support/networkStage.js";
import { KeepPicture, Psnr } from "../support/picture.js";

/** The head that ships. */
const Head = "assets/ada/ada-head.avatar.glb";

/** How the sandbox's scene of one head stands: metres and radians (`sandbox/scenes/head.ts`, `sandbox/set/orbitCamera.ts`). */
const View = { radius: 0.67, height: 1.47, turn: 0.2, rise: 0.02, field: 0.6 } as const;

/** Part of the picture that is nothing but face, hair and shirt, in shares of its sides: there is no background in it. */
const Inside = { left: 0.45, top: 0.12, right: 0.55, bottom: 0.95 } as const;

/** Frames in which a refined picture is taken, made and faded in. */
const Frames = 60;

/** Decibels between drivers: one rounds, blends and filters a little otherwise than the other. */
const Alike = 43;

/**
 * Expects a head of the sandbox's scene to look in a page as it does in Node.
 *
 * @param page the page's picture of one head alone
 * @param expression what its face does
 * @param isRefined whether its networks refine its picture
 */
export async function ExpectSameHeadAsync(
    page: PNG,
    expression: Readonly<Record<string, number>>,
    isRefined: boolean,
): Promise<void> {
    RegisterAvatarLoader();
    const engine = await CreateTestEngineAsync(page.width, page.height);
    try {
        const scene = new Scene(engine);
        const { radius, height, turn, rise, field } = View;
        const target = new Vector3(0, height, 0);
        const camera = new ArcRotateCamera("", turn - Math.PI / 2, Math.PI / 2 - rise, radius, target, scene);
        camera.fov = field;
        camera.minZ = 0.05;
        const head = await LoadAvatarAsync(new Uint8Array(readFileSync(Head)), scene);
        head.rotation.y = Math.PI;
        head.position.y = height - head.asset.headModel!.refiner!.center[1];
        head.animator.life.weight = 0;
        head.animator.setExpression(expression, { fade: 0 });
        const { networks } = head;
        networks.preferredTier = "lite";
        networks.picture.maximumSize = isRefined ? 2048 : 0;
        for (let left = Frames; left > 0; left -= Number(networks._isUpToDate)) {
            await RenderPixelsAsync(engine, () => scene.render());
            await SettleAsync();
        }
        expect([networks.error, networks.picture.error]).toEqual([null, null]);
        expect(networks.picture.size > 0).toBe(isRefined);
        const own = await RenderPixelsAsync(engine, () => scene.render());
        KeepPicture(`head-in-node-${isRefined ? "refined" : "made"}`, own, page.width);
        KeepPicture(`head-in-page-${isRefined ? "refined" : "made"}`, page.data, page.width);
        const decibels = Psnr(Crop(own, page), Crop(page.data, page));
        console.info(`head in a browser against Node, refined: ${isRefined}: ${decibels.toFixed(1)} dB`);
        expect(decibels).toBeGreaterThan(Alike);
    } finally {
        engine.dispose();
    }
}

/** Pixels that are inside of the head, RGBA. */
function Crop(pixels: Uint8Array, { width, height }: PNG): number[] {
    const [left, right] = [Inside.left, Inside.right].map((share) => 4 * Math.round(share * width));
    const rows = Array.from({ length: height }, (_, y) => [
        ...pixels.subarray(4 * width * y + left!, 4 * width * y + right!),
    ]);
    return rows.slice(Math.round(Inside.top * height), Math.round(Inside.bottom * height)).flat();
}
