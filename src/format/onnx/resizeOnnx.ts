import { DecodeOnnx } from "./decodeOnnx.js";
import { EncodeOnnx } from "./encodeOnnx.js";
import { type IOnnxValueInfo } from "./onnxModel.js";

/**
 * Lets a network of convolutions take pictures of another size than it was written for: only the shapes that it states change.
 *
 * @param bytes an ONNX file whose tensors between nodes are pictures [1,C,H,W], enlarged by factors and not to sizes
 * @param factor what sides are multiplied by; they must stay whole
 * @returns an ONNX file
 * @throws OnnxError where the file is damaged, or has parts that avatars' networks do not have
 */
export function ResizeOnnx(bytes: Uint8Array, factor: number): Uint8Array {
    const { graph, ...model } = DecodeOnnx(bytes);
    const resize = (info: IOnnxValueInfo): IOnnxValueInfo => ({
        ...info,
        shape: info.shape?.map((size, axis) => (axis < 2 || typeof size === "string" ? size : size * factor)) ?? null,
    });
    const inputs = graph.inputs.map(resize);
    const outputs = graph.outputs.map(resize);
    // What lies between follows from these.
    return EncodeOnnx({ ...model, graph: { ...graph, inputs, outputs, valueInfos: [] } });
}
