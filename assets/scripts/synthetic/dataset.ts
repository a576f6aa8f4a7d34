import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { type IAvatarAsset } from "../../../src/format/avatarAsset.js";
import { SmplxJointNames } from "../../../src/format/bodyModel.js";
import { ReadAvatar } from "../../../src/format/readAvatar.js";
import { InvertAffineMatrix4, type Matrix4, MultiplyMatrix4, TransformPoint } from "../../../src/math/matrix4.js";
import { IdentityQuaternion, QuaternionFromAxisAngle, type QuaternionTuple } from "../../../src/math/quaternion.js";
import { type Vector3Tuple } from "../../../src/math/vector3.js";
import { WriteNpy, WriteNpz, type INpyValue } from "../../../src/animation/motion/writeNpz.js";
import { WritePositionMap } from "./positionMapFile.js";
import { type ICanonicalMaps, MapSide, SeeCanonicalMaps } from "./canonicalMaps.js";
import { MakeBodyCheckpoint } from "./checkpoint.js";
import { BlendedMatrix, ClipPoses, JointMatrices } from "./jointMatrices.js";
import { WriteTorchCheckpoint } from "./torchFile.js";

/** The published canonical pose: hips turned outwards. */
const HipAngle = (25 * Math.PI) / 180;
const JointCount = SmplxJointNames.length;

/** How large a data set to make. */
export interface IDatasetOptions {
    /** What the official widths of the networks are divided by. */
    readonly divisor: number;
    /** Every how many pixels of the maps are valid, in x and y. */
    readonly step: number;
    /** Frames of the training sequence. */
    readonly frames: number;
    /** Seed of the weights. */
    readonly seed: number;
}

/** A pose by joint: local rotations, xyzw. */
type Pose = ReadonlyMap<number, QuaternionTuple>;

/**
 * Writes a subject folder and an untrained checkpoint, as the published body method leaves them: `net.pt`,
 * `smpl_params.npz` and `smpl_pos_map/`.
 *
 * @param avatar the baked avatar whose shape is taken
 * @param out the folder
 * @param options sizes and seed
 */
export async function MakeDatasetAsync(avatar: string, out: string, options: IDatasetOptions): Promise<void> {
    const asset = ReadAvatar(new Uint8Array(await readFile(avatar)));
    const hips = new Map(
        (["left_hip", "right_hip"] as const).map((name, side): [number, QuaternionTuple] => [
            asset.joints.findIndex(({ smplx }) => smplx === name),
            QuaternionFromAxisAngle([0, 0, 1], side === 0 ? HipAngle : -HipAngle),
        ]),
    );
    const canonical = JointMatrices(asset, hips);
    const maps = SeeCanonicalMaps(asset, canonical, options.step);
    const folder = path.join(out, "smpl_pos_map");
    await mkdir(folder, { recursive: true });
    const image = (values: Float32Array): Uint8Array => WritePositionMap(Scatter(maps, values), 2 * MapSide, MapSide);
    await writeFile(path.join(folder, "cano_smpl_pos_map.exr"), image(maps.positions));
    await writeFile(path.join(folder, "cano_smpl_nml_map.exr"), image(maps.normals));
    await writeFile(path.join(folder, "init_pts_lbs.npy"), Weights(asset, maps));
    const poses = ClipPoses(asset, options.frames);
    for (const [frame, pose] of poses.entries()) {
        const posed = PosedMap(asset, maps, canonical, WithoutRoot(asset, pose));
        await writeFile(path.join(folder, `${String(frame).padStart(8, "0")}.exr`), posed);
    }
    await writeFile(path.join(out, "smpl_params.npz"), Parameters(asset, poses));
    await writeFile(path.join(out, "net.pt"), WriteTorchCheckpoint(MakeBodyCheckpoint(options)));
    console.log(`${out}: ${maps.pixels.length} Gaussians, ${poses.length} frames, widths / ${options.divisor}`);
}

