import { SmplxJointNames, type SmplxJointName } from "../../format/bodyModel.js";
import {
    IdentityQuaternion,
    InvertQuaternion,
    MultiplyQuaternion,
    NormalizeQuaternion,
    type QuaternionTuple,
} from "../../math/quaternion.js";
import { MultiplyPacked, RotatePacked } from "../../math/packedQuaternion.js";
import { type RigPose } from "../motion/rigPose.js";
import { type IAvatarBody } from "../pose/avatarBody.js";
import { type BodyKinematics } from "../pose/bodyKinematics.js";
import { BodyJointCount } from "../pose/bodyPose.js";
import { StraightLegLength } from "../pose/legLength.js";
import { type RestRig } from "../rig/restRig.js";
import { type IRigProfile } from "../rig/rigProfile.js";
import { type Vector3Tuple } from "../../math/vector3.js";

/** Length of the legs that bodies are scaled to for comparison, metres. */
const ComparedLeg = 0.85;
const LeftHip = SmplxJointNames.indexOf("left_hip");
const RightHip = SmplxJointNames.indexOf("right_hip");

/** A body made comparable: canonical axes, legs of 0.85 m, joints in SMPL-X order. Filled every frame. */
export class ComparedBody {
    /** [55,4] rotations since the T-pose: identity in the T-pose. */
    public readonly rotations = new Float64Array(BodyJointCount * 4);
    /** [55,3] positions, hips at the origin; metres of a body with legs of 0.85 m. */
    public readonly positions = new Float64Array(BodyJointCount * 3);
    /** [3] where the hips are, same scale. */
    public readonly hips = new Float64Array(3);

    /** Moves the origin to the hips; call when all positions are filled in. */
    public centre(scale: number): void {
        const { positions, hips } = this;
        for (let i = 0; i < positions.length; i++) {
            positions[i]! *= scale;
        }
        for (let i = 0; i < 3; i++) {
            hips[i] = (positions[LeftHip * 3 + i]! + positions[RightHip * 3 + i]!) / 2;
        }
        for (let i = 0; i < positions.length; i++) {
            positions[i]! -= hips[i % 3]!;
        }
    }
}

/** Reads poses of a rig into a {@link ComparedBody}. */
export class SourceReader {
    /** [55] node of each joint, or -1. */
    public readonly nodes = new Int32Array(BodyJointCount).fill(-1);
    /** [55] node that tells the joint's rotation, or -1. */
    public readonly turns = new Int32Array(BodyJointCount).fill(-1);
    private readonly _bases = new Float64Array(BodyJointCount * 4);
    private readonly _heading: Float64Array;
    private readonly _scale: number;

    /** @param corrections [55] Q of a trusted T-pose of the rig */
    public constructor(rig: RestRig, { mapping, calibration }: IRigProfile, corrections: readonly QuaternionTuple[]) {
        this._heading = Float64Array.from(calibration.heading);
        SmplxJointNames.forEach((name, joint) => {
            const node = mapping.nodes[name];
            if (node === undefined) {
                return;
            }
            this.nodes[joint] = node;
            this.turns[joint] = mapping.ends[name] ?? node;
            const rest = MultiplyQuaternion(calibration.heading, NormalizeQuaternion(rig[this.turns[joint]]!.rotation));
            const base = MultiplyQuaternion(InvertQuaternion(rest), InvertQuaternion(corrections[joint]!));
            this._bases.set(base, joint * 4);
        });
        const at = (name: SmplxJointName): Vector3Tuple => rig[mapping.nodes[name]!]!.position;
        const legs = (["left", "right"] as const).map((side) =>
            StraightLegLength(at(`${side}_hip`), at(`${side}_knee`), at(`${side}_ankle`)),
        );
        this._scale = ComparedLeg / ((legs[0]! + legs[1]!) / 2);
    }

    /** Reads a pose; joints without a node keep what they have. */
    public read(pose: RigPose, result: ComparedBody): void {
        for (let joint = 0; joint < BodyJointCount; joint++) {
            const node = this.nodes[joint]!;
            if (node >= 0) {
                RotatePacked(this._heading, 0, pose.positions, node * 3, result.positions, joint * 3);
                MultiplyPacked(
                    pose.rotations,
                    this.turns[joint]! * 4,
                    this._bases,
                    joint * 4,
                    result.rotations,
                    joint * 4,
                );
                MultiplyPacked(this._heading, 0, result.rotations, joint * 4, result.rotations, joint * 4);
            }
        }
        result.centre(this._scale);
    }
}

/** Reads poses of a body into a {@link ComparedBody}. */
export class TargetReader {
    private readonly _inverse = new Float64Array(BodyJointCount * 4);
    private readonly _scale: number;

    /** @param isSmpl whether rotations are compared as SMPL has them: since the body's own rest pose */
    public constructor(body: IAvatarBody, isSmpl: boolean) {
        body.corrections.forEach((correction, joint) => {
            this._inverse.set(isSmpl ? IdentityQuaternion : InvertQuaternion(correction), joint * 4);
        });
        this._scale = ComparedLeg / body.legLength;
    }

    /** Reads a pose. */
    public read({ rotations, positions }: BodyKinematics, result: ComparedBody): void {
        for (let joint = 0; joint < BodyJointCount; joint++) {
            MultiplyPacked(rotations, joint * 4, this._inverse, joint * 4, result.rotations, joint * 4);
        }
        result.positions.set(positions);
        result.centre(this._scale);
    }
}
