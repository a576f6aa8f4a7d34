import { SmplxJointNames } from "../../format/bodyModel.js";
import { IdentityMatrix4, type Matrix4, MultiplyMatrix4, ComposeMatrix4 } from "../../math/matrix4.js";
import { RotateVector3 } from "../../math/quaternion.js";
import { SubtractVector3 } from "../../math/vector3.js";
import { AvatarBakeError } from "./avatarBakeError.js";
import { type IBindPose } from "./bindPose.js";
import { type ICanonicalPose } from "./canonicalPose.js";
import { type ICharacterMesh, type ICharacterMorph, type IRiggedCharacter } from "./riggedCharacter.js";

/** Weights below this do not show and would cost a place among the four. */
const MinWeight = 1e-4;

/** One mesh of the character in the canonical T-pose, bound to the 55 SMPL-X joints. */
export interface ICanonicalMesh {
    /** The mesh it comes from: material, texture coordinates, triangles. */
    readonly source: ICharacterMesh;
    /** [V,3] positions, metres. */
    readonly positions: Float32Array;
    /** [V,3] unit normals. */
    readonly normals: Float32Array;
    /** [V,4] SMPL-X joints. */
    readonly joints: Uint16Array;
    /** [V,4] weights, each row sums to 1. */
    readonly weights: Float32Array;
    /** Morph targets turned into the T-pose. */
    readonly morphs: readonly ICharacterMorph[];
}

/**
 * Deforms every mesh into the T-pose with the rig's own weights.
 * Since a node moves rigidly with its mapped ancestor, a vertex needs only that joint's correction:
 * v' = Σ w · (P + Q·(C·v − B)), with B the joint's bind position, P its T-pose position.
 *
 * @returns the meshes, feet not yet on the ground; rigid parts that hang on no joint are left out
 * @throws AvatarBakeError when nothing is left to sample
 */
export function BuildCanonicalMeshes(
    character: IRiggedCharacter,
    bind: IBindPose,
    pose: ICanonicalPose,
): ICanonicalMesh[] {
    const corrections = CorrectionMatrices(pose);
    const toCanonical = ComposeMatrix4([0, 0, 0], pose.calibration.heading, [1, 1, 1]);
    const meshes: ICanonicalMesh[] = [];
    for (const source of character.meshes) {
        const rigid = source.skin < 0 || source.influences === 0;
        const joint = JointOfRigidPart(character, pose, source.node);
        if (rigid && joint < 0) {
            continue;
        }
        const space = rigid ? bind.nodes[source.node]! : bind.skins[source.skin]!;
        const scaled = MultiplyMatrix4(
            ComposeMatrix4([0, 0, 0], [0, 0, 0, 1], Triple(pose.metresPerBindUnit)),
            toCanonical,
        );
        const skinJoints = rigid ? null : character.skins[source.skin]!.joints.map((node) => pose.jointOfNode[node]!);
        meshes.push(
            DeformMesh(source, MultiplyMatrix4(scaled, space), corrections, BindVertices(source, skinJoints, joint)),
        );
    }
    if (!meshes.some((mesh) => mesh.source.indices.length > 0)) {
        throw new AvatarBakeError(
            "no-triangles",
            `"${character.name}" has no triangles bound to its skeleton. Points and lines cannot be baked.`,
        );
    }
    return meshes;
}

/** Parts that hang on a bone above the pelvis (a root bone) move with the pelvis; props beside the skeleton with nothing. */
function JointOfRigidPart(character: IRiggedCharacter, pose: ICanonicalPose, node: number): number {
    const bones = new Set(character.skins.flatMap((skin) => skin.joints));
    for (let i = node; i >= 0; i = character.nodes[i]!.parent) {
        if (pose.jointOfNode[i]! >= 0 || bones.has(i)) {
            return Math.max(0, pose.jointOfNode[i]!);
        }
    }
    return -1;
}

function Triple(value: number): [number, number, number] {
    return [value, value, value];
}

function CorrectionMatrices(pose: ICanonicalPose): Matrix4[] {
    return SmplxJointNames.map((_, j) => {
        const rotation = pose.calibration.corrections[j]!;
        const offset = SubtractVector3(pose.posePositions[j]!, RotateVector3(rotation, pose.bindPositions[j]!));
        return ComposeMatrix4(offset, rotation, [1, 1, 1]);
    });
}