/** Rows to the pixels they belong to; 0 elsewhere. */
function Scatter({ pixels }: ICanonicalMaps, rows: Float32Array): Float32Array {
    const values = new Float32Array(2 * MapSide * MapSide * 3);
    pixels.forEach((at, row) => values.set(rows.subarray(row * 3, row * 3 + 3), at * 3));
    return values;
}

/** [N,55] the weights of the Gaussian that each pixel shows. */
function Weights({ gaussians, joints }: IAvatarAsset, { sources }: ICanonicalMaps): Uint8Array {
    const numbers = joints.map(({ smplx }) => SmplxJointNames.indexOf(smplx!));
    const weights = new Float32Array(sources.length * JointCount);
    sources.forEach((source, row) => {
        for (let k = source * 4; k < source * 4 + 4; k++) {
            weights[row * JointCount + numbers[gaussians.jointIndices[k]!]!]! += gaussians.jointWeights[k]!;
        }
    });
    return WriteNpy({ shape: [sources.length, JointCount], values: weights });
}

/** Front and back pose map side by side, 512 × 1024: the even pixels. */
function PosedMap(
    asset: IAvatarAsset,
    { pixels, positions, sources }: ICanonicalMaps,
    canonical: readonly Matrix4[],
    pose: Pose,
): Uint8Array {
    const matrices = JointMatrices(asset, pose).map((matrix, joint) =>
        MultiplyMatrix4(matrix, InvertAffineMatrix4(canonical[joint]!)!),
    );
    const values = new Float32Array((MapSide / 2) * MapSide * 3);
    pixels.forEach((at, row) => {
        const [u, v] = [at % (2 * MapSide), Math.floor(at / (2 * MapSide))];
        if (u % 2 === 0 && v % 2 === 0) {
            const point = [...positions.subarray(row * 3, row * 3 + 3)] as unknown as Vector3Tuple;
            const posed = TransformPoint(BlendedMatrix(asset.gaussians, sources[row]!, matrices), point);
            values.set(posed, ((v / 2) * MapSide + u / 2) * 3);
        }
    });
    return WritePositionMap(values, MapSide, MapSide / 2);
}

/** What the networks see: the 21 joints of the body, without root, jaw, eyes and hands. */
function WithoutRoot({ joints }: IAvatarAsset, pose: Pose): Pose {
    return new Map(
        [...pose].filter(([joint]) => {
            const number = SmplxJointNames.indexOf(joints[joint]!.smplx!);
            return number >= 1 && number < SmplxJointNames.indexOf("jaw");
        }),
    );
}

/** Poses as the data sets hold them: axis-angle, in the order of SMPL-X. */
function Parameters({ joints }: IAvatarAsset, poses: readonly Pose[]): Uint8Array {
    const frames = poses.length;
    const vectors = poses.map((pose) =>
        SmplxJointNames.map((name) => AxisAngle(pose.get(joints.findIndex(({ smplx }) => smplx === name)))),
    );
    const part = (from: number, to: number): INpyValue => ({
        shape: [frames, 3 * (to - from)],
        values: Float32Array.from(vectors.flatMap((joint) => joint.slice(from, to).flat())),
    });
    const zeros = (rows: number, width: number): INpyValue => ({
        shape: [rows, width],
        values: new Float32Array(rows * width),
    });
    return WriteNpz({
        betas: zeros(1, 10),
        global_orient: part(0, 1),
        transl: zeros(frames, 3),
        body_pose: part(1, 22),
        jaw_pose: part(22, 23),
        expression: zeros(frames, 10),
        left_hand_pose: part(25, 40),
        right_hand_pose: part(40, 55),
    });
}

function AxisAngle([x, y, z, w]: QuaternionTuple = IdentityQuaternion): Vector3Tuple {
    const sine = Math.hypot(x, y, z);
    const angle = 2 * Math.atan2(w < 0 ? -sine : sine, Math.abs(w));
    const scale = sine < 1e-9 ? 2 : angle / sine;
    return [x * scale, y * scale, z * scale];
}
