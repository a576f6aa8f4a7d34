import { describe, expect, it } from "@jest/globals";
import { BodyAdjustments } from "../../../../src/animation/adjust/bodyAdjustments.js";
import { BodyKinematics } from "../../../../src/animation/pose/bodyKinematics.js";
import { BodyPose } from "../../../../src/animation/pose/bodyPose.js";
import { RotatePacked } from "../../../../src/math/packedQuaternion.js";
import { SmplxJointNames, type SmplxJointName } from "../../../../src/format/bodyModel.js";
import { GenericBody } from "../../../support/motionTakes.js";

const Degrees = Math.PI / 180;
const Joint = (name: SmplxJointName): number => SmplxJointNames.indexOf(name);
const Print = (line: string): void => {
    process.stdout.write(`${line}\n`);
};

/** A body in rest pose and its adjustments. */
class Stand {
    public readonly pose = new BodyPose();
    public readonly kinematics = new BodyKinematics(GenericBody.restPositions);
    public readonly adjustments = new BodyAdjustments(GenericBody);
    public seconds = 0;

    public show(dt = 1 / 60, change: (pose: BodyPose) => void = () => {}): void {
        this.pose.reset();
        this.pose.pelvis.set(GenericBody.restPositions.subarray(0, 3));
        change(this.pose);
        this.seconds += dt;
        this.adjustments.apply(this.pose, this.kinematics, this.seconds, dt);
    }

    public showFor(seconds: number): void {
        for (let i = 0; i < seconds * 60; i++) {
            this.show();
        }
    }

    public at(joint: SmplxJointName): Float64Array {
        return this.kinematics.positions.slice(Joint(joint) * 3, Joint(joint) * 3 + 3);
    }

    /** Yaw to the left and pitch up of where a joint faces, degrees. */
    public facing(joint: SmplxJointName): readonly [number, number] {
        const ahead = Float64Array.of(0, 0, 1);
        RotatePacked(this.kinematics.rotations, Joint(joint) * 4, ahead, 0, ahead, 0);
        const [x, y, z] = ahead;
        return [Math.atan2(x!, z!) / Degrees, Math.asin(y!) / Degrees];
    }
}

