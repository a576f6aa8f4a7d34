import { describe, expect, it } from "@jest/globals";
import { existsSync } from "node:fs";
import { AdjustWhileBaking } from "../../../../src/animation/adjust/adjustWhileBaking.js";
import { BodyAdjustments } from "../../../../src/animation/adjust/bodyAdjustments.js";
import { ContactDetector } from "../../../../src/animation/adjust/contactDetector.js";
import { FootMeter, type IFootMetrics } from "../../../../src/animation/adjust/footMetrics.js";
import { FootPlanter } from "../../../../src/animation/adjust/footPlanter.js";
import { FlatGround, type GroundAt } from "../../../../src/animation/adjust/ground.js";
import { SourceFeet } from "../../../../src/animation/adjust/sourceFeet.js";
import { SampleBodyFrames } from "../../../../src/animation/motion/bodyFrames.js";
import { RigPose } from "../../../../src/animation/motion/rigPose.js";
import { WriteBvh } from "../../../../src/animation/motion/writeBvh.js";
import { type IAvatarBody } from "../../../../src/animation/pose/avatarBody.js";
import { BodyKinematics } from "../../../../src/animation/pose/bodyKinematics.js";
import { BodyPose } from "../../../../src/animation/pose/bodyPose.js";
import { MeasureAvatarBody } from "../../../../src/animation/pose/measureAvatarBody.js";
import { NeutralJoints } from "../../../../src/animation/pose/neutralJoints.js";
import { ClipSampler } from "../../../../src/animation/retarget/clipSampler.js";
import { Retargeter } from "../../../../src/animation/retarget/retargeter.js";
import { RetargetMotion } from "../../../../src/animation/retarget/retargetMotion.js";
import { SlerpPacked } from "../../../../src/math/packedQuaternion.js";
import { SmplxJointNames, type SmplxJointName } from "../../../../src/format/bodyModel.js";
import {
    GenericBody,
    LongThighBody,
    MotionFolder,
    ReadTake,
    TakeOf,
    type ITake,
} from "../../../support/motionTakes.js";

const Joint = (name: SmplxJointName): number => SmplxJointNames.indexOf(name);
const Recorded = existsSync(MotionFolder) || process.env.CI ? it : it.skip;
const Print = (line: string): void => {
    process.stdout.write(`${line}\n`);
};

interface IRun {
    readonly metrics: IFootMetrics;
    /** [55,3] joints of every frame. */
    readonly frames: readonly Float64Array[];
    /** The same of the motion. */
    readonly posed: readonly Float64Array[];
    /** Knee bend beyond that of the motion, degrees: of every standing leg in every frame. */
    readonly knees: readonly number[];
}

type Mode = "baked" | "live";

const Takes = new Map<string, ITake>();

/** A take that is read once. */
function Take(file: string): ITake {
    const take = Takes.get(file) ?? ReadTake(file);
    Takes.set(file, take);
    return take;
}

/** Bend of a knee by the directions of its bones, degrees. */
function KneeBend({ positions }: BodyKinematics, side: "left" | "right"): number {
    const [hip, knee, ankle] = (["hip", "knee", "ankle"] as const).map((part) =>
        positions.subarray(Joint(`${side}_${part}`) * 3, Joint(`${side}_${part}`) * 3 + 3),
    ) as [Float64Array, Float64Array, Float64Array];
    const [thigh, shin] = [knee.map((v, i) => v - hip[i]!), ankle.map((v, i) => v - knee[i]!)] as const;
    const along = thigh.reduce((sum, v, i) => sum + v * shin[i]!, 0) / Math.hypot(...thigh) / Math.hypot(...shin);
    return (Math.acos(Math.min(1, along)) * 180) / Math.PI;
}

