/**
 * Every failure this library reports on purpose. The code is stable and meant for `switch`; the message is meant for
 * people: it names the file or object, the field, what was found and what to do.
 *
 * @example
 * ```ts
 * try {
 *     await LoadAvatarAsync("ada.glb", scene);
 * } catch (error) {
 *     if (error instanceof AvatarError && error.code === "webgpu-unavailable") {
 *         ShowFallback();
 *     }
 * }
 * ```
 */
export class AvatarError<Code extends string = string> extends Error {
    /** Stable identifier of the failure, for example `"webgpu-unavailable"`. */
    public readonly code: Code;

    /**
     * @param code stable identifier of the failure
     * @param message what was found, where, and the remedy
     * @param options the underlying error, when there is one
     */
    public constructor(code: Code, message: string, options?: ErrorOptions) {
        super(message, options);
        this.name = new.target.name;
        this.code = code;
    }
}
