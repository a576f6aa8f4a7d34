import { type IAttributeOutput, type IAvatarNetwork } from "../../format/mapModel.js";
import { CheckpointError } from "../checkpoint/checkpointError.js";
import { type TorchCheckpoint } from "../checkpoint/torchCheckpoint.js";
import { type ITorchTensor } from "../checkpoint/torchTensor.js";
import { BuildDualStyleUnet } from "../networks/buildDualStyleUnet.js";
import { type NetworkPrecision } from "../networks/emitNetwork.js";
import { NetworkBuildError } from "../networks/networkBuildError.js";
import { type IWeightTensor } from "../networks/networkWeights.js";
import { ConvertError } from "../convertError.js";

/** Key of the networks in the checkpoint. */
const StateKey = "avatar_net";

/** Beginning of the names of the network that sees the view direction. */
const ViewPrefix = "viewdir_net.";

/**
 * Multiply-accumulates after which a network is cut: 40 GFLOP are a few milliseconds on a strong graphics card, and the official
 * body becomes fewer networks than a file may have.
 */
const SliceMacs = 20e9;

/** Bytes that a byte of a checkpoint may become as 32-bit floats: two of half floats, and as many again where it was packed. */
const MaxGrowth = 4;

/** Stored tensors that hold constants of the method, or the noise and weights of nothing that runs. */
const Ignored = /(^|\.)(kernel|iwt\..*|dwt\..*)$/;

/** The three U-Nets, with the channels of a side. */
const Networks = [
    { name: "position", prefix: "position_net.", channels: 3 },
    { name: "other", prefix: "other_net.", channels: 8 },
    { name: "color", prefix: "color_net.", channels: 3 },
] as const;

/** A U-Net of the body, as one network or several. */
export interface IBodyNetwork {
    /** Name of the tensor it makes. */
    readonly output: string;
    /** Its slices, in the order in which they run. */
    readonly slices: readonly IAvatarNetwork[];
}

/** The networks of a body. */
export interface IBodyNetworks {
    /** The U-Nets for position, for opacity, scale and rotation, and for colour. */
    readonly networks: readonly IBodyNetwork[];
    /** Side of the pose map, pixels. */
    readonly poseSize: number;
    /** Whether colours depend on the camera. */
    readonly hasView: boolean;
    /** Where the attributes are. */
    readonly outputs: readonly IAttributeOutput[];
}

/** How the networks are built. */
export interface IBodyNetworkOptions {
    /** Type of weights and of what is computed with them. */
    readonly precision: NetworkPrecision;
    /** Side of the Gaussian maps that are expected, texels. */
    readonly mapSize: number;
    /** Factor of the features of the view direction; null leaves them out. */
    readonly viewWeight: number | null;
    /** Told the share that is built, 0..1, after each network; may stop the work by throwing. */
    readonly reportAsync: (share: number) => Promise<void>;
}

/**
 * Builds the networks of a body from its checkpoint, one after the other: the tensors of only one are in memory.
 *
 * @param checkpoint of the published training
 * @param options precision, sizes
 * @returns the networks
 * @throws {@link CheckpointError} when it is the checkpoint of something else, `NetworkBuildError` when tensors are missing
 */
export async function BuildBodyNetworksAsync(
    checkpoint: TorchCheckpoint,
    options: IBodyNetworkOptions,
): Promise<IBodyNetworks> {
    const tensors = FindBodyTensors(checkpoint);
    const hasViewNet = [...tensors.keys()].some((key) => key.startsWith(ViewPrefix));
    const hasView = hasViewNet && options.viewWeight !== null;
    const networks: IBodyNetwork[] = [];
    // One after the other, each from its own tensors.
    /* eslint-disable no-await-in-loop */
    for (const [index, { name, prefix, channels }] of Networks.entries()) {
        await options.reportAsync(index / Networks.length);
        const isViewed = name === "color" && hasView;
        const weights = await LoadWeightsAsync(checkpoint, tensors, isViewed ? [prefix, ViewPrefix] : [prefix]);
        const slices = BuildNetwork(checkpoint.fileName, weights, {
            prefix,
            name,
            precision: options.precision,
            sliceMacs: SliceMacs,
            view: isViewed ? { prefix: ViewPrefix, weight: options.viewWeight } : null,
        });
        const output = `${name}_map`;
        CheckOutput(checkpoint.fileName, name, slices, output, channels, options.mapSize);
        networks.push({ output, slices });
    }
    /* eslint-enable no-await-in-loop */
    return { networks, poseSize: options.mapSize / 2, hasView, outputs: AttributeOutputs() };
}

/**
 * The tensors of a body.
 *
 * @param checkpoint any
 * @returns tensors by their official keys
 * @throws {@link CheckpointError} `wrong-project` or `missing-tensor`
 */
