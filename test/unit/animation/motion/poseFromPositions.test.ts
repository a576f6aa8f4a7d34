import { describe, expect, it } from "@jest/globals";
import { BodyPoints } from "../../../../src/animation/motion/bodyPoints.js";
import { PointFilter } from "../../../../src/animation/motion/pointFilter.js";
import { PoseFromPositions } from "../../../../src/animation/motion/poseFromPositions.js";
import { ReadHandLandmarks, ReadPoseLandmarks } from "../../../../src/animation/motion/poseLandmarks.js";
import { BodyPointOfXrJoint, XrPoints } from "../../../../src/animation/motion/xrPoints.js";
import { BodyKinematics } from "../../../../src/animation/pose/bodyKinematics.js";
import { BodyPose } from "../../../../src/animation/pose/bodyPose.js";
import { MeasureAvatarBody } from "../../../../src/animation/pose/measureAvatarBody.js";
import { GenericSkeleton } from "../../../../src/animation/rig/genericSkeleton.js";
import { SmplxJointNames, SmplxJointParents, type SmplxJointName } from "../../../../src/format/bodyModel.js";
import { FromRotationVectorPacked } from "../../../../src/math/packedRotation.js";
import { AngleBetweenVector3, SubtractVector3, type Vector3Tuple } from "../../../../src/math/vector3.js";
import { PrintFigure } from "../../../support/motions.js";
import { SeededRandom } from "../../../support/seededRandom.js";

const joints = SmplxJointNames.map((name, joint) => {
    const parent = SmplxJointParents[joint]!;
    const position = GenericSkeleton[joint]!;
    const translation = parent < 0 ? position : SubtractVector3(position, GenericSkeleton[parent]!);
    return { name, smplx: name, parent, translation, rotation: [0, 0, 0, 1] as const };
});
const body = MeasureAvatarBody(joints);
const Index = (name: string): number => SmplxJointNames.indexOf(name as SmplxJointName);

/** Bones whose direction is compared: from, to. */
const Bones = ["left", "right"].flatMap((side) =>
    [
        ["shoulder", "elbow"],
        ["elbow", "wrist"],
        ["wrist", "middle1"],
        ["hip", "knee"],
        ["knee", "ankle"],
        ["ankle", "foot"],
    ].map(([from, to]) => [Index(`${side}_${from}`), Index(`${side}_${to}`)] as const),
);

function BoneOf({ positions }: BodyKinematics, [from, to]: readonly [number, number]): Vector3Tuple {
    const at = (joint: number): Vector3Tuple =>
        [...positions.subarray(joint * 3, joint * 3 + 3)] as unknown as Vector3Tuple;
    return SubtractVector3(at(to), at(from));
}

/** A body moved smoothly through random poses: elbows and knees bend about their hinges, all others turn anywhere. */
function MovePose(seconds: number, pose: BodyPose): void {
    const random = SeededRandom(11);
    const wave = (): number => Math.sin(seconds * (0.5 + random()) + random() * 6);
    pose.reset();
    const turn = (name: string, x: number, y: number, z: number): void => {
        FromRotationVectorPacked(Float64Array.of(x, y, z), 0, pose.rotations, Index(name) * 4);
    };
    turn("pelvis", 0.3 * wave(), seconds, 0.3 * wave());
    for (const side of ["left", "right"]) {
        turn(`${side}_shoulder`, 0.6 * wave(), 0.6 * wave(), 0.9 * wave());
        turn(`${side}_elbow`, 0, (side === "left" ? -1 : 1) * (1 + 0.8 * wave()), 0);
        turn(`${side}_hip`, 0.7 * wave(), 0.3 * wave(), 0.3 * wave());
        turn(`${side}_knee`, 1 + 0.8 * wave(), 0, 0);
        turn(`${side}_ankle`, 0.3 * wave(), 0, 0);
        turn(`${side}_wrist`, 0.4 * wave(), 0.4 * wave(), 0.4 * wave());
    }
    pose.pelvis.set([wave(), 0.95, wave()]);
}

