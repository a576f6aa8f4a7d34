import { deflateSync } from "node:zlib";

/** Lines that one chunk of a ZIP-compressed EXR file holds. */
const LinesPerChunk = 16;

/**
 * Writes a picture of three numbers a pixel as a position map: OpenEXR, one part, lines, 32-bit float, ZIP, channel B the
 * first number, G the second, R the third.
 *
 * @param values [H,W,3]
 * @param width W
 * @param height H
 * @returns the file
 */
export function WritePositionMap(values: Float32Array, width: number, height: number): Uint8Array {
    const header = ExrHeader(width, height);
    const chunks: Uint8Array[] = [];
    for (let y = 0; y < height; y += LinesPerChunk) {
        const lines = Math.min(LinesPerChunk, height - y);
        const planar = new Float32Array(lines * width * 3);
        for (let line = 0, to = 0; line < lines; line++) {
            for (let channel = 0; channel < 3; channel++) {
                for (let x = 0; x < width; x++) {
                    planar[to++] = values[((y + line) * width + x) * 3 + channel]!;
                }
            }
        }
        chunks.push(ExrChunk(y, new Uint8Array(planar.buffer)));
    }
    const offsets = new BigUint64Array(chunks.length);
    let offset = header.length + offsets.byteLength;
    chunks.forEach((chunk, index) => {
        offsets[index] = BigInt(offset);
        offset += chunk.length;
    });
    return Join([header, new Uint8Array(offsets.buffer), ...chunks]);
}

function ExrHeader(width: number, height: number): Uint8Array {
    const bytes: number[] = [0x76, 0x2f, 0x31, 0x01, 2, 0, 0, 0];
    const text = (value: string): number[] => [...new TextEncoder().encode(value), 0];
    const ints = (...values: number[]): number[] => [...new Uint8Array(Int32Array.from(values).buffer)];
    const floats = (...values: number[]): number[] => [...new Uint8Array(Float32Array.from(values).buffer)];
    const attribute = (name: string, type: string, value: number[]): void => {
        bytes.push(...text(name), ...text(type), ...ints(value.length), ...value);
    };
    // Type 2 is 32-bit float; a byte for linearity, three of padding, then how x and y are sampled.
    const channel = (name: string): number[] => [...text(name), ...ints(2), 0, 0, 0, 0, ...ints(1, 1)];
    attribute("channels", "chlist", [...["B", "G", "R"].flatMap(channel), 0]);
    attribute("compression", "compression", [3]);
    attribute("dataWindow", "box2i", ints(0, 0, width - 1, height - 1));
    attribute("displayWindow", "box2i", ints(0, 0, width - 1, height - 1));
    attribute("lineOrder", "lineOrder", [0]);
    attribute("pixelAspectRatio", "float", floats(1));
    attribute("screenWindowCenter", "v2f", floats(0, 0));
    attribute("screenWindowWidth", "float", floats(1));
    return Uint8Array.from([...bytes, 0]);
}

/** Bytes of even places, then those of odd ones, each as the difference from the one before; then deflated. */
function ExrChunk(y: number, raw: Uint8Array): Uint8Array {
    const half = (raw.length + 1) >> 1;
    const sorted = new Uint8Array(raw.length);
    raw.forEach((value, at) => (sorted[(at & 1) * half + (at >> 1)] = value));
    for (let at = sorted.length - 1; at > 0; at--) {
        sorted[at] = sorted[at]! - sorted[at - 1]! + 128;
    }
    const packed = deflateSync(sorted);
    const data = packed.length < raw.length ? packed : raw;
    return Join([new Uint8Array(Int32Array.of(y, data.length).buffer), data]);
}

function Join(parts: readonly Uint8Array[]): Uint8Array {
    const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
        joined.set(part, at);
        at += part.length;
    }
    return joined;
}
