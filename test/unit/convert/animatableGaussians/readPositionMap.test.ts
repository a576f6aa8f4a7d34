import { describe, expect, it } from "@jest/globals";
import { zlibSync } from "fflate";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { WritePositionMap } from "../../../../assets/scripts/synthetic/positionMapFile.js";
import { ConvertError } from "../../../../src/convert/convertError.js";
import { ReadPositionMap } from "../../../../src/convert/animatableGaussians/readPositionMap.js";
import { DescribeGolden, FixtureFolder, GoldenComparison, ReadGoldenFixture } from "../../../support/goldenFixture.js";

DescribeGolden("position maps (golden)", () => {
    it("reads the published files exactly", () => {
        const fixture = ReadGoldenFixture("exr_position_map");
        const bytes = new Uint8Array(readFileSync(join(FixtureFolder, "exr_position_map.exr")));
        const { width, height, values } = ReadPositionMap(bytes, "map.exr");
        expect([width, height]).toEqual([48, 24]);
        const comparison = new GoldenComparison("exr_position_map", "x y z, m", 0);
        comparison.add(values, fixture.values("xyz"));
        comparison.expectWithin();
        const mask = Uint8Array.from({ length: width * height }, (_, i) =>
            Number(Math.hypot(...values.subarray(i * 3, i * 3 + 3)) > 0),
        );
        expect(mask).toEqual(fixture.values("mask"));
    });
});

/** A picture without compression, with the rows of a window that does not begin at 0. */
function Plain(width: number, height: number, values: Float32Array): Uint8Array {
    const zipped = WritePositionMap(values, width, height);
    const at = Find(zipped, "compression\0compression\0") + 24 + 4;
    const window = Find(zipped, "dataWindow\0box2i\0") + 17 + 4;
    const bytes: number[] = [...zipped.subarray(0, EndOfHeader(zipped))];
    bytes[at] = 0;
    const ints = [5, 7, width + 4, height + 6];
    bytes.splice(window, 16, ...new Uint8Array(Int32Array.from(ints).buffer));
    bytes.push(...new Uint8Array(height * 8));
    for (let y = 0; y < height; y++) {
        const row = [0, 1, 2].flatMap((channel) =>
            Array.from({ length: width }, (_, x) => values[(y * width + x) * 3 + channel]!),
        );
        bytes.push(...new Uint8Array(Int32Array.of(y + 7, width * 12).buffer));
        bytes.push(...new Uint8Array(Float32Array.from(row).buffer));
    }
    return Uint8Array.from(bytes);
}

function Find(bytes: Uint8Array, text: string): number {
    return new TextDecoder("latin1").decode(bytes).indexOf(text);
}

function EndOfHeader(bytes: Uint8Array): number {
    return Find(bytes, "screenWindowWidth\0float\0") + 24 + 4 + 4 + 1;
}

describe("ReadPositionMap", () => {
    const [width, height] = [7, 37];
    const values = Float32Array.from({ length: width * height * 3 }, (_, i) => Math.sin(i) * 1.5);
    const good = WritePositionMap(values, width, height);

    it("reads ZIP and plain rows, wherever the window lies", () => {
        expect(ReadPositionMap(good, "a.exr").values).toEqual(values);
        expect(ReadPositionMap(Plain(width, height, values), "a.exr").values).toEqual(values);
    });

    it.each([
        ["another file", Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), "damaged-file", /not an OpenEXR/],
        ["an empty file", new Uint8Array(0), "damaged-file", /cut off/],
        ["half a file", good.subarray(0, good.length >> 1), "damaged-file", /cut off|damaged/],
        ["half a header", good.subarray(0, 60), "damaged-file", /header/],
        ["a giant", Change(good, "dataWindow\0box2i\0", 4 + 8, [255, 255, 255, 127]), "too-large", /pixels/],
        [
            "a picture of no width",
            Change(good, "dataWindow\0box2i\0", 4 + 8, [254, 255, 255, 255]),
            "too-large",
            /pixels/,
        ],
        ["lossy compression", Change(good, "compression\0compression\0", 4, [8]), "unsupported-file", /compression 8/],
        ["rows from below", Change(good, "lineOrder\0lineOrder\0", 4, [1]), "unsupported-file", /bottom/],
        ["other channels", Change(good, "channels\0chlist\0", 4, [0x58]), "unsupported-file", /channels X G R/],
        ["half floats", Change(good, "channels\0chlist\0", 6, [1]), "unsupported-file", /32-bit float/],
        ["rows that unpack to more than rows", Bomb(good), "damaged-file", /unpacks to more/],
        ["channels without number", ManyChannels(good), "unsupported-file", /channels/],
        ["tiles", Uint8Array.from(good, (byte, at) => (at === 5 ? 2 : byte)), "unsupported-file", /tiles/],
    ])("refuses %s", (_, bytes, code, message) => {
        const read = (): unknown => ReadPositionMap(bytes, "smpl_pos_map/a.exr");
        expect(read).toThrow(ConvertError);
        expect(read).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
        expect(read).toThrow(/smpl_pos_map\/a\.exr/);
    });

    it("survives any single byte that is wrong", () => {
        for (let at = 0; at < good.length; at += 3) {
            const bytes = Uint8Array.from(good);
            bytes[at] = bytes[at]! ^ 0x5a;
            try {
                ReadPositionMap(bytes, "a.exr");
            } catch (error) {
                expect(error).toBeInstanceOf(ConvertError);
            }
        }
    });
});

/** The file with a first chunk of packed zeros, far more than its rows have. */
function Bomb(bytes: Uint8Array): Uint8Array {
    const start = EndOfHeader(bytes);
    const packed = zlibSync(new Uint8Array(200_000));
    const at = start + Math.ceil(37 / 16) * 8;
    const chunk = new Uint8Array(8 + packed.length);
    chunk.set(bytes.subarray(at, at + 4));
    new DataView(chunk.buffer).setUint32(4, packed.length, true);
    chunk.set(packed, 8);
    const rest = at + 8 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(at + 4, true);
    return Uint8Array.from([...bytes.subarray(0, at), ...chunk, ...bytes.subarray(rest)]);
}

/** The file with nine more channels. */
function ManyChannels(bytes: Uint8Array): Uint8Array {
    const at = Find(bytes, "channels\0chlist\0") + "channels\0chlist\0".length;
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
    const first = bytes.subarray(at + 4, at + 4 + 18);
    const more = Array.from({ length: 9 }, () => [...first]).flat();
    const size = new Uint8Array(Int32Array.of(length + more.length).buffer);
    return Uint8Array.from([...bytes.subarray(0, at), ...size, ...more, ...bytes.subarray(at + 4)]);
}

/** The file with bytes of an attribute's value changed. */
function Change(bytes: Uint8Array, attribute: string, offset: number, value: readonly number[]): Uint8Array {
    const changed = Uint8Array.from(bytes);
    changed.set(value, Find(bytes, attribute) + attribute.length + offset);
    return changed;
}
