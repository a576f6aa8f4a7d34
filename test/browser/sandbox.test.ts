import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { PNG } from "pngjs";
import { type Browser, type Page } from "playwright-core";
import { SampleBodyFrames } from "../../src/animation/motion/bodyFrames.js";
import { WriteBvh } from "../../src/animation/motion/writeBvh.js";
import { MeasureAvatarBody } from "../../src/animation/pose/measureAvatarBody.js";
import { NeutralJoints } from "../../src/animation/pose/neutralJoints.js";
import { type IAvatarAsset } from "../../src/format/avatarAsset.js";
import { type IMorphTarget } from "../../src/format/morphTarget.js";
import { ReadAvatar } from "../../src/format/readAvatar.js";
import { WriteAvatar } from "../../src/format/writeAvatar.js";
import { MakeSampleAvatar } from "../support/avatarSamples.js";
import { EnsureFreshBuild } from "../support/freshBuild.js";
import { Psnr } from "../support/picture.js";
import { UsePlainWasm } from "../support/plainWasm.js";
import { ExpectSameHeadAsync } from "./headInNode.js";
import { LaunchBrowserAsync } from "./launch.js";
import { ExpectSameNumbersInPageAsync } from "./networksInPage.js";
import { ServeFolderAsync, type IFileServer } from "./serve.js";

const SandboxFolder = resolve("dist-sandbox");

/** A rigged character without clips; its licence lets it be read here, not kept here. */
const Character = resolve("../shared/data/humanoids/quaternius_suit.glb");
const hasCharacter = existsSync(Character);
if (!hasCharacter && process.env["CI"]) {
    throw new Error("../shared/data/humanoids/quaternius_suit.glb is missing; CI must have it.");
}

/** `it` for the test that needs the character; without it the title says why it is skipped. */
function ItWithCharacter(title: string, body: () => Promise<void>): void {
    if (hasCharacter) {
        it(title, body);
    } else {
        it.skip(`${title} (needs ../shared/data)`, body);
    }
}

/** A software GPU on busy cores takes its time to compile the first pipelines. */
const ReadyTimeout = 100_000;

/** Frozen scenes have no panel, and are quicker when small; the others are just wide enough for the panel to be open. */
const Viewport = { frozen: { width: 320, height: 180 }, open: { width: 660, height: 240 } } as const;

/** The people that ship. */
const [TrainedPerson, BakedPerson] = ["assets/ada/ada.lite.avatar.glb", "assets/ada.avatar.glb"] as const;

/** Gaussians of the demo person in tests that do not count them: a software GPU draws her in a third of the time. */
const FewGaussians = 4000;

UsePlainWasm();

let browser: Browser;
let server: IFileServer;
/** The one page of all tests of the sandbox but the last: its caches stay warm. */
let page: Page;
/** Every complaint of the page since it was opened at an address. */
const complaints: string[] = [];

