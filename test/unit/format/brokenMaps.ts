/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-return -- documents are broken here in ways that no type describes */
import { type IAvatarAsset } from "../../../src/format/avatarAsset.js";
import { JoinGlb } from "../../../src/format/glbContainer.js";
import { type IAvatarNetwork } from "../../../src/format/mapModel.js";
import { WriteAvatar } from "../../../src/format/writeAvatar.js";
import { MakeSampleAvatar } from "../../support/avatarSamples.js";
import { MakeAttributeOutputs, MakeSampleMapModel } from "../../support/mapModels.js";
import { AddAccessor, type Case, type IOpenAvatarFile, OpenAvatarFile } from "./fileSurgery.js";

const Float32 = "float32" as const;

/** A trunk and a tail that sees the camera, with bytes that nobody runs. */
const Networks: readonly IAvatarNetwork[] = [
    {
        name: "trunk",
        bytes: new Uint8Array(40).fill(1),
        uri: null,
        byteLength: 40,
        inputs: [{ name: "pose_map", type: Float32, shape: [1, 3, 8, 8] }],
        outputs: [{ name: "features", type: Float32, shape: [1, 16, 8, 8] }],
    },
    {
        name: "tail",
        bytes: new Uint8Array(30).fill(2),
        uri: null,
        byteLength: 30,
        inputs: [
            { name: "features", type: Float32, shape: [1, 16, 8, 8] },
            { name: "view_front", type: Float32, shape: [1, 1, 4, 4] },
        ],
        outputs: [{ name: "maps", type: Float32, shape: [1, 28, 8, 8] }],
    },
];

/** An avatar with both tiers: `lite` has two networks, a projection and fixed hands; `full` shares the networks. */
export function MakeMapsAvatar(): IAvatarAsset {
    const asset = MakeSampleAvatar({ gaussians: 20, seed: 5 });
    const options = {
        texels: 12,
        networks: Networks,
        outputs: MakeAttributeOutputs(),
        conditioning: { side: "front", viewSize: 4, restJoints: Uint16Array.of(40, 22) },
    } as const;
    const lite = MakeSampleMapModel(asset, { ...options, hasProjection: true, hasFixedHands: true });
    return { ...asset, mapModels: [lite, MakeSampleMapModel(asset, { ...options, tier: "full", seed: 2 })] };
}

let sample: Uint8Array | null = null;

/** The avatar above as a file; do not write into it. */
export function MapsFile(): Uint8Array {
    sample ??= WriteAvatar(MakeMapsAvatar());
    return sample;
}

/** The file above, broken in one place: `maps` are those of the tier `lite`. */
export const BreakMaps =
    (breakIt: (maps: any, file: IOpenAvatarFile) => unknown): (() => Uint8Array) =>
    () => {
        const file = OpenAvatarFile(MapsFile());
        breakIt(file.extension.tiers[1].maps, file);
        return JoinGlb(file.json, file.binary);
    };

/** Sets one number of an accessor. */
const Set32 = (accessorOf: (maps: any) => number, index: number, value: number): (() => Uint8Array) =>
    BreakMaps((maps, file) => {
        file.data(accessorOf(maps)).setFloat32(index * 4, value, true);
    });

const Scalars = (file: IOpenAvatarFile, values: Float32Array | Uint16Array | Uint32Array): number =>
    AddAccessor(file, values, {
        componentType: values instanceof Float32Array ? 5126 : values instanceof Uint16Array ? 5123 : 5125,
        type: "SCALAR",
        count: values.length,
    });

