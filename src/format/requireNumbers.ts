import { type IAvatarAsset } from "./avatarAsset.js";
import { AvatarFormatError } from "./avatarFormatError.js";

/**
 * Refuses an array that is to be written, unless it holds so many finite numbers.
 *
 * @param asset the avatar, for its name
 * @param values the numbers
 * @param length how many there must be
 * @param path field of the avatar that holds them
 * @throws {@link AvatarFormatError} `invalid-accessor` or `non-finite`
 */
export function RequireNumbers(asset: IAvatarAsset, values: ArrayLike<number>, length: number, path: string): void {
    if (values.length !== length) {
        const message = `has ${values.length} numbers, must have ${length}`;
        throw new AvatarFormatError("invalid-accessor", path, message, asset.name);
    }
    for (let i = 0; i < length; i++) {
        if (!Number.isFinite(values[i])) {
            const message = `number ${i} is ${values[i]}: give finite numbers`;
            throw new AvatarFormatError("non-finite", path, message, asset.name);
        }
    }
}
