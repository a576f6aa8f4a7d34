import { type IAvatarAsset } from "../../format/avatarAsset.js";
import { type IAvatarBody } from "./avatarBody.js";
import { MeasureAvatarBody } from "./measureAvatarBody.js";
import { MeasureSoles } from "./measureSoles.js";

/** Avatars of one file are many; their body is measured once. */
const Known = new WeakMap<IAvatarAsset, IAvatarBody>();

/**
 * Measures an avatar with its soles, once for each asset.
 *
 * @param asset the avatar in rest pose
 * @returns the measured body; avatars that share the asset share it
 */
export function BodyOfAsset(asset: IAvatarAsset): IAvatarBody {
    let body = Known.get(asset);
    if (!body) {
        body = MeasureAvatarBody(asset.joints, MeasureSoles(asset) ?? undefined);
        Known.set(asset, body);
    }
    return body;
}
