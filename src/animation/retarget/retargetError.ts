import { AvatarError } from "../../diagnostics/avatarError.js";

/** What is wrong with a request to retarget. */
export type RetargetErrorCode = "invalid-range" | "invalid-option";

/** A motion that cannot be retargeted as asked. */
export class RetargetError extends AvatarError<RetargetErrorCode> {}
