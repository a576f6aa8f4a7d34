import { describe, expect, it } from "@jest/globals";
import * as ort from "onnxruntime-web/wasm";
import protobuf from "protobufjs/minimal.js";
import { AdaptOnnx } from "../../../../src/format/onnx/adaptOnnx.js";
import { DecodeOnnx } from "../../../../src/format/onnx/decodeOnnx.js";
import { EncodeOnnx } from "../../../../src/format/onnx/encodeOnnx.js";
import { OnnxError } from "../../../../src/format/onnx/onnxError.js";
import { type IOnnxModel, type IOnnxTensor, OnnxElements } from "../../../../src/format/onnx/onnxModel.js";
import { Float16Tensor, Float32Tensor, Int64Tensor, TensorValues } from "../../../../src/format/onnx/onnxTensor.js";
import { MakeConvolution, MakeOnnxNetwork, MakePointwiseNetwork, OnnxNode } from "../../../support/onnxGraphs.js";
import { SeededRandom } from "../../../support/seededRandom.js";

/** A model with every kind of attribute, tensor and shape that the format here knows; it does not run. */
function MakeEveryPart(): IOnnxModel {
    const raw = (type: IOnnxTensor["type"]): IOnnxTensor => ({
        name: `t-${type}`,
        type,
        shape: [2, 1],
        bytes: Uint8Array.from({ length: 2 * OnnxElements[type].size }, (_, index) => index + 1),
    });
    const attributes = {
        alpha: { kind: "float", value: 0.25 },
        axis: { kind: "int", value: -3 },
        mode: { kind: "string", value: "größer" },
        value: { kind: "tensor", value: Int64Tensor("inner", [2 ** 40, -1]) },
        scales: { kind: "floats", value: [1, -2.5] },
        pads: { kind: "ints", value: [0, 1, -1, 2 ** 40] },
        names: { kind: "strings", value: ["a", ""] },
        none: { kind: "ints", value: [] },
    } as const;
    return {
        irVersion: 8,
        producer: "test",
        opsets: new Map([["", 17], ["com.example", 1]]), // prettier-ignore
        graph: {
            name: "every part",
            nodes: [
                { ...OnnxNode("Any", "a  b", "c d", attributes), domain: "com.example" },
                OnnxNode("Cast", "c", "e", { to: 10 }),
            ],
            initializers: (Object.keys(OnnxElements) as IOnnxTensor["type"][]).map(raw),
            inputs: [{ name: "a", type: "float32", shape: [1, "width", "", 3] }],
            outputs: [{ name: "e", type: "float16", shape: null }],
            valueInfos: [{ name: "c", type: "int64", shape: [] }],
        },
    };
}

/** Runs a network of one input and one output on ONNX Runtime. */
async function RunAsync(bytes: Uint8Array, data: Float32Array, shape: number[]): Promise<Float32Array> {
    ort.env.wasm.numThreads = 1;
    const session = await ort.InferenceSession.create(bytes, { executionProviders: ["wasm"] });
    const outputs = await session.run({ [session.inputNames[0]!]: new ort.Tensor("float32", data, shape) });
    await session.release();
    return outputs[session.outputNames[0]!]!.data as Float32Array;
}

/** A file with one initialiser, whose fields a test writes by hand. */
function FileWithTensor(write: (writer: protobuf.Writer) => void): Uint8Array {
    const writer = new protobuf.Writer();
    writer.uint32((7 << 3) | 2).fork().uint32((5 << 3) | 2).fork(); // prettier-ignore
    write(writer);
    writer.ldelim().ldelim().uint32((8 << 3) | 2).fork().uint32((2 << 3) | 0).int64(17).ldelim(); // prettier-ignore
    return writer.finish();
}

/** The error that decoding ends with. */
function DecodeError(bytes: Uint8Array): OnnxError {
    try {
        DecodeOnnx(bytes);
    } catch (error) {
        expect(error).toBeInstanceOf(OnnxError);
        return error as OnnxError;
    }
    throw new Error("It was decoded.");
}

describe("ONNX files", () => {
    it("come back as they were written", () => {
        const model = MakeEveryPart();
        expect(DecodeOnnx(EncodeOnnx(model))).toEqual(model);
    });

    it("are not copied where a tensor stands in them as bytes", () => {
        const bytes = EncodeOnnx(MakeEveryPart());
        expect(DecodeOnnx(bytes).graph.initializers.every((tensor) => tensor.bytes.buffer === bytes.buffer)).toBe(true);
    });

    it("run on ONNX Runtime", async () => {
        const network = MakePointwiseNetwork("mix", "x", "y", [[1, 2], [0, -1]], [0.5, 0], 2); // prettier-ignore
        const found = await RunAsync(network.bytes!, Float32Array.of(1, 2, 3, 4, 10, 20, 30, 40), [1, 2, 2, 2]);
        expect([...found]).toEqual([21.5, 42.5, 63.5, 84.5, -10, -20, -30, -40]);
    });

    it("may hold numbers as lists, packed or one by one, as some exporters write them", () => {
        const packed = FileWithTensor((writer) => {
            writer.uint32((1 << 3) | 2).fork().int64(3).ldelim().uint32((2 << 3) | 0).int32(1); // prettier-ignore
            writer.uint32((4 << 3) | 2).fork().float(1).float(-2).float(0.5).ldelim(); // prettier-ignore
        });
        expect([...TensorValues(DecodeOnnx(packed).graph.initializers[0]!)]).toEqual([1, -2, 0.5]);
        const single = FileWithTensor((writer) => {
            writer.uint32((1 << 3) | 0).int64(2).uint32((2 << 3) | 0).int32(10); // prettier-ignore
            writer.uint32((5 << 3) | 0).int32(0x3c00).uint32((5 << 3) | 0).int32(0xc000); // prettier-ignore
        });
        expect([...TensorValues(DecodeOnnx(single).graph.initializers[0]!)]).toEqual([1, -2]);
    });
});

