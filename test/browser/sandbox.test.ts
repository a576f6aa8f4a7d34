import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { PNG } from "pngjs";
import { type Browser, type Page } from "playwright-core";
import { LaunchBrowserAsync } from "./launch.js";
import { ServeFolderAsync, type IFileServer } from "./serve.js";

const SandboxFolder = resolve("dist-sandbox");

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

/** Opens a scene and waits for its ready flag; every complaint of the page is collected. */
async function OpenSceneAsync(query: string): Promise<{ page: Page; complaints: string[] }> {
    const page = await browser.newPage({ viewport: { width: 320, height: 180 } });
    const complaints: string[] = [];
    page.on("console", (message) => {
        if (message.type() === "error") {
            complaints.push(message.text());
        }
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("requestfailed", (request) => complaints.push(`${request.url()} failed`));
    await page.goto(`${server.url}/${query}`);
    await page
        .waitForSelector("html[data-ready=true]", { state: "attached", timeout: ReadyTimeout })
        .catch((error: unknown) => complaints.push(String(error)));
    return { page, complaints };
}

describe("the sandbox in a browser", () => {
    it("shows the walking person in a frozen frame, without a word on the console", async () => {
        const { page, complaints } = await OpenSceneAsync("?scene=walk&time=0.5");
        const { data } = PNG.sync.read(await page.screenshot());
        await page.close();
        expect(complaints).toEqual([]);
        const colours = new Set(new Uint32Array(data.buffer, data.byteOffset, data.length / 4));
        // Sky and ground alone are a few dozen colours; a textured person brings thousands.
        expect(colours.size).toBeGreaterThan(500);
    });
});
