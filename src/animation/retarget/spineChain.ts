import { SmplxJointNames, type SmplxJointName } from "../../format/bodyModel.js";
import { DistanceVector3, type Vector3Tuple } from "../../math/vector3.js";
import { type IAvatarBody } from "../pose/avatarBody.js";
import { type IRigMapping } from "../rig/mapRig.js";
import { type RestRig } from "../rig/restRig.js";
import { type SpineMode } from "./retargetOptions.js";

/** A node of a chain, and the joint whose calibration it shares. */
export interface IChainKnot {
    /** Node of the rig. */
    readonly node: number;
    /** SMPL-X joint, 0..54. */
    readonly joint: number;
}

/** Where a joint lies in a chain of the rig: at a node or between two. */
export interface IChainPlace {
    /** The node below the joint, or at it. */
    readonly first: IChainKnot;
    /** The node above the joint. */
    readonly second?: IChainKnot;
    /** Way from the first to the second, 0..1. */
    readonly amount: number;
}

type Places = readonly (readonly [SmplxJointName, IChainPlace])[];

const SpineJoints = ["spine1", "spine2", "spine3"] as const;
const Index = (name: SmplxJointName): number => SmplxJointNames.indexOf(name);
/** Share of the head's turn that a neck without a bone of its own takes. */
const NeckShare = 0.4;

/**
 * Where the three spine joints lie in the rig's spine. Knots are the world rotations of pelvis and spine bones, each at the
 * place where its bone begins; the last joint always takes the last bone, which carries the shoulders.
 */
export function SpinePlaces(rig: RestRig, mapping: IRigMapping, body: IAvatarBody, mode: SpineMode): Places {
    const { spine, nodes } = mapping;
    if (nodes.pelvis === undefined) {
        return [];
    }
    if (spine.length === SpineJoints.length) {
        return SpineJoints.map((name, i) => [name, At(spine[i]!, name)] as const);
    }
    if (mode === "oneToOne") {
        return [];
    }
    const pelvis = { node: nodes.pelvis, joint: Index("pelvis") };
    if (spine.length > 0) {
        const knots = spine.map((node, i) => ({ node, joint: Index(i === spine.length - 1 ? "spine3" : "spine2") }));
        return Spread(rig, [pelvis, ...knots], body, SpineJoints);
    }
    // Without a bone between them, what the pelvis does not share with the neck is the bend of the whole trunk.
    const first = nodes.neck ?? mapping.neck[0];
    const top = first ?? nodes.head;
    if (top === undefined) {
        return [];
    }
    const name = first === undefined ? "head" : "neck";
    const joints = first === undefined ? ([...SpineJoints, "neck"] as const) : SpineJoints;
    return Spread(rig, [pelvis, { node: top, joint: Index(name) }], body, joints, name);
}

/**
 * Where the neck lies: at the last of several neck bones, or between chest and head when the rig has none. One to one, it is
 * the bone that was named, or none; without a spine either it is part of the trunk's chain.
 */
export function NeckPlace({ neck, nodes, spine }: IRigMapping, mode: SpineMode): Places {
    if (mode === "oneToOne") {
        return [];
    }
    const last = neck.at(-1) ?? nodes.neck;
    if (last !== undefined) {
        return [["neck", At(last, "neck")]];
    }
    const chest = spine.at(-1);
    if (chest === undefined || nodes.head === undefined) {
        return [];
    }
    const first = { node: chest, joint: Index("spine3") };
    return [["neck", { first, second: { node: nodes.head, joint: Index("head") }, amount: NeckShare }]];
}

/** Joints of the body along knots of the rig, by length from the pelvis to the last joint, or to the one that ends the chain. */
function Spread(
    rig: RestRig,
    knots: readonly IChainKnot[],
    body: IAvatarBody,
    joints: readonly SmplxJointName[],
    end?: SmplxJointName,
): Places {
    const chain = ["pelvis", ...joints, ...(end === undefined ? [] : [end])] as const;
    const from = Lengths(knots.map((knot) => rig[knot.node]!.position));
    const to = Lengths(chain.map((name) => RestPosition(body, Index(name))));
    return joints.map((name, i) => [name, Between(knots, from, to[i + 1]!)] as const);
}

function At(node: number, name: SmplxJointName): IChainPlace {
    return { first: { node, joint: Index(name) }, amount: 0 };
}

function Between(knots: readonly IChainKnot[], lengths: readonly number[], at: number): IChainPlace {
    const above = lengths.findIndex((length, i) => i > 0 && length >= at - 1e-9);
    const k = above < 0 ? knots.length - 1 : above;
    const span = lengths[k]! - lengths[k - 1]!;
    const amount = span > 0 ? (at - lengths[k - 1]!) / span : 1;
    return amount > 1 - 1e-9
        ? { first: knots[k]!, amount: 0 }
        : { first: knots[k - 1]!, second: knots[k]!, amount: Math.max(0, amount) };
}

/** Cumulative lengths along points, the last being 1; evenly spaced when they all coincide. */
function Lengths(points: readonly Vector3Tuple[]): number[] {
    let sum = 0;
    const lengths = points.map((point, i) => (sum += i === 0 ? 0 : DistanceVector3(point, points[i - 1]!)));
    return lengths.map((length, i) => (sum > 0 ? length / sum : i / (points.length - 1)));
}

function RestPosition({ restPositions }: IAvatarBody, joint: number): Vector3Tuple {
    const at = joint * 3;
    return [restPositions[at]!, restPositions[at + 1]!, restPositions[at + 2]!];
}
