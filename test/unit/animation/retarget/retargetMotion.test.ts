import { describe, expect, it } from "@jest/globals";
import { BodyPose } from "../../../../src/animation/pose/bodyPose.js";
import { MeasureAvatarBody } from "../../../../src/animation/pose/measureAvatarBody.js";
import { ClipSampler } from "../../../../src/animation/retarget/clipSampler.js";
import { MeasureRetarget } from "../../../../src/animation/retarget/measureRetarget.js";
import { ReduceKeys, RotationKeyError } from "../../../../src/animation/retarget/reduceKeys.js";
import { RetargetMotion } from "../../../../src/animation/retarget/retargetMotion.js";
import { GenericSkeleton } from "../../../../src/animation/rig/genericSkeleton.js";
import { AngleBetweenQuaternions, type QuaternionTuple } from "../../../../src/math/quaternion.js";
import { AvatarJoints, MakeRigFixture, MakeTruth, APose } from "../../../support/rigFixtures.js";

const Generic = MeasureAvatarBody(AvatarJoints(GenericSkeleton));
const Truth = MakeTruth(11, 60);
const Fixture = MakeRigFixture({ rest: APose, axesSeed: 2, scale: 100 });
const Motion = Fixture.perform(Truth);

describe("RetargetMotion", () => {
    it("leaves out keys within the stated error and continues signs", () => {
        const degrees = 0.5;
        const tolerance = { rotation: (degrees * Math.PI) / 180, distance: 1 };
        const exact = new ClipSampler(RetargetMotion(Motion, Fixture.profile, Generic, { tolerance: 0 }), Generic);
        const reduced = RetargetMotion(Motion, Fixture.profile, Generic, { tolerance });
        const sampler = new ClipSampler(reduced, Generic);
        const [a, b] = [new BodyPose(), new BodyPose()];
        let worst = 0;
        for (let frame = 0; frame < 60; frame++) {
            exact.sample(frame / 30, a);
            sampler.sample(frame / 30, b);
            for (let at = 0; at < 55 * 4; at += 4) {
                const [p, q] = [a, b].map(
                    ({ rotations }) => [...rotations.subarray(at, at + 4)] as unknown as QuaternionTuple,
                );
                worst = Math.max(worst, (AngleBetweenQuaternions(p!, q!) * 180) / Math.PI);
            }
        }
        const keys = reduced.tracks.reduce((sum, { times }) => sum + times.length, 0);
        process.stdout.write(`keys: ${keys} of ${60 * 56}, worst ${worst.toFixed(3)}° of ${degrees}° allowed\n`);
        // 32-bit values add a thousandth of a degree.
        expect(worst).toBeLessThan(degrees + 0.001);
        expect(keys).toBeLessThan(60 * 56 * 0.8);
        for (const { path, values } of reduced.tracks) {
            for (let key = 1; path === "rotation" && key * 4 < values.length; key++) {
                const [before, now] = [values.subarray(key * 4 - 4, key * 4), values.subarray(key * 4, key * 4 + 4)];
                expect(now.reduce((dot, value, i) => dot + value * before[i]!, 0)).toBeGreaterThan(0);
            }
        }
    });

    it("keeps slow motion as smooth as it is, unless a tolerance is stated", () => {
        const slow = Fixture.perform(MakeTruth(11, 300, 60));
        const jerkOf = (tolerance?: { rotation: number; distance: number }): number => {
            const clip = RetargetMotion(slow, Fixture.profile, Generic, { to: 1.5, ...(tolerance && { tolerance }) });
            return MeasureRetarget(slow, Fixture.profile, Generic, clip).jerkRatio;
        };
        const [own, stated] = [jerkOf(), jerkOf({ rotation: (0.05 * Math.PI) / 180, distance: 2e-4 })];
        process.stdout.write(`jerk of slow motion: ${own.toFixed(3)}, with a stated tolerance ${stated.toFixed(2)}\n`);
        // The stated tolerance alone would make it 6 % rougher.
        expect(own).toBeLessThan(1.02);
        expect(stated).toBeGreaterThan(own);
    });

    it("takes the part that is asked for, at the rate that is asked for", () => {
        const options = { name: "part", from: 0.5, to: 1.52, frameRate: 10, tolerance: 0 } as const;
        const clip = RetargetMotion(Motion, Fixture.profile, Generic, options);
        expect(clip.name).toBe("part");
        const times = [...clip.tracks[0]!.times];
        expect(times).toHaveLength(12);
        expect(times[10]).toBeCloseTo(1, 6);
        // The end is a key too, so that loops close.
        expect(times[11]).toBeCloseTo(1.02, 6);
    });

    it.each([{ from: -1 }, { from: 1, to: 0.5 }, { to: 9 }, { frameRate: 0 }, { frameRate: NaN }, { from: NaN }])(
        "refuses %p",
        (range) => {
            const bake = (): unknown => RetargetMotion(Motion, Fixture.profile, Generic, range);
            expect(bake).toThrow(expect.objectContaining({ code: "invalid-range" }));
        },
    );

    it("makes no more frames than a motion file may hold, and names what shortens the clip", () => {
        const bake = (): unknown =>
            RetargetMotion(Motion, Fixture.profile, Generic, { frameRate: 300_000 / Motion.duration });
        expect(bake).toThrow(/would have 300000 frames .* shorten it by "from" and "to", or lower "frameRate"/);
    });

    it("walks on the spot in place", () => {
        const clip = RetargetMotion(Motion, Fixture.profile, Generic, { rootMotion: "inPlace", tolerance: 0 });
        const { values } = clip.tracks.find(({ path }) => path === "translation")!;
        for (let at = 0; at < values.length; at += 3) {
            // What is left is the pelvis turning about the hips, 8 cm below it.
            expect(Math.hypot(values[at]!, values[at + 2]!)).toBeLessThan(0.09);
        }
    });

    it("hands every pose to the correction, in order", () => {
        const seen: number[] = [];
        const adjust = (pose: BodyPose, seconds: number): void => {
            seen.push(seconds);
            pose.pelvis[1] = 7;
        };
        const clip = RetargetMotion(Motion, Fixture.profile, Generic, { adjust });
        expect(seen).toHaveLength(60);
        const { values } = clip.tracks.find(({ path }) => path === "translation")!;
        expect(values[1]).toBe(7);
    });

    it("is measured as it is: joints in place, bones along the source's, no rougher", () => {
        const clip = RetargetMotion(Motion, Fixture.profile, Generic);
        const { corrections: reference } = Fixture;
        const report = MeasureRetarget(Motion, Fixture.profile, Generic, clip, { reference });
        process.stdout.write(
            `same proportions: joints ${report.jointMillimetres.mean.toFixed(2)} mm, hands and feet ` +
                `${(report.endEffectorShare.mean * 100).toFixed(2)} %, jerk ${report.jerkRatio.toFixed(3)}, ` +
                `jumps ${report.discontinuityDegrees.toFixed(2)}°\n`,
        );
        expect(report.jointMillimetres.mean).toBeLessThan(12);
        expect(report.endEffectorShare.mean).toBeLessThan(0.02);
        expect(report.jerkRatio).toBeLessThan(1.05);
        expect(report.discontinuityDegrees).toBeLessThan(5);
        expect(report.orientationDegrees.arms.mean).toBeLessThan(1);
    });
});

