import { type IHeadRefiner, RefinerTensors } from "./headRefiner.js";
import { MaxFeatureChannels, MaxPictureSide } from "./limits.js";
import { type IAvatarNetwork, type ITensorContract } from "./mapModel.js";

/** What is wrong, and at which field of the refiner. */
interface IRefinerProblem {
    readonly path: string;
    readonly message: string;
}

/**
 * Follows the tensors of a refiner from the features to the picture.
 *
 * @param refiner the refiner
 * @param channels of a Gaussian
 * @returns the first problem; null when there is none
 */
export function FindRefinerProblem({ networks, width }: IHeadRefiner, channels: number): IRefinerProblem | null {
    if (!(width > 0 && Number.isFinite(width))) {
        return { path: "width", message: `is ${width}: give the metres that a picture spans` };
    }
    if (channels > MaxFeatureChannels) {
        return { path: "networks", message: `take ${channels} channels: at most ${MaxFeatureChannels} are drawn` };
    }
    const known = new Map<string, ITensorContract>();
    for (const [index, network] of networks.entries()) {
        const message = FollowNetwork(network, known, channels);
        if (message) {
            return { path: `networks/${index}`, message: `"${network.name}" ${message}` };
        }
    }
    const features = known.get(RefinerTensors.features)?.shape ?? [];
    const picture = known.get(RefinerTensors.picture)?.shape ?? [];
    const [batch, colors, rows = 0, columns] = picture;
    const isWhole = rows % (features[3] ?? 0) === 0;
    if (picture.length !== 4 || batch !== 1 || colors !== 3 || rows !== columns || !isWhole || rows > MaxPictureSide) {
        return {
            path: "networks",
            message: `make "${RefinerTensors.picture}" [${picture.join(",")}] of "${RefinerTensors.features}" [${features.join(",")}]: it must be [1,3,P,P], with P a multiple of their side, and at most ${MaxPictureSide}`,
        };
    }
    return null;
}

/** Takes a network's tensors in; what is wrong with them, or null. */
function FollowNetwork(
    { inputs, outputs }: IAvatarNetwork,
    known: Map<string, ITensorContract>,
    channels: number,
): string | null {
    for (const { name, shape, type } of inputs) {
        if (name === RefinerTensors.features && !known.has(name)) {
            if (shape.length !== 4 || shape[0] !== 1 || shape[1] !== channels || shape[2] !== shape[3]) {
                return `takes "${name}" [${shape.join(",")}]: it must be [1,${channels},S,S], squares of the head's channels`;
            }
            known.set(name, { name, shape, type });
        }
        const given = known.get(name);
        if (!given) {
            return `takes "${name}", which nothing makes: name "${RefinerTensors.features}" or an earlier output`;
        }
        if (given.shape.join() !== shape.join()) {
            return `takes "${name}" [${shape.join(",")}], which is [${given.shape.join(",")}]`;
        }
    }
    for (const output of outputs) {
        if (known.has(output.name)) {
            return `makes "${output.name}", which is there already: rename one`;
        }
        known.set(output.name, output);
    }
    return null;
}