describe("LookAt", () => {
    it("brings both eyes onto a target in reach, head and neck and chest sharing the turn", () => {
        const stand = new Stand();
        stand.adjustments.lookAt.weight = 1;
        stand.adjustments.lookAt.target.set([1.2, 1.9, 2]);
        stand.showFor(1.5);
        for (const eye of ["left_eye", "right_eye"] as const) {
            const from = stand.at(eye);
            const [yaw, pitch] = stand.facing(eye);
            const wanted = Math.atan2(1.2 - from[0]!, 2 - from[2]!) / Degrees;
            Print(`gaze of ${eye}: ${(yaw - wanted).toFixed(3)}° off`);
            expect(yaw).toBeCloseTo(wanted, 1);
            expect(pitch).toBeCloseTo(
                Math.atan2(1.9 - from[1]!, Math.hypot(1.2 - from[0]!, 2 - from[2]!)) / Degrees,
                1,
            );
        }
        const [head] = stand.facing("head");
        expect(stand.facing("spine3")[0] / head).toBeCloseTo(0.15, 1);
        expect(stand.facing("neck")[0] / head).toBeCloseTo(0.45, 1);
        expect(stand.facing("spine2")[0]).toBe(0);
    });

    it("takes over eyes that the motion moves", () => {
        const stand = new Stand();
        const roll = (pose: BodyPose): void => {
            for (const eye of ["left_eye", "right_eye"] as const) {
                pose.rotations.set([0, Math.sin(-10 * Degrees), 0, Math.cos(-10 * Degrees)], Joint(eye) * 4);
            }
        };
        stand.adjustments.lookAt.target.set([0.6, 1.7, 2]);
        for (const [weight, share] of [
            [1, 1],
            [0.5, 0.5],
            [0, 0],
        ] as const) {
            stand.adjustments.lookAt.weight = weight;
            for (let frame = 0; frame < 120; frame++) {
                stand.show(1 / 60, roll);
            }
            const [x, , z] = stand.at("left_eye");
            const wanted = Math.atan2(0.6 - x!, 2 - z!) / Degrees;
            const [gaze] = stand.facing("left_eye");
            Print(`gaze of an eye that the motion turns by 20°, weight ${weight}: ${(gaze - wanted).toFixed(2)}° off`);
            // Half way, the head has turned by half, too, and eyes turn to what is left.
            expect(Math.abs(gaze - (wanted * share - 20 * (1 - share)))).toBeLessThan(weight === 0.5 ? 5 : 0.1);
        }
    });

    it("moves the eyes first and never past their limits", () => {
        const stand = new Stand();
        stand.adjustments.lookAt.weight = 1;
        stand.adjustments.lookAt.target.set([5, 1.55, 1]);
        for (let frame = 0; frame < 60; frame++) {
            stand.show();
            const [head] = stand.facing("head");
            const [eye] = stand.facing("left_eye");
            expect(eye - head).toBeLessThan(25.01);
            expect(head).toBeLessThan(55.01);
            if (frame === 1) {
                expect(eye - head).toBeGreaterThan(20);
                expect(head).toBeLessThan(25);
            }
        }
        expect(stand.facing("head")[0]).toBeGreaterThan(54);
    });

    it("holds the limit without flipping while a target walks round behind", () => {
        const stand = new Stand();
        stand.adjustments.lookAt.weight = 1;
        for (let angle = 90; angle <= 200; angle += 1) {
            stand.adjustments.lookAt.target.set([3 * Math.sin(angle * Degrees), 1.5, 3 * Math.cos(angle * Degrees)]);
            stand.showFor(0.1);
            expect(angle < 100 || stand.facing("head")[0] > 54).toBe(true);
        }
        stand.adjustments.lookAt.target.set([-3, 1.5, 0.5]);
        stand.showFor(1.5);
        expect(stand.facing("head")[0]).toBeLessThan(-54);
    });

    it("restores the pose exactly some time after its weight went to 0, without a jump", () => {
        const stand = new Stand();
        stand.adjustments.lookAt.weight = 1;
        stand.adjustments.lookAt.target.set([2, 1, 1]);
        stand.showFor(1);
        stand.adjustments.lookAt.weight = 0;
        let [last] = stand.facing("head");
        for (let frame = 0; frame < 90; frame++) {
            stand.show();
            const [now] = stand.facing("head");
            // A spring of 6 Hz that lets go of 55° is never faster than 55°·ω/e = 763°/s.
            expect(Math.abs(now - last)).toBeLessThan(763 / 60);
            last = now;
        }
        expect(stand.adjustments.isActive).toBe(false);
        stand.show();
        expect(Array.from(stand.pose.rotations)).toEqual(Array.from(new BodyPose().rotations));
    });

    it("takes a target that is no number for none", () => {
        const stand = new Stand();
        stand.adjustments.lookAt.weight = 1;
        stand.adjustments.lookAt.target.set([NaN, 0, 0]);
        stand.showFor(0.2);
        expect(Array.from(stand.pose.rotations).every(Number.isFinite)).toBe(true);
    });
});