/** Retargets a recorded motion with planted feet and measures the feet against the source's contacts. */
function Run(
    { motion, profile }: ITake,
    body: IAvatarBody,
    mode: Mode,
    seconds: number,
    groundAt: GroundAt = FlatGround,
): IRun {
    const retargeter = new Retargeter(motion.rig, profile, body);
    const adjustments = new BodyAdjustments(body);
    adjustments.feet.weight = 1;
    adjustments.feet.groundAt = groundAt;
    const adjust = mode === "baked" ? AdjustWhileBaking(adjustments, body, motion, profile, { to: seconds }) : null;
    const feet = new SourceFeet(motion.rig, profile);
    feet.learn(motion);
    const detector = new ContactDetector();
    const kinematics = new BodyKinematics(body.restPositions);
    const posed = new BodyKinematics(body.restPositions);
    const meter = new FootMeter(body, groundAt);
    const source = new RigPose(motion.rig.length);
    const pose = new BodyPose();
    const frames: Float64Array[] = [];
    const posedFrames: Float64Array[] = [];
    const knees: number[] = [];
    const dt = 1 / motion.frameRate;
    for (let frame = 0; frame <= seconds * motion.frameRate; frame++) {
        motion.sample(frame * dt, source);
        retargeter.solve(source, pose);
        posed.update(pose);
        feet.update(source);
        detector.update(feet, dt);
        if (mode === "live") {
            adjustments.apply(pose, kinematics, frame * dt, dt, feet);
        } else {
            adjust?.(pose, frame * dt, source);
            kinematics.update(pose);
        }
        const { contacts } = detector;
        (["left", "right"] as const).forEach((side, i) => {
            if (frame === 0 || contacts[2 * i] === 1 || contacts[2 * i + 1] === 1) {
                knees.push(KneeBend(kinematics, side) - KneeBend(posed, side));
            }
        });
        // Recordings begin with a T-pose now and then.
        if (frame > 0) {
            meter.add(kinematics, contacts, frame * dt);
            frames.push(kinematics.positions.slice());
            posedFrames.push(posed.positions.slice());
        }
    }
    return { metrics: meter.measure(), frames, posed: posedFrames, knees };
}

/** Mean and 95th percentile. */
function MeanAndMost(values: readonly number[]): readonly [number, number] {
    const sorted = [...values].sort((a, b) => a - b);
    return [values.reduce((sum, v) => sum + v, 0) / values.length, sorted[Math.floor(0.95 * values.length)]!];
}

/** Mean length of the third difference of the body's 22 joints: what motion that twitches has more of. */
function Jerk(frames: readonly Float64Array[]): number {
    let sum = 0;
    for (let f = 3; f < frames.length; f++) {
        const [a, b, c, d] = [frames[f]!, frames[f - 1]!, frames[f - 2]!, frames[f - 3]!];
        for (let j = 0; j < 22; j++) {
            sum += Math.hypot(
                ...[0, 1, 2].map((i) => a[j * 3 + i]! - 3 * (b[j * 3 + i]! - c[j * 3 + i]!) - d[j * 3 + i]!),
            );
        }
    }
    return sum / frames.length;
}

function Describe(what: string, { metrics, knees }: IRun): void {
    const values = Object.entries(metrics).map(([name, value]) => `${name} ${(value as number).toFixed(2)}`);
    const [mean, most] = MeanAndMost(knees);
    Print(`${what}: ${values.join(", ")}, knees ${mean.toFixed(1)}° (95 % below ${most.toFixed(1)}°)`);
}