export function FindBodyTensors(checkpoint: TorchCheckpoint): Map<string, ITorchTensor> {
    const inside = checkpoint.tensors([StateKey]);
    const tensors = inside.size > 0 ? inside : checkpoint.tensors();
    const has = (prefix: string): boolean => [...tensors.keys()].some((key) => key.startsWith(prefix));
    const missing = Networks.filter(({ prefix }) => !has(prefix));
    if (missing.length === Networks.length) {
        const guess = GuessProject(checkpoint);
        const keys = [...checkpoint.keys(), ...checkpoint.keys([StateKey])].slice(0, 6);
        throw new CheckpointError(
            "wrong-project",
            `${checkpoint.fileName} is no checkpoint of Animatable Gaussians: it has no "${StateKey}" with networks in it` +
                (guess === null ? `; its keys are ${keys.join(", ") || "none"}.` : `. This looks like ${guess}.`) +
                " Give net.pt of the training's last batch.",
        );
    }
    if (missing.length > 0) {
        throw new CheckpointError(
            "missing-tensor",
            `${checkpoint.fileName} lacks the tensors of ${missing.map(({ prefix }) => `${prefix}*`).join(" and ")}. Save all networks of the avatar.`,
        );
    }
    return tensors;
}

/** What other checkpoints are, by keys that only they have. */
function GuessProject(checkpoint: TorchCheckpoint): string | null {
    const keys = new Set([...checkpoint.keys(), ...checkpoint.keys([StateKey])]);
    const has = (...wanted: readonly string[]): boolean => wanted.every((key) => keys.has(key));
    if (has("param_groups") || checkpoint.keys([StateKey]).includes("state")) {
        return "the state of an optimiser: net.pt lies beside it";
    }
    if (has("landmarks_3d_neutral") || has("xyz", "feature", "opacity")) {
        return "a checkpoint of Gaussian Head Avatar";
    }
    if (has("g_ema") || has("g") || has("params_ema")) {
        return "a checkpoint of a StyleGAN";
    }
    if (has("state_dict", "pytorch-lightning_version")) {
        return "a checkpoint of PyTorch Lightning";
    }
    return checkpoint.tensor !== null ? "a single tensor" : null;
}

async function LoadWeightsAsync(
    checkpoint: TorchCheckpoint,
    tensors: ReadonlyMap<string, ITorchTensor>,
    prefixes: readonly string[],
): Promise<Map<string, IWeightTensor>> {
    const weights = new Map<string, IWeightTensor>();
    const wanted = [...tensors].filter(
        ([key]) => prefixes.some((prefix) => key.startsWith(prefix)) && !Ignored.test(key),
    );
    const elements = wanted.reduce((sum, [, { shape }]) => sum + shape.reduce((product, size) => product * size, 1), 0);
    if (elements * Float32Array.BYTES_PER_ELEMENT > MaxGrowth * checkpoint.byteLength) {
        throw new CheckpointError(
            "too-large",
            `${checkpoint.fileName}: the tensors of ${prefixes.join("* and ")}* have ${elements} numbers, more than a file of ` +
                `${checkpoint.byteLength} bytes has, unless many of them are the same ones. Save the avatar's own networks.`,
        );
    }
    for (const [key, tensor] of wanted) {
        // One after the other: disks like that, and memory too.
        // eslint-disable-next-line no-await-in-loop
        const values = await checkpoint.readAsync(key, tensor);
        weights.set(key, { shape: tensor.shape, read: () => values });
    }
    return weights;
}

/** Builds a network; what is wrong with its tensors names the file. */
function BuildNetwork(fileName: string, ...input: Parameters<typeof BuildDualStyleUnet>): IAvatarNetwork[] {
    try {
        return BuildDualStyleUnet(...input);
    } catch (cause) {
        if (cause instanceof NetworkBuildError) {
            throw new NetworkBuildError(cause.code, `${fileName}: ${cause.message}`, { cause });
        }
        throw cause;
    }
}

function CheckOutput(
    fileName: string,
    name: string,
    slices: readonly IAvatarNetwork[],
    output: string,
    channels: number,
    mapSize: number,
): void {
    const made = slices.flatMap(({ outputs }) => outputs).find((tensor) => tensor.name === output);
    const [, found, side] = made?.shape ?? [];
    if (found !== 2 * channels || side !== mapSize) {
        throw new ConvertError(
            "wrong-shape",
            `${fileName}: network "${name}" makes ${found ?? 0} channels of ${side ?? 0} × ${side ?? 0} pixels; ` +
                `${2 * channels} channels of ${mapSize} × ${mapSize} are needed for the subject's maps. Take checkpoint and folder of the same person.`,
        );
    }
}

/** The published order: front, then back; opacity, scale, rotation w x y z; colours blue, green, red. */
function AttributeOutputs(): IAttributeOutput[] {
    const entry = (
        attribute: IAttributeOutput["attribute"],
        network: (typeof Networks)[number]["name"],
        channels: readonly number[],
    ): IAttributeOutput => {
        const { channels: ofSide } = Networks.find(({ name }) => name === network)!;
        return {
            attribute,
            tensor: `${network}_map`,
            front: channels,
            back: channels.map((channel) => channel + ofSide),
        };
    };
    return [
        entry("position", "position", [0, 1, 2]),
        entry("opacity", "other", [0]),
        entry("scale", "other", [1, 2, 3]),
        entry("rotation", "other", [5, 6, 7, 4]),
        entry("color", "color", [2, 1, 0]),
    ];
}
