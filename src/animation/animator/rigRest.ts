import { type Bone } from "@babylonjs/core/Bones/bone.pure.js";
import { type Skeleton } from "@babylonjs/core/Bones/skeleton.js";
import { type Matrix, Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import {
    ComposeMatrix4,
    IdentityMatrix4,
    InvertAffineMatrix4,
    type Matrix4,
    MultiplyMatrix4,
    RotationOf,
    ScaleOf,
    TransformPoint,
    TranslationOf,
} from "../../math/matrix4.js";
import { AngleBetweenQuaternions } from "../../math/quaternion.js";
import { DistanceVector3 } from "../../math/vector3.js";
import { type IRigNode, type RestRig } from "../rig/restRig.js";
import { type IRigNodes, type RigTarget } from "./rigNodes.js";
import { RigLocals } from "./rigLocals.js";

/** A Babylon rig at rest. */
export interface IRigRest {
    /** The rig in its bind pose, in right-handed space. */
    readonly rig: RestRig;
    /** Local transforms of the nodes as the file has them, for channels that no animation moves. */
    readonly locals: RigLocals;
    /** Remarks for people. */
    readonly warnings: readonly string[];
}

const Degrees = Math.PI / 180;
/** Rest transforms and bind matrices closer than this are the same pose. */
const SamePose = 5 * Degrees;
/** Joints that agree on where the skin was bound do so within rounding of exporters. */
const SamePlace = 1 * Degrees;
/** Further than this, the root joint's turn is no pose: the character really was bound in another direction. */
const MaxRootTurn = 45 * Degrees;
/** Nor is it a pose further than this share of the body's reach from where it was bound. */
const MaxRootMove = 0.3;
/** Scales that are the same up to rounding. */
const SameScale = 0.02;
/** Factors that differ more than this do not keep the shape of what they scale. */
const UniformWithin = 0.05;

/** Nodes that a warning names. */
const MostNamed = 3;

const Position = new Vector3();
const Rotation = new Quaternion();
const Scale = new Vector3();

interface IFirstSeen {
    /** Whether an animation was moving the node. */
    readonly wasPlaying: boolean;
    readonly position: Vector3;
    readonly rotation: Quaternion;
    readonly scale: Vector3;
}

/** Where nodes without a skin stood when they were first looked at, which is more often at rest than any later moment. */
const FirstSeen = new WeakMap<TransformNode, IFirstSeen>();

/**
 * Reconstructs the rest pose of a rig: the bind pose where inverse bind matrices tell it, since files are often saved in
 * the middle of a movement; the rest transforms of the nodes elsewhere. Where there is no skin at all, as in files of motion
 * alone, the pose in which the rig was first looked at has to do.
 */
export function RestOfRigNodes(nodes: IRigNodes): IRigRest {
    const { targets, bones, parents } = nodes;
    const locals = new RigLocals(parents, nodes.isLeftHanded);
    const asLoaded: Matrix4[] = [];
    targets.forEach((target, i) => {
        const local = RestLocal(target, bones[i] ?? null, locals, i);
        asLoaded.push(parents[i]! < 0 ? local : MultiplyMatrix4(asLoaded[parents[i]!]!, local));
    });
    const warnings: string[] = [];
    const bound = BindPose(nodes, asLoaded, warnings);
    const rest: Matrix4[] = [];
    targets.forEach((_, i) => {
        const parent = parents[i]!;
        // Above the skeleton the nodes' own transforms stand; below a joint its child keeps its local place.
        const below =
            parent < 0 || !bound[parent] ? asLoaded[i]! : MultiplyMatrix4(rest[parent]!, Relative(asLoaded, parent, i));
        rest.push(bound[i] ?? below);
    });
    WarnOfOtherPose(nodes, asLoaded, bound, warnings);
    WarnOfMovedNodes(nodes, warnings);
    WarnOfStretch(nodes, locals, warnings);
    const toRightHanded = IdentityMatrix4();
    toRightHanded[0] = nodes.isLeftHanded ? -1 : 1;
    const rig = targets.map((_, i): IRigNode => {
        const matrix = nodes.isLeftHanded ? MultiplyMatrix4(toRightHanded, rest[i]!) : rest[i]!;
        const name = nodes.names[i]!;
        return { name, parent: parents[i]!, position: TranslationOf(matrix), rotation: RotationOf(matrix) };
    });
    return { rig, locals, warnings };
}

/** Writes the rest transform of a node into `locals`, and returns it as a matrix. */
function RestLocal(target: RigTarget, bone: Bone | null, locals: RigLocals, node: number): Matrix4 {
    if (bone) {
        // Bones remember what the file said, wherever their nodes are by now.
        bone.getRestMatrix().decompose(Scale, Rotation, Position);
    } else if (target instanceof TransformNode) {
        const first = FirstSeen.get(target) ?? AsItIs(target);
        FirstSeen.set(target, first);
        Position.copyFrom(first.position);
        Scale.copyFrom(first.scale);
        Rotation.copyFrom(first.rotation);
    }
    locals.positions.set([Position.x, Position.y, Position.z], node * 3);
    locals.rotations.set([Rotation.x, Rotation.y, Rotation.z, Rotation.w], node * 4);
    locals.scales.set([Scale.x, Scale.y, Scale.z], node * 3);
    return ComposeMatrix4(
        [Position.x, Position.y, Position.z],
        [Rotation.x, Rotation.y, Rotation.z, Rotation.w],
        [Scale.x, Scale.y, Scale.z],
    );
}

function AsItIs(node: TransformNode): IFirstSeen {
    const {
        position,
        rotation: { x, y, z },
        rotationQuaternion,
        scaling,
    } = node;
    const rotation = rotationQuaternion?.clone() ?? Quaternion.RotationYawPitchRoll(y, x, z);
    // What was started and has not run yet has moved nothing.
    const wasPlaying = node
        .getScene()
        .animatables.some(
            (animatable) =>
                animatable.target === node &&
                animatable.getAnimations().some(({ currentValue }) => currentValue !== null),
        );
    return { wasPlaying, position: position.clone(), rotation, scale: scaling.clone() };
}

function Relative(world: readonly Matrix4[], parent: number, node: number): Matrix4 {
    const inverse = InvertAffineMatrix4(world[parent]!);
    return inverse ? MultiplyMatrix4(inverse, world[node]!) : IdentityMatrix4();
}

/** Bind transforms of the nodes that a skin speaks of, in the space that the nodes live in. */
function BindPose(nodes: IRigNodes, asLoaded: readonly Matrix4[], warnings: string[]): (Matrix4 | null)[] {
    const bound: (Matrix4 | null)[] = nodes.targets.map(() => null);
    const skeletons = new Set(nodes.bones.flatMap((bone) => (bone ? [bone.getSkeleton()] : [])));
    for (const skeleton of skeletons) {
        const joints = nodes.bones.flatMap((bone, i) =>
            bone?.getSkeleton() === skeleton && bone.getIndex() >= 0 ? [i] : [],
        );
        const inverse = joints.map((joint) => ToMatrix4(nodes.bones[joint]!.getAbsoluteInverseBindMatrix()));
        if (inverse.every(IsIdentity)) {
            continue; // the skin states no matrices
        }
        const place = BindPlace(nodes, asLoaded, joints, inverse);
        joints.forEach((joint, j) => {
            const bind = InvertAffineMatrix4(inverse[j]!);
            if (bind?.every(Number.isFinite)) {
                bound[joint] = place ? MultiplyMatrix4(place, bind) : bind;
            } else {
                warnings.push(`The bind matrix of "${nodes.names[joint]!}" in ${Quote(skeleton)} cannot be inverted.`);
            }
        });
    }
    return bound;
}

/**
 * Where the skin was bound, in the space of the nodes. All joints say the same when the file rests in its bind pose. Else
 * the root joint is asked, cleared of its own movement where the skin was bound in the space of the scene or of the node
 * above the skeleton, as exporters do.
 */
function BindPlace(
    nodes: IRigNodes,
    asLoaded: readonly Matrix4[],
    joints: readonly number[],
    inverse: readonly Matrix4[],
): Matrix4 | null {
    if (!(nodes.targets[joints[0]!] instanceof TransformNode)) {
        return null; // bones without nodes live in the space they were bound in
    }
    const places = joints.map((joint, j) => MultiplyMatrix4(asLoaded[joint]!, inverse[j]!));
    const root = places[0]!;
    const agreeing = places.filter((place) => Turn(place, root) < SamePlace).length;
    if (agreeing * 2 > places.length) {
        return root;
    }
    const above = nodes.parents[joints[0]!]!;
    const from = InvertAffineMatrix4(inverse[0]!) ?? IdentityMatrix4();
    const now = TranslationOf(asLoaded[joints[0]!]!);
    const reach = Math.max(...joints.map((joint) => DistanceVector3(TranslationOf(asLoaded[joint]!), now)));
    const usual = [...(above >= 0 ? [asLoaded[above]!] : []), IdentityMatrix4()].filter(
        (place) =>
            Math.abs(ScaleOf(place) / ScaleOf(root) - 1) < SameScale &&
            Turn(place, root) < MaxRootTurn &&
            DistanceVector3(TransformPoint(place, TranslationOf(from)), now) < MaxRootMove * reach,
    );
    return usual.sort((a, b) => Turn(a, root) - Turn(b, root))[0] ?? root;
}

function Turn(a: Matrix4, b: Matrix4): number {
    return AngleBetweenQuaternions(RotationOf(a), RotationOf(b));
}

function WarnOfOtherPose(
    nodes: IRigNodes,
    asLoaded: readonly Matrix4[],
    bound: readonly (Matrix4 | null)[],
    warnings: string[],
): void {
    let worst = SamePose;
    let name = "";
    bound.forEach((matrix, i) => {
        const angle = matrix ? Turn(matrix, asLoaded[i]!) : 0;
        if (angle > worst) {
            worst = angle;
            name = nodes.names[i]!;
        }
    });
    if (name !== "") {
        warnings.push(
            `The nodes do not rest in the bind pose ("${name}" is ${Math.round(worst / Degrees)}° off): the bind pose is used.`,
        );
    }
}

/** Nodes without a skin whose rest pose nobody can know any more. */
function WarnOfMovedNodes({ name, names, targets, bones }: IRigNodes, warnings: string[]): void {
    const moved = names.filter((_, i) => {
        const target = targets[i]!;
        return !bones[i] && target instanceof TransformNode && FirstSeen.get(target)?.wasPlaying === true;
    });
    if (moved.length > 0) {
        warnings.push(
            `"${name}" has no skin that states how it rests, and was playing when it was first looked at: the pose of that ` +
                `moment is taken for its rest pose ("${moved.slice(0, MostNamed).join('", "')}"` +
                `${moved.length > MostNamed ? ` and ${moved.length - MostNamed} more` : ""}). ` +
                "Load it anew and retarget, follow or describe it before it plays.",
        );
    }
}

function WarnOfStretch(nodes: IRigNodes, { scales }: RigLocals, warnings: string[]): void {
    const stretched = nodes.names.filter((_, i) => {
        const sizes = [scales[i * 3]!, scales[i * 3 + 1]!, scales[i * 3 + 2]!].map(Math.abs);
        return Math.max(...sizes) > Math.min(...sizes) * (1 + UniformWithin);
    });
    if (stretched.length > 0) {
        warnings.push(
            `Scales that are not uniform are taken as uniform ones of the same volume: "${stretched.join('", "')}".`,
        );
    }
}

function IsIdentity(matrix: Matrix4): boolean {
    return matrix.every((value, i) => Math.abs(value - (i % 5 === 0 ? 1 : 0)) < 1e-6);
}

function ToMatrix4(matrix: Matrix): Matrix4 {
    return Float64Array.from(matrix.asArray());
}

function Quote(skeleton: Skeleton): string {
    return `skeleton "${skeleton.name}"`;
}