describe("FootPlanter on recorded motion", () => {
    const NeutralBody = MeasureAvatarBody(NeutralJoints);
    const Walk = "cmu_12_01_walk.bvh";
    const Dance = "aist_gBR_ch01_smpl_skeleton.bvh";
    // The generic skeleton's feet are the least like the dancer's: where both feet stand, one of them floats above the
    // other by 15 mm, and the leg that is more bent gives way.
    Recorded.each([
        [Walk, "generic", GenericBody, 6],
        [Walk, "neutral", NeutralBody, 6],
        [Walk, "long thighs", LongThighBody, 6],
        [Dance, "generic", GenericBody, 11],
        [Dance, "neutral", NeutralBody, 6],
    ] as const)(
        "keeps feet of %s on %s proportions where they stand, knees as they are",
        (file, name, body, mostBend) => {
            const take = Take(file);
            const baked = Run(take, body, "baked", Math.min(take.motion.duration, 3.5));
            Describe(`${file}, ${name}, baked`, baked);
            const jerk = Jerk(baked.frames) / Jerk(baked.posed);
            const first = Math.max(baked.knees[0]!, baked.knees[1]!);
            Print(`jerk against FK: ${jerk.toFixed(2)}; knees in the first frame: ${first.toFixed(2)}°`);
            const [meanBend, bend] = MeanAndMost(baked.knees);
            expect(meanBend).toBeLessThan(2);
            expect(bend).toBeLessThan(mostBend);
            expect(file === Walk ? first : 0).toBeLessThan(2);
            expect(baked.metrics.contactCount).toBeGreaterThan(150);
            expect(baked.metrics.slideMean).toBeLessThan(0.5);
            expect(baked.metrics.slideP95).toBeLessThan(1.5);
            expect(baked.metrics.skateScore).toBeLessThan(0.8);
            expect(baked.metrics.skatingRatio).toBeLessThan(0.02);
            expect(baked.metrics.soleHeightError).toBeLessThan(3);
            expect(baked.metrics.penetrationMean).toBeLessThan(1);
            expect(baked.metrics.penetrationMax).toBeLessThan(5);
            expect(jerk).toBeLessThan(1.25);
        },
    );

    Recorded.each([
        [Walk, 1, 4],
        [Dance, 3, 20],
    ] as const)("holds feet of %s live, when the future is not known", (file, slide, mostSlide) => {
        const live = Run(Take(file), GenericBody, "live", 3);
        Describe(`${file}, live`, live);
        expect(live.metrics.slideMean).toBeLessThan(slide);
        expect(live.metrics.slideP95).toBeLessThan(mostSlide);
        expect(live.metrics.soleHeightError).toBeLessThan(3);
        expect(live.metrics.penetrationMax).toBeLessThan(5);
        expect(MeanAndMost(live.knees)[0]).toBeLessThan(5);
    });

    Recorded("changes nothing about knees of a motion whose feet stand", () => {
        const { motion, profile } = Take(Walk);
        const adjustments = new BodyAdjustments(GenericBody);
        adjustments.feet.weight = 1;
        const part = { from: 0.1, to: 2.6 };
        const adjust = AdjustWhileBaking(adjustments, GenericBody, motion, profile, part);
        const clip = RetargetMotion(motion, profile, GenericBody, { ...part, adjust, tolerance: 0 });
        const file = WriteBvh(SampleBodyFrames(new ClipSampler(clip, GenericBody), 60), GenericBody);
        const again = Run(TakeOf("planted", file), GenericBody, "baked", 2.4);
        Describe("planted twice", again);
        expect(again.metrics.contactCount).toBeGreaterThan(100);
        expect(Math.abs(MeanAndMost(again.knees)[0])).toBeLessThan(0.5);
    });

    Recorded("climbs stairs that only the ground knows of", () => {
        const stairs: GroundAt = (_x, z, result) => {
            result.height = 0.12 * Math.max(0, Math.floor((z + 1) / 0.6));
        };
        const { metrics, frames, posed, knees } = Run(Take("cmu_12_01_walk.bvh"), GenericBody, "live", 4, stairs);
        Describe("stairs", { metrics, frames, posed, knees });
        const climbed = frames.at(-1)![1]! - frames[5]![1]!;
        Print(`climbed ${climbed.toFixed(2)} m`);
        expect(metrics.penetrationMax).toBeLessThan(5);
        expect(metrics.soleHeightError).toBeLessThan(10);
        expect(climbed).toBeGreaterThan(0.4);
        // The body rises smoothly: no frame of 1/120 s lifts the pelvis by more than 2 cm.
        for (let f = 1; f < frames.length; f++) {
            expect(Math.abs(frames[f]![1]! - frames[f - 1]![1]!)).toBeLessThan(0.02);
        }
    });
});