const Templates: readonly Case[] = [
    ["maps of no size", "invalid-extension", /maps\/size/, BreakMaps((maps) => (maps.size = 0))],
    ["maps beyond the limit", "invalid-extension", /maps\/size/, BreakMaps((maps) => (maps.size = 4096))],
    [
        "texels that do not ascend",
        "invalid-map-model",
        /texels: number 1 is 3: they must ascend/,
        BreakMaps((maps, file) => (maps.texels = Scalars(file, Uint16Array.of(3, 3)))),
    ],
    [
        "a texel outside the maps",
        "invalid-map-model",
        /texels: number 1 is 512.*below 512/,
        BreakMaps((maps, file) => (maps.texels = Scalars(file, Uint32Array.of(3, 512)))),
    ],
    [
        "texels that are no whole numbers",
        "invalid-accessor",
        /texels is SCALAR of f32, must be SCALAR of u8/,
        BreakMaps((maps, file) => (maps.texels = Scalars(file, Float32Array.of(0, 1)))),
    ],
    [
        "texels that are not there",
        "out-of-range",
        /texels: there is no accessor 999/,
        BreakMaps((maps) => (maps.texels = 999)),
    ],
    [
        "more texels than Gaussians may be",
        "too-large",
        /texels has 5000000/,
        BreakMaps((maps, { json }) => (json.accessors[maps.texels].count = 5_000_000)),
    ],
    [
        "points for fewer texels",
        "invalid-accessor",
        /positions has 11 elements, must have 12/,
        BreakMaps((maps, { json }) => (json.accessors[maps.positions].count = 11)),
    ],
    ["a point that is no number", "non-finite", /row 2 holds NaN/, Set32((maps) => maps.positions, 7, NaN)],
    ["normals that are not there", "out-of-range", /no accessor 999/, BreakMaps((maps) => (maps.normals = 999))],
    ["no influence", "invalid-extension", /influences\/count/, BreakMaps((maps) => (maps.influences.count = 0))],
    [
        "too many influences",
        "invalid-extension",
        /influences\/count/,
        BreakMaps((maps) => (maps.influences.count = 65)),
    ],
    [
        "influences for another count",
        "invalid-accessor",
        /influences\/joints has 48 elements, must have 60/,
        BreakMaps((maps) => (maps.influences.count = 5)),
    ],
    [
        "a joint that the skin lacks",
        "invalid-joint-index",
        /influences\/joints: row 0 refers to joint 200/,
        BreakMaps((maps, file) => {
            file.data(maps.influences.joints).setUint8(1, 200);
        }),
    ],
    [
        "a negative weight",
        "invalid-weights",
        /influences\/weights: row 1 has a negative/,
        Set32((maps) => maps.influences.weights, 4, -0.1),
    ],
    [
        "weights that miss one",
        "invalid-weights",
        /influences\/weights: row 1 sums to 2/,
        Set32((maps) => maps.influences.weights, 4, 2),
    ],
    ["a weight that is no number", "non-finite", /row 4 holds NaN/, Set32((maps) => maps.influences.weights, 4, NaN)],
    [
        "matrices for fewer joints",
        "invalid-accessor",
        /inverseBindMatrices has 54 elements, must have 55/,
        BreakMaps((maps, { json }) => (json.accessors[maps.inverseBindMatrices].count = 54)),
    ],
    [
        "a matrix that scales",
        "invalid-skin",
        /inverseBindMatrices: matrix 1 is no rotation/,
        Set32((maps) => maps.inverseBindMatrices, 16, 1.5),
    ],
    [
        "a matrix that mirrors",
        "invalid-skin",
        /matrix 0 is no rotation/,
        BreakMaps((maps, file) => {
            file.data(maps.inverseBindMatrices).setFloat32(40, -1, true);
        }),
    ],
    [
        "a matrix that projects",
        "invalid-skin",
        /matrix 0 is no rotation/,
        Set32((maps) => maps.inverseBindMatrices, 3, 0.5),
    ],
    [
        "another rule for covariances",
        "invalid-extension",
        /covariance/,
        BreakMaps((maps) => (maps.covariance = "cubic")),
    ],
    [
        "expressions for another number of channels",
        "invalid-morph-target",
        /targets: 1 for 2 expression channels/,
        BreakMaps((maps) => maps.targets.pop()),
    ],
    [
        "an expression of other rows",
        "invalid-accessor",
        /targets\/0 has 20 elements, must have 12/,
        BreakMaps((maps, { primitive }) => (maps.targets[0] = primitive.targets[0].POSITION)),
    ],
];

