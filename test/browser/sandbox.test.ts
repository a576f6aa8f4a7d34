import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { PNG } from "pngjs";
import { type Browser, type Page } from "playwright-core";
import { WriteAvatar } from "../../src/format/writeAvatar.js";
import { MakeSampleAvatar } from "../support/avatarSamples.js";
import { LaunchBrowserAsync } from "./launch.js";
import { ServeFolderAsync, type IFileServer } from "./serve.js";

const SandboxFolder = resolve("dist-sandbox");

/** A rigged character without clips; its licence lets it be read here, not kept here. */
const Character = resolve("../shared/data/humanoids/quaternius_suit.glb");
const itWithCharacter = existsSync(Character) || process.env["CI"] ? it : it.skip;

/** A software GPU on busy cores takes its time to compile the first pipelines. */
const ReadyTimeout = 100_000;

let browser: Browser;
let server: IFileServer;

beforeAll(async () => {
    if (!existsSync(resolve(SandboxFolder, "index.html"))) {
        execFileSync("npm", ["run", "build:sandbox"], { stdio: "pipe" });
    }
    server = await ServeFolderAsync(SandboxFolder);
    browser = await LaunchBrowserAsync();
}, 300_000);

afterAll(async () => {
    await browser.close();
    await server.closeAsync();
});

interface IOpenPage {
    readonly page: Page;
    /** Every complaint of the page. */
    readonly complaints: string[];
}

/** Wide enough for the panel to be open; frozen scenes have none, and are quicker when small. */
const ViewportOf = (query: string): { width: number; height: number } =>
    query.includes("time=") ? { width: 320, height: 180 } : { width: 800, height: 450 };

async function OpenPageAsync(query: string, ready = "html[data-ready=true]", script = ""): Promise<IOpenPage> {
    const page = await browser.newPage({ viewport: ViewportOf(query) });
    const complaints: string[] = [];
    page.on("console", (message) => {
        if (message.type() === "error") {
            complaints.push(message.text());
        }
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("requestfailed", (request) => complaints.push(`${request.url()} failed`));
    await page.addInitScript(script);
    await page.goto(`${server.url}/${query}`);
    await page
        .waitForSelector(ready, { state: "attached", timeout: ReadyTimeout })
        .catch((error: unknown) => complaints.push(String(error)));
    return { page, complaints };
}

/** Takes a picture of a frozen scene, of which no complaint may come. */
async function PictureAsync(query: string): Promise<PNG> {
    const { page, complaints } = await OpenPageAsync(query);
    const picture = PNG.sync.read(await page.screenshot());
    await page.close();
    expect(complaints).toEqual([]);
    return picture;
}

function CountColours({ data }: PNG): number {
    return new Set(new Uint32Array(data.buffer, data.byteOffset, data.length / 4)).size;
}

/** Gives the drop scene a file by the button of its panel, and waits until the panel counts its splats. */
async function OpenFileAsync(
    page: Page,
    file: string | { name: string; bytes: Uint8Array },
    splats: string,
): Promise<void> {
    const [chooser] = await Promise.all([
        page.waitForEvent("filechooser"),
        page.click("button:has-text('open a file')"),
    ]);
    await chooser.setFiles(
        typeof file === "string"
            ? file
            : { name: file.name, mimeType: "model/gltf-binary", buffer: Buffer.from(file.bytes) },
    );
    await page.waitForSelector(`dd:text-is('${splats}')`, { timeout: ReadyTimeout });
}

describe("the sandbox in a browser", () => {
    it("shows the walking person in a frozen frame, the same one every time", async () => {
        const picture = await PictureAsync("?scene=walk&time=0.5");
        // Sky and ground alone are a few dozen colours; a textured person brings thousands.
        expect(CountColours(picture)).toBeGreaterThan(500);
        const again = await PictureAsync("?scene=walk&time=0.5");
        expect(again.data.equals(picture.data)).toBe(true);
        const later = await PictureAsync("?scene=walk&time=0.8");
        expect(later.data.equals(picture.data)).toBe(false);
    });

    it("opens on the walking person, with a panel that counts splats and names the stages", async () => {
        const { page, complaints } = await OpenPageAsync("");
        expect(await page.textContent("#caption h1")).toBe("A walk");
        await page.waitForSelector("dd:text-is('60,000')", { timeout: ReadyTimeout });
        await page.waitForSelector("dt:text-is('sort'), dt:text('not measured')", { timeout: ReadyTimeout });
        await page.close();
        expect(complaints).toEqual([]);
    });

    it("shows a crowd whose people are not in step", async () => {
        expect(CountColours(await PictureAsync("?scene=crowd&time=0.5"))).toBeGreaterThan(1000);
    });

    it("takes an avatar that is dropped on it", async () => {
        const { page, complaints } = await OpenPageAsync("?scene=drop");
        const bytes = WriteAvatar(MakeSampleAvatar({ gaussians: 1234 }));
        await OpenFileAsync(page, { name: "sample.glb", bytes }, "1,234");
        expect(complaints).toEqual([]);
        await OpenFileAsync(page, { name: "broken.glb", bytes: bytes.subarray(0, 500) }, "1,234");
        await page.waitForSelector(".card h2:text('This did not work')");
        await page.close();
    });

    itWithCharacter("bakes a rigged character in the page, and lets it walk", async () => {
        const { page, complaints } = await OpenPageAsync("?scene=drop");
        await OpenFileAsync(
            page,
            { name: "sample.glb", bytes: WriteAvatar(MakeSampleAvatar({ gaussians: 99 })) },
            "99",
        );
        await OpenFileAsync(page, Character, "60,000");
        expect(await page.locator(".card").count()).toBe(0);
        await page.close();
        expect(complaints).toEqual([]);
    });

    it("says what to do where there is no WebGPU", async () => {
        const hideGpu = 'Object.defineProperty(navigator, "gpu", { value: undefined });';
        const { page } = await OpenPageAsync("", ".card", hideGpu);
        expect(await page.textContent(".card h2")).toBe("This page needs WebGPU");
        expect(await page.locator(".card li").count()).toBeGreaterThan(2);
        await page.close();
    });
});
