import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { type IBodyFrames } from "../../../../src/animation/motion/bodyFrames.js";
import { ReadBvh } from "../../../../src/animation/motion/bvh.js";
import { CreateBvhMotion } from "../../../../src/animation/motion/bvhMotion.js";
import { ReadSmplMotion } from "../../../../src/animation/motion/smplMotion.js";
import { CreateSmplMotion } from "../../../../src/animation/motion/smplRigMotion.js";
import { WriteBvh } from "../../../../src/animation/motion/writeBvh.js";
import { WriteSmplMotion } from "../../../../src/animation/motion/writeSmplMotion.js";
import { MeasureAvatarBody } from "../../../../src/animation/pose/measureAvatarBody.js";
import { NeutralJoints } from "../../../../src/animation/pose/neutralJoints.js";
import { FromRotationVectorPacked } from "../../../../src/math/packedRotation.js";
import { CompareFrames, ItWithData, PrintFigure, RetargetFrames, SharedData } from "../../../support/motions.js";
import { SeededRandom } from "../../../support/seededRandom.js";

const body = MeasureAvatarBody(NeutralJoints);

/** Poses of all joints at any angles, the pelvis walking about; the first looks straight along the middle Euler axis. */
function RandomFrames(frameCount: number): IBodyFrames {
    const random = SeededRandom(7);
    const rotations = new Float64Array(frameCount * 55 * 4);
    for (let i = 0; i < frameCount * 55; i++) {
        // Joints of the trunk turn little, so that the walker stays upright on average.
        const reach = i % 55 < 1 ? 0.3 : 3;
        const vector = Float64Array.from(i === 16 ? [Math.PI / 2, 0, 0] : [0, 1, 2], (v) =>
            i === 16 ? v : (random() * 2 - 1) * reach,
        );
        FromRotationVectorPacked(vector, 0, rotations, i * 4);
    }
    const pelvis = Float64Array.from({ length: frameCount * 3 }, (_, i) =>
        i % 3 === 1 ? body.restPositions[1]! : random(),
    );
    return { frameCount, frameRate: 29.97, rotations, pelvis };
}

/** What frames are after they went through a file. The pelvis may be lifted to the ground that is found. */
const Ways = [
    ["SMPL-X", (frames: IBodyFrames) => CreateSmplMotion("x", ReadSmplMotion(WriteSmplMotion(frames)))],
    [
        "SMPL-X with z up",
        (frames: IBodyFrames) => CreateSmplMotion("x", ReadSmplMotion(WriteSmplMotion(frames, { upAxis: "z" }))),
    ],
    ["BVH", (frames: IBodyFrames) => CreateBvhMotion("x", ReadBvh(WriteBvh(frames, body)))],
] as const;

describe("Motions written to files", () => {
    it.each(Ways)("come back from %s as they were, whatever the pose", (kind, travel) => {
        const frames = RandomFrames(40);
        const motion = travel(frames);
        expect(motion.frameRate).toBeCloseTo(29.97, 4);
        const back = RetargetFrames(motion, body, 29.97).frames;
        const { mean, max } = CompareFrames(frames, back);
        PrintFigure(`round trip ${kind}: rotations ${mean.toExponential(1)}° mean, ${max.toExponential(1)}° max`);
        expect(back.frameCount).toBe(40);
        // 32-bit axis-angle numbers near π hold 1e-7 rad; BVH's six decimals are finer.
        expect(max).toBeLessThan(1e-3);
    });

    ItWithData("come back from SMPL-X and BVH in place", () => {
        const dance = CreateSmplMotion(
            "x",
            ReadSmplMotion(readFileSync(`${SharedData}/motion/aist_gBR_ch01_smplx.npz`)),
        );
        const { frames } = RetargetFrames(dance, body, 10);
        for (const [kind, travel] of Ways) {
            const { max, pelvis } = CompareFrames(frames, RetargetFrames(travel(frames), body, 10).frames);
            PrintFigure(`dance through ${kind}: ${max.toExponential(1)}° max, pelvis ${(pelvis * 1000).toFixed(3)} mm`);
            expect(max).toBeLessThan(1e-3);
            // The heels of the average body are not at the same height; soles on the ground are found within that.
            expect(pelvis).toBeLessThan(0.002);
        }
    });

    it("are the same bytes every time, in the layout of the archives", () => {
        const frames = RandomFrames(3);
        expect(WriteSmplMotion(frames)).toEqual(WriteSmplMotion(frames));
        const smpl = ReadSmplMotion(WriteSmplMotion(frames, { upAxis: "z" }));
        expect([smpl.model, smpl.gender, smpl.betas.length, smpl.frameRate]).toEqual(["smplx", "neutral", 16, 29.97]);
        expect(smpl.upAxis).toBe("z");
        // R·(J0 + trans') − J0 with R = z up: the height of the pelvis is the third number.
        expect(smpl.translations[2]).toBeCloseTo(frames.pelvis[1]! - 0.012, 5);
    });
});