const Conditionings: readonly Case[] = [
    [
        "a pose map that does not divide the maps",
        "invalid-map-model",
        /conditioning\/size: is 7.*16 texels/,
        BreakMaps((maps) => (maps.conditioning.size = 7)),
    ],
    [
        "a view map that does not divide the maps",
        "invalid-map-model",
        /conditioning\/viewSize: is 5/,
        BreakMaps((maps) => (maps.conditioning.viewSize = 5)),
    ],
    [
        "a channel twice",
        "invalid-map-model",
        /conditioning\/channels: lists one twice/,
        BreakMaps((maps) => (maps.conditioning.channels = ["normal", "normal"])),
    ],
    ["no channel", "invalid-extension", /channels/, BreakMaps((maps) => (maps.conditioning.channels = []))],
    [
        "a rest joint that the skin lacks",
        "invalid-joint-index",
        /restJoints\/1: entry 55/,
        BreakMaps((maps) => (maps.conditioning.restJoints = [3, 55])),
    ],
    [
        "a rest joint twice",
        "invalid-joint-index",
        /restJoints\/1: entry 3/,
        BreakMaps((maps) => (maps.conditioning.restJoints = [3, 3])),
    ],
    [
        "a projection of what is no vector",
        "invalid-map-model",
        /pixels: entry 1 is 64, which is no x of a vector/,
        BreakMaps((maps, file) => (maps.conditioning.projection.pixels = Scalars(file, Uint16Array.of(1, 64)))),
    ],
    [
        "a projection pixel outside the pose map",
        "invalid-map-model",
        /pixels: number 1 is 192.*below 192/,
        BreakMaps((maps, file) => (maps.conditioning.projection.pixels = Scalars(file, Uint16Array.of(1, 192)))),
    ],
    [
        "a projection with a mean of other pixels",
        "invalid-accessor",
        /mean has 12 elements, must have 32/,
        BreakMaps((maps) => (maps.conditioning.projection.mean = maps.positions)),
    ],
    [
        "a projection with other components",
        "invalid-accessor",
        /components has 64 elements, must have 32/,
        BreakMaps((maps, file) => (maps.conditioning.projection.limits = Scalars(file, Float32Array.of(1)))),
    ],
    [
        "a projection that stretches",
        "invalid-map-model",
        /components: row 0 has length/,
        Set32((maps) => maps.conditioning.projection.components, 0, 3),
    ],
    [
        "a negative limit",
        "invalid-map-model",
        /limits: row 1 holds -1/,
        Set32((maps) => maps.conditioning.projection.limits, 1, -1),
    ],
    [
        "too many components",
        "too-large",
        /limits has 257/,
        BreakMaps((maps, file) => (maps.conditioning.projection.limits = Scalars(file, new Float32Array(257)))),
    ],
];

const Decodings: readonly Case[] = [
    [
        "an attribute twice",
        "duplicate-name",
        /outputs\/1\/attribute: position is listed twice/,
        BreakMaps((maps) => (maps.decoding.outputs[1].attribute = "position")),
    ],
    [
        "an output of a tensor that no network makes",
        "invalid-network",
        /outputs\/0\/tensor: "other" is there not/,
        BreakMaps((maps) => (maps.decoding.outputs[0].tensor = "other")),
    ],
    [
        "an output of a tensor that is no map",
        "invalid-network",
        /"maps" is float32 \[1,28,64\]/,
        BreakMaps((_, { extension }) => (extension.networks[1].outputs[0].shape = [1, 28, 64])),
    ],
    [
        "an output that does not divide the maps",
        "invalid-map-model",
        /"maps" has 12 pixels a side, which must divide the 16/,
        BreakMaps((_, { extension }) => (extension.networks[1].outputs[0].shape = [1, 28, 12, 12])),
    ],
    [
        "a channel that the tensor lacks",
        "invalid-map-model",
        /outputs\/0\/back: \[14,15,28\]: position needs 3 channels below the 28/,
        BreakMaps((maps) => (maps.decoding.outputs[0].back[2] = 28)),
    ],
    [
        "a channel too few",
        "invalid-map-model",
        /outputs\/3\/front: .*rotation needs 4 channels/,
        BreakMaps((maps) => maps.decoding.outputs[3].front.pop()),
    ],
    ["no gain of scales", "invalid-extension", /gains/, BreakMaps((maps) => delete maps.decoding.gains.scale)],
    [
        "a gain beyond numbers",
        "invalid-extension",
        /gains\/color/,
        BreakMaps((maps) => (maps.decoding.gains.color = 1e300)),
    ],
    [
        "one row of another width",
        "invalid-map-model",
        /decoding\/colors: the row has 4 numbers, must have 3/,
        BreakMaps((maps) => (maps.decoding.colors = [0, 0, 0, 0])),
    ],
    [
        "base rotations of no direction",
        "invalid-rotation",
        /decoding\/rotations: row 0 has length 0/,
        BreakMaps((maps) => (maps.decoding.rotations = [0, 0, 0, 0])),
    ],
    [
        "a base scale that is no number",
        "non-finite",
        /holds -Infinity/,
        Set32((maps) => maps.decoding.scales, 2, -Infinity),
    ],
    [
        "a share of fixed hands above one",
        "invalid-map-model",
        /fixedHands\/shares: row 0 holds 1.5/,
        BreakMaps((maps) => (maps.decoding.fixedHands.shares = [1.5])),
    ],
    [
        "a fixed opacity that is a logit",
        "invalid-opacity",
        /fixedHands\/opacities: row 0 holds -2/,
        BreakMaps((maps) => (maps.decoding.fixedHands.opacities = [-2])),
    ],
    [
        "a fixed scale that is a logarithm",
        "invalid-scale",
        /fixedHands\/scales: row 0 holds -4.*metres/,
        BreakMaps((maps) => (maps.decoding.fixedHands.scales = [0.01, -4, 0.01])),
    ],
    [
        "a fixed rotation that is not of unit length",
        "invalid-rotation",
        /fixedHands\/rotations: row 0 has length 2/,
        BreakMaps((maps) => (maps.decoding.fixedHands.rotations = [0, 0, 0, 2])),
    ],
];

