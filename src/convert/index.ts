/**
 * Makes avatars from other assets; runs in Node and in the browser.
 *
 * @module
 */
export { AvatarError } from "../diagnostics/avatarError.js";
