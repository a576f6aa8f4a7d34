/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument -- documents are broken here in ways that no type describes */
import { describe, expect, it } from "@jest/globals";
import { AvatarFormatError } from "../../../src/format/avatarFormatError.js";
import { JoinGlb } from "../../../src/format/glbContainer.js";
import { AccessorReader } from "../../../src/format/accessor.js";
import { CheckGltf } from "../../../src/format/gltfJson.js";
import { IssueList } from "../../../src/format/issueList.js";
import { ReadAvatar, ValidateAvatar } from "../../../src/format/readAvatar.js";
import { AvatarBufferViews } from "../../../src/format/parseAvatar.js";
import { FindAvatarPrimitive } from "../../../src/format/findAvatar.js";
import { SeededRandom } from "../../support/seededRandom.js";
import { BrokenFile, OpenAvatarFile, SampleFile } from "./fileSurgery.js";

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

/** Replaces one value anywhere in a document by something unfit. */
function MutateJson(root: unknown, random: () => number): void {
    const slots: { holder: Record<string, unknown>; key: string }[] = [];
    const open: unknown[] = [root];
    while (open.length > 0) {
        const holder = open.pop() as Record<string, unknown>;
        for (const key of Object.keys(holder)) {
            slots.push({ holder, key });
            if (typeof holder[key] === "object" && holder[key] !== null) {
                open.push(holder[key]);
            }
        }
    }
    const { holder, key } = slots[Math.floor(random() * slots.length)]!;
    const unfit = [
        null,
        -1,
        0,
        1,
        3.5,
        255,
        65536,
        4294967296,
        1e300,
        "",
        "x",
        [],
        {},
        true,
        [[]],
        { __proto__: null },
    ];
    holder[key] = unfit[Math.floor(random() * unfit.length)];
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

    it("cannot make a reader ask for far more memory than it has bytes", () => {
        // A thousand channels, each an accessor of its own over the same dense half a megabyte.
        const count = 40_000;
        const accessor = { bufferView: 0, componentType: 5126, type: "VEC3", count };
        const gltf = CheckGltf(
            {
                asset: { version: "2.0" },
                bufferViews: [{ buffer: 0, byteLength: count * 12 }],
                accessors: Array.from({ length: 1000 }, () => accessor),
            },
            new IssueList(),
        )!;
        const issues = new IssueList();
        const data = new Uint8Array(count * 12).fill(1);
        const reader = new AccessorReader(gltf, { json: gltf, fileName: "", bufferView: () => data }, issues);
        let held = 0;
        for (let index = 0; index < 1000; index++) {
            held += reader.read(index, "", { type: "VEC3", forms: ["f32"], maxCount: count })?.byteLength ?? 0;
        }
        expect(issues.issues[0]).toMatchObject({ code: "too-large", severity: "error" });
        expect(held).toBeLessThanOrEqual(8 * data.length + 1024 * 1024);
    });

    it("keeps its list of problems short, however many there are", () => {
        const bytes = JoinGlb(
            { asset: { version: "2.0" }, nodes: Array.from({ length: 5000 }, () => 7) },
            new Uint8Array(0),
        );
        expect(ValidateAvatar(bytes)).toHaveLength(200);
    });
});
