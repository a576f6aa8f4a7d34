import { expect, it } from "@jest/globals";
import { NeutralSmplxSkeleton } from "../../../../src/animation/pose/neutralSkeleton.js";
import { type IBodyParameters } from "../../../../src/convert/animatableGaussians/bodyParameters.js";
import { TrainingClip } from "../../../../src/convert/animatableGaussians/trainingClip.js";
import { SmplxJointNames } from "../../../../src/format/bodyModel.js";

const Joints = Float64Array.from(NeutralSmplxSkeleton.positions.flat());
const Width = SmplxJointNames.length * 3;

/** Squats, then stands up; with `flipped`, in the space of a camera, whose y points down. */
function SquatAndStand(flipped: boolean): IBodyParameters {
    const poses = new Float32Array(2 * Width);
    const set = (frame: number, name: (typeof SmplxJointNames)[number], angle: number): void => {
        poses[frame * Width + SmplxJointNames.indexOf(name) * 3] = angle;
    };
    for (const side of ["left", "right"] as const) {
        set(0, `${side}_hip`, -1.2);
        set(0, `${side}_knee`, 2);
        set(0, `${side}_ankle`, -0.8);
    }
    set(0, "jaw", 0.3);
    if (flipped) {
        set(0, "pelvis", Math.PI);
        set(1, "pelvis", Math.PI);
    }
    const translations = Float32Array.of(0, flipped ? 0.3 : 2.7, 4, 0, flipped ? 0 : 3, 4);
    return { betas: new Float32Array(10), frameCount: 2, poses, translations };
}

it.each([false, true])(
    "the clip of the training stands on the ground, whatever the space of its data set (%s)",
    (flipped) => {
        const { tracks } = TrainingClip(SquatAndStand(flipped), Joints, () => undefined);
        const [x0, squat, z0, x1, standing, z1] = tracks.find(({ path }) => path === "translation")!.values;
        // The second frame is the rest pose: the pelvis is where it rests, and no foot is lower in the first.
        expect([x0, standing, z0, x1, z1]).toEqual([0, 1, 2, 0, 2].map((axis) => expect.closeTo(Joints[axis]!, 5)));
        expect(squat).toBeCloseTo(Joints[1]! - 0.3, 5);
        const turned = tracks.flatMap(({ joint, path }) => (path === "rotation" ? [SmplxJointNames[joint]] : []));
        expect(turned).not.toContain("jaw");
        expect(turned).toContain("left_knee");
    },
);
