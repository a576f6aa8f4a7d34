import { WritePositionMap } from "../../assets/scripts/synthetic/positionMapFile.js";
import { WriteNpy, WriteNpz, type INpyValue } from "../../src/animation/motion/writeNpz.js";
import { NeutralSmplxSkeleton } from "../../src/animation/pose/neutralSkeleton.js";
import {
    CanonicalPose,
    CanonicalToPose,
    JointCount,
    SkinningMatrices,
} from "../../src/convert/animatableGaussians/jointMatrices.js";
import { SmplxJointNames, SmplxJointParents } from "../../src/format/bodyModel.js";
import { SeededRandom } from "./seededRandom.js";

/** What kind of subject to make. */
export interface IBodySubjectOptions {
    /** Side of the canonical maps, texels (default: 128). */
    readonly mapSize?: number;
    /** Frames of the training (default: 6). */
    readonly frames?: number;
    /** [55,3] joints at rest, metres (default: those of the average body). */
    readonly joints?: ArrayLike<number>;
    /** Seed of the poses (default: 1). */
    readonly seed?: number;
}

/** A made-up subject: files as the published preprocessing leaves them, and what they were made of. */
export interface IBodySubject {
    /** Files by their paths. */
    readonly files: Map<string, Uint8Array>;
    /** [55,3] joints at rest, metres. */
    readonly joints: Float64Array;
    /** [N,3] points of the canonical maps. */
    readonly positions: Float32Array;
    /** [N,55] skinning weights. */
    readonly weights: Float32Array;
    /** Poses of the frames, [55,3] rotation vectors each. */
    readonly poses: readonly Float64Array[];
}

// Constants of the module: globals are slow to reach in Jest.
const { floor, hypot, max, min, sqrt } = Math;

/** Capsules of the trunk are this thick, the others half as much, metres. */
const Thickness = 0.09;
const Trunk = new Set(["pelvis", "spine1", "spine2", "spine3", "neck", "head", "left_hip", "right_hip"]);
/** Share of a bone that blends with its neighbour. */
const Blend = 0.3;
/** Length of bones that end in nothing, metres. */
const StubLength = 0.04;

/** A bone in the canonical body. */
interface IBone {
    readonly joint: number;
    readonly child: number | null;
    readonly from: readonly number[];
    readonly to: readonly number[];
    readonly radius: number;
}

/**
 * Makes the data set of a person of capsules, seen as the published preprocessing sees bodies.
 *
 * @param options sizes and joints
 * @returns files, and what they were made of
 */
export function MakeBodySubject(options: IBodySubjectOptions = {}): IBodySubject {
    const { mapSize = 128, frames = 6, seed = 1 } = options;
    const joints = Float64Array.from(options.joints ?? NeutralSmplxSkeleton.positions.flat());
    const bones = CanonicalBones(joints);
    const seen = SeeBones(bones, mapSize);
    const poses = Array.from({ length: frames }, (_, frame) => RandomPose(SeededRandom(seed * 1000 + frame)));
    const files = new Map<string, Uint8Array>();
    const folder = "smpl_pos_map";
    const image = (rows: Float32Array): Uint8Array => {
        const values = new Float32Array(2 * mapSize * mapSize * 3);
        seen.texels.forEach((texel, row) => values.set(rows.subarray(row * 3, row * 3 + 3), texel * 3));
        return WritePositionMap(values, 2 * mapSize, mapSize);
    };
    files.set(`${folder}/cano_smpl_pos_map.exr`, image(seen.positions));
    files.set(`${folder}/cano_smpl_nml_map.exr`, image(seen.normals));
    files.set(
        `${folder}/init_pts_lbs.npy`,
        WriteNpy({ shape: [seen.texels.length, JointCount], values: seen.weights }),
    );
    poses.forEach((pose, frame) => {
        const map = PosedMap(seen, mapSize, CanonicalToPose(joints, AsNetworksSee(pose)));
        files.set(`${folder}/${String(frame).padStart(8, "0")}.exr`, map);
    });
    files.set("smpl_params.npz", Parameters(poses));
    return { files, joints, positions: seen.positions, weights: seen.weights, poses };
}

