/** One expression channel: offsets of the few Gaussians it moves, added ahead of skinning, times the channel's weight. */
export interface IMorphTarget {
    /** Name of the channel, for example the ARKit name `jawOpen`. */
    readonly name: string;
    /** [K] Gaussians that move, strictly ascending. */
    readonly indices: Uint32Array;
    /** [K,3] offsets at weight 1, metres, canonical space. */
    readonly deltas: Float32Array;
}
