import { describe, expect, it } from "@jest/globals";
import { RigPose } from "../../../../src/animation/motion/rigPose.js";
import { type IAvatarBody } from "../../../../src/animation/pose/avatarBody.js";
import { BodyKinematics } from "../../../../src/animation/pose/bodyKinematics.js";
import { BodyPose } from "../../../../src/animation/pose/bodyPose.js";
import { MeasureAvatarBody } from "../../../../src/animation/pose/measureAvatarBody.js";
import { NeutralSmplxSkeleton } from "../../../../src/animation/pose/neutralSkeleton.js";
import { Retargeter } from "../../../../src/animation/retarget/retargeter.js";
import { type IRetargetOptions } from "../../../../src/animation/retarget/retargetOptions.js";
import { DescribeRig } from "../../../../src/animation/rig/rigProfile.js";
import { GenericSkeleton } from "../../../../src/animation/rig/genericSkeleton.js";
import { SmplxJointNames, SmplxJointParents, type SmplxJointName } from "../../../../src/format/bodyModel.js";
import {
    AngleBetweenQuaternions,
    IdentityQuaternion,
    InvertQuaternion,
    MultiplyQuaternion,
    QuaternionFromAxisAngle,
    RotateVector3,
    type QuaternionTuple,
} from "../../../../src/math/quaternion.js";
import { AngleBetweenVector3, type Vector3Tuple } from "../../../../src/math/vector3.js";
import {
    APose,
    AvatarJoints,
    type IRigFixture,
    type IRigFixtureOptions,
    type ITruth,
    JointIndex,
    MakeRigFixture,
    MakeTruth,
    MirrorPose,
    MirrorTruth,
} from "../../../support/rigFixtures.js";

const Degrees = Math.PI / 180;
const Generic = MeasureAvatarBody(AvatarJoints(GenericSkeleton));
const Truth = MakeTruth(7);

function Quaternion(values: ArrayLike<number>, joint: number): QuaternionTuple {
    const at = joint * 4;
    return [values[at]!, values[at + 1]!, values[at + 2]!, values[at + 3]!];
}

/** Poses that a fixture's performance of the truth becomes. */
function Retarget(
    fixture: IRigFixture,
    truth: ITruth = Truth,
    options: IRetargetOptions = {},
    body: IAvatarBody = Generic,
): BodyPose[] {
    const motion = fixture.perform(truth);
    const retargeter = new Retargeter(fixture.rig, fixture.profile, body, options);
    const source = new RigPose(fixture.rig.length);
    return truth.poses.map((_, frame) => {
        const pose = new BodyPose();
        motion.sample(frame / truth.frameRate, source);
        retargeter.solve(source, pose);
        return pose;
    });
}

interface IFigures {
    readonly mean: number;
    readonly p95: number;
    readonly max: number;
}

function FiguresOf(values: readonly number[]): IFigures {
    const sorted = [...values].sort((a, b) => a - b);
    return {
        mean: sorted.reduce((a, b) => a + b, 0) / sorted.length,
        p95: sorted[Math.floor(sorted.length * 0.95)]!,
        max: sorted[sorted.length - 1]!,
    };
}

/** Directions of bones in the T-pose. */
function DirectionOf(name: SmplxJointName): Vector3Tuple | null {
    const x = name.startsWith("left") ? 1 : -1;
    if (/(shoulder|elbow|wrist|index\d|middle\d|ring\d|pinky\d)$/.test(name)) {
        return [x, 0, 0];
    }
    if (/(hip|knee)$/.test(name)) {
        return [0, -1, 0];
    }
    return /(ankle|foot|head)$/.test(name) ? [0, 0, 1] : name.includes("thumb") ? [x, 0, 1] : null;
}

