import { resolve } from "node:path";
import { expect } from "@jest/globals";
import { type Browser } from "playwright-core";
import { BuildDualStyleUnet } from "../../src/convert/networks/buildDualStyleUnet.js";
import { BuildLiteUnet, type ILiteUnetConfig } from "../../src/convert/networks/buildLiteUnet.js";
import { type IAvatarNetwork } from "../../src/format/mapModel.js";
import { AdaptOnnx } from "../../src/format/onnx/adaptOnnx.js";
import { type ITestTensor, RunNetworksAsync } from "../support/networkRun.js";
import { LiteWeights } from "../support/realNetworks.js";
import { SeededRandom } from "../support/seededRandom.js";
import { SampleStyleUnet } from "../support/styleUnetSamples.js";
import { ServeFolderAsync } from "./serve.js";

/** Networks, and the tensor that comes out of the last. */
interface ISample {
    readonly title: string;
    readonly networks: readonly IAvatarNetwork[];
    readonly output: string;
}

/** What the wasm provider computes with. */
const Processor = { hasHalves: false, isWebGpu: false };

/** What runs in the page: text, since the page has the runtime at another address than this file. */
const RunInPage = `async ({ url, networks, inputs, output }) => {
    const ort = await import(url);
    ort.env.wasm.numThreads = 1;
    ort.env.logLevel = "error";
    const tensors = new Map();
    for (const [name, { shape, data }] of Object.entries(inputs)) {
        tensors.set(name, new ort.Tensor("float32", Float32Array.from(data), shape));
    }
    for (const { bytes, reads } of networks) {
        const graph = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0));
        const session = await ort.InferenceSession.create(graph, { executionProviders: ["wasm"] });
        const made = await session.run(Object.fromEntries(reads.map((name) => [name, tensors.get(name)])));
        Object.entries(made).forEach(([name, tensor]) => tensors.set(name, tensor));
    }
    return [...tensors.get(output).data];
}`;

/** The lite network, and the published U-Net with views in slices, its weights as halves that are widened as at run time. */
function Samples(): ISample[] {
    const config: ILiteUnetConfig = { size: 8, inputChannels: 3, outputChannels: 2, widths: [4, 5, 6] };
    const body = BuildDualStyleUnet(SampleStyleUnet(), {
        name: "color",
        precision: "float16",
        view: {},
        sliceMacs: 1e5,
    }).map((network) => ({ ...network, bytes: AdaptOnnx(network.bytes!, Processor) }));
    expect(body.length).toBeGreaterThan(2);
    return [
        { title: "a lite avatar's", networks: BuildLiteUnet(config, LiteWeights(config)), output: "maps" },
        { title: `a body's, in ${body.length} slices`, networks: body, output: "color_map" },
    ];
}

/** Random numbers for whatever no network of the sample makes. */
function RandomInputs(networks: readonly IAvatarNetwork[]): Record<string, ITestTensor> {
    const random = SeededRandom(1);
    const made = new Set(networks.flatMap(({ outputs }) => outputs.map(({ name }) => name)));
    const given = networks.flatMap(({ inputs }) => inputs).filter(({ name }) => !made.has(name));
    return Object.fromEntries(
        given.map(({ name, shape }) => {
            const length = shape.reduce((product, size) => product * size, 1);
            return [name, { shape, data: Float32Array.from({ length }, () => random() - 0.5) }];
        }),
    );
}

/**
 * Expects networks with seeded weights to make the same numbers in a page as in Node.
 *
 * @param browser opens the page, and closes it
 */
export async function ExpectSameNumbersInPageAsync(browser: Browser): Promise<void> {
    const server = await ServeFolderAsync(resolve("node_modules/onnxruntime-web/dist"));
    const page = await browser.newPage();
    try {
        const url = `${server.url}/ort.wasm.bundle.min.mjs`;
        await page.goto(url);
        for (const { title, networks, output } of Samples()) {
            const inputs = RandomInputs(networks);
            const { tensors } = await RunNetworksAsync(networks, inputs);
            const wanted = tensors.get(output)!.data;
            const argument = JSON.stringify({
                url,
                output,
                networks: networks.map(({ bytes, inputs: reads }) => ({
                    bytes: Buffer.from(bytes!).toString("base64"),
                    reads: reads.map(({ name }) => name),
                })),
                inputs: Object.fromEntries(
                    Object.entries(inputs).map(([name, { shape, data }]) => [name, { shape, data: [...data] }]),
                ),
            });
            const found = await page.evaluate<number[]>(`(${RunInPage})(${argument})`);
            expect(found.length).toBe(wanted.length);
            const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
            const error = wanted.reduce((most, value, i) => Math.max(most, Math.abs(value - found[i]!)), 0) / largest;
            console.info(
                `${title} networks in a browser against Node: ${error.toExponential(1)} of ${largest.toFixed(3)}`,
            );
            expect(largest).toBeGreaterThan(0);
            expect(error).toBeLessThanOrEqual(1e-6);
        }
    } finally {
        await page.close();
        await server.closeAsync();
    }
}
