import { AvatarError } from "../../diagnostics/avatarError.js";
import { NetworkError } from "../../networks/networkError.js";

/**
 * What was thrown, as an error of ours.
 *
 * @param cause anything
 */
export function ToAvatarError(cause: unknown): AvatarError {
    return cause instanceof AvatarError
        ? (cause as AvatarError)
        : new NetworkError("runtime-failed", String(cause), { cause });
}