/** Mean and worst direction error of bones over ten seconds, degrees, with noise on the points, metres. */
function Track(noise: number, filter?: PointFilter): { mean: number; worst: number; swaps: number } {
    const random = SeededRandom(3);
    const [pose, found] = [new BodyPose(), new BodyPose()];
    const [truth, result] = [new BodyKinematics(body.restPositions), new BodyKinematics(body.restPositions)];
    const [points, solver] = [new BodyPoints(), new PoseFromPositions(body)];
    let [sum, count, worst, swaps] = [0, 0, 0, 0];
    for (let frame = 0; frame < 300; frame++) {
        MovePose(frame / 30, pose);
        truth.update(pose);
        for (let joint = 0; joint < 25; joint++) {
            const [x, y, z] = truth.positions.subarray(joint * 3, joint * 3 + 3);
            const jitter = (): number => noise * (random() + random() + random() - 1.5) * 2;
            points.set(joint, x! + jitter(), y! + jitter(), z! + jitter());
        }
        for (const joint of Bones.map(([, to]) => to).filter((to) => to >= 25)) {
            points.set(joint, ...(truth.positions.subarray(joint * 3, joint * 3 + 3) as unknown as Vector3Tuple));
        }
        filter?.apply(points, 1 / 30);
        expect(solver.solve(points, found)).toBe(true);
        result.update(found);
        for (const bone of Bones) {
            const angle = (AngleBetweenVector3(BoneOf(truth, bone), BoneOf(result, bone)) * 180) / Math.PI;
            sum += angle;
            count++;
            worst = Math.max(worst, angle);
        }
        const across = BoneOf(result, [Index("right_shoulder"), Index("left_shoulder")]);
        swaps +=
            AngleBetweenVector3(across, BoneOf(truth, [Index("right_shoulder"), Index("left_shoulder")])) > 1 ? 1 : 0;
    }
    return { mean: sum / count, worst, swaps };
}

describe("PoseFromPositions", () => {
    it("points every limb where its joints are, and follows noise no further than noise goes", () => {
        const [clean, noisy] = [Track(0), Track(0.01)];
        const filtered = Track(0.01, new PointFilter({ minCutoff: 3, beta: 5 }));
        PrintFigure(
            `from positions: ${clean.mean.toFixed(2)}° mean, ${clean.worst.toFixed(2)}° worst; with 10 mm of noise ` +
                `${noisy.mean.toFixed(1)}°, filtered ${filtered.mean.toFixed(1)}° mean, ${filtered.worst.toFixed(0)}° worst`,
        );
        // Calibration aims hands and shins by the canonical pose, whose lines are 2° off the generic skeleton's.
        expect(clean.worst).toBeLessThan(2.5);
        expect(clean.mean).toBeLessThan(0.8);
        // 10 mm on each end of a 12 cm foot or hand is 6°.
        expect(noisy.mean).toBeLessThan(6);
        expect(noisy.worst).toBeLessThan(45);
        expect([clean.swaps, noisy.swaps, filtered.swaps]).toEqual([0, 0, 0]);
    });

    it("bends elbows and knees about their own hinges", () => {
        const [pose, found] = [new BodyPose(), new BodyPose()];
        const kinematics = new BodyKinematics(body.restPositions);
        const [points, solver] = [new BodyPoints(), new PoseFromPositions(body)];
        for (let frame = 0; frame < 90; frame++) {
            MovePose(frame / 30, pose);
            kinematics.update(pose);
            for (let joint = 0; joint < 22; joint++) {
                points.set(
                    joint,
                    ...(kinematics.positions.subarray(joint * 3, joint * 3 + 3) as unknown as Vector3Tuple),
                );
            }
            solver.solve(points, found);
            for (const [name, axis, sign] of [
                ["left_elbow", 1, -1],
                ["right_elbow", 1, 1],
                ["left_knee", 0, 1],
                ["right_knee", 0, 1],
            ] as const) {
                const q = found.rotations.subarray(Index(name) * 4, Index(name) * 4 + 4);
                const bend = 2 * Math.acos(Math.min(1, Math.abs(q[3]!)));
                if (bend > 0.4) {
                    // The rotation is all about the hinge; bends of 23° and more are past the fade.
                    expect((q[axis]! * sign * Math.sign(q[3]!)) / Math.sin(bend / 2)).toBeGreaterThan(0.98);
                }
            }
        }
    });

    it("leaves the pose alone without hips or shoulders, and holds limbs that are out of sight", () => {
        const [pose, points, solver] = [new BodyPose(), new BodyPoints(), new PoseFromPositions(body)];
        pose.pelvis.set([1, 2, 3]);
        expect(solver.solve(points, pose)).toBe(false);
        expect([...pose.pelvis]).toEqual([1, 2, 3]);
        const raised = new BodyPose();
        FromRotationVectorPacked(Float64Array.of(0, 0, 1), 0, raised.rotations, Index("left_shoulder") * 4);
        const kinematics = new BodyKinematics(body.restPositions);
        kinematics.update(raised);
        for (let joint = 0; joint < 22; joint++) {
            points.set(joint, ...(kinematics.positions.subarray(joint * 3, joint * 3 + 3) as unknown as Vector3Tuple));
        }
        points.set(Index("left_wrist"), NaN, 0, 0);
        solver.solve(points, pose);
        const before = [...pose.rotations];
        points.known[Index("left_elbow")] = 0;
        solver.solve(points, pose);
        expect(pose.rotations[Index("left_shoulder") * 4 + 2]).toBeCloseTo(Math.sin(0.5), 2);
        pose.rotations.forEach((value, i) => {
            expect(value).toBeCloseTo(before[i]!, 2);
        });
    });
});

