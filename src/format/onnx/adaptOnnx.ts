import { DecodeOnnx } from "./decodeOnnx.js";
import { EncodeOnnx } from "./encodeOnnx.js";
import { OnnxError } from "./onnxError.js";
import { RepeatInputs } from "./repeatInputs.js";
import { WidenHalves } from "./widenHalves.js";

/** What a network is to run on. */
export interface IOnnxTarget {
    /** Whether it computes with float16. */
    readonly hasHalves: boolean;
    /** Whether it is ONNX Runtime's WebGPU provider. */
    readonly isWebGpu: boolean;
}

/**
 * Makes a network one that its target computes, and computes rightly.
 *
 * @param bytes an ONNX file
 * @param target what it is to run on
 * @returns an ONNX file; the very same bytes where there is nothing to do
 * @throws {@link OnnxError} where the file is damaged; for WebGPU also where it has parts that avatars' networks do not have, so
 * that nobody can tell what the provider makes of it
 */
export function AdaptOnnx(bytes: Uint8Array, target: IOnnxTarget): Uint8Array {
    if (target.hasHalves && !target.isWebGpu) {
        return bytes;
    }
    try {
        const model = DecodeOnnx(bytes);
        const wide = target.hasHalves ? model : WidenHalves(model);
        const adapted = target.isWebGpu ? RepeatInputs(wide) : wide;
        return adapted === model ? bytes : EncodeOnnx(adapted);
    } catch (error) {
        if (error instanceof OnnxError && error.code === "unsupported-network" && !target.isWebGpu) {
            // The processor has kernels for all of ONNX: what is not read here may well run.
            return bytes;
        }
        throw error;
    }
}
