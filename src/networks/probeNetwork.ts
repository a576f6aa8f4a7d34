import { type IAvatarNetwork } from "../format/mapModel.js";

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
