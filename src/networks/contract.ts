import { type InferenceSession } from "onnxruntime-web/webgpu";
import { type IAvatarNetwork, type ITensorContract } from "../format/mapModel.js";
import { NetworkError } from "./networkError.js";
import { ElementCount, type INetworkTensor } from "./networkTensor.js";

type Metadata = readonly InferenceSession.ValueMetadata[];

/**
 * Compares a graph with what the avatar says of it. Dimensions that the graph leaves open are taken as the avatar says.
 *
 * @param network what the avatar says
 * @param inputs what the graph takes
 * @param outputs what the graph makes
 * @throws {@link NetworkError} `"wrong-contract"`, naming the tensor
 */
export function CheckContract(network: IAvatarNetwork, inputs: Metadata, outputs: Metadata): void {
    CheckSide(network.name, "input", network.inputs, inputs);
    CheckSide(network.name, "output", network.outputs, outputs);
}

/**
 * Checks what is given to a run.
 *
 * @param network name of the network
 * @param contract what the network takes
 * @param tensor what is given; undefined when it was forgotten
 * @param isOnDevice whether networks run on the graphics device
 * @throws {@link NetworkError} `"wrong-contract"`, naming the tensor
 */
export function CheckInput(
    network: string,
    contract: ITensorContract,
    tensor: INetworkTensor | undefined,
    isOnDevice: boolean,
): void {
    const subject = `Input "${contract.name}" of network "${network}"`;
    if (!tensor) {
        throw new NetworkError("wrong-contract", `${subject} is not given.`);
    }
    if (!IsSameShape(tensor.shape, contract.shape)) {
        throw new NetworkError(
            "wrong-contract",
            `${subject} has shape ${Shape(tensor.shape)}; the network takes ${Shape(contract.shape)}.`,
        );
    }
    const count = ElementCount(contract.shape);
    const found = tensor.data ? tensor.data.length : Math.floor((tensor.buffer?.size ?? 0) / 4);
    if (tensor.data ? found !== count : found < count) {
        throw new NetworkError(
            "wrong-contract",
            `${subject} holds ${found} numbers; its shape ${Shape(contract.shape)} has ${count}.`,
        );
    }
    if (tensor.buffer && !isOnDevice) {
        throw new NetworkError(
            "wrong-contract",
            `${subject} is on the graphics device, but the network runs on the processor. Give its numbers in memory.`,
        );
    }
}

/**
 * Checks what came out of a run.
 *
 * @param network name of the network
 * @param contract what the network shall make
 * @param shape what it made
 * @throws {@link NetworkError} `"wrong-contract"`, naming the tensor
 */
export function CheckOutput(network: string, contract: ITensorContract, shape: readonly number[]): void {
    if (!IsSameShape(shape, contract.shape)) {
        throw new NetworkError(
            "wrong-contract",
            `Output "${contract.name}" of network "${network}" comes out with shape ${Shape(shape)} instead of ${Shape(contract.shape)}.`,
        );
    }
}

function CheckSide(
    network: string,
    side: "input" | "output",
    contracts: readonly ITensorContract[],
    metadata: Metadata,
): void {
    const names = metadata.map(({ name }) => name);
    const extra = names.find((name) => !contracts.some((contract) => contract.name === name));
    if (extra !== undefined) {
        throw new NetworkError(
            "wrong-contract",
            `Network "${network}" has an ${side} "${extra}" that the avatar does not name.`,
        );
    }
    for (const { name, shape } of contracts) {
        const subject = `The ${side} "${name}" of network "${network}"`;
        const value = metadata.find((candidate) => candidate.name === name);
        if (!value) {
            throw new NetworkError(
                "wrong-contract",
                `${subject} is not in the graph, which has: ${names.map((other) => `"${other}"`).join(", ")}.`,
            );
        }
        if (!value.isTensor || value.type !== "float32") {
            const found = value.isTensor ? value.type : "something that is not a tensor";
            throw new NetworkError(
                "wrong-contract",
                `${subject} is ${found} in the graph. It has to be float32, as the avatar says; cast inside the graph.`,
            );
        }
        const open = value.shape.map((size, axis) => (typeof size === "number" ? size : (shape[axis] ?? -1)));
        // A graph may leave an output's shape open altogether: the run on zeros shows it.
        if (!IsSameShape(open, shape) && !(side === "output" && open.length === 0)) {
            throw new NetworkError(
                "wrong-contract",
                `${subject} has shape ${Shape(shape)} by the avatar and ${Shape(value.shape)} in the graph.`,
            );
        }
    }
}

function IsSameShape(a: readonly number[], b: readonly number[]): boolean {
    return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

function Shape(shape: readonly (number | string)[]): string {
    return `[${shape.join(", ")}]`;
}
