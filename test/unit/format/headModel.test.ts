import { expect, it } from "@jest/globals";
import { type IHeadModel } from "../../../src/format/headModel.js";
import { ReadAvatar, ValidateAvatar } from "../../../src/format/readAvatar.js";
import { WriteAvatar } from "../../../src/format/writeAvatar.js";
import { RewriteGlbJson } from "../../support/rewriteGlb.js";
import { MakeHeadedAvatarAsync } from "../../support/headedAvatar.js";

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

/** The head with some fields changed. */
function With(changes: Partial<IHeadModel>): IHeadModel {
    return { ...Head, ...changes };
}

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
    [
        "a pose that is out of its range",
        With({ poseRange: { ...Head.poseRange, rest: [9, 0, 0, 0, 0, 0] } }),
        /poseRange/u,
    ],
];

it.each(Broken)("a head with %s is not written", (_, headModel, reason) => {
    expect(() => WriteAvatar({ ...Avatar, headModel })).toThrow(reason);
});

interface ITier {
    name: string;
    head: { [field: string]: unknown; expression: { color: { widths: number[] } } };
    maps?: unknown;
}

/** The file after a change of the tier that has the head. */
function Rewritten(change: (tier: ITier) => void): Uint8Array {
    return RewriteGlbJson(WriteAvatar(Avatar), ({ extensions }) => {
        change((extensions!["BGA_gaussian_avatar"] as { tiers: ITier[] }).tiers[1]!);
    });
}

it.each<[string, (tier: ITier) => void, RegExp]>([
    ["no shares", ({ head }) => (head["shares"] = 999), /tiers\/1\/head\/shares/u],
    ["negative octaves", ({ head }) => (head["octaves"] = -1), /octaves/u],
    ["maps beside the head", (tier) => (tier.maps = { size: 1 }), /tiers\/1\/maps/u],
    ["a head in the baked tier", (tier) => (tier.name = "baked"), /the baked tier has no networks/u],
    [
        "widths that ask for far more than there is",
        ({ head }) => (head.expression.color.widths = [1280, ...new Array<number>(8).fill(256)]),
        /color\/parameters/u,
    ],
    ["features that are places", ({ head }) => (head["features"] = head["positions"]), /head\/features/u],
])("a file with %s is refused by the name of the field", (_, change, reason) => {
    const errors = ValidateAvatar(Rewritten(change)).filter(({ severity }) => severity === "error");
    expect(errors.map(({ path, message }) => `${path} ${message}`).join("\n")).toMatch(reason);
});