/** The four strongest SMPL-X joints of every vertex after weights of merged joints are added up. */
function BindVertices(
    source: ICharacterMesh,
    skinJoints: readonly number[] | null,
    rigidJoint: number,
): { joints: Uint16Array; weights: Float32Array } {
    const count = source.positions.length / 3;
    const joints = new Uint16Array(count * 4);
    const weights = new Float32Array(count * 4);
    const sums = new Float64Array(SmplxJointNames.length);
    for (let v = 0; v < count; v++) {
        if (!skinJoints) {
            joints[v * 4] = rigidJoint;
            weights[v * 4] = 1;
            continue;
        }
        const touched: number[] = [];
        for (let k = 0; k < source.influences; k++) {
            const weight = source.weights[v * source.influences + k]!;
            // Joints above the pelvis (an exporter's root bone) move the whole body: that is the pelvis.
            const joint = Math.max(0, skinJoints[source.joints[v * source.influences + k]!] ?? 0);
            if (weight > MinWeight) {
                if (sums[joint] === 0) {
                    touched.push(joint);
                }
                sums[joint]! += weight;
            }
        }
        touched.sort((a, b) => sums[b]! - sums[a]! || a - b);
        const kept = touched.slice(0, 4);
        const total = kept.reduce((sum, joint) => sum + sums[joint]!, 0);
        kept.forEach((joint, k) => {
            joints[v * 4 + k] = joint;
            weights[v * 4 + k] = sums[joint]! / total;
        });
        if (kept.length === 0) {
            weights[v * 4] = 1;
        }
        touched.forEach((joint) => {
            sums[joint] = 0;
        });
    }
    return { joints, weights };
}

function DeformMesh(
    source: ICharacterMesh,
    toCanonical: Matrix4,
    corrections: readonly Matrix4[],
    binding: { joints: Uint16Array; weights: Float32Array },
): ICanonicalMesh {
    const count = source.positions.length / 3;
    const positions = new Float32Array(count * 3);
    const normals = new Float32Array(count * 3);
    const rawNormals = source.normals ?? VertexNormals(source.positions, source.indices);
    const morphs = source.morphs.map((morph) => ({ name: morph.name, deltas: new Float32Array(count * 3) }));
    const blend = IdentityMatrix4();
    for (let v = 0; v < count; v++) {
        blend.fill(0);
        for (let k = 0; k < 4; k++) {
            const weight = binding.weights[v * 4 + k]!;
            const matrix = corrections[binding.joints[v * 4 + k]!]!;
            for (let i = 0; weight > 0 && i < 16; i++) {
                blend[i]! += weight * matrix[i]!;
            }
        }
        const full = MultiplyMatrix4(blend, toCanonical);
        Apply(full, source.positions, v, 1, positions);
        Apply(full, rawNormals, v, 0, normals);
        Normalize(normals, v);
        morphs.forEach((morph, m) => {
            Apply(full, source.morphs[m]!.deltas, v, 0, morph.deltas);
        });
    }
    return { source, positions, normals, ...binding, morphs };
}

function Apply(m: Matrix4, from: Float32Array, v: number, w: 0 | 1, to: Float32Array): void {
    const [x, y, z] = [from[v * 3]!, from[v * 3 + 1]!, from[v * 3 + 2]!];
    if (w === 0 && x === 0 && y === 0 && z === 0) {
        return;
    }
    for (let row = 0; row < 3; row++) {
        to[v * 3 + row] = m[row]! * x + m[4 + row]! * y + m[8 + row]! * z + m[12 + row]! * w;
    }
}

function Normalize(values: Float32Array, v: number): void {
    const length = Math.hypot(values[v * 3]!, values[v * 3 + 1]!, values[v * 3 + 2]!);
    for (let i = 0; i < 3; i++) {
        values[v * 3 + i] = length > 1e-12 ? values[v * 3 + i]! / length : 0;
    }
}

/** Area-weighted vertex normals, for meshes that come without. */
export function VertexNormals(positions: Float32Array, indices: Uint32Array): Float32Array {
    const normals = new Float32Array(positions.length);
    for (let t = 0; t < indices.length; t += 3) {
        const [a, b, c] = [indices[t]! * 3, indices[t + 1]! * 3, indices[t + 2]! * 3];
        const [ux, uy, uz] = [0, 1, 2].map((i) => positions[b + i]! - positions[a + i]!) as [number, number, number];
        const [vx, vy, vz] = [0, 1, 2].map((i) => positions[c + i]! - positions[a + i]!) as [number, number, number];
        const normal = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
        for (const vertex of [a, b, c]) {
            normals[vertex]! += normal[0]!;
            normals[vertex + 1]! += normal[1]!;
            normals[vertex + 2]! += normal[2]!;
        }
    }
    for (let v = 0; v < normals.length / 3; v++) {
        Normalize(normals, v);
    }
    return normals;
}

/** Lowest point of the feet (or of everything, when nothing is bound to them), metres. */
export function SoleHeight(meshes: readonly ICanonicalMesh[]): number {
    const feet = new Set(["left_ankle", "right_ankle", "left_foot", "right_foot"]);
    let soles = Infinity;
    let lowest = Infinity;
    for (const { positions, joints, source } of meshes) {
        for (const v of source.indices) {
            const y = positions[v * 3 + 1]!;
            lowest = Math.min(lowest, y);
            if (feet.has(SmplxJointNames[joints[v * 4]!]!)) {
                soles = Math.min(soles, y);
            }
        }
    }
    return Number.isFinite(soles) ? soles : lowest;
}
