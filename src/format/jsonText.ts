import { AvatarFormatError } from "./avatarFormatError.js";
import { MaxJsonBytes, MaxJsonDepth } from "./limits.js";

/** Tab, line feed, carriage return and space: the white space of JSON. */
const JsonSpaces: readonly number[] = [0x09, 0x0a, 0x0d, 0x20];

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
 * Whether bytes begin like a JSON object, after a byte order mark and white space.
 *
 * @param bytes the file
 * @returns true for a `{`
 */
export function IsJsonObject(bytes: Uint8Array): boolean {
    const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    let first = hasMark ? 3 : 0;
    while (first < bytes.length && JsonSpaces.includes(bytes[first]!)) {
        first++;
    }
    return bytes[first] === 0x7b;
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
