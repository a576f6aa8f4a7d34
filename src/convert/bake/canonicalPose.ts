import { FillJoints } from "../../animation/pose/fillJoints.js";
import { CalibrateRig, type IRigCalibration } from "../../animation/rig/calibrateRig.js";
import { type IRigMapping, MapRig, RequireJoints } from "../../animation/rig/mapRig.js";
import { SmplxJointNames, SmplxJointParents, type SmplxJointName } from "../../format/bodyModel.js";
import { RotationOf, ScaleOf, TransformPoint } from "../../math/matrix4.js";
import {
    AngleBetweenQuaternions,
    InvertQuaternion,
    MultiplyQuaternion,
    QuaternionFromAxes,
    RotateVector3,
    type QuaternionTuple,
} from "../../math/quaternion.js";
import {
    AddVector3,
    CrossVector3,
    DistanceVector3,
    LerpVector3,
    ScaleVector3,
    SubtractVector3,
    type Vector3Tuple,
} from "../../math/vector3.js";
import { type IBindPose } from "./bindPose.js";
import { type IRiggedCharacter } from "./riggedCharacter.js";

/** How a rig goes from its bind pose into the canonical T-pose of the avatar. */
export interface ICanonicalPose {
    /** Which node is which joint. */
    readonly mapping: IRigMapping;
    /** Rest calibration of the rig. */
    readonly calibration: IRigCalibration;
    /** SMPL-X joint (0..54) that every node moves with: itself, or its nearest mapped ancestor; -1 for none. */
    readonly jointOfNode: Int16Array;
    /** Canonical bind position of every joint, metres: where the rig has it before it is brought into the T-pose. */
    readonly bindPositions: readonly Vector3Tuple[];
    /** Position of every joint in the T-pose, metres; y is not yet on the ground. */
    readonly posePositions: Vector3Tuple[];
    /** Bind space → canonical axes and metres: scale after rotation. */
    readonly metresPerBindUnit: number;
    /** Scene → canonical axes. */
    readonly sceneRotation: QuaternionTuple;
    /** Metres per scene unit. */
    readonly metresPerSceneUnit: number;
}

/** Bodies outside this range, in metres, have the wrong unit. Children and giants are inside. */
const PlausibleHeight = { min: 0.25, max: 4 } as const;
/** Units that exporters forget to apply: centimetre, inch, MMD's 8 cm, millimetre, and the centimetre applied twice. */
const ForgottenUnits = [0.01, 0.0254, 0.08, 0.001, 100] as const;
/** Height that is assumed when no unit explains the size: the generic skeleton's. */
const AssumedHeight = 1.7;
/** Head joint above the ankle, as a share of the body height. */
const HeadToAnkleShare = 0.85;
/** Scene headings this close to a quarter turn are meant as one. */
const QuarterTurnTolerance = (10 * Math.PI) / 180;

/**
 * Maps and calibrates the rig of a character.
 *
 * @throws RigError naming the joints that were not found
 */
export function FindCanonicalPose(character: IRiggedCharacter, bind: IBindPose): ICanonicalPose {
    const mapping = MapRig(bind.rig, character.humanoid);
    RequireJoints(mapping, character.name);
    const calibration = CalibrateRig(bind.rig, mapping);
    const sceneScale = ScaleOf(bind.toScene);
    const unit = UnitOf(mapping, bind, sceneScale);
    const metresPerBindUnit = sceneScale * unit;
    const jointOfNode = JointsOfNodes(character, mapping);
    const canonical = (node: number): Vector3Tuple =>
        ScaleVector3(RotateVector3(calibration.heading, bind.rig[node]!.position), metresPerBindUnit);
    const bindPositions = SmplxJointNames.map((name) => {
        const node = mapping.nodes[name];
        return node === undefined ? null : canonical(node);
    });
    const posePositions = PosePositions(character, mapping, calibration, jointOfNode, bindPositions);
    return {
        mapping,
        calibration,
        jointOfNode,
        bindPositions: bindPositions.map((position, j) => position ?? posePositions[j]!),
        posePositions,
        metresPerBindUnit,
        sceneRotation: SnapToQuarterTurns(
            MultiplyQuaternion(calibration.heading, InvertQuaternion(RotationOf(bind.toScene))),
        ),
        metresPerSceneUnit: unit,
    };
}

