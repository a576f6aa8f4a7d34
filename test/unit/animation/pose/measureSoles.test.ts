import { describe, expect, it } from "@jest/globals";
import { readFileSync } from "node:fs";
import { MeasureAvatarBody } from "../../../../src/animation/pose/measureAvatarBody.js";
import { MeasureSoles } from "../../../../src/animation/pose/measureSoles.js";
import { ReadAvatar } from "../../../../src/format/readAvatar.js";
import { type IAvatarAsset } from "../../../../src/format/avatarAsset.js";
import { SmplxJointNames } from "../../../../src/format/bodyModel.js";
import { RotateVector3 } from "../../../../src/math/quaternion.js";
import { MakeSampleAvatar } from "../../../support/avatarSamples.js";
import { SeededRandom } from "../../../support/seededRandom.js";

/** The soles of the shoes below: 4 cm under the toe joints of the generic skeleton. */
const Sole = -0.015;

/** An avatar whose Gaussians are two shoes with flat soles, and a few strays far below them. */
function Shoes(strays: number): IAvatarAsset {
    const sample = MakeSampleAvatar({ gaussians: 1200 });
    const random = SeededRandom(7);
    const { gaussians } = sample;
    for (let i = 0; i < gaussians.count; i++) {
        const side = i % 2;
        const z = -0.06 + 0.26 * random();
        const isStray = i >= 100 && i < 100 + 2 * strays;
        // Half of them are the sole, the rest the shoe above it. They are round, 2 mm in deviation.
        const y = isStray ? Sole - 0.1 : random() < 0.5 ? Sole + 0.002 : Sole + 0.002 + 0.07 * random();
        gaussians.positions.set([(side === 0 ? 1 : -1) * 0.085 + 0.03 * (random() - 0.5), y, z], i * 3);
        gaussians.rotations.set([0, 0, 0, 1], i * 4);
        gaussians.scales.set([0.002, 0.002, 0.002], i * 3);
        gaussians.opacities[i] = 1;
        const name = `${side === 0 ? "left" : "right"}_${z > 0.12 ? "foot" : "ankle"}` as const;
        gaussians.jointIndices.set([SmplxJointNames.indexOf(name), 0, 0, 0], i * 4);
        gaussians.jointWeights.set([1, 0, 0, 0], i * 4);
    }
    return sample;
}

describe("MeasureSoles", () => {
    it.each([0, 4])("finds flat soles to a millimetre, with %i strays", (strays) => {
        const soles = MeasureSoles(Shoes(strays))!;
        for (const at of [0, 9]) {
            // Ankle joints rest at a height of 0.07 m, toe joints at 0.025 m and z = 0.12 m; ankles at z = -0.01 m.
            expect(soles[at + 1]! + 0.07).toBeCloseTo(Sole, 3);
            expect(soles[at + 4]! + 0.07).toBeCloseTo(Sole, 3);
            expect(soles[at + 7]! + 0.025).toBeCloseTo(Sole, 3);
            expect(soles[at + 2]! - 0.01).toBeCloseTo(-0.06, 1);
            expect(soles[at + 5]).toBeCloseTo(0.13, 6);
            expect(soles[at + 8]! + 0.12).toBeCloseTo(0.2, 1);
        }
    });

    it("tells the body how high its joints are", () => {
        const asset = Shoes(4);
        const body = MeasureAvatarBody(asset.joints, MeasureSoles(asset)!);
        expect(body.soles[0]).toBeCloseTo(Sole - 0.07, 3);
        expect(body.soles[1]).toBeCloseTo(Sole - 0.025, 3);
    });

    it("says nothing about an avatar without feet", () => {
        expect(MeasureSoles(MakeSampleAvatar({ joints: 4 }))).toBeNull();
    });

    it("lets the demo person, whose heels rest off the floor, stand on flat soles", () => {
        const asset = ReadAvatar(readFileSync("assets/ada.avatar.glb"));
        const soles = MeasureSoles(asset)!;
        const body = MeasureAvatarBody(asset.joints, soles);
        // Her shoes rest on the balls of her feet, the heels 2 cm up; standing flat, heel and ball are on the ground.
        for (const side of [0, 1]) {
            const at = side * 9;
            const [ankle, toe] = [7 + side, 10 + side];
            const heightOf = (point: number): number =>
                RotateVector3(body.corrections[ankle]!, [...soles.subarray(point, point + 3)] as never)[1];
            const tip = RotateVector3(body.corrections[toe]!, [...soles.subarray(at + 6, at + 9)] as never)[1];
            const pitch = soles[at + 1]! - soles[at + 4]!;
            process.stdout.write(`demo heel above the ball at rest: ${(1000 * pitch).toFixed(1)} mm\n`);
            expect(pitch).toBeGreaterThan(0.01);
            expect(pitch).toBeLessThan(0.04);
            expect(body.restPositions[ankle * 3 + 1]! + soles[at + 4]!).toBeCloseTo(0, 2);
            expect(heightOf(at)).toBeCloseTo(heightOf(at + 3), 6);
            expect(body.soles[side * 2]).toBeCloseTo(heightOf(at), 6);
            expect(Math.abs(body.soles[side * 2 + 1]! - tip)).toBeLessThan(0.01);
        }
    });
});
