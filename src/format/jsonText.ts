import { AvatarFormatError } from "./avatarFormatError.js";
import { MaxJsonBytes, MaxJsonDepth } from "./limits.js";

/** Deepest nesting of brackets outside strings; one pass, no recursion. */
function NestingDepth(text: Uint8Array): number {
    let depth = 0;
    let deepest = 0;
    let inString = false;
    for (let i = 0; i < text.length; i++) {
        const byte = text[i]!;
        if (inString) {
            if (byte === 0x5c) {
                i++;
            } else if (byte === 0x22) {
                inString = false;
            }
        } else if (byte === 0x22) {
            inString = true;
        } else if (byte === 0x7b || byte === 0x5b) {
            deepest = Math.max(deepest, ++depth);
        } else if (byte === 0x7d || byte === 0x5d) {
            depth--;
        }
    }
    return deepest;
}

/**
 * Parses the JSON of an untrusted file. A key `__proto__` stays an ordinary own property, as `JSON.parse` makes it; no
 * reader of this library merges objects.
 *
 * @param text UTF-8 bytes
 * @returns the document, of which nothing is known yet
 * @throws {@link AvatarFormatError} `too-large` or `invalid-json`
 */
export function ParseJsonText(text: Uint8Array): unknown {
    if (text.length > MaxJsonBytes) {
        throw new AvatarFormatError(
            "too-large",
            "",
            `the JSON has ${text.length} bytes, at most ${MaxJsonBytes} are read`,
        );
    }
    const depth = NestingDepth(text);
    if (depth > MaxJsonDepth) {
        throw new AvatarFormatError(
            "too-large",
            "",
            `the JSON is nested ${depth} deep, at most ${MaxJsonDepth} is read`,
        );
    }
    try {
        return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(text));
    } catch (cause) {
        throw new AvatarFormatError(
            "invalid-json",
            "",
            `the JSON cannot be read (${String(cause)}): export the file again`,
        );
    }
}
