import { SmplxJointNames, SmplxJointParents } from "../../format/bodyModel.js";
import { type IAvatarBody } from "../pose/avatarBody.js";
import { BodyJointCount } from "../pose/bodyPose.js";
import { type IBodyFrames } from "./bodyFrames.js";

/** BVH files are in centimetres, as the tools that read them expect. */
const UnitsPerMetre = 100;
const Degrees = 180 / Math.PI;
/** Decimals of angles and lengths: a millionth of a degree. */
const Digits = 6;
/** Length of the last bone of a chain as a share of the one before, where nothing is known. */
const EndShare = 0.8;
/** Head joint to crown, and jaw and eyes to their ends, as shares of the leg. */
const CrownShare = 0.2;
const FaceShare = 0.03;
/** Index of the tip of the toes among the sole points of a foot. */
const Tip = 6;

const Index = (name: (typeof SmplxJointNames)[number]): number => SmplxJointNames.indexOf(name);

/**
 * Writes a motion as BVH on the 55 SMPL-X joints: centimetres, y up, facing +z, rotations in the order Z, X, Y. The zero
 * pose is the body's rest pose, soles on height 0.
 *
 * @param frames the poses
 * @param body the body that they pose
 * @returns the text of the file
 */
export function WriteBvh(frames: IBodyFrames, body: IAvatarBody): string {
    const order: number[] = [];
    const lines = ["HIERARCHY", ...WriteJoint(0, body, order, ""), "MOTION"];
    lines.push(`Frames: ${frames.frameCount}`, `Frame Time: ${(1 / frames.frameRate).toFixed(8)}`);
    for (let frame = 0; frame < frames.frameCount; frame++) {
        const numbers: string[] = [];
        for (let i = 0; i < 3; i++) {
            numbers.push(Format(frames.pelvis[frame * 3 + i]! * UnitsPerMetre));
        }
        for (const joint of order) {
            const at = (frame * BodyJointCount + joint) * 4;
            numbers.push(...EulerZxy(frames.rotations, at).map((angle) => Format(angle * Degrees)));
        }
        lines.push(numbers.join(" "));
    }
    return `${lines.join("\n")}\n`;
}

/** A joint and all below it; `order` receives the joints in the order of their channels. */
function WriteJoint(joint: number, body: IAvatarBody, order: number[], indent: string): string[] {
    order.push(joint);
    const parent = SmplxJointParents[joint]!;
    const children = SmplxJointParents.flatMap((above, child) => (above === joint ? [child] : []));
    const offset = [0, 1, 2].map((i) => body.restPositions[joint * 3 + i]!);
    for (let i = 0; i < 3; i++) {
        offset[i]! -= parent < 0 ? (i === 1 ? FloorOf(body) : 0) : body.restPositions[parent * 3 + i]!;
    }
    const below = `${indent}\t`;
    const position = parent < 0 ? "6 Xposition Yposition Zposition" : "3";
    return [
        `${indent}${parent < 0 ? "ROOT" : "JOINT"} ${SmplxJointNames[joint]!}`,
        `${indent}{`,
        `${below}OFFSET ${FormatOffset(offset)}`,
        `${below}CHANNELS ${position} Zrotation Xrotation Yrotation`,
        ...children.flatMap((child) => WriteJoint(child, body, order, below)),
        ...(children.length > 0
            ? []
            : [`${below}End Site`, `${below}{`, `${below}\tOFFSET ${FormatOffset(EndOf(joint, body))}`, `${below}}`]),
        `${indent}}`,
    ];
}

/** Height of the soles at rest. */
function FloorOf({ restPositions, soles }: IAvatarBody): number {
    const left = restPositions[Index("left_ankle") * 3 + 1]! + soles[0]!;
    const right = restPositions[Index("right_ankle") * 3 + 1]! + soles[2]!;
    return (left + right) / 2;
}

/** Where the last bone of a chain ends, relative to its joint, metres. */
function EndOf(joint: number, body: IAvatarBody): number[] {
    const feet = [Index("left_foot"), Index("right_foot")];
    const foot = feet.indexOf(joint);
    if (foot >= 0) {
        return Array.from(body.solePoints.subarray(foot * 9 + Tip, foot * 9 + Tip + 3));
    }
    const leg = body.legLength || 1;
    if (SmplxJointNames[joint] === "head") {
        return [0, CrownShare * leg, 0];
    }
    if (joint < Index("left_index1")) {
        return [0, 0, FaceShare * leg];
    }
    const parent = SmplxJointParents[joint]!;
    return [0, 1, 2].map((i) => EndShare * (body.restPositions[joint * 3 + i]! - body.restPositions[parent * 3 + i]!));
}

/** Angles z, x, y with q = z·x·y, radians. */
function EulerZxy(q: Float64Array, at: number): [number, number, number] {
    const [x, y, z, w] = [q[at]!, q[at + 1]!, q[at + 2]!, q[at + 3]!];
    const sine = Math.min(1, Math.max(-1, 2 * (y * z + w * x)));
    // Looking straight along the middle axis, the outer two turn about the same one: all goes to the first.
    if (Math.abs(sine) > 1 - 1e-12) {
        return [Math.atan2(2 * (x * y + w * z), 1 - 2 * (y * y + z * z)), Math.asin(sine), 0];
    }
    return [
        Math.atan2(2 * (w * z - x * y), 1 - 2 * (x * x + z * z)),
        Math.asin(sine),
        Math.atan2(2 * (w * y - x * z), 1 - 2 * (x * x + y * y)),
    ];
}

function FormatOffset(metres: readonly number[]): string {
    return metres.map((value) => Format(value * UnitsPerMetre)).join(" ");
}

/** Without trailing zeros and without minus zero. */
function Format(value: number): string {
    const text = value.toFixed(Digits).replace(/\.?0+$/, "");
    return text === "-0" ? "0" : text;
}
