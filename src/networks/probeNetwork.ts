import { type IAvatarNetwork } from "../format/mapModel.js";
import { NetworkError } from "./networkError.js";
import { type NetworkSession } from "./networkSession.js";
import { TensorOfBuffer, TensorOfData } from "./networkTensor.js";

/** The smallest network that computes something, as an ONNX file: y = −x, float32 [1,4], opset 17. */
const ProbeBytes = Uint8Array.from(
    atob("CAg6PgoLCgF4EgF5IgNOZWcSBXByb2JlWhMKAXgSDgoMCAESCAoCCAEKAggEYhMKAXkSDgoMCAESCAoCCAEKAggEQgIQEQ=="),
    (character) => character.charCodeAt(0),
);

/** A network to try a device with. */
export const ProbeNetwork: IAvatarNetwork & { readonly bytes: Uint8Array } = {
    name: "probe",
    bytes: ProbeBytes,
    uri: null,
    byteLength: ProbeBytes.byteLength,
    inputs: [{ name: "x", type: "float32", shape: [1, 4] }],
    outputs: [{ name: "y", type: "float32", shape: [1, 4] }],
};

/** What goes into the probe; no zero, which is also what a buffer of another device reads as. */
const ProbeInput = Float32Array.of(1, 2, 3, 4);

/**
 * Sees that ONNX Runtime computes, and on this very device: its input is a buffer of the device, and its output is read there.
 *
 * @param session of the {@link ProbeNetwork}
 * @param device the graphics device; null for the processor
 * @throws whatever went wrong
 */
export async function ProbeAsync(session: NetworkSession, device: GPUDevice | null): Promise<void> {
    const [{ shape }] = ProbeNetwork.inputs as [IAvatarNetwork["inputs"][0]];
    const buffer = device?.createBuffer({
        size: ProbeInput.byteLength,
        usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    });
    try {
        if (buffer) {
            device?.queue.writeBuffer(buffer, 0, ProbeInput);
        }
        const input = buffer ? TensorOfBuffer(buffer, shape) : TensorOfData(ProbeInput, shape);
        await session.tryAsync(new Map([["x", input]]), (_output, numbers) => {
            if (numbers.some((value, index) => value !== -ProbeInput[index]!)) {
                const found = `−(${ProbeInput.join(", ")}) came out as (${numbers.join(", ")}).`;
                throw new NetworkError("runtime-failed", found);
            }
        });
    } finally {
        buffer?.destroy();
    }
}
