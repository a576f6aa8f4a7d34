import { type BodyKinematics } from "../../src/animation/pose/bodyKinematics.js";
import { SmplxJointNames, type SmplxJointName } from "../../src/format/bodyModel.js";
import { RotateVector3, type QuaternionTuple } from "../../src/math/quaternion.js";
import {
    AddVector3,
    CrossVector3,
    LerpVector3,
    NormalizeVector3,
    ScaleVector3,
    SubtractVector3,
    type Vector3Tuple,
} from "../../src/math/vector3.js";
import { MannequinBones, MannequinJoint } from "./mannequinRig.js";

/** Triangles of one colour, every vertex on one bone. */
export interface IMannequinMesh {
    /** [V,3] metres, in the pose that the skin is bound in. */
    readonly positions: number[];
    /** [V,3] unit length. */
    readonly normals: number[];
    /** [V] index of the bone. */
    readonly bones: number[];
    /** [T,3] indices of vertices, counter-clockwise. */
    readonly triangles: number[];
}

/** A round body along a line, in the stretched-out pose: half width (across) and half depth at both ends, metres. */
interface IPart {
    readonly joint: SmplxJointName;
    readonly from: Vector3Tuple;
    readonly to: Vector3Tuple;
    readonly width: readonly [number, number];
    readonly depth: readonly [number, number];
    /** Direction of the width (default: x, or z for parts that lie along x). */
    readonly across?: Vector3Tuple;
}

const Rings = 8;
const Sides = 11;

/** Trunk, head and limbs, left half and middle; metres. */
const Parts: readonly IPart[] = [
    { joint: "pelvis", from: [0, 0.83, 0], to: [0, 1.07, 0], width: [0.14, 0.12], depth: [0.105, 0.085] },
    { joint: "spine1", from: [0, 1.0, -0.005], to: [0, 1.2, -0.01], width: [0.115, 0.12], depth: [0.08, 0.085] },
    { joint: "spine2", from: [0, 1.1, -0.01], to: [0, 1.29, -0.008], width: [0.12, 0.135], depth: [0.085, 0.095] },
    { joint: "spine3", from: [0, 1.19, -0.005], to: [0, 1.46, -0.01], width: [0.15, 0.13], depth: [0.108, 0.085] },
    { joint: "neck", from: [0, 1.39, -0.012], to: [0, 1.55, 0.005], width: [0.046, 0.042], depth: [0.046, 0.042] },
    { joint: "head", from: [0, 1.475, 0.02], to: [0, 1.725, 0.012], width: [0.062, 0.082], depth: [0.085, 0.1] },
    {
        joint: "left_collar",
        from: [0.03, 1.365, -0.005],
        to: [0.2, 1.375, -0.01],
        width: [0.05, 0.058],
        depth: [0.05, 0.055],
    },
    {
        joint: "left_shoulder",
        from: [0.14, 1.37, -0.01],
        to: [0.435, 1.37, -0.01],
        width: [0.055, 0.038],
        depth: [0.055, 0.038],
    },
    {
        joint: "left_elbow",
        from: [0.4, 1.37, -0.01],
        to: [0.672, 1.37, -0.01],
        width: [0.044, 0.026],
        depth: [0.042, 0.026],
    },
    {
        joint: "left_wrist",
        from: [0.645, 1.37, -0.008],
        to: [0.845, 1.366, -0.008],
        width: [0.044, 0.036],
        depth: [0.02, 0.014],
    },
    {
        joint: "left_wrist",
        from: [0.66, 1.364, 0.015],
        to: [0.755, 1.352, 0.07],
        width: [0.019, 0.014],
        depth: [0.019, 0.014],
    },
    { joint: "left_hip", from: [0.085, 0.93, 0], to: [0.085, 0.455, 0], width: [0.09, 0.054], depth: [0.092, 0.056] },
    {
        joint: "left_knee",
        from: [0.085, 0.51, 0],
        to: [0.085, 0.055, -0.01],
        width: [0.058, 0.034],
        depth: [0.062, 0.036],
    },
    {
        joint: "left_ankle",
        from: [0.085, 0.044, -0.075],
        to: [0.085, 0.03, 0.15],
        width: [0.036, 0.046],
        depth: [0.044, 0.03],
    },
    {
        joint: "left_foot",
        from: [0.085, 0.027, 0.105],
        to: [0.085, 0.022, 0.205],
        width: [0.046, 0.038],
        depth: [0.027, 0.022],
    },
];

/** Balls at the joints, of the other colour; radius in metres. */
const Balls: readonly (readonly [joint: SmplxJointName, radius: number])[] = [
    ["left_shoulder", 0.057],
    ["left_elbow", 0.043],
    ["left_wrist", 0.03],
    ["left_hip", 0.082],
    ["left_knee", 0.058],
    ["left_ankle", 0.041],
];