/** Errors of world rotations against the truth, degrees. */
function Errors(
    poses: readonly BodyPose[],
    truth: ITruth = Truth,
    wanted: (name: SmplxJointName) => boolean = () => true,
): { directions: IFigures; orientations: IFigures; hips: number } {
    const positions = GenericSkeleton.flat();
    const [own, right] = [new BodyKinematics(positions), new BodyKinematics(positions)];
    const [directions, orientations]: [number[], number[]] = [[], []];
    let hips = 0;
    poses.forEach((pose, frame) => {
        own.update(pose);
        right.update(truth.poses[frame]!);
        hips = Math.max(hips, ...[3, 4, 5].map((i) => Math.abs(own.positions[i]! - right.positions[i]!)));
        SmplxJointNames.filter(wanted).forEach((name) => {
            const joint = JointIndex(name);
            const [a, b] = [Quaternion(own.rotations, joint), Quaternion(right.rotations, joint)];
            orientations.push(AngleBetweenQuaternions(a, b) / Degrees);
            const direction = DirectionOf(name);
            if (direction) {
                const angle = AngleBetweenVector3(RotateVector3(a, direction), RotateVector3(b, direction));
                directions.push(angle / Degrees);
            }
        });
    });
    return { directions: FiguresOf(directions), orientations: FiguresOf(orientations), hips };
}

function Print(title: string, { mean, p95, max }: IFigures): void {
    process.stdout.write(`${title}: mean ${mean.toFixed(4)}, p95 ${p95.toFixed(4)}, max ${max.toFixed(4)}\n`);
}

/** A body in the canonical T-pose. */
function CanonicalPose(body: IAvatarBody): BodyPose {
    const pose = new BodyPose();
    body.corrections.forEach((correction, joint) => {
        const above = body.corrections[SmplxJointParents[joint]!] ?? IdentityQuaternion;
        pose.rotations.set(MultiplyQuaternion(InvertQuaternion(above), correction), joint * 4);
    });
    pose.pelvis.set(body.restPositions.subarray(0, 3));
    return pose;
}

/** The same pose with all bending of the spine in its lowest joint. */
function BendBelow(pose: BodyPose): BodyPose {
    const bent = new BodyPose();
    bent.rotations.set(pose.rotations);
    bent.pelvis.set(pose.pelvis);
    const [low, middle, high] = (["spine1", "spine2", "spine3"] as const).map(JointIndex);
    const whole = MultiplyQuaternion(
        Quaternion(pose.rotations, low!),
        MultiplyQuaternion(Quaternion(pose.rotations, middle!), Quaternion(pose.rotations, high!)),
    );
    bent.rotations.set(whole, low! * 4);
    bent.rotations.set(IdentityQuaternion, middle! * 4);
    bent.rotations.set(IdentityQuaternion, high! * 4);
    return bent;
}

const Yaw = QuaternionFromAxisAngle([0, 1, 0], 1.1);
const ZUp = QuaternionFromAxisAngle([1, 0, 0], Math.PI / 2);