describe("ReduceKeys", () => {
    const track = (count: number, angle: (key: number) => number): { times: Float32Array; values: Float32Array } => ({
        times: Float32Array.from({ length: count }, (_, key) => key),
        values: Float32Array.from(
            Array.from({ length: count }, (_, key) => [
                0,
                0,
                Math.sin(angle(key) / 2),
                Math.cos(angle(key) / 2),
            ]).flat(),
        ),
    });

    it("leaves one key of a still track and two of an even turn", () => {
        expect(
            ReduceKeys(
                track(50, () => 0.3),
                0,
                RotationKeyError,
            ).times,
        ).toHaveLength(1);
        expect(
            ReduceKeys(
                track(50, (key) => key * 0.01),
                1e-4,
                RotationKeyError,
            ).times,
        ).toHaveLength(2);
        expect(
            ReduceKeys(
                track(50, (key) => key * 0.01),
                0,
                RotationKeyError,
            ).times,
        ).toHaveLength(50);
        expect(
            ReduceKeys(
                track(0, () => 0),
                1,
                RotationKeyError,
            ).times,
        ).toHaveLength(0);
    });

    it("looks at each key a number of times that does not grow with the track", () => {
        // A slow drift: one line could reach far, and a search that began anew for every key would take n² steps.
        const looks = (count: number): number => {
            let calls = 0;
            ReduceKeys(
                track(count, (key) => Math.sin(key / 300) * 0.1),
                1e-3,
                (...args) => {
                    calls++;
                    return RotationKeyError(...args);
                },
            );
            return calls / count;
        };
        expect(looks(8000)).toBeLessThan(looks(1000) * 1.5);
    });
});