describe("IdleLife", () => {
    it("is a function of time and seed", () => {
        const poseAt = (seed: number, seconds: number): number[] => {
            const stand = new Stand();
            stand.adjustments.idle.weight = 1;
            stand.adjustments.idle.seed = seed;
            stand.seconds = seconds - 1 / 60;
            stand.show();
            return Array.from(stand.pose.rotations);
        };
        expect(poseAt(1, 100)).toEqual(poseAt(1, 100));
        expect(poseAt(1, 100)).not.toEqual(poseAt(2, 100));
        expect(poseAt(1, 100)).not.toEqual(poseAt(1, 101));
    });

    it("breathes and shifts weight, small and without a jerk, over feet that stay", () => {
        const stand = new Stand();
        stand.adjustments.idle.weight = 1;
        stand.show();
        const ankle = stand.at("left_ankle");
        let foot = 0;
        let step = 0;
        const heads: number[] = [];
        const chests: number[] = [];
        let before = stand.at("head");
        for (let frame = 0; frame < 60 * 60; frame++) {
            stand.show();
            const head = stand.at("head");
            const now = stand.at("left_ankle");
            foot = Math.max(foot, Math.hypot(now[0]! - ankle[0]!, now[1]! - ankle[1]!, now[2]! - ankle[2]!));
            step = Math.max(step, Math.hypot(head[0]! - before[0]!, head[1]! - before[1]!, head[2]! - before[2]!));
            before = head;
            heads.push(head[0]!);
            chests.push(stand.at("left_shoulder")[1]!);
        }
        const spread = Math.max(...heads) - Math.min(...heads);
        const rise = Math.max(...chests) - Math.min(...chests);
        Print(
            `idle: feet ${(1000 * foot).toFixed(3)} mm, head across ${(1000 * spread).toFixed(0)} mm, ` +
                `shoulder up ${(1000 * rise).toFixed(0)} mm, fastest head ${(60 * 1000 * step).toFixed(0)} mm/s`,
        );
        expect(foot).toBeLessThan(1e-3);
        expect(spread).toBeGreaterThan(0.01);
        expect(spread).toBeLessThan(0.08);
        expect(rise).toBeGreaterThan(0.002);
        expect(rise).toBeLessThan(0.03);
        expect(60 * step).toBeLessThan(0.06);
    });

    it("leaves feet planted that the planter holds", () => {
        const stand = new Stand();
        stand.adjustments.idle.weight = 1;
        stand.adjustments.feet.weight = 1;
        stand.showFor(0.5);
        const ankle = stand.at("right_ankle");
        stand.showFor(20);
        stand.at("right_ankle").forEach((value, i) => {
            expect(value).toBeCloseTo(ankle[i]!, 3);
        });
    });
});

describe("HandReach", () => {
    it("puts a wrist on its goal with its rotation, the elbow where arms bend", () => {
        const stand = new Stand();
        const turn = Float64Array.of(0, Math.SQRT1_2, 0, Math.SQRT1_2);
        stand.adjustments.hands.left.set([0.25, 1.2, 0.3], turn);
        stand.show();
        stand.at("left_wrist").forEach((value, i) => {
            expect(value).toBeCloseTo([0.25, 1.2, 0.3][i]!, 6);
        });
        const wrist = stand.kinematics.rotations.subarray(Joint("left_wrist") * 4, Joint("left_wrist") * 4 + 4);
        expect(Math.abs(wrist[1]! * turn[1]! + wrist[3]! * turn[3]!)).toBeCloseTo(1, 9);
        // An elbow never points forwards of the line from shoulder to wrist.
        const [shoulder, elbow, hand] = [stand.at("left_shoulder"), stand.at("left_elbow"), stand.at("left_wrist")];
        expect(elbow[2]!).toBeLessThan((shoulder[2]! + hand[2]!) / 2);
        expect(stand.at("right_wrist")[0]).toBeCloseTo(-0.66, 9);
    });

    it("holds its goal while head and chest look elsewhere and the body lives", () => {
        const stand = new Stand();
        stand.adjustments.idle.weight = 1;
        stand.adjustments.lookAt.weight = 1;
        stand.adjustments.lookAt.target.set([-3, 1, 1]);
        stand.adjustments.hands.right.set([-0.2, 1.2, 0.3]);
        stand.showFor(1);
        stand.at("right_wrist").forEach((value, i) => {
            expect(value).toBeCloseTo([-0.2, 1.2, 0.3][i]!, 6);
        });
    });

    it("stretches towards a goal out of reach, and ignores one that is no number", () => {
        const stand = new Stand();
        stand.adjustments.hands.left.set([0.175, 3, -0.01]);
        stand.adjustments.hands.right.set([NaN, 0, 0]);
        stand.show();
        const reach = stand.at("left_wrist")[1]! - 1.37;
        Print(`arm of 485 mm stretched to ${(1000 * reach).toFixed(2)} mm`);
        expect(reach).toBeGreaterThan(0.48);
        expect(reach).toBeLessThan(0.4851);
        expect(stand.at("right_wrist")[0]).toBeCloseTo(-0.66, 9);
    });

    it("goes half the way at half the weight", () => {
        const stand = new Stand();
        stand.adjustments.hands.left.set([0.66, 1.17, -0.01], null, 0.5);
        stand.show();
        expect(stand.at("left_wrist")[1]).toBeCloseTo(1.27, 2);
    });
});