function CanonicalBones(joints: Float64Array): IBone[] {
    const matrices = SkinningMatrices(joints, CanonicalPose);
    const place = (joint: number, point: readonly number[]): number[] =>
        [0, 1, 2].map((row) => {
            const at = joint * 12 + row * 4;
            return point.reduce((sum, value, k) => sum + matrices[at + k]! * value, matrices[at + 3]!);
        });
    const rest = (joint: number): number[] => [...joints.subarray(joint * 3, joint * 3 + 3)];
    return SmplxJointNames.flatMap((name, joint): IBone[] => {
        const radius = Trunk.has(name) ? Thickness : Thickness / 2;
        const from = place(joint, rest(joint));
        const children = SmplxJointParents.flatMap((parent, child) => (parent === joint ? [child] : []));
        if (children.length > 0) {
            return children.map((child) => ({ joint, child, from, to: place(joint, rest(child)), radius }));
        }
        const parent = rest(SmplxJointParents[joint]!);
        const length = hypot(...rest(joint).map((value, k) => value - parent[k]!));
        const tip = rest(joint).map((value, k) => value + ((value - parent[k]!) / length) * StubLength);
        return [{ joint, child: null, from, to: place(joint, tip), radius: min(radius, StubLength) }];
    });
}

interface ISeenBody {
    readonly texels: readonly number[];
    readonly positions: Float32Array;
    readonly normals: Float32Array;
    readonly weights: Float32Array;
}

/** Looks at the capsules along z, from the front and from behind. */
function SeeBones(bones: readonly IBone[], mapSize: number): ISeenBody {
    const corners = bones.flatMap(({ from, to }) => [from, to]);
    const middle = (axis: number): number => {
        const values = corners.map((corner) => corner[axis]!);
        return (min(...values) + max(...values)) / 2;
    };
    const [left, top] = [middle(0) - 1, middle(1) + 1];
    const texels: number[] = [];
    const [positions, normals, weights]: [number[], number[], number[]] = [[], [], []];
    for (let texel = 0; texel < 2 * mapSize * mapSize; texel++) {
        const [u, v] = [texel % (2 * mapSize), floor(texel / (2 * mapSize))];
        const x = left + (((u % mapSize) + 0.5) * 2) / mapSize;
        const y = top - ((v + 0.5) * 2) / mapSize;
        const sign = u < mapSize ? 1 : -1;
        let nearest: { z: number; normal: number[]; row: Float32Array } | null = null;
        for (const bone of bones) {
            const isNear = [x, y].every(
                (value, axis) =>
                    value > min(bone.from[axis]!, bone.to[axis]!) - bone.radius &&
                    value < max(bone.from[axis]!, bone.to[axis]!) + bone.radius,
            );
            const hit = isNear ? HitBone(bone, x, y, sign) : null;
            if (hit && (nearest === null || hit.z * sign > nearest.z * sign)) {
                nearest = hit;
            }
        }
        if (nearest) {
            texels.push(texel);
            positions.push(x, y, nearest.z);
            normals.push(...nearest.normal);
            weights.push(...nearest.row);
        }
    }
    return {
        texels,
        positions: Float32Array.from(positions),
        normals: Float32Array.from(normals),
        weights: Float32Array.from(weights),
    };
}

