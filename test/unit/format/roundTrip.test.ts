/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument, @typescript-eslint/restrict-plus-operands -- documents are broken here in ways that no type describes */
import { describe, expect, it } from "@jest/globals";
import { Logger, NodeIO } from "@gltf-transform/core";
import { KHRMeshQuantization } from "@gltf-transform/extensions";
import fc from "fast-check";
import { type IAvatarAsset } from "../../../src/format/avatarAsset.js";
import { ReadAvatar, ReadAvatarAsync, ValidateAvatar } from "../../../src/format/readAvatar.js";
import { WriteAvatar } from "../../../src/format/writeAvatar.js";
import { MakeSampleAvatar } from "../../support/avatarSamples.js";
import { SplitGlb } from "../../../src/format/glbContainer.js";
import { SampleFile } from "./fileSurgery.js";

/** Largest difference of two arrays of numbers. */
function Difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
    expect(a.length).toBe(b.length);
    let largest = 0;
    for (let i = 0; i < a.length; i++) {
        largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
    }
    return largest;
}

/** Offsets of all Gaussians, so that rows left out count as zero. */
function Spread(asset: IAvatarAsset, channel: number): Float32Array {
    const { indices, deltas } = asset.morphTargets[channel]!;
    const all = new Float32Array(asset.gaussians.count * 3);
    indices.forEach((row, k) => all.set(deltas.subarray(k * 3, k * 3 + 3), row * 3));
    return all;
}

/** Holds a file's content to the bounds that docs/format.md states. */
function ExpectWithinBounds(read: IAvatarAsset, written: IAvatarAsset, weightBound: number): void {
    const [a, b] = [read.gaussians, written.gaussians];
    expect(read.joints).toEqual(written.joints);
    expect(read.inverseBindMatrices).toEqual(written.inverseBindMatrices);
    expect(read.animations).toEqual(
        written.animations.map((clip) => ({
            ...clip,
            tracks: clip.tracks.map((track) => ({ ...track, values: expect.anything() })),
        })),
    );
    read.animations.forEach((clip, c) => {
        clip.tracks.forEach((track, t) => {
            // Quaternions are normalised again on reading: one rounding of 32 bits.
            expect(Difference(track.values, written.animations[c]!.tracks[t]!.values)).toBeLessThanOrEqual(1.2e-7);
        });
    });
    expect({ ...read, joints: 0, inverseBindMatrices: 0, animations: 0, gaussians: 0, morphTargets: 0 }).toEqual({
        ...written,
        joints: 0,
        inverseBindMatrices: 0,
        animations: 0,
        gaussians: 0,
        morphTargets: 0,
    });
    expect(a.positions).toEqual(b.positions);
    expect(a.scales).toEqual(b.scales);
    expect(a.opacities).toEqual(b.opacities);
    expect(Difference(a.colors, b.colors)).toBeLessThanOrEqual(1e-6);
    // Half a step of 1/32767 in each component, and as much again from making the length one.
    expect(Difference(a.rotations, b.rotations)).toBeLessThanOrEqual(1 / 32767 + 1e-7);
    expect(Difference(a.jointWeights, b.jointWeights)).toBeLessThan(weightBound);
    for (let slot = 0; slot < a.jointIndices.length; slot++) {
        expect(a.jointWeights[slot] === 0 || a.jointIndices[slot] === b.jointIndices[slot]).toBe(true);
    }
    expect(read.morphTargets.map(({ name }) => name)).toEqual(written.morphTargets.map(({ name }) => name));
    written.morphTargets.forEach((_, channel) => {
        expect(Difference(Spread(read, channel), Spread(written, channel))).toBeLessThanOrEqual(0.5 / 32767 + 1e-7);
    });
}