/** An artist's mannequin: limbs and the balls between them. */
export function MakeMannequinMesh(rest: BodyKinematics): readonly [limbs: IMannequinMesh, balls: IMannequinMesh] {
    const balls = Balls.map(([joint, radius]): IPart => {
        const [x, y, z] = MannequinJoint(joint);
        const size = [radius, radius] as const;
        return { joint, from: [x, y - radius, z], to: [x, y + radius, z], width: size, depth: size };
    });
    return [MakeMesh(Parts.flatMap(WithMirror), rest), MakeMesh(balls.flatMap(WithMirror), rest)];
}

function WithMirror(part: IPart): IPart[] {
    const flip = ([x, y, z]: Vector3Tuple): Vector3Tuple => [-x, y, z];
    const joint = part.joint.replace("left_", "right_") as SmplxJointName;
    return joint === part.joint ? [part] : [part, { ...part, joint, from: flip(part.from), to: flip(part.to) }];
}

function MakeMesh(parts: readonly IPart[], rest: BodyKinematics): IMannequinMesh {
    const mesh: IMannequinMesh = { positions: [], normals: [], bones: [], triangles: [] };
    for (const part of parts) {
        AddPart(part, rest, mesh);
    }
    return mesh;
}

/** Rings around the line, round at both ends. */
function AddPart(part: IPart, rest: BodyKinematics, mesh: IMannequinMesh): void {
    const along = NormalizeVector3(SubtractVector3(part.to, part.from));
    const hint: Vector3Tuple = part.across ?? (Math.abs(along[0]) > 0.6 ? [0, 0, 1] : [1, 0, 0]);
    const depthAxis = NormalizeVector3(CrossVector3(along, hint));
    const widthAxis = CrossVector3(depthAxis, along);
    const surface = (u: number, v: number): Vector3Tuple => {
        const t = (1 - Math.cos(u * Math.PI)) / 2;
        // Fuller than an ellipsoid, as turned wood is.
        const round = Math.sin(u * Math.PI) ** 0.7;
        const width = round * (part.width[0] + (part.width[1] - part.width[0]) * t) * Math.cos(v);
        const depth = round * (part.depth[0] + (part.depth[1] - part.depth[0]) * t) * Math.sin(v);
        const middle = LerpVector3(part.from, part.to, t);
        return AddVector3(middle, AddVector3(ScaleVector3(widthAxis, width), ScaleVector3(depthAxis, depth)));
    };
    const first = mesh.bones.length;
    const bone = MannequinBones.findIndex(({ joint }) => joint === part.joint);
    for (let ring = 0; ring <= Rings; ring++) {
        for (let side = 0; side < Sides; side++) {
            const u = ring / Rings;
            const v = (2 * Math.PI * side) / Sides;
            const normal = ring === 0 ? ScaleVector3(along, -1) : ring === Rings ? along : NormalAt(surface, u, v);
            mesh.positions.push(...Place(part.joint, surface(u, v), rest));
            mesh.normals.push(...RotateVector3(RotationOf(part.joint, rest), normal));
            mesh.bones.push(bone);
            if (ring < Rings) {
                const a = first + ring * Sides + side;
                const b = first + ring * Sides + ((side + 1) % Sides);
                mesh.triangles.push(a, b, a + Sides, b, b + Sides, a + Sides);
            }
        }
    }
}

function NormalAt(surface: (u: number, v: number) => Vector3Tuple, u: number, v: number): Vector3Tuple {
    const e = 1e-3;
    const du = SubtractVector3(surface(u + e, v), surface(u - e, v));
    const dv = SubtractVector3(surface(u, v + e), surface(u, v - e));
    return NormalizeVector3(CrossVector3(dv, du));
}

function RotationOf(joint: SmplxJointName, { rotations }: BodyKinematics): QuaternionTuple {
    const at = SmplxJointNames.indexOf(joint) * 4;
    return [rotations[at]!, rotations[at + 1]!, rotations[at + 2]!, rotations[at + 3]!];
}

/** From the stretched-out pose to the bound one. */
function Place(joint: SmplxJointName, point: Vector3Tuple, rest: BodyKinematics): Vector3Tuple {
    const at = SmplxJointNames.indexOf(joint) * 3;
    const [x, y, z] = RotateVector3(RotationOf(joint, rest), SubtractVector3(point, MannequinJoint(joint)));
    return [rest.positions[at]! + x, rest.positions[at + 1]! + y, rest.positions[at + 2]! + z];
}
