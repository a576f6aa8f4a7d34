import { SmplxJointNames, SmplxJointParents, type SmplxJointName } from "../../format/bodyModel.js";
import { MultiplyPacked, RotatePacked } from "../../math/packedQuaternion.js";
import { FromRotationVectorPacked } from "../../math/packedRotation.js";
import { SubtractVector3, type Vector3Tuple } from "../../math/vector3.js";
import { NeutralSmplSkeleton, NeutralSmplxSkeleton } from "../pose/neutralSkeleton.js";
import { type IRigNode } from "../rig/restRig.js";
import { FrameMotion } from "./frameMotion.js";
import { type IMotion } from "./motion.js";
import { FindMotionGround, LiftRig } from "./motionGround.js";
import { type ISmplMotion } from "./smplMotion.js";
import { type SmplUpAxis, ToYUp } from "./smplUpAxis.js";

/** How a motion of the SMPL family is placed. */
export interface ISmplRigMotionOptions {
    /** Axis of the file's world that points up (default: as its content tells). */
    readonly upAxis?: SmplUpAxis;
}

const Up: Vector3Tuple = [0, 1, 0];

/**
 * Makes a motion of a file of the SMPL family: the joints it holds, on the average body of its model, y up. Its angles are
 * the local rotations of the joints, unchanged; the pelvis is where the model puts it, at its rest position + `trans`.
 *
 * @param name name of the clip
 * @param smpl the file, see {@link ReadSmplMotion}
 * @returns the motion, metres; joints that the file lacks have no node
 *
 * @example
 * ```ts
 * const dance = CreateSmplMotion("dance", ReadSmplMotion(bytes));
 * ```
 */
export function CreateSmplMotion(name: string, smpl: ISmplMotion, options: ISmplRigMotionOptions = {}): IMotion {
    const { positions, floor } = smpl.model === "smplx" ? NeutralSmplxSkeleton : NeutralSmplSkeleton;
    const upAxis = options.upAxis ?? smpl.upAxis;
    const joints = NodesOf(smpl.joints);
    const nodeOf = new Map(joints.map((joint, node) => [joint, node]));
    const rig = joints.map((joint): IRigNode => {
        const index = SmplxJointNames.indexOf(joint);
        const [x, y, z] = positions[index]!;
        const parent = nodeOf.get(SmplxJointNames[SmplxJointParents[index]!]!) ?? -1;
        return { name: joint, parent, position: [x, y - floor, z], rotation: [0, 0, 0, 1] };
    });
    const offsets = rig.flatMap(({ parent, position }) =>
        parent < 0 ? [...position] : [...SubtractVector3(position, rig[parent]!.position)],
    );
    const humanoid = Object.fromEntries(nodeOf) as Partial<Record<SmplxJointName, number>>;
    const { upAxisWarning } = smpl;
    const isGuess = options.upAxis === undefined && upAxisWarning !== null;
    const warnings = isGuess ? [upAxisWarning, ...smpl.warnings] : smpl.warnings;
    const source = {
        name,
        rig,
        humanoid,
        warnings,
        offsets,
        ...ReadFrames(smpl, nodeOf, positions[0]!, ToYUp[upAxis]),
    };
    const ground = FindMotionGround(new FrameMotion(source), humanoid, Up);
    return new FrameMotion({ ...source, rig: LiftRig(rig, Up, ground) });
}

/** The joints of the file in SMPL-X order, and the whole body in any case: retargeting needs its limbs. */
function NodesOf(joints: readonly SmplxJointName[]): SmplxJointName[] {
    return SmplxJointNames.filter((joint, index) => index < 22 || joints.includes(joint));
}

function ReadFrames(
    { frameCount, frameRate, joints, rotations, translations }: ISmplMotion,
    nodeOf: ReadonlyMap<SmplxJointName, number>,
    pelvis: Vector3Tuple,
    upright: Float64Array | null,
): {
    readonly frameCount: number;
    readonly frameRate: number;
    readonly turned: number[];
    readonly rotations: Float32Array;
    readonly moved: number[];
    readonly translations: Float64Array;
} {
    const packed = new Float32Array(frameCount * joints.length * 4);
    const root = new Float64Array(4);
    const places = new Float64Array(frameCount * 3);
    const rootColumn = joints.indexOf("pelvis");
    for (let i = 0; i < frameCount * joints.length; i++) {
        FromRotationVectorPacked(rotations, i * 3, packed, i * 4);
        if (upright && i % joints.length === rootColumn) {
            FromRotationVectorPacked(rotations, i * 3, root, 0);
            MultiplyPacked(upright, 0, root, 0, packed, i * 4);
        }
    }
    for (let i = 0; i < places.length; i++) {
        places[i] = translations[i]! + pelvis[i % 3]!;
    }
    for (let frame = 0; upright && frame < frameCount; frame++) {
        RotatePacked(upright, 0, places, frame * 3, places, frame * 3);
    }
    const turned = joints.map((joint) => nodeOf.get(joint)!);
    return { frameCount, frameRate, turned, rotations: packed, moved: [0], translations: places };
}