function HitBone(
    { joint, child, from, to, radius }: IBone,
    x: number,
    y: number,
    sign: number,
): { z: number; normal: number[]; row: Float32Array } | null {
    const [dx, dy] = [to[0]! - from[0]!, to[1]! - from[1]!];
    const squared = dx * dx + dy * dy;
    const along = squared < 1e-9 ? 0 : ((x - from[0]!) * dx + (y - from[1]!) * dy) / squared;
    const share = min(1, max(0, along));
    const axis = from.map((value, k) => value + share * (to[k]! - value));
    const height = radius * radius - (x - axis[0]!) ** 2 - (y - axis[1]!) ** 2;
    if (height <= 0) {
        return null;
    }
    const z = axis[2]! + sign * sqrt(height);
    const row = new Float32Array(JointCount);
    const parent = SmplxJointParents[joint]!;
    const ofParent = parent < 0 ? 0 : 0.5 * max(0, 1 - share / Blend);
    const ofChild = child === null ? 0 : 0.5 * max(0, 1 - (1 - share) / Blend);
    row[joint] = 1 - ofParent - ofChild;
    if (parent >= 0) {
        row[parent]! += ofParent;
    }
    if (child !== null) {
        row[child]! += ofChild;
    }
    return { z, normal: [(x - axis[0]!) / radius, (y - axis[1]!) / radius, (z - axis[2]!) / radius], row };
}

function RandomPose(random: () => number): Float64Array {
    return Float64Array.from({ length: JointCount * 3 }, (_, i) => {
        const joint = floor(i / 3);
        const isEye = joint === 23 || joint === 24;
        return isEye ? 0 : (random() - 0.5) * (joint >= 22 ? 0.3 : 0.9);
    });
}

/** Root, face and hands at rest. */
function AsNetworksSee(pose: Float64Array): Float64Array {
    return pose.map((value, i) => (i < 3 || i >= 66 ? 0 : value));
}

function PosedMap({ texels, positions, weights }: ISeenBody, mapSize: number, matrices: Float64Array): Uint8Array {
    const values = new Float32Array((mapSize / 2) * mapSize * 3);
    texels.forEach((texel, row) => {
        const [u, v] = [texel % (2 * mapSize), floor(texel / (2 * mapSize))];
        if (u % 2 === 0 && v % 2 === 0) {
            values.set(PosePoint(positions, weights, row, matrices), ((v / 2) * mapSize + u / 2) * 3);
        }
    });
    return WritePositionMap(values, mapSize, mapSize / 2);
}

/**
 * Moves a point by all of its joints.
 *
 * @param positions [N,3] points
 * @param weights [N,55] weights
 * @param row which of them
 * @param matrices [55,12] 3×4 matrices
 * @returns the moved point
 */
export function PosePoint(
    positions: Float32Array,
    weights: Float32Array,
    row: number,
    matrices: ArrayLike<number>,
): [number, number, number] {
    const moved: [number, number, number] = [0, 0, 0];
    for (let joint = 0; joint < JointCount; joint++) {
        for (const axis of [0, 1, 2] as const) {
            const at = joint * 12 + axis * 4;
            const place = [0, 1, 2].reduce(
                (sum, k) => sum + matrices[at + k]! * positions[row * 3 + k]!,
                matrices[at + 3]!,
            );
            moved[axis] += weights[row * JointCount + joint]! * place;
        }
    }
    return moved;
}

function Parameters(poses: readonly Float64Array[]): Uint8Array {
    const part = (from: number, to: number): INpyValue => ({
        shape: [poses.length, 3 * (to - from)],
        values: Float32Array.from(poses.flatMap((pose) => [...pose.subarray(from * 3, to * 3)])),
    });
    const transl = Float32Array.from({ length: poses.length * 3 }, (_, i) => (i % 3 === 0 ? 0.1 * floor(i / 3) : 0.5));
    return WriteNpz({
        betas: { shape: [1, 10], values: new Float32Array(10) },
        global_orient: part(0, 1),
        transl: { shape: [poses.length, 3], values: transl },
        body_pose: part(1, 22),
        jaw_pose: part(22, 23),
        expression: { shape: [poses.length, 10], values: new Float32Array(poses.length * 10) },
        left_hand_pose: part(25, 40),
        right_hand_pose: part(40, 55),
    });
}
