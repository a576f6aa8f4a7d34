import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { ComputeJointBounds, PoseBounds } from "../../../src/avatar/jointBounds.js";
import { ComposeSkinMatrix, SkinMatrixFloats } from "../../../src/pipeline/1-pose/skinMatrix.js";
import { MakeSampleAvatar } from "../../support/avatarSamples.js";
import { InvertAffineMatrix4 } from "../../../src/math/matrix4.js";
import { MakeSampleMapModel } from "../../support/mapModels.js";
import { DecodeGaussians } from "../../reference/decodeGaussian.js";
import { FromBabylon, Multiply, ToBabylon } from "../../reference/matrix.js";
import { SkinDecoded } from "../../reference/skinDecoded.js";
import { SkinCloud } from "../../reference/skinGaussian.js";

const asset = MakeSampleAvatar({ gaussians: 300, seed: 5 });

/** Any affine matrix: entries of the upper 3x4, column-major with the last row 0 0 0 1. */
const affine = fc
    .array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 12, maxLength: 12 })
    .map((entries) => ToBabylon([entries.slice(0, 4), entries.slice(4, 8), entries.slice(8, 12), [0, 0, 0, 1]]));

describe("skin matrices", () => {
    it("are the joint's world matrix times its inverse bind matrix", () => {
        fc.assert(
            fc.property(affine, affine, (world, inverseBind) => {
                const result = new Float32Array(SkinMatrixFloats * 2);
                const padded = new Float32Array(32);
                padded.set(inverseBind, 16);
                ComposeSkinMatrix(world, padded, 1, result, SkinMatrixFloats);
                const expected = Multiply(FromBabylon(world), FromBabylon(inverseBind)).slice(0, 3).flat();
                expected.forEach((value, i) => {
                    // Single precision sums of four products, each up to 4.
                    expect(Math.abs(result[SkinMatrixFloats + i]! - value)).toBeLessThan(4e-6);
                });
                expect(result.subarray(0, SkinMatrixFloats).every((value) => value === 0)).toBe(true);
            }),
            { seed: 1, numRuns: 100 },
        );
    });
});

describe("bounds of a pose", () => {
    const boxes = ComputeJointBounds(asset);

    it("hold every Gaussian, whatever the pose, with any one expression", () => {
        fc.assert(
            fc.property(
                fc.array(affine, { minLength: asset.joints.length, maxLength: asset.joints.length }),
                (worlds) => {
                    const skinMatrices = new Float32Array(worlds.length * SkinMatrixFloats);
                    worlds.forEach((world, joint) => {
                        ComposeSkinMatrix(
                            world,
                            asset.inverseBindMatrices,
                            joint,
                            skinMatrices,
                            joint * SkinMatrixFloats,
                        );
                    });
                    const bounds = new Float64Array(6);
                    expect(PoseBounds(boxes, skinMatrices, bounds)).toBe(true);
                    const pose = { skinMatrices, morphWeights: [0, 1], opacity: 1 };
                    for (const { position } of SkinCloud(asset.gaussians, asset.morphTargets, pose)) {
                        position.forEach((value, axis) => {
                            // Single precision: matrices up to 2 times boxes of metres.
                            expect(value).toBeGreaterThanOrEqual(bounds[axis]! - 1e-4);
                            expect(value).toBeLessThanOrEqual(bounds[axis + 3]! + 1e-4);
                        });
                    }
                },
            ),
            { seed: 2, numRuns: 20 },
        );
    });

    it("hold what networks make within their gains, also in a canonical space of its own", () => {
        const hipAngle = 0.6;
        const model = MakeSampleMapModel(asset, { hipAngle, texels: 300, hasFixedHands: true });
        const networked = { ...asset, mapModels: [model] };
        const wide = ComputeJointBounds(networked);
        // At rest, where boxes are tight.
        const skinMatrices = new Float32Array(asset.joints.length * SkinMatrixFloats);
        const rebound = new Float32Array(skinMatrices.length);
        for (let joint = 0; joint < asset.joints.length; joint++) {
            const inverseBind = Float64Array.from(asset.inverseBindMatrices.subarray(joint * 16, joint * 16 + 16));
            const world = InvertAffineMatrix4(inverseBind)!;
            ComposeSkinMatrix(world, asset.inverseBindMatrices, joint, skinMatrices, joint * SkinMatrixFloats);
            ComposeSkinMatrix(world, model.inverseBindMatrices, joint, rebound, joint * SkinMatrixFloats);
        }
        const bounds = new Float64Array(6);
        expect(PoseBounds(wide, skinMatrices, bounds)).toBe(true);
        for (const value of [-1, 1]) {
            const data = new Float32Array(model.networks[0]!.outputs[0]!.shape.reduce((a, b) => a * b)).fill(value);
            const outputs = new Map([["maps", { side: model.networks[0]!.outputs[0]!.shape[2]!, data }]]);
            const pose = { skinMatrices: rebound, morphWeights: [0, 1], opacity: 1 };
            for (const { position } of SkinDecoded(model, DecodeGaussians(model, outputs), pose)) {
                position.forEach((coordinate, axis) => {
                    expect(coordinate).toBeGreaterThanOrEqual(bounds[axis]! - 1e-4);
                    expect(coordinate).toBeLessThanOrEqual(bounds[axis + 3]! + 1e-4);
                });
            }
        }
    });

    it("are tight in the rest pose, and absent when no joint moves anything", () => {
        const rest = new Float32Array(asset.joints.length * SkinMatrixFloats);
        for (let m = 0; m < rest.length; m += SkinMatrixFloats) {
            rest[m] = rest[m + 5] = rest[m + 10] = 1;
        }
        const bounds = new Float64Array(6);
        PoseBounds(boxes, rest, bounds);
        const heights = asset.gaussians.positions.filter((_, i) => i % 3 === 1);
        // At most three deviations and the longest expression beyond the outermost mean.
        expect(bounds[4]! - Math.max(...heights)).toBeLessThan(0.15);
        expect(Math.min(...heights) - bounds[1]!).toBeLessThan(0.15);
        const none = new Float32Array(boxes.length).map((_, i) => (i % 6 < 3 ? Infinity : -Infinity));
        expect(PoseBounds(none, rest, bounds)).toBe(false);
    });
});