/** 1 for a plausible size, else the factor of the forgotten unit. */
function UnitOf(mapping: IRigMapping, bind: IBindPose, sceneScale: number): number {
    const at = (joint: SmplxJointName): Vector3Tuple => bind.rig[mapping.nodes[joint]!]!.position;
    const ankles = LerpVector3(at("left_ankle"), at("right_ankle"), 0.5);
    const height = (DistanceVector3(at("head"), ankles) * sceneScale) / HeadToAnkleShare;
    const plausible = (unit: number): boolean =>
        height * unit > PlausibleHeight.min && height * unit < PlausibleHeight.max;
    return plausible(1) ? 1 : (ForgottenUnits.find(plausible) ?? AssumedHeight / height);
}

function JointsOfNodes(character: IRiggedCharacter, mapping: IRigMapping): Int16Array {
    const own = new Map<number, number>();
    for (const [name, node] of Object.entries(mapping.nodes)) {
        own.set(node, SmplxJointNames.indexOf(name as SmplxJointName));
    }
    const joints = new Int16Array(character.nodes.length).fill(-1);
    character.nodes.forEach((node, i) => {
        joints[i] = own.get(i) ?? (node.parent < 0 ? -1 : joints[node.parent]!);
    });
    return joints;
}

/** T-pose: every joint hangs on its nearest mapped ancestor at its bind offset, turned by that ancestor's correction. */
function PosePositions(
    character: IRiggedCharacter,
    mapping: IRigMapping,
    calibration: IRigCalibration,
    jointOfNode: Int16Array,
    bind: readonly (Vector3Tuple | null)[],
): Vector3Tuple[] {
    const placed: (Vector3Tuple | null)[] = SmplxJointNames.map(() => null);
    const place = (joint: number): Vector3Tuple => {
        const node = mapping.nodes[SmplxJointNames[joint]!]!;
        const above = character.nodes[node]!.parent;
        let parent = above < 0 ? -1 : jointOfNode[above]!;
        for (let j = SmplxJointParents[joint]!; parent < 0 && j >= 0; j = SmplxJointParents[j]!) {
            parent = bind[j] ? j : -1;
        }
        if (parent < 0) {
            return bind[joint]!;
        }
        placed[parent] ??= place(parent);
        const offset = SubtractVector3(bind[joint]!, bind[parent]!);
        return AddVector3(placed[parent]!, RotateVector3(calibration.corrections[parent]!, offset));
    };
    SmplxJointNames.forEach((_, j) => {
        if (bind[j]) {
            placed[j] ??= place(j);
        }
    });
    return FillJoints(placed);
}

function SnapToQuarterTurns(rotation: QuaternionTuple): QuaternionTuple {
    const axis = (v: Vector3Tuple): Vector3Tuple => {
        const largest = v.map(Math.abs).indexOf(Math.max(...v.map(Math.abs)));
        const out: [number, number, number] = [0, 0, 0];
        out[largest] = Math.sign(v[largest]!);
        return out;
    };
    const x = axis(RotateVector3(rotation, [1, 0, 0]));
    const y = axis(RotateVector3(rotation, [0, 1, 0]));
    const snapped = QuaternionFromAxes(x, y, CrossVector3(x, y));
    return AngleBetweenQuaternions(rotation, snapped) < QuarterTurnTolerance ? snapped : rotation;
}

/** A scene point in canonical axes and metres, before the origin is moved below the hips. */
export function SceneToMetres(pose: ICanonicalPose, point: Vector3Tuple): Vector3Tuple {
    return ScaleVector3(RotateVector3(pose.sceneRotation, point), pose.metresPerSceneUnit);
}

/** Hip mid-point of the bind pose in the scene, canonical axes, metres. */
export function BindHipsInScene(pose: ICanonicalPose, bind: IBindPose): Vector3Tuple {
    const at = (joint: SmplxJointName): Vector3Tuple =>
        SceneToMetres(pose, TransformPoint(bind.toScene, bind.rig[pose.mapping.nodes[joint]!]!.position));
    return LerpVector3(at("left_hip"), at("right_hip"), 0.5);
}