describe("an avatar file", () => {
    it("gives back what was written, within the stated bounds, for any size", () => {
        fc.assert(
            fc.property(
                fc.record({
                    gaussians: fc.integer({ min: 1, max: 80 }),
                    joints: fc.integer({ min: 1, max: 55 }),
                    morphTargets: fc.integer({ min: 0, max: 4 }),
                    seed: fc.integer(),
                }),
                fc.constantFrom(8 as const, 16 as const),
                (options, weightBits) => {
                    const asset = MakeSampleAvatar(options);
                    const read = ReadAvatar(WriteAvatar(asset, { weightBits }));
                    ExpectWithinBounds(read, asset, 1 / (2 ** weightBits - 1) + 1e-7);
                },
            ),
            { numRuns: 40, seed: 7 },
        );
    });

    it("says whether the person is antialiased, and nothing where she is not", () => {
        const asset = MakeSampleAvatar();
        expect(ReadAvatar(WriteAvatar({ ...asset, antialiased: true })).antialiased).toBe(true);
        expect("antialiased" in ReadAvatar(WriteAvatar({ ...asset, antialiased: false }))).toBe(false);
    });

    it("repeats bit for bit, and a second trip changes nothing that is stored", () => {
        const first = WriteAvatar(MakeSampleAvatar());
        expect(WriteAvatar(MakeSampleAvatar())).toEqual(first);
        const second = ReadAvatar(WriteAvatar(ReadAvatar(first)));
        expect(second.gaussians.jointWeights).toEqual(ReadAvatar(first).gaussians.jointWeights);
        expect(second.morphTargets).toEqual(ReadAvatar(first).morphTargets);
    });

    it("has rows of integer weights that sum exactly to one", () => {
        const bytes = WriteAvatar(MakeSampleAvatar());
        const { json, binary } = SplitGlb(bytes);
        const document = JSON.parse(new TextDecoder().decode(json));
        const accessor = document.accessors[document.meshes[0].primitives[0].attributes.WEIGHTS_0];
        const view = document.bufferViews[accessor.bufferView];
        const weights = binary!.subarray(view.byteOffset, view.byteOffset + view.byteLength);
        for (let row = 0; row < accessor.count; row++) {
            expect(weights[row * 4]! + weights[row * 4 + 1]! + weights[row * 4 + 2]! + weights[row * 4 + 3]!).toBe(255);
        }
    });

    it("is standard glTF to a reader that knows neither of its extensions", async () => {
        const asset = MakeSampleAvatar({ gaussians: 64 });
        const bytes = WriteAvatar(asset);
        // Warnings about the two unknown extensions are the point here, not news.
        const io = new NodeIO().setLogger(new Logger(Logger.Verbosity.ERROR)).registerExtensions([KHRMeshQuantization]);
        const document = await io.readBinary(bytes);
        const root = document.getRoot();
        const primitive = root.listMeshes()[0]!.listPrimitives()[0]!;
        expect(primitive.getMode()).toBe(0);
        expect(Array.from(primitive.getAttribute("POSITION")!.getArray())).toEqual(
            Array.from(asset.gaussians.positions),
        );
        expect(
            root
                .listSkins()[0]!
                .listJoints()
                .map((joint) => joint.getName()),
        ).toEqual(asset.joints.map(({ name }) => name));
        expect(root.listAnimations()[0]!.listChannels()).toHaveLength(asset.animations[0]!.tracks.length);
        const target = primitive.listTargets()[0]!.getAttribute("POSITION")!;
        const row = asset.morphTargets[0]!.indices[0]!;
        expect(Difference(target.getElement(row, []), asset.morphTargets[0]!.deltas.subarray(0, 3))).toBeLessThan(2e-5);
    });

    it("stays within 56 bytes a Gaussian and 8 bytes a moved row of a channel, besides the JSON", () => {
        const asset = MakeSampleAvatar({ gaussians: 2000, morphTargets: 20 });
        const { binary } = SplitGlb(WriteAvatar(asset));
        const rows = asset.morphTargets.reduce((sum, { indices }) => sum + indices.length, 0);
        const clip = asset.animations[0]!.tracks.reduce((sum, { values }) => sum + values.byteLength, 36);
        expect(binary!.length).toBeLessThanOrEqual(2000 * 56 + rows * 8 + 55 * 64 + clip + 20 * 6);
    });

    it("reads as .gltf with side files and with embedded buffers", async () => {
        const asset = MakeSampleAvatar({ gaussians: 30 });
        const { json, binary } = SplitGlb(WriteAvatar(asset));
        const document = JSON.parse(new TextDecoder().decode(json));
        const encode = (uri: string): Uint8Array => {
            document.buffers[0].uri = uri;
            return new TextEncoder().encode(JSON.stringify(document));
        };
        const asked: string[] = [];
        const side = await ReadAvatarAsync(encode("my%20parts/ada.bin"), async (uri) => {
            asked.push(uri);
            return await Promise.resolve(binary!);
        });
        expect(asked).toEqual(["my parts/ada.bin"]);
        const embedded = ReadAvatar(
            encode(`data:application/octet-stream;base64,${Buffer.from(binary!).toString("base64")}`),
        );
        expect(side).toEqual(embedded);
        expect(side.gaussians.positions).toEqual(asset.gaussians.positions);
    });

    it("reads as .gltf after a byte order mark, white space or both", () => {
        const { json, binary } = SplitGlb(SampleFile());
        const document = JSON.parse(new TextDecoder().decode(json));
        document.buffers[0].uri = `data:application/octet-stream;base64,${Buffer.from(binary!).toString("base64")}`;
        for (const before of ["", "\uFEFF", "\n", " \r\n\t", "\uFEFF\n"]) {
            const bytes = new TextEncoder().encode(before + JSON.stringify(document));
            expect(ReadAvatar(bytes).gaussians.count).toBe(20);
        }
    });

    it("has no problems to report", () => {
        expect(ValidateAvatar(WriteAvatar(MakeSampleAvatar()))).toEqual([]);
    });
});
