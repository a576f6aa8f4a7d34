import { AvatarFormatError } from "./avatarFormatError.js";

const DataUri = /^data:[\w.+-]+\/[\w.+-]+;base64,/;

/**
 * Whether a URI is one of the `data:` kind that glTF uses for embedded buffers.
 *
 * @param uri the URI as written in the file
 * @returns true for base64 data
 */
export function IsDataUri(uri: string): boolean {
    return DataUri.test(uri.slice(0, 100));
}

/**
 * Decodes a URI that stays in the folder of the file: no absolute path, scheme or `..`, nor percent-encoded forms of these.
 *
 * @param uri the URI as written in the file
 * @returns the URI, decoded, relative to the file; null where it could lead elsewhere
 */
export function DecodeSafeUri(uri: string): string | null {
    let decoded: string;
    try {
        decoded = decodeURIComponent(uri);
    } catch {
        return null;
    }
    const isUnsafe =
        decoded === "" ||
        /^[a-z][a-z0-9+.-]*:/i.test(decoded) ||
        decoded.startsWith("/") ||
        // eslint-disable-next-line no-control-regex -- control characters are what is looked for
        /[\\?#\u0000-\u001f%]/.test(decoded) ||
        decoded.split("/").includes("..");
    return isUnsafe ? null : decoded;
}

/**
 * Encodes a URI that {@link DecodeSafeUri} gave, to be written or to be joined to the URL of a folder.
 *
 * @param uri the URI, decoded
 * @returns the URI with each segment percent-encoded
 */
export function EncodeUri(uri: string): string {
    return uri.split("/").map(encodeURIComponent).join("/");
}

/**
 * Refuses a URI that could lead out of the folder of the file.
 *
 * @param uri the URI as written in the file
 * @param path JSON pointer of the field, for the message
 * @returns the URI, decoded, relative to the file
 * @throws {@link AvatarFormatError} `unsafe-uri`
 */
export function RequireSafeUri(uri: string, path: string): string {
    const decoded = DecodeSafeUri(uri);
    if (decoded === null) {
        const shown = JSON.stringify(uri.slice(0, 80));
        throw new AvatarFormatError(
            "unsafe-uri",
            path,
            `${shown} leaves the folder of the file: use a relative path without ".."`,
        );
    }
    return decoded;
}

/**
 * Decodes an embedded buffer.
 *
 * @param uri a base64 `data:` URI
 * @param byteLength length that the buffer states, bytes; longer data is refused before it is decoded
 * @param path JSON pointer of the field, for the message
 * @returns the bytes
 * @throws {@link AvatarFormatError} `too-large` or `missing-buffer`
 */
export function DecodeDataUri(uri: string, byteLength: number, path: string): Uint8Array {
    const start = uri.indexOf(",") + 1;
    // Four characters hold three bytes; up to three bytes of padding are usual.
    if (((uri.length - start) * 3) / 4 > byteLength + 6) {
        throw new AvatarFormatError(
            "too-large",
            path,
            `the data is longer than the stated ${byteLength} bytes: correct byteLength`,
        );
    }
    try {
        const text = atob(uri.slice(start));
        const bytes = new Uint8Array(text.length);
        for (let i = 0; i < text.length; i++) {
            bytes[i] = text.charCodeAt(i);
        }
        return bytes;
    } catch {
        throw new AvatarFormatError("missing-buffer", path, "the data is not base64: export the file again");
    }
}
