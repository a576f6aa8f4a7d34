import { resolve } from "node:path";
import { expect } from "@jest/globals";
import { type Browser } from "playwright-core";
import { BuildLiteUnet, type ILiteUnetConfig, LiteUnetShapes } from "../../src/convert/networks/buildLiteUnet.js";
import { RunNetworksAsync } from "../support/networkRun.js";
import { SeededRandom } from "../support/seededRandom.js";
import { ServeFolderAsync } from "./serve.js";

const Config: ILiteUnetConfig = { size: 8, inputChannels: 3, outputChannels: 2, widths: [4, 5, 6] };

/** What runs in the page: text, since the page has the runtime at another address than this file. */
const RunInPage = `async ({ url, bytes, pose }) => {
    const ort = await import(url);
    ort.env.wasm.numThreads = 1;
    const session = await ort.InferenceSession.create(Uint8Array.from(bytes), { executionProviders: ["wasm"] });
    const { maps } = await session.run({ pose_map: new ort.Tensor("float32", Float32Array.from(pose), [1, 3, 8, 8]) });
    return [...maps.data];
}`;

/**
 * Expects one network, with seeded weights, to make the same numbers in a page as in Node.
 *
 * @param browser opens the page, and closes it
 */
export async function ExpectSameNumbersInPageAsync(browser: Browser): Promise<void> {
    const random = SeededRandom(1);
    const numbers = (count: number): Float32Array => Float32Array.from({ length: count }, () => random() - 0.5);
    const weights = new Map(
        [...LiteUnetShapes(Config)].map(([name, shape]) => {
            const data = numbers(shape.reduce((product, size) => product * size, 1));
            return [name, { shape, read: () => data }];
        }),
    );
    const pose = numbers(3 * 8 * 8);
    const networks = BuildLiteUnet(Config, weights);
    const { tensors } = await RunNetworksAsync(networks, { pose_map: { shape: [1, 3, 8, 8], data: pose } });
    const wanted = tensors.get("maps")!.data;

    const server = await ServeFolderAsync(resolve("node_modules/onnxruntime-web/dist"));
    const page = await browser.newPage();
    try {
        const url = `${server.url}/ort.wasm.bundle.min.mjs`;
        await page.goto(url);
        const input = JSON.stringify({ url, bytes: [...networks[0]!.bytes!], pose: [...pose] });
        const found = await page.evaluate<number[]>(`(${RunInPage})(${input})`);
        expect(found.length).toBe(wanted.length);
        const largest = Math.max(...wanted.map(Math.abs));
        const error = Math.max(...wanted.map((value, index) => Math.abs(value - found[index]!))) / largest;
        console.info(`networks in a browser against Node: ${error.toExponential(1)} of ${largest.toFixed(3)}`);
        expect(largest).toBeGreaterThan(0);
        expect(error).toBeLessThanOrEqual(1e-6);
    } finally {
        await page.close();
        await server.closeAsync();
    }
}