beforeAll(async () => {
    EnsureFreshBuild("dist-sandbox/index.html", "build:sandbox", ["src", "shaders", "sandbox", "assets"]);
    server = await ServeFolderAsync(SandboxFolder);
    browser = await LaunchBrowserAsync();
    page = await browser.newPage();
    page.on("console", (message) => {
        if (message.type() === "error") {
            complaints.push(message.text());
        }
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("requestfailed", (request) => {
        // Leaving a scene calls off what it still loads.
        if (request.failure()?.errorText !== "net::ERR_ABORTED") {
            complaints.push(`${request.url()} failed`);
        }
    });
}, 300_000);

afterAll(async () => {
    await browser.close();
    await server.closeAsync();
});

/** The demo person, coarser: every so many of her Gaussians, larger, and the same networks. */
function Coarsen(asset: IAvatarAsset): IAvatarAsset {
    const { gaussians } = asset;
    const step = Math.floor(gaussians.count / FewGaussians);
    const pick = <Rows extends Float32Array | Uint16Array | Uint32Array>(rows: Rows, width: number): Rows =>
        rows.filter((_, at) => Math.floor(at / width) % step === 0) as Rows;
    const thin = (targets: readonly IMorphTarget[]): IMorphTarget[] =>
        targets.map(({ indices, deltas, ...target }) => {
            const isKept = [...indices].map((index) => index % step === 0);
            return {
                ...target,
                indices: indices.filter((_, row) => isKept[row]).map((index) => index / step),
                deltas: deltas.filter((_, at) => isKept[Math.floor(at / 3)]),
            };
        });
    return {
        ...asset,
        morphTargets: thin(asset.morphTargets),
        gaussians: {
            count: Math.ceil(gaussians.count / step),
            positions: pick(gaussians.positions, 3),
            rotations: pick(gaussians.rotations, 4),
            scales: pick(gaussians.scales, 3).map((scale) => scale * Math.sqrt(step)),
            opacities: pick(gaussians.opacities, 1),
            colors: pick(gaussians.colors, 3),
            jointIndices: pick(gaussians.jointIndices, 4),
            jointWeights: pick(gaussians.jointWeights, 4),
        },
        mapModels: asset.mapModels.map(({ influences, decoding, ...model }) => ({
            ...model,
            texels: pick(model.texels, 1),
            positions: pick(model.positions, 3),
            normals: pick(model.normals, 3),
            influences: {
                count: influences.count,
                joints: pick(influences.joints, influences.count),
                weights: pick(influences.weights, influences.count),
            },
            decoding: {
                ...decoding,
                opacities: pick(decoding.opacities, 1),
                scales: pick(decoding.scales, 3).map((scale) => scale + Math.log(step) / 2),
                rotations: pick(decoding.rotations, 4),
                colors: pick(decoding.colors, 3),
            },
            morphTargets: thin(model.morphTargets),
        })),
    };
}

/** From now on the page gets a coarse person in place of one that ships. */
async function CoarsenPersonAsync(file: string): Promise<void> {
    const body = Buffer.from(WriteAvatar(Coarsen(ReadAvatar(readFileSync(file)))));
    await page.route(`**/${file}`, async (route) => {
        await route.fulfill({ body, contentType: "model/gltf-binary" });
    });
}

/** Opens an address in the page, and waits until the scene is drawn. */
async function OpenAsync(query: string): Promise<void> {
    await page.setViewportSize(query.includes("time=") ? Viewport.frozen : Viewport.open);
    complaints.length = 0;
    await page.goto(`${server.url}/${query}`);
    await page
        .waitForSelector("html[data-ready=true]", { state: "attached", timeout: ReadyTimeout })
        .catch((error: unknown) => complaints.push(String(error)));
}

/** Takes a picture of a frozen scene, of which no complaint may come. */
async function PictureAsync(query: string): Promise<PNG> {
    await OpenAsync(query);
    const picture = PNG.sync.read(await page.screenshot());
    expect(complaints).toEqual([]);
    return picture;
}

function CountColours({ data }: PNG): number {
    return new Set(new Uint32Array(data.buffer, data.byteOffset, data.length / 4)).size;
}

/** Gives the drop scene a file by the button of its panel. */
async function PickFileAsync(file: string | { name: string; bytes: Uint8Array }): Promise<void> {
    const [chooser] = await Promise.all([
        page.waitForEvent("filechooser"),
        page.click("button:has-text('open a file')"),
    ]);
    await chooser.setFiles(
        typeof file === "string"
            ? file
            : { name: file.name, mimeType: "model/gltf-binary", buffer: Buffer.from(file.bytes) },
    );
}

/** Waits until the panel counts so many splats. */
async function SplatsAsync(count: string): Promise<void> {
    await page.waitForSelector(`dd:text-is('${count}')`, { timeout: ReadyTimeout });
}

const Sample = (gaussians: number): { name: string; bytes: Uint8Array } => ({
    name: "sample.glb",
    bytes: WriteAvatar(MakeSampleAvatar({ gaussians })),
});

/** A second of somebody who stands, on a skeleton without a body. */
function StandingBvh(): { name: string; bytes: Uint8Array } {
    const frames = SampleBodyFrames({ duration: 1, sample: (_seconds, pose) => pose.reset() }, 10);
    const text = WriteBvh(frames, MeasureAvatarBody(NeutralJoints));
    return { name: "standing.bvh", bytes: new TextEncoder().encode(text) };
}

describe("the sandbox in a browser", () => {
    it("opens on the trained person, who walks, with a panel that counts splats and names the stages", async () => {
        const { gaussians } = ReadAvatar(readFileSync(TrainedPerson));
        await OpenAsync("");
        expect(await page.textContent("#caption h1")).toBe("A walk");
        await SplatsAsync(gaussians.count.toLocaleString("en"));
        await page.waitForSelector("dt:text-is('sort'), dt:text('not measured')", { timeout: ReadyTimeout });
        expect(complaints).toEqual([]);
    });

    it("shows the walking person in a frozen frame", async () => {
        await CoarsenPersonAsync(TrainedPerson);
        // Sky and ground alone are a few dozen colours; a textured person brings thousands.
        expect(CountColours(await PictureAsync("?scene=walk&time=0.5"))).toBeGreaterThan(500);
    });

    it("shows a crowd whose people are not in step", async () => {
        await CoarsenPersonAsync(BakedPerson);
        expect(CountColours(await PictureAsync("?scene=crowd&people=2&time=0.5"))).toBeGreaterThan(1000);
    });

    describe("the scene for files", () => {
        beforeAll(async () => {
            await OpenAsync("?scene=drop&splats=4000");
        }, ReadyTimeout + 20_000);

        it("takes an avatar, and says what is wrong with other files", async () => {
            await PickFileAsync(Sample(1234));
            await SplatsAsync("1,234");
            expect(complaints).toEqual([]);
            await PickFileAsync({ name: "broken.glb", bytes: Sample(1234).bytes.subarray(0, 500) });
            await page.waitForSelector(".card h2:text('This did not work')");
            await PickFileAsync({ name: "hero.fbx", bytes: new TextEncoder().encode("Kaydara FBX Binary") });
            await page.waitForSelector(".card p:text('hero.fbx is not a GLB or VRM file')");
            await SplatsAsync("1,234");
            await PickFileAsync(Sample(99));
            await SplatsAsync("99");
            expect(await page.locator(".card").count()).toBe(0);
        });

        ItWithCharacter("bakes a rigged character, until the next file comes or the scene is left", async () => {
            complaints.length = 0;
            await PickFileAsync(Character);
            await page.waitForSelector(".card progress");
            await PickFileAsync(Sample(77));
            await SplatsAsync("77");
            await PickFileAsync(Character);
            await SplatsAsync("4,000");
            expect(await page.locator(".card").count()).toBe(0);
            await PickFileAsync(Character);
            await page.waitForSelector(".card progress");
            await page.selectOption(".lil-gui select", { label: "A walk" });
            await page.waitForSelector("html[data-ready=true]", { state: "attached", timeout: ReadyTimeout });
            expect(await page.locator(".card").count()).toBe(0);
            expect(complaints).toEqual([]);
        });
    });

    it("puts the motion of any file on the person, tells what it made of it, and keeps it when the next one is broken", async () => {
        await OpenAsync("?scene=retarget");
        const title = page.locator(".report > summary");
        expect(await title.textContent()).toBe("mannequin.glb: dance");
        await title.click();
        expect(await page.textContent(".report p")).toMatch(/22 of 55 joints found, 9\d % sure: unreal names/);
        await PickFileAsync(StandingBvh());
        await page.waitForSelector(".report > summary:text-is('standing.bvh: standing')");
        expect(complaints).toEqual([]);
        await PickFileAsync({ name: "cut.bvh", bytes: StandingBvh().bytes.subarray(0, 900) });
        await page.waitForSelector(".card h2:text('This did not work')");
        expect(await title.textContent()).toBe("standing.bvh: standing");
    });

    it("shows people who follow a rig, live", async () => {
        expect(CountColours(await PictureAsync("?scene=follow&people=0.2&time=1.2"))).toBeGreaterThan(500);
    });

    // Planting happens after the first step only: pictures with and without it differ where the address has set the time.
    it("plants feet on steps, the same in every picture of the same time", async () => {
        const picture = await PictureAsync("?scene=steps&time=3.1");
        const again = await PictureAsync("?scene=steps&time=3.1");
        expect(again.data.equals(picture.data)).toBe(true);
        const without = await PictureAsync("?scene=steps&time=3.1&planting=0");
        expect(without.data.equals(picture.data)).toBe(false);
    });

    it("moves a face as the address says, and asks for MediaPipe where it is not installed", async () => {
        const calm = await PictureAsync("?scene=face&time=0");
        const open = await PictureAsync("?scene=face&time=0&expression=surprised&eyeBlinkLeft=1");
        expect(CountColours(calm)).toBeGreaterThan(500);
        expect(open.data.equals(calm.data)).toBe(false);
        const take = { names: ["jawOpen"], fps: 10, frames: [[0], [1], [0]] };
        await page.route("**/take.json", async (route) => await route.fulfill({ json: take }));
        const track = async (time: number): Promise<PNG> =>
            await PictureAsync(`?scene=face&time=${time}&track=take.json`);
        const [closed, wide] = [await track(0), await track(0.1)];
        await page.unroute("**/take.json");
        expect(wide.data.equals(closed.data)).toBe(false);
        await OpenAsync("?scene=face&time=0&panel=1");
        await page.dispatchEvent("button:has-text('follow my camera')", "click"); // the small page shows no panel
        await page.waitForSelector("text=npm install --no-save @mediapipe/tasks-vision");
        expect(complaints.splice(0).filter((text) => !/mediapipe|404|MediaPipe/u.test(text))).toEqual([]);
    });

    it("shows a head as its offsets, its networks and its refiner make it", async () => {
        const [baked, made, refined] = [
            await PictureAsync("?scene=head&time=0&only=baked&jawOpen=0.7"),
            await PictureAsync("?scene=head&time=0&only=networks&jawOpen=0.7"),
            await PictureAsync("?scene=head&time=0&only=refined&jawOpen=0.7"),
        ];
        const pairs = [Psnr(baked.data, made.data), Psnr(made.data, refined.data)];
        console.info(
            `head in Chromium: baked and made ${pairs[0]!.toFixed(1)} dB, made and refined ${pairs[1]!.toFixed(1)} dB`,
        );
        for (const decibels of pairs) {
            expect(decibels).toBeGreaterThan(25); // one face
            expect(decibels).toBeLessThan(50); // made otherwise
        }
        await ExpectSameHeadAsync(made, { jawOpen: 0.7 }, false);
        await ExpectSameHeadAsync(refined, { jawOpen: 0.7 }, true);
    });

    it("makes a person by networks, beside herself, and shows their maps", async () => {
        const { credits } = ReadAvatar(readFileSync(TrainedPerson));
        await OpenAsync("?scene=body");
        await page.waitForSelector("dd:text-is('running')", { timeout: ReadyTimeout });
        await page.waitForSelector("dd:text-is('lite')");
        // A software adapter is no place for networks.
        await page.waitForSelector("dd:text-is('wasm')");
        await page.click(".maps > summary");
        expect(await page.textContent(".maps p")).toBe(credits.notices[0]);
        await page.waitForSelector(".maps figure:has-text('colour') canvas", { timeout: ReadyTimeout });
        const colours = await page.$eval(".maps figure:has-text('colour') canvas", (canvas) => {
            const { width, height } = canvas as HTMLCanvasElement;
            const { data } = (canvas as HTMLCanvasElement).getContext("2d")!.getImageData(0, 0, width, height);
            return { width, height, different: new Set(new Uint32Array(data.buffer)).size };
        });
        expect(colours.width).toBe(2 * colours.height);
        expect(colours.different).toBeGreaterThan(1000);
        await PickFileAsync(Sample(99));
        await page.waitForSelector(".card p:text('has no networks')");
        expect(await page.locator("dd:text-is('running')").count()).toBe(1);
    });

    it("says what to do where there is no WebGPU", async () => {
        const bare = await browser.newPage();
        await bare.addInitScript('Object.defineProperty(navigator, "gpu", { value: undefined });');
        await bare.goto(`${server.url}/`);
        await bare.waitForSelector(".card");
        expect(await bare.textContent(".card h2")).toBe("This page needs WebGPU");
        expect(await bare.locator(".card li").count()).toBeGreaterThan(2);
    });
});

// Here, not in a file of its own, which would start a browser of its own.
it("runs networks to the same numbers as Node", async () => {
    await ExpectSameNumbersInPageAsync(browser);
}, 60_000);