describe("Landmarks", () => {
    /** A person before the camera who raises the left arm, as the tracker sees her: x right of the picture, y down. */
    const landmarks = Array.from({ length: 33 }, () => ({ x: 0, y: 0, z: 0, visibility: 0 }));
    const see = (i: number, x: number, y: number): void => {
        landmarks[i] = { x, y: -y, z: 0, visibility: 1 };
    };
    for (const [left, x, y] of [
        [11, 0.2, 0.5],
        [23, 0.1, 0],
        [25, 0.1, -0.4],
        [27, 0.1, -0.8],
    ] as const) {
        see(left, x, y);
        see(left + 1, -x, y);
    }
    see(13, 0.25, 0.75);
    see(15, 0.3, 1);
    see(14, -0.25, 0.25);
    see(16, -0.3, 0);

    it("turn into a body that faces the camera, left staying left", () => {
        const [points, pose, kinematics] = [new BodyPoints(), new BodyPose(), new BodyKinematics(body.restPositions)];
        ReadPoseLandmarks(landmarks, points);
        expect(points.known[Index("left_foot")]).toBe(0);
        new PoseFromPositions(body).solve(points, pose);
        kinematics.update(pose);
        const height = (name: string): number => kinematics.positions[Index(name) * 3 + 1]!;
        expect(height("left_wrist")).toBeGreaterThan(height("head"));
        expect(height("right_wrist")).toBeLessThan(height("right_shoulder"));
        // Facing the camera: +z.
        expect(Math.abs(pose.rotations[1]!)).toBeLessThan(0.05);
    });

    it("of a mirrored picture are flipped and change sides", () => {
        const mirrored = landmarks.map(({ x, ...rest }) => ({ x: -x, ...rest }));
        // The tracker calls the mirrored left arm the right one.
        const swapped = mirrored.map((_, i) => mirrored[i < 11 || i > 32 ? i : i % 2 === 1 ? i + 1 : i - 1]!);
        const [plain, back] = [new BodyPoints(), new BodyPoints()];
        ReadPoseLandmarks(landmarks, plain);
        ReadPoseLandmarks(swapped, back, { isMirrored: true });
        expect(back).toEqual(plain);
    });

    it("of hands hang on the wrist", () => {
        const points = new BodyPoints();
        points.set(Index("left_wrist"), 1, 1, 1);
        ReadHandLandmarks(
            Array.from({ length: 21 }, (_, i) => ({ x: 0.01 * i, y: 0, z: 0 })),
            "left",
            points,
        );
        expect([...points.positions.subarray(Index("left_wrist") * 3, Index("left_wrist") * 3 + 3)]).toEqual([1, 1, 1]);
        expect(points.positions[Index("left_index1") * 3]).toBeCloseTo(1.05);
    });

    it("of WebXR go by the names of its joints", () => {
        expect(BodyPointOfXrJoint("left-hand-little-phalanx-distal")).toBe("left_pinky3");
        expect(BodyPointOfXrJoint("thumb-phalanx-proximal", "right")).toBe("right_thumb2");
        expect(BodyPointOfXrJoint("index-finger-tip", "left")).toBe("left_index_tip");
        expect(BodyPointOfXrJoint("right-upper-leg")).toBe("right_hip");
        expect(BodyPointOfXrJoint("right-scapula")).toBeNull();
        const points = new BodyPoints();
        const matrices = new Float32Array(32);
        matrices.set([1, 2, 3], 12);
        matrices.fill(NaN, 16);
        new XrPoints(["left-arm-lower", "neck"]).read(matrices, points);
        expect([...points.positions.subarray(Index("left_elbow") * 3, Index("left_elbow") * 3 + 3)]).toEqual([1, 2, 3]);
        expect(points.known[Index("neck")]).toBe(0);
    });
});
