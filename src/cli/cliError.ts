import { AvatarError } from "../diagnostics/avatarError.js";

/** Why a command could not do its work, apart from what the library itself reports. */
export type CliErrorCode =
    | "usage"
    | "file-unreadable"
    | "file-unwritable"
    | "no-such-clip"
    | "invalid-camera"
    | "empty-motion"
    | "capture-differs"
    | "networks-failed"
    | "not-comparable"
    | "worker-failed"
    | "cancelled";

/** A command that cannot be carried out. Code `usage` means that the command line is wrong. */
export class CliError extends AvatarError<CliErrorCode> {}

/**
 * Makes the error of a wrong command line.
 *
 * @param message what was found and what is expected
 * @returns the error, to be thrown
 */
export function UsageError(message: string): CliError {
    return new CliError("usage", message);
}
