import { AvatarError } from "../diagnostics/avatarError.js";
import { NetworkError, type NetworkErrorCode } from "./networkError.js";
import { DeviceComplaint } from "./watchDevice.js";

/** What ONNX Runtime's messages say, by their words, since it has no codes; and what to do. The first that fits counts. */
const Symptoms: readonly (readonly [RegExp, NetworkErrorCode, string])[] = [
    [
        /out of memory|bad_alloc|failed to allocate|allocation failed|cannot allocate|exceeds the max/i,
        "out-of-memory",
        "does not fit into memory; use a smaller one.",
    ],
    [
        /no op registered|not a registered|not_implemented|could not find an implementation|opset \d+ is under/i,
        "unsupported-operator",
        "has an operator that ONNX Runtime for browsers does not know; export it without.",
    ],
    [/protobuf parsing|invalid_protobuf/i, "damaged-network", "is no whole ONNX file; write it again."],
];

/** The operator in a message of ONNX Runtime: "No Op registered for Frobnicate with domain_version of 17". */
const OperatorPattern = /(?:registered for|implementation for) (\w+)/i;

/**
 * Tells any failure in our terms.
 *
 * @param error what was thrown
 * @param network name of the network
 * @param bytes the ONNX file when it was being loaded; undefined in a run
 * @returns the error to throw
 */
export async function ToNetworkErrorAsync(error: unknown, network: string, bytes?: Uint8Array): Promise<NetworkError> {
    if (error instanceof NetworkError) {
        return error;
    }
    const text = error instanceof Error ? error.message : String(error);
    if (error instanceof AvatarError) {
        // We have read the file ourselves.
        const code = error.code === "damaged-network" ? "damaged-network" : "unsupported-operator";
        return new NetworkError(code, `Network "${network}": ${text}`, { cause: error });
    }
    if (error instanceof DeviceComplaint) {
        const [code, remedy] = error.isOutOfMemory
            ? (["out-of-memory", "does not fit into memory; use a smaller one."] as const)
            : (["runtime-failed", "fails on this graphics device."] as const);
        return new NetworkError(code, `Network "${network}" ${remedy} Found: ${text}`, { cause: error });
    }
    const [, code, remedy] = Symptoms.find(([words]) => words.test(text)) ?? [
        null,
        bytes ? ("damaged-network" as const) : ("runtime-failed" as const),
        bytes ? "is a graph that ONNX Runtime refuses; export it again." : "failed while it ran; load it again.",
    ];
    const operator = code === "unsupported-operator" ? OperatorPattern.exec(text)?.[1] : undefined;
    const node = operator && bytes ? await FindNodeAsync(bytes, operator) : "";
    return new NetworkError(code, `Network "${network}" ${remedy}${node} Found: ${text}`, { cause: error });
}

/** ONNX Runtime names the operator but not where it is. */
async function FindNodeAsync(bytes: Uint8Array, operator: string): Promise<string> {
    try {
        const { DecodeOnnx } = await import(/* webpackChunkName: "networks-onnx" */ "../format/onnx/decodeOnnx.js");
        const node = DecodeOnnx(bytes).graph.nodes.find((candidate) => candidate.operator === operator);
        return node ? ` Node "${node.name}" has it.` : "";
    } catch {
        return "";
    }
}
