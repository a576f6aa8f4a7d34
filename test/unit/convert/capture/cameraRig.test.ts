import { describe, expect, it } from "@jest/globals";
import { NeutralSmplxSkeleton } from "../../../../src/animation/pose/neutralSkeleton.js";
import { type CameraTarget } from "../../../../src/convert/capture/cameraPlacement.js";
import { CameraRig } from "../../../../src/convert/capture/cameraRig.js";
import { RoomReach } from "../../../../src/convert/capture/roomReach.js";
import { SkinMatrices } from "../../../../src/convert/capture/skinMatrices.js";
import { SmplxJointNames, SmplxJointParents, type SmplxJointName } from "../../../../src/format/bodyModel.js";
import { ProjectPoint, type IPinhole } from "../../../../src/math/pinhole.js";
import { type Vector3Tuple } from "../../../../src/math/vector3.js";
import { PrintFigure } from "../../../support/motions.js";
import { SeededRandom } from "../../../support/seededRandom.js";

const restJoints = NeutralSmplxSkeleton.positions.flat();
const center: Vector3Tuple = [0, 0.9, 0];
const size = 512;
const reach = 0.25;
const rig = new CameraRig({ seed: 3, size, restJoints, center, reach });
const skeleton = new SkinMatrices({
    joints: SmplxJointNames.map((name, j) => ({ name, parent: SmplxJointParents[j]! })),
    restJoints: Float32Array.from(restJoints),
});

function PoseRandomly(seed: number): void {
    const random = SeededRandom(seed);
    const rotations = SmplxJointNames.flatMap(() => {
        const q = [random() - 0.5, random() - 0.5, random() - 0.5, 2];
        const length = Math.hypot(...q);
        return q.map((value) => value / length);
    });
    skeleton.update(rotations, [0, random() - 0.5, 0]);
}

function JointAt(name: SmplxJointName): Vector3Tuple {
    const j = SmplxJointNames.indexOf(name) * 3;
    return [skeleton.positions[j]!, skeleton.positions[j + 1]!, skeleton.positions[j + 2]!];
}

function LensOf({ R: r, t }: IPinhole): number[] {
    return [0, 1, 2].map((axis) => -(r[axis]! * t[0]! + r[3 + axis]! * t[1]! + r[6 + axis]! * t[2]!));
}

/** What must be in the picture, by what the camera looks at. */
const Seen: Readonly<Record<Exclude<CameraTarget, "body">, readonly SmplxJointName[]>> = {
    upper: ["spine3", "neck", "head", "left_collar", "right_collar"],
    face: ["head", "jaw", "left_eye", "right_eye"],
    head: ["head", "jaw", "left_eye", "right_eye"],
    leftHand: ["left_wrist", "left_middle3", "left_pinky3", "left_thumb3", "left_index3"],
    rightHand: ["right_wrist", "right_middle3", "right_pinky3", "right_thumb3", "right_index3"],
};

