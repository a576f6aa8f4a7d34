import { type IAnimationClip, type IAvatarAsset } from "../format/avatarAsset.js";
import { ConditioningTensors, type IMapModel, type ITensorContract } from "../format/mapModel.js";
import { MeasureParts } from "./partSizes.js";

/** What `inspect` tells about an avatar; the shape of its `--json`. */
export interface IAvatarSummary {
    /** Display name. */
    readonly name: string;
    /** Body model that the joints follow. */
    readonly bodyModel: string;
    /** Joints in all, and how many of them are SMPL-X joints. */
    readonly joints: { readonly count: number; readonly smplx: number; readonly additional: readonly string[] };
    /** Number of Gaussians. */
    readonly splats: number;
    /** Corners of the box around the means in the canonical pose, metres, SMPL space. */
    readonly bounds: { readonly minimum: readonly number[]; readonly maximum: readonly number[] };
    /** Names of the expression channels. */
    readonly expressions: readonly string[];
    /** Clips with their durations in seconds. */
    readonly clips: readonly { readonly name: string; readonly seconds: number; readonly tracks: number }[];
    /** Ways to draw it that the file holds. */
    readonly tiers: readonly string[];
    /** What the tiers with networks are, cheapest first. */
    readonly models: readonly IModelSummary[];
    /** Bytes of the file by what they hold. */
    readonly bytes: Readonly<Record<string, number>>;
    /** Licence, notices and people to name. */
    readonly license: string;
    /** Notices that the licence asks to be kept. */
    readonly notices: readonly string[];
    /** People and projects to name. */
    readonly credits: readonly string[];
}

/** What `inspect` tells about a tier with networks. */
export interface IModelSummary {
    /** Name of the tier. */
    readonly tier: string;
    /** Number of Gaussians. */
    readonly splats: number;
    /** Side of a map, texels. */
    readonly mapSize: number;
    /** Joints that move each Gaussian. */
    readonly influences: number;
    /** How covariances are skinned. */
    readonly covariance: string;
    /** The pose map, and how many components keep it near the poses of the training; 0 when none do. */
    readonly poseMap: {
        readonly size: number;
        readonly side: string;
        readonly channels: readonly string[];
        readonly projection: number;
    };
    /** Whether a network depends on the camera. */
    readonly dependsOnCamera: boolean;
    /** Whether hands stay as they are in one pose. */
    readonly hasFixedHands: boolean;
    /** Attributes that the networks change. */
    readonly attributes: readonly string[];
    /** The networks in the order in which they run. */
    readonly networks: readonly INetworkSummary[];
}

/** What `inspect` tells about a network. */
export interface INetworkSummary {
    /** Its name. */
    readonly name: string;
    /** Size of the ONNX file. */
    readonly bytes: number;
    /** The side file that holds it; null when the avatar's own file does. */
    readonly file: string | null;
    /** What goes in, for example `pose_map float32 [1,12,64,64]`. */
    readonly inputs: readonly string[];
    /** What comes out. */
    readonly outputs: readonly string[];
}

/**
 * Sums an avatar up.
 *
 * @param asset the avatar
 * @param bytes the file it was read from
 * @returns the summary
 */
export function SummarizeAvatar(asset: IAvatarAsset, bytes: Uint8Array): IAvatarSummary {
    const additional = asset.joints.filter((joint) => joint.smplx === null).map((joint) => joint.name);
    const { sizes, tiers } = MeasureParts(bytes);
    return {
        name: asset.name,
        bodyModel: asset.bodyModel,
        joints: { count: asset.joints.length, smplx: asset.joints.length - additional.length, additional },
        splats: asset.gaussians.count,
        bounds: BoundsOf(asset.gaussians.positions),
        expressions: asset.morphTargets.map(({ name }) => name),
        clips: asset.animations.map((clip) => ({
            name: clip.name,
            seconds: Rounded(ClipSeconds(clip)),
            tracks: clip.tracks.length,
        })),
        tiers,
        models: asset.mapModels.map(SummarizeModel),
        bytes: sizes,
        license: asset.credits.license,
        notices: asset.credits.notices,
        credits: asset.credits.credits ?? [],
    };
}

function SummarizeModel(model: IMapModel): IModelSummary {
    const { size, side, channels, projection } = model.conditioning;
    const views: readonly string[] = [ConditioningTensors.viewFront, ConditioningTensors.viewBack];
    return {
        tier: model.tier,
        splats: model.texels.length,
        mapSize: model.mapSize,
        influences: model.influences.count,
        covariance: model.covariance,
        poseMap: { size, side, channels, projection: projection?.limits.length ?? 0 },
        dependsOnCamera: model.networks.some(({ inputs }) => inputs.some(({ name }) => views.includes(name))),
        hasFixedHands: model.decoding.fixedHands !== null,
        attributes: model.decoding.outputs.map(({ attribute }) => attribute),
        networks: model.networks.map(({ name, uri, byteLength, inputs, outputs }) => ({
            name,
            bytes: byteLength,
            file: uri,
            inputs: inputs.map(TensorText),
            outputs: outputs.map(TensorText),
        })),
    };
}

