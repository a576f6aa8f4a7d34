import { type SmplxJointName } from "../../format/bodyModel.js";
import { MultiplyQuaternion, RotateVector3, ShortestRotation, type QuaternionTuple } from "../../math/quaternion.js";
import {
    AngleBetweenVector3,
    DotVector3,
    LerpVector3,
    NormalizeVector3,
    SubtractVector3,
    type Vector3Tuple,
} from "../../math/vector3.js";
import { type IRigMapping } from "./mapRig.js";
import { type RestRig } from "./restRig.js";

/** A half of the body. */
export type Side = "left" | "right";

/**
 * Left and right closer than the first are averaged, so that modelling asymmetry does not become posture; less so up to the
 * second, from which on they are two.
 */
const SymmetricWithin = [(5 * Math.PI) / 180, (10 * Math.PI) / 180] as const;

/** Where the bones of a rig at rest point, in the axes of the body. */
export class RestSegments {
    private readonly _rig: RestRig;
    private readonly _mapping: IRigMapping;
    private readonly _toBody: QuaternionTuple;

    /** @param toBody rotation from rest space to the axes of the body */
    public constructor(rig: RestRig, mapping: IRigMapping, toBody: QuaternionTuple) {
        this._rig = rig;
        this._mapping = mapping;
        this._toBody = toBody;
    }

    /** Position of a joint, or null when it has no node. */
    public at(joint: SmplxJointName): Vector3Tuple | null {
        return this._atNode(this._mapping.nodes[joint]);
    }

    /** Unit direction between two joints of a side, averaged with the mirrored other side where they nearly agree. */
    public direction(from: string, to: string, side: Side): Vector3Tuple | null {
        return Average(side, (s) => Between(this.at(Joint(s, from)), this.at(Joint(s, to))));
    }

    /** Unit direction from the last joint of a chain to its end. */
    public tipDirection(joint: string, side: Side): Vector3Tuple | null {
        return Average(side, (s) => {
            const tip = this._mapping.tips[Joint(s, joint)];
            return Between(this.at(Joint(s, joint)), this._atNode(tip));
        });
    }

    private _atNode(node: number | undefined): Vector3Tuple | null {
        return node === undefined ? null : RotateVector3(this._toBody, this._rig[node]!.position);
    }
}

/** The joint of a side, by what it is called without it. */
export function Joint(side: Side, name: string): SmplxJointName {
    return `${side}_${name}` as SmplxJointName;
}

/** Where a straight arm points. */
export function Outwards(side: Side): Vector3Tuple {
    return [side === "left" ? 1 : -1, 0, 0];
}

/** Turns on from `start` by the shortest way so that the rest direction comes to lie along the goal. */
export function Aim(start: QuaternionTuple, direction: Vector3Tuple, goal: Vector3Tuple): QuaternionTuple {
    return MultiplyQuaternion(ShortestRotation(RotateVector3(start, direction), goal), start);
}

/** From 0 at the beginning of a range to 1 at its end. */
export function Rise(value: number, [from, to]: readonly [number, number]): number {
    return Math.min(1, Math.max(0, (value - from) / (to - from)));
}

/** Unit direction; null when an end is unknown or both are in one place. */
function Between(from: Vector3Tuple | null, to: Vector3Tuple | null): Vector3Tuple | null {
    const step = from && to ? SubtractVector3(to, from) : null;
    return step && DotVector3(step, step) > 0 ? NormalizeVector3(step) : null;
}

function Average(side: Side, measure: (side: Side) => Vector3Tuple | null): Vector3Tuple | null {
    const own = measure(side);
    const other = measure(side === "left" ? "right" : "left");
    if (!own || !other) {
        return own;
    }
    const mirrored: Vector3Tuple = [-other[0], other[1], other[2]];
    const share = (1 - Rise(AngleBetweenVector3(own, mirrored), SymmetricWithin)) / 2;
    return NormalizeVector3(LerpVector3(own, mirrored, share));
}
