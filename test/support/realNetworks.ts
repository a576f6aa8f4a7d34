import { BuildDualStyleUnet } from "../../src/convert/networks/buildDualStyleUnet.js";
import { BuildLiteUnet, type ILiteUnetConfig, LiteUnetShapes } from "../../src/convert/networks/buildLiteUnet.js";
import { type NetworkPrecision } from "../../src/convert/networks/emitNetwork.js";
import { type IWeightTensor } from "../../src/convert/networks/networkWeights.js";
import { type IAvatarAsset } from "../../src/format/avatarAsset.js";
import { type GaussianAttribute, type IAttributeOutput, type IMapModel } from "../../src/format/mapModel.js";
import { MakeSampleMapModel } from "./mapModels.js";
import { SeededRandom } from "./seededRandom.js";
import { SampleStyleUnet } from "./styleUnetSamples.js";

/** Centimetres, and changes of colour and opacity that everyone sees, for what random networks of each kind say. */
const LiteGains = { position: 0.02, opacity: 0.5, scale: 0.1, rotation: 0.2, color: 1 };
const BodyGains = { position: 0.1, opacity: 4, scale: 1, rotation: 1, color: 20 };

/**
 * A person with both tiers, whose networks are those of real people with fewer pixels and random weights.
 *
 * @param asset the person
 * @param precision of the weights
 */
export function WithRealNetworks(asset: IAvatarAsset, precision: NetworkPrecision): IAvatarAsset {
    return { ...asset, mapModels: [MakeLite(asset, precision), MakeBody(asset, precision)] };
}

/** The network of small trained avatars as it is, at a fourth of the side. */
function MakeLite(asset: IAvatarAsset, precision: NetworkPrecision): IMapModel {
    const config: ILiteUnetConfig = { size: 16, inputChannels: 12 };
    const model = MakeSampleMapModel(asset, {
        tier: "lite",
        mapSize: 32,
        texels: 500,
        conditioning: { size: 16, channels: ["offset", "normal"] },
        networks: BuildLiteUnet(config, LiteWeights(config), { precision }),
        outputSize: 16,
    });
    return { ...model, decoding: { ...model.decoding, gains: LiteGains } };
}

/** The three published networks of a body, with views, at a thirty-second of the side. */
function MakeBody(asset: IAvatarAsset, precision: NetworkPrecision): IMapModel {
    const channels = { position: 3, other: 8, color: 3 };
    const networks = Object.entries(channels).flatMap(([name, outputs], seed) =>
        BuildDualStyleUnet(SampleStyleUnet({ outputs, seed }), { name, precision, view: name === "color" ? {} : null }),
    );
    const rows: readonly [GaussianAttribute, string, number, number][] = [
        ["position", "position_map", 0, 3],
        ["opacity", "other_map", 0, 1],
        ["scale", "other_map", 1, 3],
        ["rotation", "other_map", 4, 4],
        ["color", "color_map", 0, 3],
    ];
    const outputs = rows.map(([attribute, tensor, first, width]): IAttributeOutput => {
        const front = Array.from({ length: width }, (_, channel) => first + channel);
        const sides = tensor === "other_map" ? channels.other : 3;
        return { attribute, tensor, front, back: front.map((channel) => channel + sides) };
    });
    const model = MakeSampleMapModel(asset, {
        tier: "full",
        mapSize: 64,
        texels: 500,
        conditioning: { size: 32, side: "front", viewSize: 32, reduction: "first" },
        networks,
        outputs,
    });
    return { ...model, decoding: { ...model.decoding, gains: BodyGains } };
}

/**
 * Random weights for a lite avatar's network, of the size that keeps numbers of one size from layer to layer.
 *
 * @param config of the network
 * @returns tensors by name
 */
export function LiteWeights(config: ILiteUnetConfig): Map<string, IWeightTensor> {
    const random = SeededRandom(1);
    return new Map(
        [...LiteUnetShapes(config)].map(([name, shape]) => {
            const inputs = shape.slice(1).reduce((product, size) => product * size, 1);
            const data = Float32Array.from(
                { length: inputs * shape[0]! },
                () => (random() - 0.5) * Math.sqrt(12 / inputs),
            );
            return [name, { shape, read: () => data }];
        }),
    );
}
