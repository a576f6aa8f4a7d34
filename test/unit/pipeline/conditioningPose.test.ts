import { expect, it } from "@jest/globals";
import { type IAvatarJoint } from "../../../src/format/avatarAsset.js";
import { InvertAffineMatrix4, MultiplyMatrix4 } from "../../../src/math/matrix4.js";
import { QuaternionFromAxisAngle } from "../../../src/math/quaternion.js";
import { ConditioningPose } from "../../../src/pipeline/1-pose/conditioningPose.js";
import { MakeSampleAvatar } from "../../support/avatarSamples.js";
import { DescribeGolden, GoldenComparison, ReadGoldenFixture } from "../../support/goldenFixture.js";
import { MakeSampleMapModel } from "../../support/mapModels.js";

const Fixture = "smplx_kinematics";
/** Of the fixtures' README. */
const Tolerance = 1e-5;

/** Root, eyes and both hands: what the published body method leaves out of its pose maps. */
const Held = [0, 23, 24, ...Array.from({ length: 30 }, (_, i) => 25 + i)];

it("holds joints at rest and repeats itself", () => {
    const asset = MakeSampleAvatar();
    const model = MakeSampleMapModel(asset, { conditioning: { restJoints: Uint16Array.of(0, 1) }, hipAngle: 0 });
    const pose = new ConditioningPose(asset.joints, model);
    const rotations = new Float32Array(asset.joints.length * 4);
    for (let joint = 0; joint < asset.joints.length; joint++) {
        rotations.set(joint < 2 ? QuaternionFromAxisAngle([1, 2, 3], 1) : [0, 0, 0, 1], joint * 4);
    }
    pose.compute(rotations);
    const first = pose.matrices.slice();
    // Everything that turned is held: the pose is the rest pose, which skins by the identity.
    first.forEach((value, i) => expect(value).toBeCloseTo([0, 5, 10].includes(i % 12) ? 1 : 0, 6));
    rotations.set(QuaternionFromAxisAngle([0, 1, 0], 1), 8);
    pose.compute(rotations);
    expect(pose.matrices).not.toEqual(first);
});

DescribeGolden("The pose of the networks equals the published one", () => {
    const fixture = ReadGoldenFixture(Fixture);
    const parents = fixture.values("parents");
    const joints = Array.from(parents, (parent, joint): IAvatarJoint => {
        const [x, y, z] = fixture.row("rest_joints", joint, 3) as [number, number, number];
        const [px, py, pz] = parent < 0 ? [0, 0, 0] : fixture.row("rest_joints", parent, 3);
        const translation = [x - px!, y - py!, z - pz!] as const;
        return { name: `joint ${joint}`, smplx: null, parent, translation, rotation: [0, 0, 0, 1] };
    });
    const inverseBindMatrices = new Float32Array(joints.length * 16);
    joints.forEach((_, joint) => {
        const [x, y, z] = fixture.row("rest_joints", joint, 3) as [number, number, number];
        const toJoint = Float64Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, -x, -y, -z, 1);
        const rows = fixture.row("A_cano", joint, 16);
        const canonical = Float64Array.from(rows, (_value, i) => rows[(i % 4) * 4 + (i >> 2)]!);
        inverseBindMatrices.set(MultiplyMatrix4(toJoint, InvertAffineMatrix4(canonical)!), joint * 16);
    });

    it.each([
        { name: "cano2live_wo_root", restJoints: Held, withTranslation: false },
        { name: "cano2live", restJoints: [], withTranslation: true },
    ])("$name", ({ name, restJoints, withTranslation }) => {
        const sample = MakeSampleMapModel(MakeSampleAvatar());
        const conditioning = { ...sample.conditioning, restJoints: Uint16Array.from(restJoints) };
        const pose = new ConditioningPose(joints, { ...sample, inverseBindMatrices, conditioning });
        const comparison = new GoldenComparison(Fixture, `${name}, rotations and metres`, Tolerance);
        for (let frame = 0; frame < 4; frame++) {
            const angles = fixture.row("full_pose", frame, 165);
            const rotations = new Float32Array(joints.length * 4);
            joints.forEach((_, joint) => {
                const axis = angles.slice(joint * 3, joint * 3 + 3) as [number, number, number];
                rotations.set(QuaternionFromAxisAngle(axis, Math.hypot(...axis)), joint * 4);
            });
            pose.compute(rotations);
            const translation = withTranslation ? fixture.row("transl", frame, 3) : [0, 0, 0];
            joints.forEach((_, joint) => {
                const expected = fixture.row(name, frame * joints.length + joint, 16).slice(0, 12);
                translation.forEach((value, axis) => (expected[axis * 4 + 3]! -= value));
                comparison.add(pose.matrices.subarray(joint * 12, joint * 12 + 12), expected);
            });
        }
        comparison.expectWithin();
    });
});
