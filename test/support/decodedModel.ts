import { type IMapModel } from "../../src/format/mapModel.js";
import { DecodeStage } from "../../src/pipeline/3-gaussians/decodeStage.js";
import { type DecodedGaussians } from "../../src/pipeline/3-gaussians/decodedGaussians.js";
import { MapModelBuffers } from "../../src/pipeline/3-gaussians/mapModelBuffers.js";
import { DecodedGaussianLayout } from "../../src/pipeline/3-gaussians/mapModelLayout.js";
import { CreateDecodedSkinKernelAsync } from "../../src/pipeline/4-skin/decodedSkinKernel.js";
import { type IDecodedGaussian, type Tensors } from "../reference/decodeGaussian.js";
import { ReadBufferAsync } from "./readBuffer.js";

/** A map model on a device, ready for outputs. */
export interface IDecodedModel {
    /** Its Gaussians. */
    readonly decoded: DecodedGaussians;
    /** Decodes outputs and waits for nothing. */
    readonly decode: (tensors: Tensors) => void;
    /** The Gaussians as they are now. */
    readonly readAsync: () => Promise<IDecodedGaussian[]>;
    /** Frees everything. */
    readonly dispose: () => void;
}

/** Compiling takes a second on a software device, so every device does it once. */
const KernelsOf = new WeakMap<GPUDevice, ReturnType<typeof CompileAsync>>();

async function CompileAsync(
    device: GPUDevice,
): Promise<{ stage: DecodeStage; skin: Awaited<ReturnType<typeof CreateDecodedSkinKernelAsync>> }> {
    return { stage: await DecodeStage.CreateAsync(device), skin: await CreateDecodedSkinKernelAsync(device) };
}

/**
 * Puts a map model on a device.
 *
 * @param device the device
 * @param model the model
 */
export async function DecodeModelAsync(device: GPUDevice, model: IMapModel): Promise<IDecodedModel> {
    const compiled = KernelsOf.get(device) ?? CompileAsync(device);
    KernelsOf.set(device, compiled);
    const { stage, skin } = await compiled;
    const buffers = new MapModelBuffers(device, model, "test");
    const decoded = stage.createDecoded(buffers, skin);
    const uploads: GPUBuffer[] = [];
    const upload = (data: ArrayLike<number>): GPUBuffer => {
        const values = Float32Array.from(data);
        const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
        const buffer = device.createBuffer({ size: values.byteLength, usage });
        device.queue.writeBuffer(buffer, 0, values);
        uploads.push(buffer);
        return buffer;
    };
    return {
        decoded,
        decode: (tensors) => {
            const encoder = device.createCommandEncoder();
            decoded.encodeDecode(encoder, new Map([...tensors].map(([name, { data }]) => [name, upload(data)])));
            device.queue.submit([encoder.finish()]);
        },
        readAsync: async () => {
            const { stride, position, opacity, rotation, scale, color } = DecodedGaussianLayout;
            const floats = new Float32Array(await ReadBufferAsync(device, decoded.gaussians, decoded.count * stride));
            return Array.from({ length: decoded.count }, (_, index) => {
                const row = (word: number, width: number): number[] => {
                    const first = (index * stride) / 4 + word;
                    return [...floats.subarray(first, first + width)];
                };
                return {
                    position: row(position, 3),
                    opacity: row(opacity, 1)[0]!,
                    rotation: row(rotation, 4),
                    scale: row(scale, 3),
                    color: row(color, 3),
                };
            });
        },
        dispose: () => {
            decoded.dispose();
            buffers.dispose();
            uploads.forEach((buffer) => {
                buffer.destroy();
            });
        },
    };
}
