import { describe, expect, it } from "@jest/globals";
import { ReadBvh } from "../../../../src/animation/motion/bvh.js";
import { PoseBvh } from "../../../../src/animation/motion/bvhPose.js";
import { ParseBoneName } from "../../../../src/animation/rig/boneName.js";
import { CalibrateRig } from "../../../../src/animation/rig/calibrateRig.js";
import { GenericSkeleton } from "../../../../src/animation/rig/genericSkeleton.js";
import { MapRig } from "../../../../src/animation/rig/mapRig.js";
import { type IRigNode } from "../../../../src/animation/rig/restRig.js";
import { SmplxJointOfVrmBone } from "../../../../src/animation/rig/rigTemplates.js";
import { SmplxJointNames, SmplxJointParents, type SmplxJointName } from "../../../../src/format/bodyModel.js";
import { QuaternionFromAxisAngle, RotateVector3, type QuaternionTuple } from "../../../../src/math/quaternion.js";
import { AddVector3, AngleBetweenVector3, SubtractVector3, type Vector3Tuple } from "../../../../src/math/vector3.js";

/** The generic skeleton with arms lowered, elbows bent and the whole body turned. */
function APoseRig(armDegrees: number, elbowDegrees: number, yaw: number, rename = (name: string) => name): IRigNode[] {
    const turn = QuaternionFromAxisAngle([0, 1, 0], yaw);
    const local = (name: SmplxJointName): QuaternionTuple => {
        const sign = name.startsWith("left") ? -1 : 1;
        if (name.endsWith("shoulder")) {
            return QuaternionFromAxisAngle([0, 0, 1], (sign * armDegrees * Math.PI) / 180);
        }
        return name.endsWith("elbow")
            ? QuaternionFromAxisAngle([0, 1, 0], (sign * elbowDegrees * Math.PI) / 180)
            : [0, 0, 0, 1];
    };
    const nodes: IRigNode[] = [];
    SmplxJointNames.forEach((name, j) => {
        const parent = SmplxJointParents[j]!;
        const above = nodes[parent];
        const offset = above ? SubtractVector3(GenericSkeleton[j]!, GenericSkeleton[parent]!) : GenericSkeleton[j]!;
        const base = above?.rotation ?? turn;
        const q = local(name);
        nodes.push({
            name: rename(name),
            parent,
            position: above ? AddVector3(above.position, RotateVector3(base, offset)) : RotateVector3(turn, offset),
            rotation: [
                base[3] * q[0] + base[0] * q[3] + base[1] * q[2] - base[2] * q[1],
                base[3] * q[1] - base[0] * q[2] + base[1] * q[3] + base[2] * q[0],
                base[3] * q[2] + base[0] * q[1] - base[1] * q[0] + base[2] * q[3],
                base[3] * q[3] - base[0] * q[0] - base[1] * q[1] - base[2] * q[2],
            ],
        });
    });
    return nodes;
}

describe("ParseBoneName", () => {
    it.each([
        ["mixamorig:LeftForeArm", "forearm", "left"],
        ["DEF-upper_arm.L", "upperarm", "left"],
        ["Bip01 R UpperArm", "upperarm", "right"],
        ["spine_01", "spine1", "centre"],
        ["thigh.r_Armature", "thigh", "right"],
        ["lShldrBend", "shldrbend", "left"],
        ["index_02_l", "index2", "left"],
        ["J_Bip_L_LowerLeg", "lowerleg", "left"],
        ["LowerBack", "lowerback", "centre"],
        ["Ribbon", "ribbon", "centre"],
    ])("reads %s", (name, base, side) => {
        expect(ParseBoneName(name)).toMatchObject({ base, side });
    });
});

describe("MapRig", () => {
    it("finds all 55 joints of an SMPL-X rig by name", () => {
        const mapping = MapRig(APoseRig(0, 0, 0));
        expect(mapping.template).toBe("smplx");
        expect(mapping.nodes).toEqual(Object.fromEntries(SmplxJointNames.map((name, j) => [name, j])));
        expect(mapping.missing).toEqual([]);
    });

    it("exchanges sides when the feet point backwards, and says so", () => {
        const swapped = APoseRig(0, 0, 0, (name) =>
            name.replace(/left|right/, (side) => (side === "left" ? "right" : "left")),
        );
        const mapping = MapRig(swapped);
        expect(mapping.warnings).toHaveLength(1);
        expect(mapping.nodes.left_knee).toBe(SmplxJointNames.indexOf("left_knee"));
    });

    it("tells the thumb's Finger01 of a Biped from the index finger's Finger1", () => {
        const fingers = ["thumb", "index", "middle", "ring", "pinky"];
        const biped = APoseRig(0, 0, 0, (name) =>
            name.replace(
                /^(left|right)_(thumb|index|middle|ring|pinky)([123])$/,
                (_, side: string, finger: string, phalanx: string) => {
                    const number = `${fingers.indexOf(finger)}${phalanx === "1" ? "" : Number(phalanx) - 1}`;
                    return `Bip01 ${side === "left" ? "L" : "R"} Finger${number}`;
                },
            ),
        );
        const { nodes, missing } = MapRig(biped);
        expect(nodes).toEqual(Object.fromEntries(SmplxJointNames.map((name, j) => [name, j])));
        expect(missing).toEqual([]);
    });

    it("orders the bones of a VRM thumb by position, not by word", () => {
        expect(SmplxJointOfVrmBone("leftThumbProximal", 0)).toBe("left_thumb1");
        expect(SmplxJointOfVrmBone("leftThumbProximal", 1)).toBe("left_thumb2");
        expect(SmplxJointOfVrmBone("rightLittleDistal", 1)).toBe("right_pinky3");
        expect(SmplxJointOfVrmBone("chest", 1)).toBeNull();
    });
});

