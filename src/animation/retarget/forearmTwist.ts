import { InverseMultiplyPacked, MultiplyPacked } from "../../math/packedQuaternion.js";
import { SmplxJointNames, type SmplxJointName } from "../../format/bodyModel.js";
import { type IAvatarBody } from "../pose/avatarBody.js";
import { type IRigMapping } from "../rig/mapRig.js";
import { type RestRig } from "../rig/restRig.js";

/** Beyond this the hand has turned further than any arm does: the elbow eases back, to where it is after a whole turn. */
const MostTurn = 1.5 * Math.PI;
const WholeTurn = 2 * Math.PI;
/** A hand swung by half a turn has no twist that could be told. */
const LeastTwist = 1e-8;
/** What is moved to the elbow of rigs whose own skin spreads the turn over helper bones. */
const HelperShare = 0.5;

/** Names of the bones that spread the turn of the forearm in a rig's own skin. */
const HelperName = /twist|roll/i;

/** The share of the forearm's turn that suits a rig: half where its own skin has helpers for it, else none. */
export function ForearmTwistOf(rig: RestRig, mapping: IRigMapping): number {
    const elbows = [mapping.nodes.left_elbow, mapping.nodes.right_elbow];
    const used = new Set(Object.values(mapping.nodes).concat(Object.values(mapping.ends)));
    const hasHelpers = rig.some(
        (node, i) => elbows.includes(node.parent) && !used.has(i) && HelperName.test(node.name),
    );
    return hasHelpers ? HelperShare : 0;
}

/**
 * Moves a share of the hand's turn about the forearm into the elbow joint; the hand stays as it is. Counts turns on across
 * ±180°, so that the elbow does not jump: call {@link reset} where time does.
 */
export class ForearmTwist {
    private readonly _share: number;
    private readonly _elbow: number;
    private readonly _wrist: number;
    /** Direction of the forearm at rest, unit length; zero when the forearm has no length. */
    private readonly _axis = new Float64Array(3);
    private readonly _turn = new Float64Array(4);
    private _angle = 0;

    /** @param share 0..1 of the turn that goes to the elbow */
    public constructor(body: IAvatarBody, side: "left" | "right", share: number) {
        this._share = share;
        this._elbow = SmplxJointNames.indexOf(`${side}_elbow` satisfies SmplxJointName);
        this._wrist = SmplxJointNames.indexOf(`${side}_wrist` satisfies SmplxJointName);
        const rest = body.restPositions;
        for (let i = 0; i < 3; i++) {
            this._axis[i] = rest[this._wrist * 3 + i]! - rest[this._elbow * 3 + i]!;
        }
        const length = Math.hypot(this._axis[0]!, this._axis[1]!, this._axis[2]!);
        for (let i = 0; i < 3; i++) {
            this._axis[i] = length > 1e-6 ? this._axis[i]! / length : 0;
        }
    }

    /** Forgets the turns counted so far. */
    public reset(): void {
        this._angle = 0;
    }

    /** Shares the turn of a pose. @param rotations [55,4] local rotations, changed in place */
    public apply(rotations: Float64Array): void {
        const axis = this._axis;
        const at = this._wrist * 4;
        const along = rotations[at]! * axis[0]! + rotations[at + 1]! * axis[1]! + rotations[at + 2]! * axis[2]!;
        const w = rotations[at + 3]!;
        if (along * along + w * w > LeastTwist) {
            const angle = 2 * Math.atan2(along, w);
            const turns = Math.round((this._angle - angle) / WholeTurn);
            this._angle = angle + turns * WholeTurn;
            if (Math.abs(this._angle) >= WholeTurn) {
                this._angle -= Math.sign(this._angle) * WholeTurn;
            }
        }
        const half = (this._share * EasedTurn(this._angle)) / 2;
        const sine = Math.sin(half);
        const turn = this._turn;
        for (let i = 0; i < 3; i++) {
            turn[i] = axis[i]! * sine;
        }
        turn[3] = Math.cos(half);
        MultiplyPacked(rotations, this._elbow * 4, turn, 0, rotations, this._elbow * 4);
        InverseMultiplyPacked(turn, 0, rotations, at, rotations, at);
    }
}

/** What an elbow takes its share of: the turn that was counted, or what is left of it on the way to a whole one. */
function EasedTurn(angle: number): number {
    const left = WholeTurn - Math.abs(angle);
    return left >= WholeTurn - MostTurn ? angle : (Math.sign(angle) * left * MostTurn) / (WholeTurn - MostTurn);
}
