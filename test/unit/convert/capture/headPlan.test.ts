import { describe, expect, it } from "@jest/globals";
import { NeutralSmplxSkeleton } from "../../../../src/animation/pose/neutralSkeleton.js";
import { CameraRig } from "../../../../src/convert/capture/cameraRig.js";
import { PlanHeads } from "../../../../src/convert/capture/headPlan.js";
import { SmplxJointNames } from "../../../../src/format/bodyModel.js";

const Names = ["jawOpen", "mouthSmileLeft", "mouthSmileRight", "eyeBlinkLeft", "eyeBlinkRight", "viseme_aa"];
const subject = {
    expressions: Names.map((name) => ({ name, indices: new Uint32Array(0), deltas: new Float32Array(0) })),
};

describe("PlanHeads", () => {
    const frames = PlanHeads({ subject, count: 60, heldOut: 12, seed: 1 });

    it("begins with the neutral face, then has every channel alone and in full; visemes are left to the others", () => {
        expect(frames).toHaveLength(72);
        expect(Array.from(frames[0]!.expressions)).toEqual([0, 0, 0, 0, 0, 0]);
        for (let channel = 0; channel < 5; channel++) {
            const { source, expressions } = frames[1 + channel]!;
            expect(source).toBe(Names[channel]);
            expect(Array.from(expressions)).toEqual(Names.map((_, i) => Number(i === channel)));
        }
        expect(frames.every(({ expressions }) => expressions[5] === 0)).toBe(true);
    });

    it("keeps faces that no training sees, last", () => {
        const heldOut = frames.filter(({ split }) => split === "heldOut");
        expect(heldOut).toEqual(frames.slice(60));
        const known = new Set(frames.slice(0, 60).map(({ expressions }) => expressions.join()));
        const fresh = heldOut.filter(({ expressions }) => expressions.some((weight) => weight > 0));
        expect(fresh.some(({ expressions }) => known.has(expressions.join()))).toBe(false);
    });

    it("turns neck and head a little, and lowers the arms", () => {
        const angleOf = (frame: number, name: (typeof SmplxJointNames)[number]): number =>
            2 * Math.acos(Math.min(1, Math.abs(frames[frame]!.rotations[SmplxJointNames.indexOf(name) * 4 + 3]!)));
        for (const frame of frames.keys()) {
            expect(angleOf(frame, "head")).toBeLessThan(0.16);
            expect(angleOf(frame, "left_shoulder")).toBeGreaterThan(1);
            expect(angleOf(frame, "pelvis")).toBe(0);
        }
        expect(Math.max(...[...frames.keys()].map((frame) => angleOf(frame, "head")))).toBeGreaterThan(0.05);
    });

    it("is the same for the same seed", () => {
        expect(PlanHeads({ subject, count: 60, heldOut: 12, seed: 1 })).toEqual(frames);
        expect(PlanHeads({ subject, count: 60, heldOut: 12, seed: 2 })).not.toEqual(frames);
    });
});

it("a rig of heads has cameras of the head alone, most in front of it, and some behind", () => {
    const restJoints = NeutralSmplxSkeleton.positions.flat();
    const rig = new CameraRig({ seed: 1, size: 512, restJoints, center: [0, 0.9, 0], reach: 0.25, of: "head" });
    expect(rig.cameras.every(({ target }) => target === "head")).toBe(true);
    const rotations = SmplxJointNames.flatMap(() => [0, 0, 0, 1]);
    const azimuths = rig.cameras.map((_, i) => {
        const { R: r } = rig.pinhole(i, { positions: restJoints, rotations });
        return Math.abs(Math.atan2(-r[6]!, -r[8]!)) * (180 / Math.PI);
    });
    expect(Math.max(...azimuths)).toBeGreaterThan(130);
    expect(azimuths.filter((azimuth) => azimuth < 90).length).toBeGreaterThan(azimuths.length / 2);
    expect(rig.shots(0, "train")).toHaveLength(4);
    expect(rig.shots(0, "heldOut")).toHaveLength(4);
});
