import { WriteAvatar } from "../../../src/format/writeAvatar.js";
import { MakeHeadedAvatarAsync } from "../../support/headedAvatar.js";
import { RewriteGlbJson } from "../../support/rewriteGlb.js";
import { type Case } from "./fileSurgery.js";

interface ITier {
    name: string;
    head: { [field: string]: unknown; expression: { color: { widths: number[] } } };
    maps?: unknown;
    networks: string[];
}

const Sample = WriteAvatar(await MakeHeadedAvatarAsync({ refiner: {} }));

/** The file of a head after a change of its tier. */
function Break(change: (tier: ITier, all: ITier[]) => unknown): () => Uint8Array {
    return () =>
        RewriteGlbJson(Sample, ({ extensions }) => {
            const { tiers } = extensions!["BGA_gaussian_avatar"] as { tiers: ITier[] };
            change(tiers[1]!, tiers);
        });
}

/** Files with heads that no reader may take. */
export const BrokenHeads: readonly Case[] = [
    ["a head without shares", "out-of-range", /tiers\/1\/head\/shares/u, Break(({ head }) => (head["shares"] = 999))],
    ["negative octaves", "invalid-extension", /octaves/u, Break(({ head }) => (head["octaves"] = -1))],
    ["maps beside a head", "invalid-extension", /tiers\/1\/maps/u, Break((tier) => (tier.maps = { size: 1 }))],
    ["a baked head", "invalid-extension", /the baked tier has no networks/u, Break((tier) => (tier.name = "baked"))],
    [
        "two heads",
        "invalid-extension",
        /two tiers have a head/u,
        Break((tier, all) => all.push({ ...tier, name: "full" })),
    ],
    [
        "widths that ask for far more than there is",
        "invalid-accessor",
        /color\/parameters/u,
        Break(({ head }) => (head.expression.color.widths = [1280, ...new Array<number>(8).fill(256)])),
    ],
    [
        "features that are places",
        "invalid-accessor",
        /head\/features/u,
        Break(({ head }) => (head["features"] = head["positions"])),
    ],
    [
        "a refiner whose networks stand the other way round",
        "invalid-head",
        /refiner\/networks\/0.*nothing makes/u,
        Break(({ networks }) => networks.reverse()),
    ],
    [
        "a refiner with a network that is not there",
        "invalid-extension",
        /tiers\/1\/networks/u,
        Break(({ networks }) => networks.push("other")),
    ],
    [
        "a refiner wider than a house",
        "invalid-extension",
        /refiner\/width/u,
        Break(({ head }) => (head["refiner"] = { center: [0, 0, 0], width: 1e9 })),
    ],
    ["a code longer than the channels", "invalid-head", /codeSize/u, Break(({ head }) => (head["codeSize"] = 9))],
];