describe("FootPlanter on a cross-fade", () => {
    Recorded("keeps feet in place while one walk becomes another", () => {
        const { motion, profile } = Take("cmu_12_01_walk.bvh");
        const retargeters = [0, 1].map(() => new Retargeter(motion.rig, profile, GenericBody));
        const adjustments = new BodyAdjustments(GenericBody);
        adjustments.feet.weight = 1;
        const kinematics = new BodyKinematics(GenericBody.restPositions);
        const meter = new FootMeter(GenericBody);
        const source = new RigPose(motion.rig.length);
        const [pose, other] = [new BodyPose(), new BodyPose()];
        for (let frame = 0; frame < 240; frame++) {
            // The same walk, one stride later: its way is one stride longer.
            const seconds = 0.1 + frame / 120;
            motion.sample(seconds, source);
            retargeters[0]!.solve(source, pose);
            motion.sample(seconds + 1.25, source);
            retargeters[1]!.solve(source, other);
            const amount = Math.min(1, Math.max(0, (frame - 90) / 60));
            for (let i = 0; i < 55; i++) {
                SlerpPacked(pose.rotations, i * 4, other.rotations, i * 4, amount, pose.rotations, i * 4);
            }
            const stride = 1.6;
            other.pelvis[2]! -= stride;
            for (let i = 0; i < 3; i++) {
                pose.pelvis[i]! += (other.pelvis[i]! - pose.pelvis[i]!) * amount;
            }
            adjustments.apply(pose, kinematics, seconds, 1 / 120);
            meter.add(kinematics, adjustments.contacts.contacts, seconds);
        }
        const metrics = meter.measure();
        Describe("cross-fade", { metrics, frames: [], posed: [], knees: [0] });
        expect(metrics.contactCount).toBeGreaterThan(100);
        expect(metrics.slideMean).toBeLessThan(1.5);
        expect(metrics.penetrationMax).toBeLessThan(5);
    });
});

/** A body that stands in rest pose and is moved by hand. */
class Puppet {
    public readonly pose = new BodyPose();
    public readonly kinematics = new BodyKinematics(GenericBody.restPositions);
    public readonly adjustments = new BodyAdjustments(GenericBody);
    public readonly motion = new BodyKinematics(GenericBody.restPositions);

    public constructor() {
        this.adjustments.feet.weight = 1;
    }

    /** Shows a pose: the rest pose with its pelvis moved, and what `bend` makes of it. */
    public show(x: number, y: number, z: number, dt = 1 / 60, bend: (pose: BodyPose) => void = () => {}): void {
        this.pose.reset();
        this.pose.pelvis.set(GenericBody.restPositions.subarray(0, 3));
        this.pose.pelvis[0]! += x;
        this.pose.pelvis[1]! += y;
        this.pose.pelvis[2]! += z;
        bend(this.pose);
        this.motion.update(this.pose);
        this.adjustments.apply(this.pose, this.kinematics, 0, dt);
    }

    public at(joint: SmplxJointName, kinematics = this.kinematics): readonly [number, number, number] {
        const [x, y, z] = kinematics.positions.subarray(Joint(joint) * 3, Joint(joint) * 3 + 3);
        return [x!, y!, z!];
    }

    public get kneeBend(): number {
        const q = this.pose.rotations.subarray(Joint("left_knee") * 4, Joint("left_knee") * 4 + 4);
        return (2 * Math.atan2(Math.hypot(q[0]!, q[1]!, q[2]!), Math.abs(q[3]!)) * 180) / Math.PI;
    }
}

/** Turns a joint about an axis. */
function Turn(pose: BodyPose, joint: SmplxJointName, axis: 0 | 1 | 2, degrees: number): void {
    const half = (degrees * Math.PI) / 360;
    pose.rotations.fill(0, Joint(joint) * 4, Joint(joint) * 4 + 4);
    pose.rotations[Joint(joint) * 4 + axis] = Math.sin(half);
    pose.rotations[Joint(joint) * 4 + 3] = Math.cos(half);
}

