/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-call -- documents are broken here in ways that no type describes */
import { describe, expect, it } from "@jest/globals";
import { AvatarFormatError } from "../../../src/format/avatarFormatError.js";
import { JoinGlb } from "../../../src/format/glbContainer.js";
import { ReadAvatar, ValidateAvatar } from "../../../src/format/readAvatar.js";
import { AvatarBufferViews } from "../../../src/format/parseAvatar.js";
import { FindAvatarPrimitive } from "../../../src/format/findAvatar.js";
import { WriteAvatar } from "../../../src/format/writeAvatar.js";
import { MakeSampleAvatar } from "../../support/avatarSamples.js";
import { SeededRandom } from "../../support/seededRandom.js";
import { AddAccessor, BrokenFile, MutateJson, OpenAvatarFile, SampleFile } from "./fileSurgery.js";

/** Reads a file that may be anything: it gives an avatar or a format error, never another failure. */
function ExpectReadOrRefused(bytes: Uint8Array): boolean {
    try {
        ReadAvatar(bytes);
        return true;
    } catch (error) {
        if (!(error instanceof AvatarFormatError)) {
            throw error;
        }
        expect(error.message.length).toBeLessThan(600);
        return false;
    }
}

describe("a file that cannot be trusted", () => {
    it("is refused when it ends anywhere before its end", () => {
        const bytes = SampleFile();
        for (let step = 0; step < 200; step++) {
            expect(ExpectReadOrRefused(bytes.slice(0, Math.floor((bytes.length * step) / 200)))).toBe(false);
        }
    });

    it("is refused when its container lies about where it ends", () => {
        const bytes = SampleFile();
        for (let step = 0; step < 200; step++) {
            const cut = bytes.slice(0, Math.floor((bytes.length * step) / 200));
            if (cut.length >= 12) {
                new DataView(cut.buffer).setUint32(8, cut.length, true);
            }
            expect(ExpectReadOrRefused(cut)).toBe(false);
        }
    });

    it("gives an avatar or a format error after 1000 changes of bytes", () => {
        const random = SeededRandom(11);
        let refused = 0;
        for (let run = 0; run < 1000; run++) {
            const bytes = SampleFile().slice();
            for (let change = 0; change < 1 + random() * 4; change++) {
                bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
            }
            refused += ExpectReadOrRefused(bytes) ? 0 : 1;
        }
        // Most of the bytes are JSON, where a changed byte is rarely harmless.
        expect(refused).toBeGreaterThan(300);
    });

    it("gives an avatar or a format error after 1000 changes of its document", () => {
        const random = SeededRandom(12);
        let refused = 0;
        for (let run = 0; run < 1000; run++) {
            const bytes = BrokenFile(({ json }) => {
                MutateJson(json, random);
            });
            refused += ExpectReadOrRefused(bytes) ? 0 : 1;
            ValidateAvatar(bytes);
        }
        expect(refused).toBeGreaterThan(300);
        expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    });

    it("never has a view named that the document lacks, whatever the document", () => {
        const random = SeededRandom(13);
        for (let run = 0; run < 200; run++) {
            const { json } = OpenAvatarFile(SampleFile());
            MutateJson(json, random);
            FindAvatarPrimitive(json);
            try {
                for (const view of AvatarBufferViews(json)) {
                    expect(view).toBeLessThan(json.bufferViews.length);
                }
            } catch (error) {
                expect(error).toBeInstanceOf(AvatarFormatError);
            }
        }
    });

    it("cannot make a reader ask for far more memory than it has bytes by dense channels over the same bytes", () => {
        const file = OpenAvatarFile(WriteAvatar(MakeSampleAvatar({ gaussians: 2000, morphTargets: 0 })));
        const position = file.json.accessors[file.primitive.attributes.POSITION];
        file.primitive.targets = Array.from({ length: 1000 }, () => ({
            POSITION: file.json.accessors.push({ ...position }) - 1,
        }));
        delete file.json.extensions;
        const bytes = JoinGlb(file.json, file.binary);
        expect(() => ReadAvatar(bytes)).toThrow(expect.objectContaining({ code: "too-large" }));
    });

    /** A file with clips over keys that are stored once; `accessors` of them turn joints, in turns. */
    const ManyTracks = (clips: number, keys: number, accessors: number): Uint8Array =>
        BrokenFile((file) => {
            const times = new Float32Array(keys).map((_, key) => key);
            const rotations = new Float32Array(keys * 4).fill(0.5);
            const input = AddAccessor(file, times, { componentType: 5126, type: "SCALAR", count: keys });
            const output = AddAccessor(file, rotations, { componentType: 5126, type: "VEC4", count: keys });
            for (let copy = 1; copy < accessors; copy++) {
                file.json.accessors.push(file.json.accessors[output]);
            }
            file.json.animations = Array.from({ length: clips }, (_, clip) => ({
                samplers: Array.from({ length: accessors }, (_unused, copy) => ({ input, output: output + copy })),
                channels: Array.from({ length: 55 }, (_unused, joint) => ({
                    sampler: (clip * 55 + joint) % accessors,
                    target: { node: joint + 1, path: "rotation" },
                })),
            }));
        });

    it("has one array for each accessor, however many tracks refer to it", () => {
        const bytes = ManyTracks(20, 2000, 1);
        const tracks = ReadAvatar(bytes).animations.flatMap((clip) => clip.tracks);
        expect(tracks).toHaveLength(20 * 55);
        const held = new Set(tracks.flatMap(({ times, values }) => [times.buffer, values.buffer]));
        // 2000 times and 2000 quaternions.
        expect([...held].reduce((sum, { byteLength }) => sum + byteLength, 0)).toBe(2000 * 20);
    });

    it("pays for the copies that are made of accessors, too", () => {
        const keys = 5000;
        /** Accessors that decode to this share of what the file may cost. */
        const accessorsFor = (share: number): number =>
            Math.floor((share * (8 * ManyTracks(1, keys, 1).length + 1024 * 1024)) / (keys * 16));
        expect(ReadAvatar(ManyTracks(1, keys, accessorsFor(0.25))).animations).toHaveLength(1);
        // Normalised rotations take as much again.
        const bytes = ManyTracks(1, keys, accessorsFor(0.75));
        expect(() => ReadAvatar(bytes)).toThrow(expect.objectContaining({ code: "too-large" }));
    });

    it("is searched for its avatar in one pass, however often its nodes show one mesh", () => {
        let looked = 0;
        const look = (): undefined => {
            looked++;
        };
        const primitive = new Proxy({}, { get: look });
        const json = {
            nodes: Array.from({ length: 1000 }, () => ({ mesh: 0, skin: 0 })),
            meshes: [{ primitives: Array.from({ length: 100 }, () => primitive) }],
        };
        expect(FindAvatarPrimitive(json)).toBeNull();
        expect(looked).toBeLessThanOrEqual(1000);
    });

    it("keeps its list of problems short, however many there are", () => {
        const bytes = JoinGlb(
            { asset: { version: "2.0" }, nodes: Array.from({ length: 5000 }, () => 7) },
            new Uint8Array(0),
        );
        expect(ValidateAvatar(bytes)).toHaveLength(200);
    });
});
