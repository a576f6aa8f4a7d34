import { type AvatarBakeErrorCode } from "./avatarBakeError.js";

/** Refuses a file: says where in the document something is wrong. */
export type RefuseCharacter = (code: AvatarBakeErrorCode, path: string, message: string) => never;

/** Refuses an index that names nothing. */
export function RequireItem<T>(
    items: readonly T[],
    index: unknown,
    path: string,
    what: string,
    refuse: RefuseCharacter,
): T {
    const item = typeof index === "number" ? items[index] : undefined;
    return (
        item ??
        refuse("invalid-gltf", path, `there is no ${what} ${String(index)}; the file has ${items.length} of them`)
    );
}