describe("Retargeter", () => {
    const rigs: readonly (readonly [string, IRigFixtureOptions])[] = [
        ["T-pose, world axes", {}],
        ["T-pose, random axes", { axesSeed: 1 }],
        ["A-pose, bent elbows, curled fingers, random axes", { rest: APose, axesSeed: 2 }],
        ["A-pose in centimetres, z up", { rest: APose, axesSeed: 3, scale: 100, turn: ZUp }],
        ["A-pose at twice the size, turned by 63°", { rest: APose, axesSeed: 4, scale: 2, turn: Yaw }],
        ["T-pose facing backwards", { axesSeed: 5, turn: [0, 1, 0, 0] }],
        ["metacarpals, twist helpers, IK bones", { rest: APose, axesSeed: 6, helpers: true }],
        ["limbs split into bend and twist", { rest: APose, axesSeed: 7, serial: true }],
    ];

    it.each(rigs)("returns what a rig performs: %s", (title, options) => {
        const { directions, orientations, hips } = Errors(
            Retarget(MakeRigFixture(options), Truth, { forearmTwist: 0 }),
        );
        Print(`${title}: direction °`, directions);
        Print(`${title}: orientation °`, orientations);
        process.stdout.write(`${title}: hips ${(hips * 1000).toFixed(2)} mm\n`);
        expect(directions.mean).toBeLessThan(0.5);
        expect(directions.p95).toBeLessThan(1.5);
        expect(orientations.mean).toBeLessThan(1);
        expect(hips).toBeLessThan(0.005);
    });

    it.each(rigs)("returns it too when names and shape alone tell the joints: %s", (title, options) => {
        const fixture = MakeRigFixture(options);
        const profile = DescribeRig(fixture.rig, { name: title });
        const { nodes, ends, spine, neck } = fixture.profile.mapping;
        expect(profile.mapping).toMatchObject({ nodes, ends, spine, neck });
        const { directions, orientations } = Errors(Retarget({ ...fixture, profile }, Truth, { forearmTwist: 0 }));
        expect(directions.mean).toBeLessThan(0.5);
        expect(orientations.mean).toBeLessThan(1);
    });

    it("follows a spine that bends unevenly, as far as the bones in it tell", () => {
        const uneven = { ...Truth, poses: Truth.poses.map(BendBelow) };
        const trunk = (spine: number): IFigures => {
            const { orientations } = Errors(
                Retarget(MakeRigFixture({ rest: APose, axesSeed: 4, spine }), uneven),
                uneven,
                (name) => name.startsWith("spine"),
            );
            Print(`all bending in the lowest joint, ${spine} spine bones: trunk °`, orientations);
            return orientations;
        };
        expect(trunk(3).max).toBeLessThan(0.01);
        // Of up to 53° in one joint, one bone spreads what several see: at most what evenness takes from the lowest joint.
        expect(trunk(5).mean).toBeLessThan(5);
        expect(trunk(2).mean).toBeLessThan(10);
        expect(trunk(1).mean).toBeLessThan(15);
    });

    it.each([1, 2, 3, 4, 5, 7])("carries a spine of %i bones over", (spine) => {
        const fixture = MakeRigFixture({ rest: APose, axesSeed: spine, spine });
        const { orientations } = Errors(Retarget(fixture), Truth, (name) => /spine|neck|collar|shoulder/.test(name));
        Print(`${spine} spine bones: orientation °`, orientations);
        expect(orientations.mean).toBeLessThan(spine === 3 ? 0.01 : 1);
    });

    it.each(["collar", "foot$", "neck", "(thumb|index|middle|ring|pinky)", "eye|jaw", "spine", "spine|neck"])(
        "does without bones: %s",
        (missing) => {
            const without = new RegExp(missing);
            const fixture = MakeRigFixture({ rest: APose, axesSeed: 3, without });
            const { directions } = Errors(Retarget(fixture), Truth, (name) => !without.test(name));
            Print(`without ${missing}: direction °`, directions);
            expect(directions.mean).toBeLessThan(0.7);
            // Without knuckles the hand is taken to continue the forearm: 1.8° off in the generic skeleton.
            expect(directions.p95).toBeLessThan(2);
        },
    );

    it.each([
        ["spine", 0.5],
        ["spine|neck", 0.65],
    ])("bends the trunk of a rig without bones there as its neck and head tell: %s", (missing, share) => {
        const fixture = MakeRigFixture({ rest: APose, axesSeed: 3, without: new RegExp(missing) });
        expect(fixture.profile.mapping.spine).toEqual([]);
        const isTrunk = (name: SmplxJointName): boolean => name.includes("spine");
        const { orientations } = Errors(Retarget(fixture), Truth, isTrunk);
        const rigid = Errors(Retarget(fixture, Truth, { spine: "oneToOne" }), Truth, isTrunk).orientations;
        Print(`without ${missing}: trunk °`, orientations);
        Print(`without ${missing}, rigid trunk °`, rigid);
        // The neck's own turns are in it too: nothing tells them from the trunk's.
        expect(orientations.mean).toBeLessThan(share * rigid.mean);
    });

    it("goes round without loss on rigs with the same joints", () => {
        const poses = Retarget(MakeRigFixture({ axesSeed: 9, turn: Yaw, scale: 100 }));
        const errors = poses.flatMap((pose, frame) =>
            SmplxJointNames.map(
                (_, joint) =>
                    AngleBetweenQuaternions(
                        Quaternion(pose.rotations, joint),
                        Quaternion(Truth.poses[frame]!.rotations, joint),
                    ) / Degrees,
            ),
        );
        Print("round trip °", FiguresOf(errors));
        expect(FiguresOf(errors).mean).toBeLessThan(0.01);
    });

    it("does to a mirrored motion what the mirror does", () => {
        const fixture = MakeRigFixture({ rest: APose, axesSeed: 5, spine: 5 });
        const mirrored = Retarget(fixture, MirrorTruth(Truth));
        const errors = Retarget(fixture)
            .map(MirrorPose)
            .flatMap((pose, frame) =>
                SmplxJointNames.map(
                    (_, joint) =>
                        AngleBetweenQuaternions(
                            Quaternion(pose.rotations, joint),
                            Quaternion(mirrored[frame]!.rotations, joint),
                        ) / Degrees,
                ),
            );
        Print("mirror °", FiguresOf(errors));
        expect(FiguresOf(errors).mean).toBeLessThan(0.1);
    });

    it("stands in the body's own T-pose when the source does", () => {
        const still: ITruth = { poses: [CanonicalPose(Generic)], frameRate: 30 };
        for (const positions of [GenericSkeleton, NeutralSmplxSkeleton.positions]) {
            const own = MeasureAvatarBody(AvatarJoints(positions));
            const fixture = MakeRigFixture({ rest: APose, axesSeed: 8, turn: Yaw });
            const [pose] = Retarget(fixture, still, {}, own);
            const kinematics = new BodyKinematics(own.restPositions);
            kinematics.update(pose!);
            const errors = SmplxJointNames.map(
                (_, joint) =>
                    AngleBetweenQuaternions(Quaternion(kinematics.rotations, joint), own.corrections[joint]!) / Degrees,
            );
            Print("T-pose °", FiguresOf(errors));
            // Fingers that rest curled are straightened by a guess of the calibration's.
            expect(FiguresOf(errors.slice(0, 25)).max).toBeLessThan(0.05);
        }
    });

    it.each([2, 6, 11, 13])("straightens limbs that rest bent by %i° no further than the source does", (degrees) => {
        const still: ITruth = { poses: [CanonicalPose(Generic)], frameRate: 30 };
        const bend = QuaternionFromAxisAngle([1, 0, 0], degrees * Degrees);
        const fold = (side: 1 | -1): QuaternionTuple => QuaternionFromAxisAngle([0, 1, 0], side * degrees * Degrees);
        const rest = { left_knee: bend, right_knee: bend, left_elbow: fold(-1), right_elbow: fold(1) };
        const [pose] = Retarget(MakeRigFixture({ rest, axesSeed: 6 }), still);
        for (const name of ["left_knee", "right_knee", "left_elbow", "right_elbow"] as const) {
            // A knee that came out at half of the rest bend would be bent backwards in every straight leg.
            expect(AngleBetweenQuaternions(Quaternion(pose!.rotations, JointIndex(name)), [0, 0, 0, 1])).toBeLessThan(
                0.05 * Degrees,
            );
        }
    });

    it("keeps elbows straight on a body whose own rest is crooked", () => {
        const still: ITruth = { poses: [new BodyPose()], frameRate: 30 };
        const body = MeasureAvatarBody(AvatarJoints(NeutralSmplxSkeleton.positions));
        const [pose] = Retarget(MakeRigFixture({ axesSeed: 8 }), still, {}, body);
        const bend = (name: SmplxJointName): number =>
            AngleBetweenQuaternions(Quaternion(pose!.rotations, JointIndex(name)), [0, 0, 0, 1]) / Degrees;
        const [left, right] = [bend("left_elbow"), bend("right_elbow")];
        process.stdout.write(`crooked body: elbows ${left.toFixed(3)}° and ${right.toFixed(3)}°\n`);
        expect(Math.max(left, right)).toBeLessThan(1.5);
        expect(Math.abs(left - right)).toBeLessThan(0.5);
    });
});
