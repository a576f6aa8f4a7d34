import { type Animatable } from "@babylonjs/core/Animations/animatable.core.js";

/** An expression channel. */
export interface IMovedChannel {
    /** Its weight. */
    influence: number;
}

/**
 * What expression channels were before clips moved them. Joints that no clip moves any more are posed by others; a mouth would
 * stay open for good.
 */
export class ChannelsBefore {
    private readonly _channels = new Map<IMovedChannel, { readonly weight: number; users: number }>();

    /**
     * Notes what a clip is about to move.
     *
     * @param animatables what plays its tracks
     * @returns the channels among it
     */
    public keep(animatables: readonly Animatable[]): readonly IMovedChannel[] {
        const channels = ChannelsOf(animatables);
        for (const channel of channels) {
            const kept = this._channels.get(channel) ?? { weight: channel.influence, users: 0 };
            kept.users++;
            this._channels.set(channel, kept);
        }
        return channels;
    }

    /**
     * Puts back what a clip has moved and no other moves.
     *
     * @param channels from {@link keep}
     */
    public restore(channels: readonly IMovedChannel[]): void {
        for (const channel of channels) {
            const kept = this._channels.get(channel);
            if (kept && --kept.users === 0) {
                this._channels.delete(channel);
                channel.influence = kept.weight;
            }
        }
    }
}

function ChannelsOf(animatables: readonly Animatable[]): IMovedChannel[] {
    return animatables.flatMap((animatable) =>
        animatable.getAnimations()[0]?.animation.targetProperty === "influence"
            ? [animatable.target as IMovedChannel]
            : [],
    );
}