const Networked: readonly Case[] = [
    [
        "a tensor that is not yet there",
        "invalid-network",
        /networks\/1\/inputs\/0\/name: tier lite has no "features"/,
        BreakMaps((_, { extension }) => extension.tiers[1].networks.reverse()),
    ],
    [
        "a tensor of another shape",
        "invalid-network",
        /networks\/1\/inputs\/0: "features" is float32 \[1,16,8,8\].*wants float32 \[1,16,4,4\]/,
        BreakMaps((_, { extension }) => (extension.networks[1].inputs[0].shape = [1, 16, 4, 4])),
    ],
    [
        "a tensor of another type",
        "invalid-extension",
        /networks\/1\/inputs\/0\/type: not float32/,
        BreakMaps((_, { extension }) => (extension.networks[1].inputs[0].type = "float16")),
    ],
    [
        "a pose map of other channels",
        "invalid-network",
        /"pose_map" is float32 \[1,6,8,8\] in tier lite/,
        BreakMaps((maps) => (maps.conditioning.channels = ["position", "normal"])),
    ],
    [
        "a view map that is not made",
        "invalid-network",
        /tier lite has no "view_front"/,
        BreakMaps((maps) => (maps.conditioning.viewSize = 0)),
    ],
    [
        "two tensors of one name",
        "duplicate-name",
        /networks\/1\/outputs\/0\/name: tier lite has a tensor "features" already/,
        BreakMaps((_, { extension }) => (extension.networks[1].outputs[0].name = "features")),
    ],
    [
        "an output with the name of a conditioning map",
        "duplicate-name",
        /tensor "pose_map" already/,
        BreakMaps((_, { extension }) => (extension.networks[0].outputs[0].name = "pose_map")),
    ],
    [
        "two inputs of one name",
        "duplicate-name",
        /networks\/1\/inputs\/1\/name: "features" is listed twice/,
        BreakMaps((_, { extension }) => (extension.networks[1].inputs[1].name = "features")),
    ],
    [
        "a network that runs twice",
        "duplicate-name",
        /tensor "features" already/,
        BreakMaps((_, { extension }) => extension.tiers[1].networks.push("trunk")),
    ],
    [
        "a tensor beyond memory",
        "too-large",
        /outputs\/0\/shape: "features" has \d+ elements/,
        BreakMaps((_, { extension }) => (extension.networks[0].outputs[0].shape = [1, 9999, 9999, 9999])),
    ],
    [
        "a network of another length",
        "out-of-range",
        /networks\/0\/bufferView.*41 bytes/,
        BreakMaps((_, { extension }) => (extension.networks[0].byteLength = 41)),
    ],
    [
        "a network beyond ONNX",
        "invalid-extension",
        /networks\/0\/byteLength/,
        BreakMaps((_, { extension }) => (extension.networks[0].byteLength = 2 ** 31)),
    ],
    [
        "a network past the end of the file",
        "out-of-range",
        /bufferViews\/\d+: ends at byte/,
        BreakMaps((_, { json, extension }) => (json.bufferViews[extension.networks[0].bufferView].byteOffset = 1e6)),
    ],
    [
        "maps of the baked tier",
        "invalid-extension",
        /tiers\/0\/maps: the baked tier has no maps/,
        BreakMaps((maps, { extension }) => (extension.tiers[0].maps = maps)),
    ],
    [
        "tiers in another order",
        "invalid-extension",
        /tiers\/1\/name: list tiers cheapest first/,
        BreakMaps((_, { extension }) => extension.tiers.reverse()),
    ],
];

/** Files whose map models or networks are wrong. */
export const BrokenMaps: readonly Case[] = [...Templates, ...Conditionings, ...Decodings, ...Networked];
