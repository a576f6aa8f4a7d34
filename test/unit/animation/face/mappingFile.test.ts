import { describe, expect, it } from "@jest/globals";
import { MapFaceChannels } from "../../../../src/animation/face/vocabulary/mapFaceChannels.js";
import { ParseFaceMapping, SerializeFaceMapping } from "../../../../src/animation/face/vocabulary/faceMappingFile.js";

const Names = ["A25_Jaw_Open", "Smirk", "Hat", "Fcl_ALL_Joy", "viseme_aa", "__proto__"];

describe("a stored face mapping", () => {
    it("gives the same mapping again", () => {
        const shapes = { Smirk: "mouthSmileLeft" } as const;
        const mapping = MapFaceChannels(Names, { name: "hero", shapes });
        const file = ParseFaceMapping(JSON.parse(JSON.stringify(SerializeFaceMapping("hero", mapping))));
        const again = MapFaceChannels(Names, { name: "hero", shapes: file.shapes });
        const plain = ({ channels }: typeof mapping): unknown => channels.map(({ source, shapes: of }) => [source, of]);
        expect(plain(again)).toEqual(plain(mapping));
        expect(file.name).toBe("hero");
    });

    it.each([
        ["nothing", null, /no face mapping/u],
        ["another file", { format: "gaussian-avatar-rig", version: 1, name: "a", shapes: {} }, /format/u],
        ["a later version", { format: "gaussian-avatar-face", version: 2, name: "a", shapes: {} }, /version/u],
        [
            "a shape that is none",
            { format: "gaussian-avatar-face", version: 1, name: "a", shapes: { a: "grin" } },
            /shapes\.a/u,
        ],
        [
            "a weight that is none",
            { format: "gaussian-avatar-face", version: 1, name: "a", shapes: { a: { jawOpen: "1" } } },
            /shapes\.a/u,
        ],
        [
            "a weight beyond all bounds",
            { format: "gaussian-avatar-face", version: 1, name: "a", shapes: { a: { jawOpen: 1e9 } } },
            /shapes\.a/u,
        ],
    ])("that is %s is refused", (_title, json, message) => {
        expect(() => ParseFaceMapping(json)).toThrow(message);
    });
});
