import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type IAvatarNetwork } from "../../../src/format/mapModel.js";
import { DecodeOnnx } from "../../../src/format/onnx/decodeOnnx.js";
import { EncodeOnnx } from "../../../src/format/onnx/encodeOnnx.js";
import { OnnxElements } from "../../../src/format/onnx/onnxModel.js";
import { NetworkError, type NetworkErrorCode } from "../../../src/networks/networkError.js";
import { NetworkRuntime } from "../../../src/networks/networkRuntime.js";
import { TensorOfData } from "../../../src/networks/networkTensor.js";
import { MakePointwiseNetwork, MakeUnknownOperatorNetwork, OnnxNode } from "../../support/onnxGraphs.js";
import { UsePlainWasm } from "../../support/plainWasm.js";

UsePlainWasm();

/** y = 2 x₀ − x₁ + 1 and y = x₀ / 2, on 2×2 pixels. */
const Weights = [
    [2, -1],
    [0.5, 0],
];
const network = MakePointwiseNetwork("point", "pose_map", "maps", Weights, [1, 0], 2);
const Input = Float32Array.of(1, 2, 3, 4, 10, 20, 30, 40);
const Expected = [-7, -15, -23, -31, 0.5, 1, 1.5, 2];

let runtime: NetworkRuntime;

beforeAll(async () => {
    runtime = await NetworkRuntime.CreateAsync({ device: null });
});

afterAll(() => {
    runtime.dispose();
});

/** A network whose input is float32 by the avatar and int32 in the graph. */
function MakeWholeNumbersNetwork(): IAvatarNetwork {
    const model = DecodeOnnx(network.bytes!);
    const [input] = model.graph.inputs;
    const nodes = [OnnxNode("Cast", "pose_map", "maps", { to: OnnxElements.float32.code })];
    const graph = { ...model.graph, nodes, initializers: [], inputs: [{ ...input!, type: "int32" as const }] };
    const bytes = EncodeOnnx({ ...model, graph });
    return { ...network, name: "whole", bytes, byteLength: bytes.byteLength };
}

/** What is thrown when a network is loaded. */
async function FailureAsync(bad: IAvatarNetwork, bytes = bad.bytes!): Promise<NetworkError> {
    const failure: unknown = await runtime.createSessionAsync(bad, bytes).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(NetworkError);
    return failure as NetworkError;
}

function Input2(shape: readonly number[] = [1, 2, 2, 2]): ReadonlyMap<string, ReturnType<typeof TensorOfData>> {
    return new Map([["pose_map", TensorOfData(Input, shape)]]);
}

describe("a network on the processor", () => {
    it("computes what the graph says, and leaves the input and the file alone", async () => {
        const file = network.bytes!.slice();
        const session = await runtime.createSessionAsync(network, file);
        const { shape, data, buffer } = (await session.runAsync(Input2())).get("maps")!;
        expect([shape, buffer]).toEqual([[1, 2, 2, 2], null]);
        expect([...data!]).toEqual(Expected);
        expect(Input).toHaveLength(8);
        expect(file).toEqual(network.bytes);
        expect(session.milliseconds).toBeGreaterThan(0);
        session.dispose();
        session.dispose();
        await expect(session.runAsync(Input2())).rejects.toMatchObject({ code: "disposed" });
    });

    it("is forgotten by the runtime when it is disposed, and keeps no file", async () => {
        for (let round = 0; round < 2; round++) {
            const session = await runtime.createSessionAsync(network, network.bytes!);
            expect([runtime.sessionCount, "bytes" in session.network]).toEqual([1, false]);
            session.dispose();
            expect(runtime.sessionCount).toBe(0);
        }
    });

    it("stays disposed when it is disposed while a run fails", async () => {
        const session = await runtime.createSessionAsync(network, network.bytes!);
        const error = new Error();
        // Read when the failure is told.
        Object.defineProperty(error, "message", { get: () => (session.dispose(), "a failure") });
        const { _session: inner } = session as unknown as { _session: { run: () => Promise<never> } };
        inner.run = async () => await Promise.reject(error);
        await expect(session.runAsync(Input2())).rejects.toMatchObject({ code: "disposed" });
        await expect(session.runAsync(Input2())).rejects.toMatchObject({ code: "disposed" });
    });

    it("runs graphs of halves in float32", async () => {
        const half = MakePointwiseNetwork("half", "pose_map", "maps", Weights, [1, 0], 2, "float16");
        const session = await runtime.createSessionAsync(half, half.bytes!);
        expect([...(await session.runAsync(Input2())).get("maps")!.data!]).toEqual(Expected);
        session.dispose();
    });

    it("refuses inputs that are missing or of another shape, by name, and goes on", async () => {
        const session = await runtime.createSessionAsync(network, network.bytes!);
        await expect(session.runAsync(new Map())).rejects.toThrow('Input "pose_map" of network "point" is not given.');
        await expect(session.runAsync(Input2([1, 2, 4, 1]))).rejects.toThrow(
            "has shape [1, 2, 4, 1]; the network takes [1, 2, 2, 2]",
        );
        const short = new Map([["pose_map", TensorOfData(Input.subarray(1), [1, 2, 2, 2])]]);
        await expect(session.runAsync(short)).rejects.toThrow("holds 7 numbers; its shape [1, 2, 2, 2] has 8");
        expect([...(await session.runAsync(Input2())).get("maps")!.data!]).toEqual(Expected);
        session.dispose();
    });

    const { bytes, byteLength } = network as { bytes: Uint8Array; byteLength: number };
    const foreign = new TextEncoder().encode("<!doctype html><title>Not found</title>");
    const contract = { name: "pose_map", type: "float32", shape: [1, 2, 2, 2] } as const;
    const overflow = MakePointwiseNetwork("overflow", "pose_map", "maps", Weights, [NaN, 0], 2);
    const cases: readonly (readonly [string, IAvatarNetwork, NetworkErrorCode, string])[] = [
        ["cut off", { ...network, bytes: bytes.subarray(0, 60), byteLength: 60 }, "damaged-network", '"point"'],
        ["of another size", { ...network, byteLength: byteLength + 1 }, "damaged-network", `has ${byteLength} bytes`],
        ["no network", { ...network, bytes: foreign, byteLength: foreign.byteLength }, "damaged-network", '"point"'],
        ["with a strange operator", MakeUnknownOperatorNetwork(2), "unsupported-operator", "Frobnicate:maps"],
        ["with another input", { ...network, inputs: [{ ...contract, name: "pose" }] }, "wrong-contract", '"pose_map"'],
        ["with a missing output", { ...network, outputs: [] }, "wrong-contract", 'output "maps"'],
        [
            "of another shape",
            { ...network, inputs: [{ ...contract, shape: [1, 2, 4, 1] }] },
            "wrong-contract",
            "[1, 2, 2, 2]",
        ],
        ["of another type", MakeWholeNumbersNetwork(), "wrong-contract", "is int32 in the graph"],
        ["that makes NaN", overflow, "non-finite", '"maps"'],
    ];
    it.each(cases)("refuses a network %s by name", async (_title, bad, code, words) => {
        const failure = await FailureAsync(bad);
        expect([failure.code, failure.message]).toEqual([code, expect.stringContaining(words)]);
        expect(failure.message).toContain(`"${bad.name}"`);
    });
});
