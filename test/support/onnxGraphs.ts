import { EncodeOnnx } from "../../src/format/onnx/encodeOnnx.js";
import {
    type IOnnxNode,
    type IOnnxTensor,
    type OnnxAttributeValue,
    OnnxElements,
} from "../../src/format/onnx/onnxModel.js";
import { Float16Tensor, Float32Tensor } from "../../src/format/onnx/onnxTensor.js";
import { type IAvatarNetwork, type ITensorContract } from "../../src/format/mapModel.js";
import { SeededRandom } from "./seededRandom.js";

/**
 * A node.
 *
 * @param operator for example `Conv`
 * @param inputs names of values, separated by spaces
 * @param outputs the same
 * @param attributes by name: numbers are integers, lists are lists of integers
 * @returns the node
 */
export function OnnxNode(
    operator: string,
    inputs: string,
    outputs: string,
    attributes: Readonly<Record<string, number | number[] | string | OnnxAttributeValue>> = {},
): IOnnxNode {
    const entries = Object.entries(attributes).map(([name, value]): [string, OnnxAttributeValue] => {
        if (typeof value === "number") {
            return [name, { kind: "int", value }];
        }
        if (typeof value === "string") {
            return [name, { kind: "string", value }];
        }
        return [name, Array.isArray(value) ? { kind: "ints", value } : value];
    });
    return {
        name: `${operator}:${outputs}`,
        operator,
        domain: "",
        inputs: inputs.split(" "),
        outputs: outputs.split(" "),
        attributes: new Map(entries),
    };
}

/**
 * A network of a few nodes, with its bytes and its contract.
 *
 * @param name of the network
 * @param inputs float32 tensors that go in, shapes by name
 * @param outputs the same of what comes out
 * @param nodes in the order in which they run
 * @param initializers constants
 * @returns the network
 */
export function MakeOnnxNetwork(
    name: string,
    inputs: Readonly<Record<string, readonly number[]>>,
    outputs: Readonly<Record<string, readonly number[]>>,
    nodes: readonly IOnnxNode[],
    initializers: readonly IOnnxTensor[] = [],
): IAvatarNetwork {
    const contracts = (shapes: Readonly<Record<string, readonly number[]>>): ITensorContract[] =>
        Object.entries(shapes).map(([tensor, shape]) => ({ name: tensor, type: "float32", shape }));
    const [ins, outs] = [contracts(inputs), contracts(outputs)];
    const values = (
        tensors: readonly ITensorContract[],
    ): { name: string; type: "float32"; shape: readonly number[] }[] =>
        tensors.map((tensor) => ({ name: tensor.name, type: "float32", shape: tensor.shape }));
    const bytes = EncodeOnnx({
        irVersion: 8,
        producer: "test",
        opsets: new Map([["", 17]]),
        graph: { name, nodes, initializers, inputs: values(ins), outputs: values(outs), valueInfos: [] },
    });
    return { name, bytes, uri: null, byteLength: bytes.byteLength, inputs: ins, outputs: outs };
}

/**
 * y = W x + b for every pixel: one 1×1 convolution.
 *
 * @param name of the network
 * @param input name of the tensor that goes in
 * @param output name of the tensor that comes out
 * @param weights [outputs, inputs] W
 * @param biases [outputs] b
 * @param size side of the picture, pixels
 * @param precision of the weights and of the convolution (default: float32); tensors in and out are float32 anyway
 * @returns the network
 */
export function MakePointwiseNetwork(
    name: string,
    input: string,
    output: string,
    weights: readonly (readonly number[])[],
    biases: readonly number[],
    size: number,
    precision: "float32" | "float16" = "float32",
): IAvatarNetwork {
    const [rows, columns] = [weights.length, weights[0]!.length];
    const constant = precision === "float32" ? Float32Tensor : Float16Tensor;
    const constants = [
        constant("weight", [rows, columns, 1, 1], Float32Array.from(weights.flat())),
        constant("bias", [rows], Float32Array.from(biases)),
    ];
    const nodes =
        precision === "float32"
            ? [OnnxNode("Conv", `${input} weight bias`, output)]
            : [
                  OnnxNode("Cast", input, "narrow", { to: OnnxElements.float16.code }),
                  OnnxNode("Conv", "narrow weight bias", "wide"),
                  OnnxNode("Cast", "wide", output, { to: OnnxElements.float32.code }),
              ];
    const shapes = [
        [1, columns, size, size],
        [1, rows, size, size],
    ] as const;
    return MakeOnnxNetwork(name, { [input]: shapes[0] }, { [output]: shapes[1] }, nodes, constants);
}

/**
 * y = a 3×3 convolution of x, [1,inputs,4,4] → [1,outputs,4,4], with random weights.
 *
 * @param inputs channels that go in
 * @param outputs channels that come out
 * @returns the network
 */
export function MakeConvolution(inputs: number, outputs: number): IAvatarNetwork {
    const random = SeededRandom(7);
    const weight = Float32Array.from({ length: outputs * inputs * 9 }, () => (random() - 0.5) / inputs);
    return MakeOnnxNetwork(
        "convolution",
        { x: [1, inputs, 4, 4] },
        { y: [1, outputs, 4, 4] },
        [OnnxNode("Conv", "x weight", "y", { kernel_shape: [3, 3], pads: [1, 1, 1, 1] })],
        [Float32Tensor("weight", [outputs, inputs, 3, 3], weight)],
    );
}

/**
 * Two networks of which the second reads what the first makes, and the camera: `maps` = 2 · `pose_map` + 1 + `view_front`.
 * Tensors are [1,1,size,size].
 *
 * @param size side of the picture, pixels
 * @returns trunk and camera-dependent tail
 */
export function MakeTwoSliceNetworks(size: number): IAvatarNetwork[] {
    const shape = [1, 1, size, size];
    return [
        MakePointwiseNetwork("trunk", "pose_map", "trunk_features", [[2]], [1], size),
        MakeOnnxNetwork("tail", { trunk_features: shape, view_front: shape }, { maps: shape }, [
            OnnxNode("Add", "trunk_features view_front", "maps"),
        ]),
    ];
}

/**
 * A network whose only operator does not exist.
 *
 * @param size side of the picture, pixels
 * @returns the network
 */
export function MakeUnknownOperatorNetwork(size: number): IAvatarNetwork {
    const shape = [1, 1, size, size];
    return MakeOnnxNetwork("strange", { pose_map: shape }, { maps: shape }, [
        OnnxNode("Frobnicate", "pose_map", "maps"),
    ]);
}
