/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-return, @typescript-eslint/restrict-plus-operands -- documents are broken here in ways that no type describes */
import { Broken, type Case, KHR, SampleFile, Text } from "./fileSurgery.js";

/** Files whose container, document, limits or references are wrong. */
export const BrokenDocuments: readonly Case[] = [
    [
        "another kind of file",
        "not-glb",
        /neither with "glTF" nor with "\{": give a \.glb or \.gltf file/,
        () => new TextEncoder().encode("ply\nformat binary"),
    ],
    ["an empty file", "not-glb", /glTF/, () => new Uint8Array(0)],
    [
        "container version 1",
        "not-glb",
        /version 1.*glTF 2\.0/,
        () => SampleFile().map((byte, i) => (i === 4 ? 1 : byte)),
    ],
    ["no JSON chunk", "not-glb", /no JSON chunk/, () => SampleFile().map((byte, i) => (i === 16 ? 0 : byte))],
    ["a cut file", "truncated", /states \d+ bytes, the file has/, () => SampleFile().slice(0, -1)],
    ["a cut header", "truncated", /header/, () => SampleFile().slice(0, 9)],
    [
        "a buffer longer than its chunk",
        "truncated",
        /\/buffers\/0\/byteLength/,
        Broken(({ json }) => (json.buffers[0].byteLength += 64)),
    ],
    ["text that is not JSON", "invalid-json", /cannot be read/, Text('{"asset": ')],
    ["JSON nested without end", "too-large", /nested/, Text("[".repeat(5000))],
    ["glTF 1", "invalid-gltf", /\/asset\/version/, Broken(({ json }) => (json.asset.version = "1.0"))],
    [
        "a field of the wrong type",
        "invalid-gltf",
        /\/accessors\/0\/count/,
        Broken(({ json }) => (json.accessors[0].count = "20")),
    ],
    ["an array that is none", "invalid-gltf", /\/nodes.*array/, Broken(({ json }) => (json.nodes = {}))],
    [
        "a required extension nobody knows",
        "unsupported-extension",
        /EXT_future/,
        Broken(({ json }) => json.extensionsRequired.push("EXT_future")),
    ],
    [
        "a later version",
        "unsupported-version",
        /version 2.*reads 1/,
        Broken(({ extension }) => (extension.version = 2)),
    ],
    [
        "an unknown body model",
        "invalid-extension",
        /\/bodyModel/,
        Broken(({ extension }) => (extension.bodyModel = "robot")),
    ],
    [
        "a body model without its joints",
        "invalid-extension",
        /\/joints: body model smplx has a joint pelvis/,
        Broken(({ extension }) => (extension.joints = [])),
    ],
    [
        "a body model short of one joint",
        "invalid-extension",
        /body model smplh has a joint right_thumb3/,
        Broken(({ extension }) => {
            extension.bodyModel = "smplh";
            extension.joints.pop();
        }),
    ],
    [
        "a head without a head",
        "invalid-extension",
        /body model head has a joint head/,
        Broken(({ extension }) => {
            extension.bodyModel = "head";
            extension.joints.splice(15, 1);
        }),
    ],
    [
        "a field we do not define",
        "invalid-extension",
        /\/bodymodel/,
        Broken(({ extension }) => (extension.bodymodel = "smplx")),
    ],
    [
        "a mapped node outside the skin",
        "invalid-extension",
        /joints\/3\/node/,
        Broken(({ extension }) => (extension.joints[3].node = 0)),
    ],
    [
        "an avatar node without Gaussians",
        "invalid-extension",
        /\/avatar/,
        Broken(({ extension }) => (extension.avatar = 5)),
    ],
    [
        "a network from nowhere",
        "invalid-extension",
        /exactly one of uri/,
        Broken(({ extension }) => (extension.networks = [{ name: "n", byteLength: 4, inputs: [], outputs: [] }])),
    ],
    [
        "a tier with an unknown network",
        "invalid-extension",
        /no network "x"/,
        Broken(({ extension }) => extension.tiers.push({ name: "lite", networks: ["x"] })),
    ],
    [
        "a network outside the folder",
        "unsafe-uri",
        /networks\/0\/uri/,
        Broken(
            ({ extension }) =>
                (extension.networks = [{ name: "n", uri: "../n.onnx", byteLength: 4, inputs: [], outputs: [] }]),
        ),
    ],
    [
        "more Gaussians than allowed",
        "too-large",
        /POSITION has 4000001/,
        Broken(({ json, primitive }) => (json.accessors[primitive.attributes.POSITION].count = 4_000_001)),
    ],
    [
        "more joints than allowed",
        "too-large",
        /1025 joints/,
        Broken(({ json }) => (json.skins[0].joints = Array.from({ length: 1025 }, (_, i) => i))),
    ],
    [
        "more expression channels than allowed",
        "too-large",
        /1025 morph targets/,
        Broken(({ primitive }) => (primitive.targets = Array(1025).fill(primitive.targets[0]))),
    ],
    [
        "more clips than allowed",
        "too-large",
        /4097 clips/,
        Broken(({ json }) => (json.animations = Array(4097).fill({ channels: [], samplers: [] }))),
    ],
    [
        "a joint whose name is a novel",
        "too-large",
        /nodes\/4\/name: the name has 257 characters, at most 256/,
        Broken(({ json }) => (json.nodes[4].name = "x".repeat(257))),
    ],
    [
        "an avatar whose name is a novel",
        "too-large",
        /nodes\/0\/name: the name has 257/,
        Broken(({ json }) => (json.nodes[0].name = "x".repeat(257))),
    ],
    [
        "a clip whose name is a novel",
        "too-large",
        /animations\/0\/name: the name has 257/,
        Broken(({ json }) => (json.animations[0].name = "x".repeat(257))),
    ],
    [
        "a channel of a foreign file whose name is a novel",
        "too-large",
        /meshes\/0\/extras\/targetNames\/1: the name has 257/,
        Broken(({ json }) => {
            delete json.extensions;
            json.meshes[0].extras.targetNames[1] = "x".repeat(257);
        }),
    ],
    [
        "embedded data longer than stated",
        "too-large",
        /buffers\/1|buffers\/0/,
        Broken(({ json }) => {
            json.buffers[0].uri = `data:application/octet-stream;base64,${"A".repeat(4 * json.buffers[0].byteLength)}`;
        }),
    ],
    [
        "a buffer at an absolute address",
        "unsafe-uri",
        /buffers\/0\/uri.*relative/,
        Broken(({ json }) => (json.buffers[0].uri = "https://example.org/a.bin")),
    ],
    [
        "a buffer outside the folder",
        "unsafe-uri",
        /buffers\/0\/uri.*"\.\."/,
        Broken(({ json }) => (json.buffers[0].uri = "a/%2e%2e/%2e%2e/b.bin")),
    ],
    [
        "a side file given to the synchronous reader",
        "missing-buffer",
        /ReadAvatarAsync/,
        Broken(({ json }) => (json.buffers[0].uri = "a.bin")),
    ],
    [
        "embedded data that is not base64",
        "missing-buffer",
        /base64/,
        Broken(({ json }) => (json.buffers[0].uri = "data:application/octet-stream;base64,A*")),
    ],
    ["no skinned Gaussians", "no-avatar", /JOINTS_0/, Broken(({ json }) => delete json.nodes[0].skin)],
    [
        "no opacity",
        "missing-attribute",
        /OPACITY is missing/,
        Broken(({ primitive }) => delete primitive.attributes[`${KHR}OPACITY`]),
    ],
    ["triangles", "missing-attribute", /mode 0/, Broken(({ primitive }) => (primitive.mode = 4))],
    [
        "positions as bytes",
        "invalid-accessor",
        /POSITION is VEC3 of u8.*f32/,
        Broken(({ json, primitive }) => (json.accessors[primitive.attributes.POSITION].componentType = 5121)),
    ],
    [
        "weights for fewer Gaussians",
        "invalid-accessor",
        /WEIGHTS_0 has 19 elements, must have 20/,
        Broken(({ json, primitive }) => (json.accessors[primitive.attributes.WEIGHTS_0].count = 19)),
    ],
    [
        "a stride below an element",
        "invalid-accessor",
        /byteStride 8/,
        Broken(
            ({ json, primitive }) =>
                (json.bufferViews[json.accessors[primitive.attributes.POSITION].bufferView].byteStride = 8),
        ),
    ],
    [
        "a misaligned accessor",
        "invalid-accessor",
        /byteOffset 2/,
        Broken(({ json, primitive }) => (json.accessors[primitive.attributes.POSITION].byteOffset = 2)),
    ],
    [
        "sparse positions",
        "invalid-accessor",
        /stored in full/,
        Broken(({ json, primitive }) => {
            json.accessors[primitive.attributes.POSITION].sparse = json.accessors[primitive.targets[0].POSITION].sparse;
        }),
    ],
    [
        "an accessor past its view",
        "out-of-range",
        /needs \d+ bytes of bufferView/,
        Broken(({ json, primitive }) => (json.accessors[primitive.attributes.POSITION].byteOffset = 8)),
    ],
    [
        "a view past its buffer",
        "out-of-range",
        /bufferViews\/0/,
        Broken(({ json }) => (json.bufferViews[0].byteOffset = 1e6)),
    ],
    [
        "an accessor that is not there",
        "out-of-range",
        /no accessor 999/,
        Broken(({ primitive }) => (primitive.attributes.POSITION = 999)),
    ],
    [
        "a view that is not there",
        "out-of-range",
        /no bufferView 999/,
        Broken(({ json }) => (json.accessors[0].bufferView = 999)),
    ],
    [
        "a buffer that is not there",
        "out-of-range",
        /no buffer 7/,
        Broken(({ json }) => (json.bufferViews[0].buffer = 7)),
    ],
    ["a skin that is not there", "out-of-range", /no skin 3/, Broken(({ json }) => (json.nodes[0].skin = 3))],
    [
        "a joint node that is not there",
        "out-of-range",
        /no node 999/,
        Broken(({ json }) => (json.skins[0].joints[4] = 999)),
    ],
    [
        "a sampler that is not there",
        "out-of-range",
        /no sampler 99/,
        Broken(({ json }) => (json.animations[0].channels[0].sampler = 99)),
    ],
];