function TensorText({ name, type, shape }: ITensorContract): string {
    return `${name} ${type} [${shape.join(",")}]`;
}

/**
 * Length of a clip: its last key.
 *
 * @param clip the clip
 * @returns seconds
 */
export function ClipSeconds(clip: IAnimationClip): number {
    return clip.tracks.reduce((longest, { times }) => Math.max(longest, times.at(-1) ?? 0), 0);
}

/**
 * Writes a size for people.
 *
 * @param bytes number of bytes
 * @returns for example `1.24 MB`, with 1 MB = 1,000,000 bytes
 */
export function FormatBytes(bytes: number): string {
    if (bytes < 1000) {
        return `${bytes} B`;
    }
    return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(2)} MB`;
}

/**
 * Writes a summary for people.
 *
 * @param summary the summary
 * @returns lines with line ends
 */
export function FormatSummary(summary: IAvatarSummary): string {
    const { bounds, joints } = summary;
    const box = bounds.maximum.map((value, axis) => (value - (bounds.minimum[axis] ?? 0)).toFixed(2)).join(" × ");
    const total = Object.values(summary.bytes).reduce((sum, bytes) => sum + bytes, 0);
    const parts = Object.entries(summary.bytes).map(([part, bytes]) => `${part} ${FormatBytes(bytes)}`);
    const rows: (readonly [string, string])[] = [
        ["name", summary.name],
        ["body model", summary.bodyModel],
        ["joints", `${joints.count}, of which ${joints.smplx} are SMPL-X joints`],
        ...(joints.additional.length > 0 ? ([["additional", joints.additional.join(", ")]] as const) : []),
        ["splats", summary.splats.toLocaleString("en")],
        ["size", `${box} m (x × y × z, canonical pose)`],
        [
            "expressions",
            summary.expressions.length === 0
                ? "none"
                : `${summary.expressions.length}: ${summary.expressions.join(", ")}`,
        ],
        ["clips", summary.clips.map(({ name, seconds }) => `${name} (${seconds} s)`).join(", ") || "none"],
        ["tiers", summary.tiers.join(", ")],
        ...summary.models.flatMap(ModelRows),
        ["file", `${FormatBytes(total)}: ${parts.join(", ")}`],
        ["licence", summary.license],
        ...summary.notices.map((notice) => ["notice", notice] as const),
        ...summary.credits.map((credit) => ["credit", credit] as const),
    ];
    return rows.map(([label, value]) => `${`${label} `.padEnd(12)}${value}\n`).join("");
}

/** One line for a tier, and one for each of its networks. */
function ModelRows(model: IModelSummary): (readonly [string, string])[] {
    const { poseMap, mapSize, networks } = model;
    const maps = poseMap.side === "front" ? "front" : "front and back";
    const bytes = networks.reduce((sum, network) => sum + network.bytes, 0);
    const parts = [
        `${model.splats.toLocaleString("en")} splats on maps of ${mapSize} × ${mapSize}`,
        `${maps} ${poseMap.channels.join(", ")} at ${poseMap.size} × ${poseMap.size} in`,
        `${networks.length} ${networks.length === 1 ? "network" : "networks"} of ${FormatBytes(bytes)}`,
        ...(model.dependsOnCamera ? ["depends on the camera"] : []),
        ...(poseMap.projection > 0 ? [`poses projected onto ${poseMap.projection} components`] : []),
        ...(model.hasFixedHands ? ["fixed hands"] : []),
    ];
    return [
        [model.tier, parts.join("; ")],
        ...networks.map(({ name, bytes: size, file, inputs, outputs }): readonly [string, string] => [
            `  ${name}`,
            `${FormatBytes(size)}${file === null ? "" : ` in ${file}`}: ${inputs.join(", ")} → ${outputs.join(", ")}`,
        ]),
    ];
}

function BoundsOf(positions: Float32Array): { minimum: number[]; maximum: number[] } {
    const minimum = [Infinity, Infinity, Infinity];
    const maximum = [-Infinity, -Infinity, -Infinity];
    positions.forEach((value, i) => {
        minimum[i % 3] = Math.min(minimum[i % 3]!, value);
        maximum[i % 3] = Math.max(maximum[i % 3]!, value);
    });
    return { minimum: minimum.map(Rounded), maximum: maximum.map(Rounded) };
}

/** To a tenth of a millimetre, or of a millisecond. */
function Rounded(value: number): number {
    return Math.round(value * 1e4) / 1e4;
}
