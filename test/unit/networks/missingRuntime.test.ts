import { expect, it, jest } from "@jest/globals";

jest.unstable_mockModule("onnxruntime-web/wasm", () => {
    throw new Error("Cannot find package 'onnxruntime-web'");
});
// What some bundlers put in the place of an optional package that is not installed.
jest.unstable_mockModule("onnxruntime-web/webgpu", () => ({ default: {} }));

const { LoadOrtAsync } = await import("../../../src/networks/ortModule.js");
const { NetworkRuntime } = await import("../../../src/networks/networkRuntime.js");

it("names the package that is missing, and the command that installs it", async () => {
    const failure = {
        code: "runtime-missing",
        message: expect.stringContaining("npm install onnxruntime-web") as unknown,
    };
    await expect(NetworkRuntime.CreateAsync({ device: null })).rejects.toMatchObject(failure);
    await expect(LoadOrtAsync("webgpu")).rejects.toMatchObject(failure);
});
