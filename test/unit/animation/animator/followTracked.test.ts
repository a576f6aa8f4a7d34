import { describe, expect, it } from "@jest/globals";
import { type Scene } from "@babylonjs/core/scene.js";
import { ReadPoseLandmarks } from "../../../../src/animation/motion/poseLandmarks.js";
import { TrackedBody } from "../../../../src/animation/motion/trackedBody.js";
import { XrPoints } from "../../../../src/animation/motion/xrPoints.js";
import { type GaussianAvatar } from "../../../../src/avatar/gaussianAvatar.js";
import { PrintFigure } from "../../../support/motions.js";
import { AvatarInScene, JointPosition } from "./avatarInScene.js";
import { EmptyScene, Step } from "./babylonScenes.js";

/** What a camera's tracker says of a person who stands before it, right arm hanging, left arm raised by an angle. */
function Landmarks(angle: number): { x: number; y: number; z: number; visibility: number }[] {
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
    for (const [i, length] of [
        [13, 0.28],
        [15, 0.53],
    ] as const) {
        see(i, 0.2 + length * Math.sin(angle), 0.5 - length * Math.cos(angle));
        see(i + 1, -0.2, 0.5 - length);
    }
    return landmarks;
}

function Height(avatar: GaussianAvatar, joint: "left_wrist" | "left_ankle" | "right_ankle" | "pelvis"): number {
    return JointPosition(avatar, joint).y;
}

/** Detections at a rate below the picture's. */
function Watch(scene: Scene, person: TrackedBody, angle: (seconds: number) => number, seconds: number): void {
    for (let frame = 0; frame < seconds * 60; frame++) {
        if (frame % 2 === 0) {
            ReadPoseLandmarks(Landmarks(angle(frame / 60)), person.points);
            person.commit();
        }
        Step(scene, 1 / 60);
    }
}