describe("FootPlanter", () => {
    it("leaves a person who stands with straight knees standing with straight knees", () => {
        const puppet = new Puppet();
        let most = 0;
        for (let frame = 0; frame < 120; frame++) {
            // Hips move as little as those of someone who stands still.
            puppet.show(0.002 * Math.sin(frame / 9), 0, 0.002 * Math.sin(frame / 13));
            most = Math.max(most, puppet.kneeBend);
        }
        Print(`added knee bend of a straight stance: ${most.toFixed(2)}°`);
        expect(puppet.adjustments.contacts.contacts).toEqual(Uint8Array.of(1, 1, 1, 1));
        expect(most).toBeLessThan(1);
    });

    it("holds feet while the body sways over them", () => {
        const puppet = new Puppet();
        const squat = (pose: BodyPose): void => {
            for (const side of ["left", "right"] as const) {
                Turn(pose, `${side}_hip`, 0, -30);
                Turn(pose, `${side}_knee`, 0, 60);
                Turn(pose, `${side}_ankle`, 0, -30);
            }
        };
        const places: number[] = [];
        for (let frame = 0; frame < 180; frame++) {
            puppet.show(0.02 * Math.sin(frame / 20), -0.106, 0, 1 / 60, squat);
            if (frame > 10) {
                places.push(puppet.at("left_ankle")[0]);
            }
        }
        const spread = Math.max(...places) - Math.min(...places);
        Print(`foot under a sway of 40 mm: ${(1000 * spread).toFixed(2)} mm`);
        expect(spread).toBeLessThan(1e-3);
    });

    it("does not hold feet that slide, as in a moon-walk", () => {
        const puppet = new Puppet();
        let most = 0;
        for (let frame = 0; frame < 120; frame++) {
            puppet.show(0, 0, -0.5 * (frame / 60));
            most = Math.max(most, Math.abs(puppet.at("left_ankle")[2] - puppet.at("left_ankle", puppet.motion)[2]));
        }
        expect(puppet.adjustments.contacts.contacts).toEqual(Uint8Array.of(0, 0, 0, 0));
        expect(most).toBeLessThan(1e-6);
    });

    it("lets a jump leave the ground at once and does not pull it down", () => {
        const puppet = new Puppet();
        for (let frame = 0; frame < 60; frame++) {
            puppet.show(0, 0, 0);
        }
        for (let frame = 0; frame < 40; frame++) {
            const t = frame / 60;
            puppet.show(0, Math.max(0, 2.5 * t - 4.9 * t * t), 0);
            if (frame === 15) {
                expect(puppet.at("left_ankle")[1] - puppet.at("left_ankle", puppet.motion)[1]).toBeCloseTo(0, 2);
            }
        }
    });

    it("lets feet go that are turned in place beyond what a leg can do", () => {
        const puppet = new Puppet();
        for (let frame = 0; frame < 240; frame++) {
            puppet.show(0, 0, 0, 1 / 60, (pose) => Turn(pose, "pelvis", 1, frame));
        }
        for (let frame = 0; frame < 60; frame++) {
            puppet.show(0, 0, 0, 1 / 60, (pose) => Turn(pose, "pelvis", 1, 239));
        }
        const [x, , z] = puppet.at("left_ankle");
        const [fx, , fz] = puppet.at("left_ankle", puppet.motion);
        expect(Math.hypot(x - fx, z - fz)).toBeLessThan(0.2);
    });

    it("keeps a body that moves to another place in reach of its feet", () => {
        const puppet = new Puppet();
        for (let frame = 0; frame < 30; frame++) {
            puppet.show(0, 0, 0);
        }
        for (let frame = 0; frame < 30; frame++) {
            puppet.show(3, 0, 0);
        }
        expect(puppet.at("left_ankle")[0]).toBeCloseTo(puppet.at("left_ankle", puppet.motion)[0], 3);
    });

    it("gives the same picture while paused, and the same run after a seek", () => {
        const play = (puppet: Puppet): Float64Array => {
            for (let frame = 0; frame < 40; frame++) {
                puppet.show(0.03 * Math.sin(frame / 10), -0.02, 0);
            }
            return puppet.pose.rotations.slice();
        };
        const puppet = new Puppet();
        const first = play(puppet);
        for (let i = 0; i < 5; i++) {
            puppet.show(0.03 * Math.sin(39 / 10), -0.02, 0, 0);
            expect(Array.from(puppet.pose.rotations)).toEqual(Array.from(first));
        }
        puppet.show(0, 0, 0, -1);
        puppet.adjustments.reset();
        expect(Array.from(play(puppet))).toEqual(Array.from(first));
    });

    it("leaves a broken pose alone and recovers from it", () => {
        const puppet = new Puppet();
        puppet.show(0, 0, 0);
        puppet.show(NaN, 0, 0);
        puppet.adjustments.feet.left.set([NaN, 0, 0]);
        puppet.show(0, 0, 0);
        puppet.show(0, 0, 0, NaN);
        expect(Array.from(puppet.pose.rotations).every(Number.isFinite)).toBe(true);
        expect(puppet.at("left_ankle")[1]).toBeCloseTo(0.07, 3);
    });

    it("brings a foot to a goal, and stretches towards one out of reach", () => {
        const puppet = new Puppet();
        puppet.adjustments.feet.weight = 0;
        puppet.adjustments.feet.left.set([0.15, 0.4, 0.2]);
        puppet.show(0, 0, 0);
        puppet.at("left_ankle").forEach((value, i) => {
            expect(value).toBeCloseTo([0.15, 0.4, 0.2][i]!, 6);
        });
        puppet.adjustments.feet.left.set([3, 0.9, 0]);
        puppet.show(0, 0, 0);
        expect(puppet.at("left_ankle")[0]).toBeCloseTo(0.085 + 0.801, 2);
    });

    it("carries standing feet along with ground that moves", () => {
        const puppet = new Puppet();
        for (let frame = 0; frame < 30; frame++) {
            puppet.show(0, -0.05, 0);
        }
        const before = puppet.at("left_ankle");
        puppet.adjustments.feet.moveGround(0.01, 0, -0.02, 0);
        puppet.show(0, -0.05, 0);
        expect(puppet.at("left_ankle")[0] - before[0]).toBeCloseTo(0.01, 4);
        expect(puppet.at("left_ankle")[2] - before[2]).toBeCloseTo(-0.02, 4);
    });

    it("lays feet on slopes", () => {
        const slope = 0.2;
        const puppet = new Puppet();
        puppet.adjustments.feet.groundAt = (_x, z, result) => {
            result.height = slope * z;
            result.normalY = 1;
            result.normalZ = -slope;
        };
        for (let frame = 0; frame < 90; frame++) {
            puppet.show(0, -0.05, 0);
        }
        const meter = new FootMeter(GenericBody, puppet.adjustments.feet.groundAt);
        meter.add(puppet.kinematics, [1, 1, 1, 1], 0);
        expect(meter.measure().soleHeightError).toBeLessThan(3);
        const [, y, z] = puppet.at("left_foot");
        const [, ay, az] = puppet.at("left_ankle");
        // Toe joint and ankle joint keep their heights above a floor that is tilted.
        expect(Math.atan2(y - ay, z - az)).toBeCloseTo(Math.atan2(0.025 - 0.07, 0.13) + Math.atan(slope), 1);
    });

    it("does nothing until it is asked to", () => {
        const planter = new FootPlanter(GenericBody);
        expect(planter.isActive).toBe(false);
        const pose = new BodyPose();
        const kinematics = new BodyKinematics(GenericBody.restPositions);
        kinematics.update(pose);
        const before = pose.rotations.slice();
        planter.apply(pose, kinematics, [1, 1, 1, 1], 1 / 60);
        expect(pose.rotations).toEqual(before);
    });
});
