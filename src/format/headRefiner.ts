import { type IAvatarNetwork } from "./mapModel.js";

/**
 * Makes the picture of a head sharp: networks turn a small picture of its features, as a camera sees them, into a larger one of its
 * colours. They see the whole head at once, always in the framing that they were trained with.
 */
export interface IHeadRefiner {
    /**
     * In the order in which they run, joined by the names of their tensors: from `features` [1,C,S,S], blended over 1 in every channel,
     * to `picture` [1,3,kS,kS], r g b 0..1 of the head before white.
     */
    readonly networks: readonly IAvatarNetwork[];
    /** Middle of the pictures in the avatar's canonical space, metres. */
    readonly center: readonly [x: number, y: number, z: number];
    /** Metres that a picture spans at its middle. */
    readonly width: number;
}

/** Names of the tensors that go into a refiner and come out. */
export const RefinerTensors = { features: "features", picture: "picture" } as const;

/**
 * Sides of the pictures of a refiner, pixels.
 *
 * @param refiner the refiner, which was checked
 */
export function RefinerSides({ networks }: IHeadRefiner): { readonly features: number; readonly picture: number } {
    const sideOf = (name: string): number =>
        networks.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]).find((tensor) => tensor.name === name)!
            .shape[3]!;
    return { features: sideOf(RefinerTensors.features), picture: sideOf(RefinerTensors.picture) };
}

/**
 * The networks of a refiner for pictures of another size: they are convolutions, so that only the sizes of their tensors change.
 *
 * @param networks those of a refiner
 * @param factor what sides are multiplied by; sides must stay whole
 */
export function ResizeRefiner(networks: readonly IAvatarNetwork[], factor: number): IAvatarNetwork[] {
    const resize = (tensors: IAvatarNetwork["inputs"]): IAvatarNetwork["inputs"] =>
        tensors.map((tensor) => ({
            ...tensor,
            shape: tensor.shape.map((size, axis) => (axis < 2 ? size : size * factor)),
        }));
    return networks.map((network) => ({
        ...network,
        inputs: resize(network.inputs),
        outputs: resize(network.outputs),
    }));
}
