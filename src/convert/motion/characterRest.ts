import { type IRigNode, type RestRig } from "../../animation/rig/restRig.js";
import { type SmplxJointName } from "../../format/bodyModel.js";
import {
    Determinant3,
    IdentityMatrix4,
    type Matrix4,
    MultiplyMatrix4,
    RotationOf,
    ScaleOf,
    TransformPoint,
    TranslationOf,
} from "../../math/matrix4.js";
import { AngleBetweenQuaternions } from "../../math/quaternion.js";
import { LengthVector3, SubtractVector3 } from "../../math/vector3.js";
import { LocalMatrices, ReconstructBindPose, WorldMatrices } from "../bake/bindPose.js";
import { type ICharacterNode, type ICharacterSkin } from "../bake/riggedCharacter.js";

/** A skeleton as a glTF file has it. */
export interface ISkeletonFile {
    /** Name for messages. */
    readonly name: string;
    /** Nodes of the scene, as the file has them. */
    readonly nodes: readonly ICharacterNode[];
    /** Skins; none in files that hold motion alone. */
    readonly skins: readonly ICharacterSkin[];
    /** Nodes that the file itself names as human bones. */
    readonly humanoid: Readonly<Partial<Record<SmplxJointName, number>>>;
}

/** The skeleton at rest. */
export interface ICharacterRest {
    /** The nodes, in the scene or its mirror image. */
    readonly rig: RestRig;
    /** Whether it is the mirror image. */
    readonly isMirrored: boolean;
    /** What was assumed about the file. */
    readonly warnings: readonly string[];
}

const Degrees = Math.PI / 180;
/** Joints closer than this to where the skin was bound rest in the bind pose. */
const SamePose = 5 * Degrees;
/** Further than this, the root joint's turn is no pose: the character was bound in another direction. */
const MaxRootTurn = 45 * Degrees;
/** Scales that are the same up to rounding. */
const SameScale = 0.02;

/** Nodes that a warning lists. */
const MostNames = 3;

/** A root joint that moved less than this share of the skeleton's height was posed there; else it was bound there. */
const SamePlace = 0.3;

const MirrorX = Float64Array.of(-1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1);

/**
 * Finds how the skeleton of a file rests: the bind pose where a skin tells it, since files are often saved in the middle
 * of a movement; else the nodes as the file has them.
 *
 * @param file the skeleton
 * @throws AvatarBakeError when bind matrices cannot be inverted
 */
export function FindCharacterRest(file: ISkeletonFile): ICharacterRest {
    const warnings: string[] = [];
    const loaded = WorldMatrices(file.nodes, LocalMatrices(file.nodes));
    const skins = file.skins.filter(IsBound);
    const isUnbound = skins.length === 0 && file.skins.length > 0;
    if (isUnbound) {
        warnings.push(
            "All joints of the skin are bound in one place; the nodes as the file has them are the rest pose.",
        );
    }
    const bound = skins.length > 0 ? BoundInScene({ ...file, skins }, loaded, warnings) : loaded;
    const bones = file.skins.length > 0 ? file.skins.flatMap((skin) => skin.joints) : [...file.nodes.keys()];
    const isMirrored = bones.filter((bone) => Determinant3(bound[bone]!) < 0).length * 2 > bones.length;
    if (isMirrored) {
        warnings.push("The skeleton lies below a mirror; its own handedness is taken.");
    }
    WarnOfShear(file.nodes, bones, warnings);
    const rig = file.nodes.map((node, i): IRigNode => {
        const matrix = isMirrored ? MultiplyMatrix4(MirrorX, bound[i]!) : bound[i]!;
        return { name: node.name, parent: node.parent, position: TranslationOf(matrix), rotation: RotationOf(matrix) };
    });
    return { rig, isMirrored, warnings };
}

/** Files without bind matrices have the identity for each: all joints in one place. */
function IsBound({ joints, inverseBind }: ICharacterSkin): boolean {
    return joints.length < 2 || inverseBind.some((matrix) => matrix.some((value, i) => value !== inverseBind[0]![i]));
}