describe("CalibrateRig", () => {
    it.each([
        [48, 38, 0],
        [30, 0, 1.1],
        [0, 0, Math.PI],
    ])("straightens arms lowered by %f° with elbows bent by %f°, heading %f", (arm, elbow, yaw) => {
        const rig = APoseRig(arm, elbow, yaw);
        const mapping = MapRig(rig);
        const { heading, corrections } = CalibrateRig(rig, mapping);
        const at = (name: SmplxJointName): Vector3Tuple =>
            RotateVector3(heading, rig[SmplxJointNames.indexOf(name)]!.position);
        for (const [from, to] of [
            ["left_shoulder", "left_elbow"],
            ["left_elbow", "left_wrist"],
            ["left_wrist", "left_middle1"],
        ] as const) {
            const rotated = RotateVector3(
                corrections[SmplxJointNames.indexOf(from)]!,
                SubtractVector3(at(to), at(from)),
            );
            // Exact up to rounding: the fixture is the canonical pose, moved.
            expect(AngleBetweenVector3(rotated, [1, 0, 0])).toBeLessThan(1e-5);
        }
    });
});

describe("ReadBvh", () => {
    const text = `HIERARCHY ROOT hip { OFFSET 0 1 0 CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
        End Site { OFFSET 0 2 0 } } MOTION Frames: 2 Frame Time: 0.5 0 1 0 0 0 0  3 4 5 90 0 90`;

    const still = (frames: string): string =>
        `HIERARCHY ROOT hip { OFFSET 0 1 0 CHANNELS 0 } MOTION Frames: ${frames} Frame Time: 0.5`;

    it("applies channels in file order, the first outermost", () => {
        const [hip, end] = PoseBvh(ReadBvh(text), 1);
        expect(hip!.position).toEqual([3, 4, 5]);
        // 90° about y leaves the bone along y; then 90° about z lays it along −x.
        [1, 4, 5].forEach((value, i) => expect(end!.position[i]).toBeCloseTo(value, 5));
    });

    it.each([
        ["an early end", "truncated", text.slice(0, -4), /12 numbers, but 10 follow/],
        ["an end in the hierarchy", "truncated", text.slice(0, 60), /ends in the middle/],
        ["more numbers than stated", "invalid-frames", `${text} 7`, /12 numbers, but 13 follow/],
        ["an unknown channel", "invalid-channels", text.replace("Xrotation", "Wrotation"), /Wrotation/],
        ["billions of channels", "invalid-channels", text.replace("CHANNELS 6", "CHANNELS 5e9"), /5000000000 channels/],
        ["less than no channels", "invalid-channels", text.replace("CHANNELS 6", "CHANNELS -1"), /-1 channels/],
        ["nothing that moves", "invalid-channels", still("1"), /no joint has channels/],
        ["more frames than memory", "too-large", text.replace("Frames: 2", "Frames: 1e15"), /1000000000000000 frames/],
        ["half a frame", "invalid-frames", text.replace("Frames: 2", "Frames: 1.5"), /1\.5 frames/],
        ["frames without time", "invalid-frames", text.replace("0.5", "0"), /of 0 s/],
        ["no hierarchy", "not-bvh", "MOTION", /HIERARCHY/],
        ["a bracket too many", "invalid-hierarchy", text.replace("} }", "} } }"), /closes no joint/],
        ["a bracket too few", "invalid-hierarchy", text.replace("} }", "}"), /"hip" was closed/],
        ["a joint outside of the root", "invalid-hierarchy", text.replace("ROOT", "JOINT"), /outside of every joint/],
        ["a root in a joint", "invalid-hierarchy", text.replace("End Site", "ROOT Site"), /inside of joint "hip"/],
        ["a word for a number", "invalid-number", text.replace("OFFSET 0 1", "OFFSET zero 1"), /zero/],
        ["a number beyond 32 bits", "invalid-number", text.replace("OFFSET 0 1", "OFFSET 1e99 1"), /1e99/],
    ])("refuses %s with code %s", (_, code, broken, message) => {
        const read = (): unknown => ReadBvh(broken);
        expect(read).toThrow(message);
        expect(read).toThrow(expect.objectContaining({ code }));
    });
});