describe("CameraRig", () => {
    it("keeps what it follows in the picture, whatever the pose", () => {
        let margin = Infinity;
        for (let seed = 0; seed < 40; seed++) {
            PoseRandomly(seed);
            rig.cameras.forEach(({ target }, i) => {
                const pinhole = rig.pinhole(i, skeleton);
                for (const joint of target === "body" ? [] : Seen[target]) {
                    const [x, y, depth] = ProjectPoint(pinhole, JointAt(joint));
                    expect(depth).toBeGreaterThan(0.3);
                    margin = Math.min(margin, x, y, size - x, size - y);
                }
            });
        }
        PrintFigure(`joints of close-ups stay ${margin.toFixed(0)} px of ${size} inside`);
        expect(margin).toBeGreaterThan(40);
    });

    it("is made of rotations, and looks at what it is for at the scale it is for", () => {
        PoseRandomly(1);
        for (const i of rig.cameras.keys()) {
            const pinhole = rig.pinhole(i, skeleton);
            const row = (k: number): readonly number[] => pinhole.R.slice(k * 3, k * 3 + 3);
            for (let a = 0; a < 3; a++) {
                for (let b = 0; b < 3; b++) {
                    const dot = row(a).reduce((sum, value, k) => sum + value * row(b)[k]!, 0);
                    expect(dot).toBeCloseTo(Number(a === b), 12);
                }
            }
            // What is at the centre is what the camera looks at: the scale there is focal length by distance.
            const expected = {
                body: 0.004,
                upper: 0.002,
                face: 0.0008,
                leftHand: 0.001,
                rightHand: 0.001,
                head: 0.001,
            };
            const { target } = rig.cameras[i]!;
            const distance = { body: 4, upper: 3, face: 1.3, leftHand: 1, rightHand: 1, head: 1.6 }[target];
            expect(distance / pinhole.K[0]!).toBeCloseTo(expected[target], target === "body" ? 3 : 9);
        }
    });

    it("has held-out cameras of every kind, at azimuths that no camera for training has", () => {
        PoseRandomly(2);
        for (const target of ["body", "upper", "face", "leftHand", "rightHand"]) {
            const directions = (split: string): number[][] =>
                [...rig.cameras.entries()]
                    .filter(([, camera]) => camera.target === target && camera.split === split)
                    .map(([i]) => LensOf(rig.pinhole(i, skeleton)));
            const train = directions("train");
            const heldOut = directions("heldOut");
            expect(heldOut.length).toBeGreaterThanOrEqual(2);
            const nearest = heldOut.map((lens) =>
                Math.min(...train.map((other) => Math.hypot(...lens.map((value, i) => value - other[i]!)))),
            );
            expect(Math.min(...nearest)).toBeGreaterThan(0.1);
        }
    });

    it("shoots a frame with five, two, one and one cameras, and in time with all", () => {
        const used = new Map<number, number>();
        for (let frame = 0; frame < 60; frame++) {
            const shots = rig.shots(frame, "train");
            const kinds = shots.map((i) => rig.cameras[i]!.target);
            const count = (kind: RegExp): number => kinds.filter((target) => kind.test(target)).length;
            expect([count(/body/), count(/upper/), count(/face/), count(/Hand/)]).toEqual([5, 2, 1, 1]);
            expect(new Set(shots).size).toBe(shots.length);
            expect(shots.every((i) => rig.cameras[i]!.split === "train")).toBe(true);
            shots.forEach((i) => used.set(i, (used.get(i) ?? 0) + 1));
        }
        const heldOut = rig.shots(0, "heldOut");
        expect(heldOut).toEqual([...rig.cameras.keys()].filter((i) => rig.cameras[i]!.split === "heldOut"));
        expect(used.size + heldOut.length).toBe(rig.cameras.length);
        expect(Math.min(...used.values())).toBeGreaterThanOrEqual(3);
    });

    it("sees the whole of a person who reaches far", () => {
        const points = Float32Array.from([1.4, 1, 0, -1.4, 1, 0, 0, 2.3, 0.2, 0, -0.1, 0.3, 0.5, 1, 1.2]);
        const room = new RoomReach(3, center);
        room.add(points);
        const wide = new CameraRig({ seed: 3, size: 64, restJoints, center, reach: room.reach });
        let margin = Infinity;
        wide.cameras.forEach(({ target }, i) => {
            for (let p = 0; target === "body" && p < points.length; p += 3) {
                const [x, y] = ProjectPoint(wide.pinhole(i, null), [points[p]!, points[p + 1]!, points[p + 2]!]);
                margin = Math.min(margin, x, y, 64 - x, 64 - y);
            }
        });
        // Three hundredths of half the picture are left, and the farthest point is there.
        expect(margin).toBeCloseTo(0.03 * 32, 3);
    });

    it("has the whole bust in every picture of a head that turns, and a body has none", () => {
        const heads = new CameraRig({ seed: 3, size, restJoints, center, reach, of: "head" });
        const { center: middle, radius } = heads.bust!;
        const rotations = SmplxJointNames.flatMap((name) => (name === "head" ? [0, 0.06, 0.03, 0.998] : [0, 0, 0, 1]));
        let margin = Infinity;
        for (const turned of [SmplxJointNames.flatMap(() => [0, 0, 0, 1]), rotations]) {
            skeleton.update(turned, [0, 0, 0]);
            for (let i = 0; i < heads.cameras.length; i++) {
                const pinhole = heads.pinhole(i, skeleton);
                for (let p = 0; p < 500; p++) {
                    const y = 1 - (2 * p + 1) / 500;
                    const around = p * 2.4;
                    const flat = Math.sqrt(1 - y * y);
                    const direction = [flat * Math.cos(around), y, flat * Math.sin(around)];
                    const [u, v] = ProjectPoint(
                        pinhole,
                        middle.map((value, k) => value + radius * direction[k]!) as unknown as Vector3Tuple,
                    );
                    margin = Math.min(margin, u, v, size - u, size - v);
                }
            }
        }
        PrintFigure(`the bust stays ${margin.toFixed(1)} px inside of its pictures`);
        expect(margin).toBeGreaterThan(0);
        // And fills them.
        expect(margin).toBeLessThan(0.03 * size);
        expect(rig.bust).toBeNull();
    });

    it("is the same for the same seed, and turned for another", () => {
        const again = new CameraRig({ seed: 3, size, restJoints, center, reach });
        const other = new CameraRig({ seed: 4, size, restJoints, center, reach });
        expect(again.pinhole(5, null)).toEqual(rig.pinhole(5, null));
        expect(other.pinhole(5, null).R).not.toEqual(rig.pinhole(5, null).R);
        expect(() => rig.pinhole(20, null)).toThrow(/cam20 follows the body/);
    });
});
