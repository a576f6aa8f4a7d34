import { type IHeadModel } from "../../format/headModel.js";
import { type HeadBuffers } from "../../pipeline/3-gaussians/headBuffers.js";
import { type HeadGaussians } from "../../pipeline/3-gaussians/headGaussians.js";
import { type IMapSource } from "../networks/avatarNetworks.js";
import { type INetworkedAvatar } from "../networks/networkedAvatar.js";

/** What avatars of one head share. */
export interface ISharedHead {
    /** The head on the device. */
    readonly loaded: Promise<HeadBuffers>;
    /** How many show it. */
    users: number;
}

/** An avatar with a head. */
export interface IHeadSlot extends IMapSource {
    /** The avatar and its place. */
    readonly entry: INetworkedAvatar;
    /** Its head. */
    readonly model: IHeadModel;
    /** Null until it is made, and when it is not wanted any more. */
    gaussians: HeadGaussians | null;
    /** Its part in what others show as well. */
    shared: ISharedHead | null;
    /** Whether it is what is drawn. */
    isShown: boolean;
    /** Whether it is on its way. */
    isLoading: boolean;
    /** Whether the avatar has gone. */
    isRemoved: boolean;
    /** When its networks ran last, milliseconds. */
    lastRun: number;
}