/** Below a scale that differs by axis, bones that turn are sheared; rotations alone cannot say that. */
function WarnOfShear(nodes: readonly ICharacterNode[], bones: readonly number[], warnings: string[]): void {
    const above = new Set<number>();
    for (const bone of bones) {
        for (let node = nodes[bone]!.parent; node >= 0 && !above.has(node); node = nodes[node]!.parent) {
            above.add(node);
        }
    }
    const scaled = [...above].filter((node) => {
        const sizes = nodes[node]!.scale.map(Math.abs);
        return Math.max(...sizes) > Math.min(...sizes) * (1 + SameScale);
    });
    if (scaled.length > 0) {
        const names = scaled.slice(0, MostNames).map((node) => {
            const scale = nodes[node]!.scale.map((value) => Number(value.toPrecision(3)));
            return `"${nodes[node]!.name}" (${scale.join(", ")})`;
        });
        const more = scaled.length > MostNames ? ` and ${scaled.length - MostNames} more` : "";
        warnings.push(
            `The skeleton is scaled by another factor along each axis: ${names.join(", ")}${more}. Bones that turn are ` +
                "sheared by that, which no pose can say: apply the scale in your 3D tool.",
        );
    }
}

/** All nodes in the bind pose, in the scene. */
function BoundInScene(file: ISkeletonFile, loaded: readonly Matrix4[], warnings: string[]): Matrix4[] {
    const sizes = file.skins.map((skin) => skin.joints.length);
    const main = sizes.indexOf(Math.max(...sizes));
    const bind = ReconstructBindPose({ ...file, meshes: [], clips: [] }, main);
    const { joints, inverseBind } = file.skins[main]!;
    // All joints name the same place of the skin when the file rests in its bind pose.
    const places = joints.map((joint, i) => MultiplyMatrix4(loaded[joint]!, inverseBind[i]!));
    const agreeing = places.filter((place) => Turn(place, bind.toScene) < SamePose).length;
    let toScene = bind.toScene;
    if (agreeing * 2 <= places.length) {
        warnings.push("The file was saved in the middle of a movement; the bind pose of its skin is taken.");
        toScene = PlaceOfSkin(file, loaded, bind.nodes, joints, bind.toScene);
    }
    return bind.nodes.map((matrix) => MultiplyMatrix4(toScene, matrix));
}

/** Exporters bind in the space of the scene or of a node above the skeleton; the root joint tells which, but for its own pose. */
function PlaceOfSkin(
    { nodes }: ISkeletonFile,
    loaded: readonly Matrix4[],
    bound: readonly Matrix4[],
    joints: readonly number[],
    byRoot: Matrix4,
): Matrix4 {
    const usual = [IdentityMatrix4()];
    const isJoint = new Set(joints);
    for (let node = joints[0]!; node >= 0; node = nodes[node]!.parent) {
        if (!isJoint.has(node)) {
            usual.push(loaded[node]!.slice());
        }
    }
    const [place] = usual
        .filter((candidate) => Math.abs(ScaleOf(candidate) / ScaleOf(byRoot) - 1) < SameScale)
        .filter((candidate) => Turn(candidate, byRoot) < MaxRootTurn)
        .sort((a, b) => Turn(a, byRoot) - Turn(b, byRoot));
    if (!place) {
        return byRoot;
    }
    const root = TranslationOf(bound[joints[0]!]!);
    const heights = joints.map((joint) => TransformPoint(place, TranslationOf(bound[joint]!))[1]);
    const size = Math.max(...heights) - Math.min(...heights);
    const shift = SubtractVector3(TransformPoint(byRoot, root), TransformPoint(place, root));
    if (LengthVector3(shift) > SamePlace * size) {
        place.set([place[12]! + shift[0], place[13]! + shift[1], place[14]! + shift[2]], 12);
    }
    return place;
}

function Turn(a: Matrix4, b: Matrix4): number {
    return AngleBetweenQuaternions(RotationOf(a), RotationOf(b));
}
