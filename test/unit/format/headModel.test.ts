import { expect, it } from "@jest/globals";
import { NetworksOfAvatar, WithNetworksAsync } from "../../../src/format/avatarNetworks.js";
import { type IHeadModel } from "../../../src/format/headModel.js";
import { type IHeadRefiner, RefinerSides, ResizeRefiner } from "../../../src/format/headRefiner.js";
import { type IAvatarNetwork } from "../../../src/format/mapModel.js";
import { DecodeOnnx } from "../../../src/format/onnx/decodeOnnx.js";
import { ResizeOnnx } from "../../../src/format/onnx/resizeOnnx.js";
import { ReadAvatar, ReadAvatarAsync } from "../../../src/format/readAvatar.js";
import { WriteAvatar, WriteAvatarFiles } from "../../../src/format/writeAvatar.js";
import { MakeSampleMapModel } from "../../support/mapModels.js";
import { MakeHeadedAvatarAsync } from "../../support/headedAvatar.js";
import { MakeSampleRefiner } from "../../support/sampleRefiner.js";

const Avatar = await MakeHeadedAvatarAsync();
const Head = Avatar.headModel!;

it.each([true, false])("a head is read as it was written, with networks of poses: %s", async (hasPose) => {
    const avatar = await MakeHeadedAvatarAsync({ hasPose });
    const read = ReadAvatar(WriteAvatar(avatar));
    const { features, ...rest } = read.headModel!;
    const { features: written, ...expected } = avatar.headModel!;
    expect(rest).toEqual(expected);
    // 16 bits.
    const worst = features.reduce((most, value, i) => Math.max(most, Math.abs(value - written[i]!)), 0);
    expect(worst).toBeLessThan(1.6e-5);
    expect(read.morphTargets.map(({ name, range }) => [name, range])).toEqual(
        avatar.morphTargets.map(({ name, range }) => [name, range]),
    );
});

it("a head with a refiner is read as it was written, whole or with its networks beside it", async () => {
    const avatar = await MakeHeadedAvatarAsync({ refiner: {} });
    const { refiner } = avatar.headModel!;
    const read = ReadAvatar(WriteAvatar(avatar)).headModel!.refiner!;
    expect({ ...read, networks: read.networks.map(Plain) }).toEqual({
        ...refiner,
        networks: refiner!.networks.map(Plain),
    });
    const { avatar: bytes, sideFiles } = WriteAvatarFiles(avatar, "mona");
    expect([...sideFiles.keys()]).toEqual(["mona.refiner_1.onnx", "mona.refiner_2.onnx"]);
    const side = await ReadAvatarAsync(bytes, async () => await Promise.reject(new Error("not asked for")));
    expect(side.headModel!.refiner!.networks.map(({ uri, bytes: none }) => [uri, none])).toEqual(
        [...sideFiles.keys()].map((uri) => [uri, null]),
    );
    const filled = await WithNetworksAsync(side, async (network) => {
        await Promise.resolve();
        return { ...network, bytes: sideFiles.get(network.uri!)!, uri: null };
    });
    expect(NetworksOfAvatar(filled).map(Plain)).toEqual(refiner!.networks.map(Plain));
});

/** Bytes as they compare: views of whatever file. */
function Plain({ bytes, ...network }: IAvatarNetwork): object {
    return { ...network, bytes: bytes && [...bytes] };
}

it("a refiner takes pictures of other sizes", () => {
    const { networks } = MakeSampleRefiner({ channels: 5, side: 32 });
    const half = ResizeRefiner(networks, 0.5);
    expect(RefinerSides({ networks: half, center: [0, 0, 0], width: 1 })).toEqual({ features: 16, picture: 32 });
    const { graph } = DecodeOnnx(ResizeOnnx(networks[1]!.bytes!, 0.5));
    expect(graph.inputs.map(({ shape }) => shape)).toEqual([[1, 3, 16, 16]]);
    expect(graph.outputs.map(({ shape }) => shape)).toEqual([[1, 3, 32, 32]]);
});

/** The head with some fields changed. */
function With(changes: Partial<IHeadModel>): IHeadModel {
    return { ...Head, ...changes };
}

const Refiner = (channels: number): IHeadRefiner => MakeSampleRefiner({ channels });
const { color } = Head.expression;
const Broken: [string, IHeadModel, RegExp][] = [
    [
        "a longer code than channels",
        With({ codeSize: 9 }),
        /headModel\/codeSize.*is 9, the avatar has 3 expression channels/u,
    ],
    ["two channels", With({ channels: 2 }), /headModel\/channels.*at least r g b/u],
    ["points without features", With({ features: Head.features.subarray(1) }), /headModel\/features/u],
    ["too few positions", With({ positions: Head.positions.subarray(3) }), /headModel\/positions.*points need 900/u],
    ["shares that rise", With({ shares: Head.shares.slice().reverse() }), /headModel\/shares.*descend/u],
    [
        "a scale that is NaN",
        With({ scales: Head.scales.map((value, i) => (i === 7 ? NaN : value)) }),
        /headModel\/scales.*number 7 is NaN/u,
    ],
    [
        "a rotation of no length",
        With({ rotations: Head.rotations.map((value, i) => (i < 4 ? 0 : value)) }),
        /rotations.*row 0 is 0/u,
    ],
    [
        "a joint that is not there",
        With({ influences: { ...Head.influences, joints: Head.influences.joints.map(() => 99) } }),
        /joint 99: the avatar has 22/u,
    ],
    ["no networks for poses", With({ pose: null }), /headModel\/pose.*absent/u],
    [
        "a network that is too wide",
        With({ expression: { ...Head.expression, color: { ...color, widths: [9, 300, 5] } } }),
        /color\/widths.*at most 256/u,
    ],
    [
        "a network of other inputs",
        With({ expression: { ...Head.expression, color: { ...color, widths: [8, 70, 5] } } }),
        /color\/widths.*9 numbers go in and 5 come out/u,
    ],
    [
        "a network that is cut off",
        With({ expression: { ...Head.expression, color: { ...color, parameters: color.parameters.subarray(1) } } }),
        /color\/parameters/u,
    ],
    ["a refiner of other channels", With({ refiner: Refiner(4) }), /networks\/0.*\[1,4,32,32\].*\[1,5,S,S\]/u],
    [
        "a refiner that makes no picture",
        With({ refiner: { ...Refiner(5), networks: Refiner(5).networks.slice(0, 1) } }),
        /refiner\/networks.*"picture" \[\].*must be \[1,3,P,P\]/u,
    ],
    [
        "a refiner that lacks a part",
        With({ refiner: { ...Refiner(5), networks: Refiner(5).networks.slice(1) } }),
        /refiner\/networks\/0.*takes "sums", which nothing makes/u,
    ],
    ["a refiner of no width", With({ refiner: { ...Refiner(5), width: 0 } }), /refiner\/width.*metres/u],
    [
        "a pose that is out of its range",
        With({ poseRange: { ...Head.poseRange, rest: [9, 0, 0, 0, 0, 0] } }),
        /poseRange/u,
    ],
];

it("a head and maps are not written into one file", () => {
    const model = MakeSampleMapModel(Avatar, { tier: "full" });
    expect(() => WriteAvatar({ ...Avatar, mapModels: [model] })).toThrow(/headModel.*map models as well/u);
});

it.each(Broken)("a head with %s is not written", (_, headModel, reason) => {
    expect(() => WriteAvatar({ ...Avatar, headModel })).toThrow(reason);
});