describe("Damaged ONNX files", () => {
    const bytes = EncodeOnnx(MakeEveryPart());

    it("end in an error wherever they are cut", () => {
        for (let length = 0; length < bytes.length; length++) {
            // Only the sets of operators stand behind the graph; without one of two the file is still whole.
            try {
                DecodeOnnx(bytes.subarray(0, length));
                expect(length).toBeGreaterThan(bytes.length - 20);
            } catch (error) {
                expect(error).toBeInstanceOf(OnnxError);
            }
        }
    });

    it("end in an error or in a model wherever bytes are wrong, never in another exception", () => {
        const random = SeededRandom(1);
        let refused = 0;
        for (let round = 0; round < 800; round++) {
            const broken = bytes.slice();
            for (let hit = 0; hit < 3; hit++) {
                broken[Math.floor(random() * broken.length)] = Math.floor(random() * 256);
            }
            try {
                EncodeOnnx(DecodeOnnx(broken));
            } catch (error) {
                expect(error).toBeInstanceOf(OnnxError);
                refused++;
            }
        }
        console.log(`ONNX files with three wrong bytes that are refused: ${refused} of 800`);
        expect(refused).toBeGreaterThan(400);
    });

    it("cannot ask for more memory than they have bytes", () => {
        const huge = FileWithTensor((writer) => {
            writer.uint32((1 << 3) | 2).fork().int64(2 ** 20).int64(2 ** 20).ldelim(); // prettier-ignore
            writer.uint32((2 << 3) | 0).int32(1).uint32((8 << 3) | 2).string("weights"); // prettier-ignore
        });
        expect(DecodeError(huge).code).toBe("damaged-network");
        expect(DecodeError(huge).message).toContain('"weights" of shape [1048576, 1048576]');
        const parts = new Uint8Array(1_000_000).fill((1 << 3) | 2);
        // A graph of empty nodes, two bytes each.
        const head = new protobuf.Writer().uint32((7 << 3) | 2).uint32(parts.length).finish(); // prettier-ignore
        for (let index = 1; index < parts.length; index += 2) {
            parts[index] = 0;
        }
        const flood = new Uint8Array(head.length + parts.length);
        flood.set(head);
        flood.set(parts, head.length);
        expect(DecodeError(flood).message).toContain("more than");
    });

    it("cannot make numbers of an attribute or dimensions out of single bytes without end", () => {
        const count = 2 ** 18;
        const attribute = new protobuf.Writer();
        attribute.uint32((7 << 3) | 2).fork().uint32((1 << 3) | 2).fork().uint32((5 << 3) | 2).fork(); // prettier-ignore
        attribute.uint32((8 << 3) | 2).bytes(new Uint8Array(count));
        expect(DecodeError(attribute.ldelim().ldelim().ldelim().finish()).message).toContain("more than 250000 parts");
        const dimensions = FileWithTensor((writer) => writer.uint32((1 << 3) | 2).bytes(new Uint8Array(count)));
        expect(DecodeError(dimensions).message).toContain("more than 250000 parts");
    });

    it("may hold more numbers than that as a tensor, in lists that are joined, but no others than its shape says", () => {
        const count = 2 ** 18;
        const write = (missing: number): Uint8Array =>
            FileWithTensor((writer) => {
                writer.uint32((1 << 3) | 2).fork().int64(count + 1).ldelim().uint32((2 << 3) | 0).int32(3); // prettier-ignore
                writer.uint32((5 << 3) | 2).bytes(new Uint8Array(count - missing).fill(7)).uint32((5 << 3) | 0).int32(-1); // prettier-ignore
            });
        const [tensor] = DecodeOnnx(write(0)).graph.initializers;
        expect([tensor!.bytes.length, ...tensor!.bytes.slice(-2)]).toEqual([count + 1, 7, 255]);
        expect(DecodeError(write(1)).message).toContain(`has ${count} bytes instead of ${count + 1}`);
    });

    it("say what is not supported", () => {
        const external = FileWithTensor((writer) => {
            writer.uint32((8 << 3) | 2).string("far").uint32((13 << 3) | 2).string("x"); // prettier-ignore
        });
        expect(DecodeError(external)).toMatchObject({ code: "unsupported-network" });
        expect(DecodeError(external).message).toContain('"far"');
        const texts = FileWithTensor((writer) => writer.uint32((2 << 3) | 0).int32(8));
        expect(DecodeError(texts)).toMatchObject({ code: "unsupported-network" });
        expect(DecodeError(new TextEncoder().encode("<!doctype html>"))).toMatchObject({ code: "damaged-network" });
        expect(DecodeError(new Uint8Array(0)).message).toContain("no graph");
    });
});

