import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { type IAvatarAsset } from "../../../src/format/avatarAsset.js";
import { AvatarFormatError } from "../../../src/format/avatarFormatError.js";
import { LoadNetworkAsync } from "../../../src/format/loadNetwork.js";
import { type IAvatarNetwork, type IMapModel } from "../../../src/format/mapModel.js";
import { ReadAvatar, ReadAvatarAsync, ValidateAvatar } from "../../../src/format/readAvatar.js";
import { WriteAvatar, WriteAvatarFiles } from "../../../src/format/writeAvatar.js";
import { MakeSampleAvatar } from "../../support/avatarSamples.js";
import { type ISampleMapModelOptions, MakeSampleMapModel } from "../../support/mapModels.js";

/** A small avatar with one map model. */
function Sample(options: ISampleMapModelOptions = {}): IAvatarAsset {
    const asset = MakeSampleAvatar({ gaussians: 20 });
    return { ...asset, mapModels: [MakeSampleMapModel(asset, options)] };
}

/** Largest difference of two arrays of numbers. */
function Difference(a: Float32Array, b: Float32Array): number {
    expect(a.length).toBe(b.length);
    return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);
}

/** Holds a model to what was written: all but normals and offsets of expressions is the same, bit for bit. */
function ExpectSameModel(read: IMapModel, written: IMapModel): void {
    const inexact = { normals: null, morphTargets: null };
    expect({ ...read, ...inexact }).toEqual({ ...written, ...inexact });
    // Half a step of 1/32767, as docs/format.md states.
    const step = 0.5 / 32767 + 1e-7;
    expect(Difference(read.normals, written.normals)).toBeLessThanOrEqual(step);
    expect(read.morphTargets.map(({ name }) => name)).toEqual(written.morphTargets.map(({ name }) => name));
    read.morphTargets.forEach(({ indices, deltas }, channel) => {
        const target = written.morphTargets[channel]!;
        expect(indices).toEqual(target.indices);
        expect(Difference(deltas, target.deltas)).toBeLessThanOrEqual(step);
    });
}

describe("an avatar file with map models", () => {
    it("gives back what was written, whatever is in it", () => {
        fc.assert(
            fc.property(
                fc.record({
                    tier: fc.constantFrom("lite" as const, "full" as const),
                    texels: fc.integer({ min: 1, max: 100 }),
                    mapSize: fc.constantFrom(8, 16, 256),
                    influences: fc.integer({ min: 1, max: 64 }),
                    covariance: fc.constantFrom("linear" as const, "quaternion" as const),
                    hasProjection: fc.boolean(),
                    hasFixedHands: fc.boolean(),
                    colorActivation: fc.constantFrom("none" as const, "sigmoid" as const),
                    hipAngle: fc.constantFrom(0, 0.4),
                    seed: fc.integer(),
                }),
                fc.record({
                    size: fc.constantFrom(4, 8),
                    side: fc.constantFrom("front" as const, "both" as const),
                    reduction: fc.constantFrom("first" as const, "mean" as const),
                    restJoints: fc.constantFrom(new Uint16Array(0), Uint16Array.of(40, 22)),
                    viewSize: fc.constantFrom(0, 2),
                }),
                (options, conditioning) => {
                    const asset = Sample({ ...options, conditioning });
                    const bytes = WriteAvatar(asset);
                    ExpectSameModel(ReadAvatar(bytes).mapModels[0]!, asset.mapModels[0]!);
                    expect(ValidateAvatar(bytes)).toEqual([]);
                    expect(WriteAvatar(ReadAvatar(bytes))).toEqual(bytes);
                },
            ),
            { numRuns: 15, seed: 3 },
        );
    });
});
