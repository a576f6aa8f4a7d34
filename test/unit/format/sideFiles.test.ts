/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return, @typescript-eslint/no-unsafe-call -- documents are changed here in ways that no type describes */
import { describe, expect, it } from "@jest/globals";
import { ReadAvatarAsync } from "../../../src/format/readAvatar.js";
import { type IOpenAvatarFile, OpenAvatarFile, SampleFile } from "./fileSurgery.js";

/** A `.gltf` with a side file for each buffer view, and the bytes of each. */
function SplitFile(change: (file: IOpenAvatarFile) => void = () => undefined): {
    bytes: Uint8Array;
    sides: Map<string, Uint8Array>;
} {
    const file = OpenAvatarFile(SampleFile());
    const { json, binary } = file;
    const sides = new Map<string, Uint8Array>();
    json.buffers = json.bufferViews.map(
        (view: { buffer: number; byteOffset: number; byteLength: number }, i: number) => {
            const uri = `part${i}.bin`;
            sides.set(uri, binary.slice(view.byteOffset, view.byteOffset + view.byteLength));
            json.bufferViews[i] = { ...view, buffer: i, byteOffset: 0 };
            return { byteLength: view.byteLength, uri };
        },
    );
    change(file);
    return { bytes: new TextEncoder().encode(JSON.stringify(json)), sides };
}

describe("the side files of a .gltf", () => {
    it("are loaded four at a time, and no others than the avatar needs", async () => {
        const { bytes, sides } = SplitFile(({ json }) => {
            for (let other = 0; other < 1000; other++) {
                json.buffers.push({ byteLength: 4, uri: `other${other}.bin` });
                json.bufferViews.push({ buffer: json.buffers.length - 1, byteLength: 4 });
            }
        });
        const asked: string[] = [];
        let open = 0;
        let widest = 0;
        const avatar = await ReadAvatarAsync(bytes, async (uri) => {
            asked.push(uri);
            widest = Math.max(widest, ++open);
            await Promise.resolve();
            open--;
            return sides.get(uri)!;
        });
        expect(avatar.gaussians.count).toBe(20);
        expect(asked.sort()).toEqual([...sides.keys()].sort());
        expect(sides.size).toBeGreaterThan(4);
        expect(widest).toBe(4);
    });

    it("are loaded once, however many buffers name them", async () => {
        const { bytes, sides } = SplitFile(({ json }) => {
            // The rotations move into the file of the positions, under another spelling.
            json.buffers[1] = { ...json.buffers[0], uri: "part%30.bin" };
        });
        const asked: string[] = [];
        // Positions are no quaternions, so the file is refused; what counts is what was asked for.
        await expect(
            ReadAvatarAsync(bytes, async (uri) => {
                asked.push(uri);
                return await Promise.resolve(sides.get(uri)!);
            }),
        ).rejects.toMatchObject({ code: "invalid-rotation" });
        expect(asked.filter((uri) => uri === "part0.bin")).toHaveLength(1);
        expect(asked).toHaveLength(sides.size - 1);
    });

    it("are not asked for when the document alone is wrong", async () => {
        const { bytes } = SplitFile(({ json }) => json.extensionsRequired.push("EXT_future"));
        const asked: string[] = [];
        const reading = ReadAvatarAsync(bytes, async (uri) => {
            asked.push(uri);
            return await Promise.resolve(new Uint8Array(0));
        });
        await expect(reading).rejects.toMatchObject({ code: "unsupported-extension" });
        expect(asked).toEqual([]);
    });

    it("are not asked for any more after one could not be loaded", async () => {
        const { bytes } = SplitFile();
        let asked = 0;
        const reading = ReadAvatarAsync(bytes, async () => {
            asked++;
            return await Promise.reject(new RangeError("offline"));
        });
        await expect(reading).rejects.toThrow(RangeError);
        await new Promise((resolve) => setTimeout(resolve, 0));
        expect(asked).toBe(4);
    });

    it("are refused when there are more than a person can need", async () => {
        const { bytes } = SplitFile(({ json, primitive }) => {
            const position = json.accessors[primitive.attributes.POSITION];
            primitive.targets = Array.from({ length: 1024 }, (_, i) => {
                const buffer = json.buffers.push({ byteLength: 240, uri: `morph${i}.bin` }) - 1;
                const bufferView = json.bufferViews.push({ buffer, byteLength: 240 }) - 1;
                return { POSITION: json.accessors.push({ ...position, bufferView }) - 1 };
            });
        });
        const failAsync = async (): Promise<Uint8Array> => await Promise.reject(new Error("asked"));
        await expect(ReadAvatarAsync(bytes, failAsync)).rejects.toMatchObject({ code: "too-large" });
    });
});