/** What has no halves and is not WebGPU. */
const Processor = { hasHalves: false, isWebGpu: false };

describe("AdaptOnnx", () => {
    it("leaves no half, and the same results but for the rounding of what is computed", async () => {
        const narrow = MakePointwiseNetwork("mix", "x", "y", [[0.1, 2], [0.3, -1]], [0.7, 0], 2, "float16"); // prettier-ignore
        const wide = AdaptOnnx(narrow.bytes!, Processor);
        const { graph } = DecodeOnnx(wide);
        expect(graph.initializers.map((tensor) => tensor.type)).toEqual(["float32", "float32"]);
        expect(graph.nodes[0]!.attributes.get("to")).toEqual({ kind: "int", value: OnnxElements.float32.code });
        const found = await RunAsync(wide, Float32Array.of(1, 2, 3, 4, 10, 20, 30, 40), [1, 2, 2, 2]);
        const tenth = TensorValues(Float16Tensor("", [1], Float32Array.of(0.1)))[0]!;
        const bias = TensorValues(Float16Tensor("", [1], Float32Array.of(0.7)))[0]!;
        expect(found[0]!).toBeCloseTo(tenth + 20 + bias, 5);
    });

    it("leaves files without halves as they are, and for the processor those that it cannot read", () => {
        const { bytes } = MakePointwiseNetwork("mix", "x", "y", [[1, 2], [0, -1]], [0.5, 0], 2); // prettier-ignore
        expect(AdaptOnnx(bytes!, Processor)).toBe(bytes);
        expect(AdaptOnnx(bytes!, { ...Processor, isWebGpu: true })).toBe(bytes);
        const external = FileWithTensor((writer) => writer.uint32((13 << 3) | 2).string("x"));
        expect(AdaptOnnx(external, Processor)).toBe(external);
        expect(() => AdaptOnnx(external, { ...Processor, isWebGpu: true })).toThrow("another file");
    });

    it.each([6, 9])("repeats %i inputs of a convolution for WebGPU, with the same results", async (inputs) => {
        const { bytes } = MakeConvolution(inputs, 4);
        const mended = AdaptOnnx(bytes!, { ...Processor, isWebGpu: true });
        const { nodes } = DecodeOnnx(mended).graph;
        expect(nodes.map(({ operator }) => operator)).toEqual(["Concat", "Sub", "Concat", "Conv"]);
        expect(nodes[0]!.inputs).toHaveLength(inputs === 6 ? 2 : 4);
        const random = SeededRandom(3);
        const data = Float32Array.from({ length: inputs * 16 }, random);
        const [found, wanted] = [
            await RunAsync(mended, data, [1, inputs, 4, 4]),
            await RunAsync(bytes!, data, [1, inputs, 4, 4]),
        ];
        // The same products, and zeros, in another order.
        expect(Math.max(...wanted.map((value, index) => Math.abs(value - found[index]!)))).toBeLessThan(1e-6);
        expect(AdaptOnnx(MakeConvolution(inputs, 5).bytes!, { ...Processor, isWebGpu: true })).toHaveLength(
            MakeConvolution(inputs, 5).byteLength,
        );
    });

    it("refuses for WebGPU convolutions of which nobody can tell, by name", () => {
        const shapes = { x: [1, 6, 4, 4], w: [4, 6, 3, 3] };
        const nodes = [OnnxNode("Neg", "w", "weights"), OnnxNode("Conv", "x weights", "y")];
        const { bytes } = MakeOnnxNetwork("computed", shapes, { y: [1, 4, 2, 2] }, nodes);
        expect(() => AdaptOnnx(bytes!, { ...Processor, isWebGpu: true })).toThrow('Node "Conv:y" is a convolution');
        expect(AdaptOnnx(bytes!, Processor)).toBe(bytes);
    });

    it("widens constants in attributes, and refuses what has no half", () => {
        const model = MakeEveryPart();
        const half = Float16Tensor("", [1], Float32Array.of(1.5));
        const nodes = [OnnxNode("Constant", "", "c", { value: { kind: "tensor", value: half } })];
        const { graph } = DecodeOnnx(AdaptOnnx(EncodeOnnx({ ...model, graph: { ...model.graph, nodes } }), Processor));
        const attribute = graph.nodes[0]!.attributes.get("value")!;
        expect(attribute).toEqual({ kind: "tensor", value: Float32Tensor("", [1], Float32Array.of(1.5)) });
        expect(graph.outputs[0]!.type).toBe("float32");
        expect(() => Float16Tensor("bias", [1], Float32Array.of(1e6))).toThrow('"bias" has the number 1000000');
    });
});