describe("an avatar that follows a tracked person", () => {
    it("fades in, stands on its own soles wherever the camera was, and moves between detections", () => {
        const scene = EmptyScene();
        const avatar = AvatarInScene(scene);
        const person = new TrackedBody(avatar.asset);
        const rest = Height(avatar, "left_wrist");
        avatar.animator.follow(person, { fade: 0.5 });
        Step(scene, 0.1);
        expect(Height(avatar, "left_wrist")).toBeCloseTo(rest, 6); // nobody seen yet
        Watch(scene, person, () => 3, 0.1);
        const [early, raised] = [Height(avatar, "left_wrist"), 0.3];
        expect(early - rest).toBeLessThan(raised / 2);
        Watch(scene, person, () => 3, 1);
        expect(Height(avatar, "left_wrist") - rest).toBeGreaterThan(raised);
        expect(person.isTracked).toBe(true);
        // Ankles of the sample avatar at rest are as high as here, where she stands straight.
        expect(Height(avatar, "left_ankle")).toBeGreaterThan(0);
        expect(Height(avatar, "left_ankle")).toBeLessThan(0.15);
        const heights: number[] = [];
        for (let frame = 0; frame < 30; frame++) {
            if (frame % 2 === 0) {
                ReadPoseLandmarks(Landmarks(3 - frame / 30), person.points);
                person.commit();
            }
            Step(scene, 1 / 60);
            heights.push(Height(avatar, "left_wrist"));
        }
        const steps = heights.slice(1).map((height, i) => Math.abs(height - heights[i]!));
        expect(Math.min(...steps.slice(5))).toBeGreaterThan(0.1 * Math.max(...steps)); // no frame stands still
    });

    it("holds the last pose while she is lost, and blends back without a jump", () => {
        const scene = EmptyScene();
        const avatar = AvatarInScene(scene);
        const person = new TrackedBody(avatar.asset);
        avatar.animator.follow(person, { fade: 0.3 });
        Watch(scene, person, () => 3, 1.5);
        const raised = Height(avatar, "left_wrist");
        for (let i = 0; i < 120; i++) {
            Step(scene, 1 / 60);
        }
        expect(person.isTracked).toBe(false);
        expect(avatar.animator.isFollowing).toBe(true);
        expect(Height(avatar, "left_wrist")).toBeCloseTo(raised, 6);
        let [last, most] = [raised, 0];
        for (let i = 0; i < 60; i++) {
            Watch(scene, person, () => 0.2, 1 / 60);
            most = Math.max(most, Math.abs(Height(avatar, "left_wrist") - last));
            last = Height(avatar, "left_wrist");
        }
        expect(raised - last).toBeGreaterThan(0.5);
        expect(most).toBeLessThan(0.15); // a metre in 18 frames, at most 1.5 times its mean speed and a half
    });

    it("leaves face and unseen fingers to clips, and follows joints of a headset to where they are", () => {
        const scene = EmptyScene(true);
        const avatar = AvatarInScene(scene);
        const person = new TrackedBody(avatar.asset, { place: "points", scale: 1 });
        const names = ["left", "right"].flatMap((side) =>
            ["arm-upper", "arm-lower", "hand-wrist", "upper-leg", "lower-leg", "foot-ankle"].map((j) => `${side}-${j}`),
        );
        const places = [
            [0.2, 1.4, 0],
            [0.48, 1.4, 0],
            [0.73, 1.4, 0],
            [0.1, 0.9, 0],
            [0.1, 0.5, 0],
            [0.1, 0.1, 0],
        ] as const;
        const reader = new XrPoints(names);
        const matrices = new Float32Array(names.length * 16);
        names.forEach((_, i) => {
            const [x, y, z] = places[i % 6]!;
            matrices.set([(i < 6 ? x : -x) + 2, y, z - 1], i * 16 + 12);
        });
        avatar.getJoint("jaw")!.rotationQuaternion!.set(0.5, 0, 0, Math.sqrt(0.75));
        avatar.getJoint("left_index2")!.rotationQuaternion!.set(0, 0, 0.5, Math.sqrt(0.75));
        avatar.animator.follow(person, { fade: 0 });
        reader.read(matrices, person.points);
        person.commit();
        Step(scene, 0.02);
        const hips = JointPosition(avatar, "left_hip").add(JointPosition(avatar, "right_hip")).scale(0.5);
        expect([hips.x, hips.y, hips.z].map((v) => Math.round(v * 1000) / 1000)).toEqual([2, 0.9, -1]);
        expect(avatar.getJoint("jaw")!.rotationQuaternion!.x).toBe(0.5);
        expect(avatar.getJoint("left_index2")!.rotationQuaternion!.z).toBe(0.5);
    });

    it("takes poses of any source, and is told when it ends", () => {
        const scene = EmptyScene();
        const avatar = AvatarInScene(scene);
        const lost: string[] = [];
        avatar.animator.onFollowLostObservable.add((name) => lost.push(name));
        avatar.animator.onWarningObservable.add(() => undefined);
        const source = {
            name: "stream",
            isOver: false,
            readPose(pose: { pelvis: Float64Array }): boolean {
                pose.pelvis[0] = 0.25;
                return true;
            },
        };
        avatar.animator.follow(source, { fade: 0 });
        Step(scene, 0.016);
        expect(avatar.getJoint("pelvis")!.position.x).toBeCloseTo(0.25);
        source.isOver = true;
        Step(scene, 0.016);
        expect(lost).toEqual(["stream"]);
        expect(avatar.animator.isFollowing).toBe(false);
        expect(avatar.getJoint("pelvis")!.position.x).toBeCloseTo(0.25);
    });

    it("allocates nothing per frame", () => {
        const scene = EmptyScene();
        const avatar = AvatarInScene(scene);
        const person = new TrackedBody(avatar.asset);
        const landmarks = Landmarks(2);
        avatar.animator.follow(person, { fade: 0 });
        let growth = Infinity;
        for (let round = 0; round < 25 && growth > 500; round++) {
            const before = process.memoryUsage().heapUsed;
            for (let i = 0; i < 1000; i++) {
                ReadPoseLandmarks(landmarks, person.points);
                person.commit();
                avatar.animator.update(0.016);
            }
            growth = Math.abs(process.memoryUsage().heapUsed - before) / 1000;
        }
        PrintFigure(`following a tracked person: heap grew by ${growth.toFixed(1)} bytes a frame`);
        // The solver boxes a few numbers that cross its functions; one short array a joint would be 3 kB.
        expect(growth).toBeLessThan(500);
    });
});
