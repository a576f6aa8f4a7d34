import { setFlagsFromString } from "node:v8";
import { afterAll, beforeAll } from "@jest/globals";

/**
 * Switches V8's optimising compiler for WebAssembly off while the tests of a file run. It takes up to a minute for ONNX Runtime,
 * much more than the small networks of tests could gain, and the process waits for it at its end.
 */
export function UsePlainWasm(): void {
    const flags = ["wasm-dynamic-tiering", "wasm-tier-up"];
    beforeAll(() => {
        flags.forEach((flag) => {
            setFlagsFromString(`--no-${flag}`);
        });
    });
    afterAll(() => {
        flags.forEach((flag) => {
            setFlagsFromString(`--${flag}`);
        });
    });
}
