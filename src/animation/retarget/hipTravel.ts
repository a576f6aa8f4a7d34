import { SmplxJointNames, type SmplxJointName } from "../../format/bodyModel.js";
import { RotateVector3 } from "../../math/quaternion.js";
import { LerpVector3, type Vector3Tuple } from "../../math/vector3.js";
import { RotatePacked } from "../../math/packedQuaternion.js";
import { type RigPose } from "../motion/rigPose.js";
import { type IAvatarBody } from "../pose/avatarBody.js";
import { type BodyPose } from "../pose/bodyPose.js";
import { StraightLegLength } from "../pose/legLength.js";
import { type RestRig } from "../rig/restRig.js";
import { type IRigProfile } from "../rig/rigProfile.js";
import { type IRetargetOptions } from "./retargetOptions.js";

const Index = (name: SmplxJointName): number => SmplxJointNames.indexOf(name);

/**
 * Carries the travel of a body over. The mid-point of the hip joints is what travels, because the pelvis bone lies elsewhere
 * in every rig; it is scaled by the length of the legs, measured from the height of the ankles at rest, so that feet that
 * stand in the source stand here.
 */
export class HipTravel {
    /** Metres of horizontal travel for one unit of the source's. */
    public readonly horizontalScale: number;
    /** Metres of vertical movement for one unit of the source's. */
    public readonly verticalScale: number;

    private readonly _heading: Float64Array;
    private readonly _left: number;
    private readonly _right: number;
    private readonly _isInPlace: boolean;
    /** Ground point under the hips and height of the ankles at rest: source (its unit), body (metres). */
    private readonly _from: Vector3Tuple;
    private readonly _to: Vector3Tuple;
    /** From the hip mid-point to the pelvis joint at rest, metres. */
    private readonly _hipsToPelvis = new Float64Array(3);
    private readonly _hips = new Float64Array(3);
    private readonly _turned = new Float64Array(3);

    public constructor(rig: RestRig, profile: IRigProfile, body: IAvatarBody, options: IRetargetOptions) {
        const { nodes } = profile.mapping;
        const { heading } = profile.calibration;
        this._heading = Float64Array.from(heading);
        this._left = nodes.left_hip!;
        this._right = nodes.right_hip!;
        this._isInPlace = options.rootMotion === "inPlace";
        const source = (name: SmplxJointName): Vector3Tuple => RotateVector3(heading, rig[nodes[name]!]!.position);
        const target = (name: SmplxJointName): Vector3Tuple => {
            const at = Index(name) * 3;
            return [body.restPositions[at]!, body.restPositions[at + 1]!, body.restPositions[at + 2]!];
        };
        const scale = ScaleOf(source, body.legLength);
        this.horizontalScale = options.horizontalScale ?? scale;
        this.verticalScale = options.verticalScale ?? scale;
        const sourceHips = LerpVector3(source("left_hip"), source("right_hip"), 0.5);
        const targetHips = LerpVector3(target("left_hip"), target("right_hip"), 0.5);
        const sourceAnkles = (source("left_ankle")[1] + source("right_ankle")[1]) / 2;
        this._from = [sourceHips[0], sourceAnkles, sourceHips[2]];
        this._to = [targetHips[0], -(body.soles[0]! + body.soles[2]!) / 2, targetHips[2]];
        for (let i = 0; i < 3; i++) {
            this._hipsToPelvis[i] = body.restPositions[i]! - targetHips[i]!;
        }
    }

    /**
     * Places the pelvis; the rotation of the body must be in the pose already. Allocates nothing.
     *
     * @returns whether the source's hips are where numbers can tell; if not, the pelvis is left as it was
     */
    public solve(source: RigPose, result: BodyPose): boolean {
        const hips = this._hips;
        for (let i = 0; i < 3; i++) {
            hips[i] = (source.positions[this._left * 3 + i]! + source.positions[this._right * 3 + i]!) / 2;
        }
        RotatePacked(this._heading, 0, hips, 0, hips, 0);
        if (!Number.isFinite(hips[0]! + hips[1]! + hips[2]!)) {
            return false;
        }
        const across = this._isInPlace ? 0 : this.horizontalScale;
        const turned = this._turned;
        RotatePacked(result.rotations, 0, this._hipsToPelvis, 0, turned, 0);
        result.pelvis[0] = this._to[0] + across * (hips[0]! - this._from[0]) + turned[0]!;
        result.pelvis[1] = this._to[1] + this.verticalScale * (hips[1]! - this._from[1]) + turned[1]!;
        result.pelvis[2] = this._to[2] + across * (hips[2]! - this._from[2]) + turned[2]!;
        return true;
    }
}

/** By the legs; 1 where they have no length. */
function ScaleOf(source: (name: SmplxJointName) => Vector3Tuple, legLength: number): number {
    const leg =
        (StraightLegLength(source("left_hip"), source("left_knee"), source("left_ankle")) +
            StraightLegLength(source("right_hip"), source("right_knee"), source("right_ankle"))) /
        2;
    if (leg > 0 && legLength > 0) {
        return legLength / leg;
    }
    return 1;
}
