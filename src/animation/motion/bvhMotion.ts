import { DotVector3, type Vector3Tuple } from "../../math/vector3.js";
import { MapRig, type IRigMapping } from "../rig/mapRig.js";
import { RequiredJoints } from "../rig/matchNames.js";
import { NodesByName, type RigJointNames } from "../rig/rigProfile.js";
import { type IRigNode, type RestRig } from "../rig/restRig.js";
import { BvhError, type IBvhMotion } from "./bvh.js";
import { BvhRotation, BvhTranslation, PoseBvh } from "./bvhPose.js";
import { DescribeOtherUp, FindMotionUp, FindRestUp, StandRig, UpAxes } from "./bvhUpAxis.js";
import { FrameMotion } from "./frameMotion.js";
import { type IMotion } from "./motion.js";
import { MotionFromPositions } from "./motionFromPositions.js";
import { FindMotionGround, LegLength, LiftRig } from "./motionGround.js";
import { type SmplUpAxis } from "./smplUpAxis.js";
import { FindRestFault } from "../rig/usableRest.js";

/** How a BVH file becomes a motion. */
export interface IBvhMotionOptions {
    /**
     * Frame, counted from 0, in which the performer stands in a T- or A-pose (default: the zero pose of the hierarchy when
     * a person stands in it, else frame 0 when she does there, else none: then the motion is made from where its joints are).
     */
    readonly restFrame?: number;
    /** Axis of the file's world that points up (default: that along which the skeleton rests). */
    readonly upAxis?: SmplUpAxis;
    /** Nodes by name that play SMPL-X joints, where names do not tell; null for none. */
    readonly joints?: RigJointNames;
}

/** Length of an adult's leg, metres: what units are guessed by. */
const AdultLeg = 0.85;

/** Units that BVH files come in, metres; the CMU recordings as published divide inches by 0.45. */
const Units: readonly (readonly [metres: number, name: string])[] = [
    [1, "metres"],
    [0.1, "decimetres"],
    [0.01, "centimetres"],
    [0.0254, "inches"],
    [0.0254 / 0.45, "inches / 0.45"],
    [0.001, "millimetres"],
];

/** Frame times are written with six digits: 0.016667 s is meant as 60 Hz. */
const SameRate = 1e-4;

/**
 * Makes a motion of a BVH file, whatever its axes, unit, rotation order and bone names.
 *
 * @param name name of the clip
 * @param bvh the file, see {@link ReadBvh}
 * @returns the motion, in the units and axes of the file; `warnings` tell the unit and the rest pose that were assumed. A file
 * that does not show how its skeleton rests becomes a motion of the average body, metres, y up.
 * @throws RigError `rig-unknown-joint`, `rig-unknown-node` or `rig-ambiguous-node` for `joints` that cannot be used
 * @throws BvhError `no-rest-pose` when nothing shows how the skeleton rests and names do not tell its joints, `invalid-range` for a frame that is not there
 *
 * @example
 * ```ts
 * const walk = CreateBvhMotion("walk", ReadBvh(text));
 * ```
 */
export function CreateBvhMotion(name: string, bvh: IBvhMotion, options: IBvhMotionOptions = {}): IMotion {
    const warnings: string[] = [];
    const zero = ZeroPose(bvh);
    RequireFrame(bvh, options.restFrame, name);
    const mapping = MapRig(zero, NodesByName(zero, options.joints ?? {}, name));
    const { nodes } = mapping;
    const frames = ReadFrames(bvh);
    if (mapping.missing.length > 0) {
        // Nothing can be measured; whoever retargets it names the joints, or a map for them.
        const rig = options.restFrame === undefined ? zero : PoseBvh(bvh, options.restFrame);
        return new FrameMotion({ name, rig, ...frames });
    }
    const rest = FindRest(bvh, zero, nodes, options.restFrame, warnings);
    if (typeof rest === "string") {
        return MakeWithoutRest(bvh, new FrameMotion({ name, rig: zero, ...frames }), mapping, options, rest);
    }
    const restUp = FindRestUp(rest, nodes);
    const up = options.upAxis === undefined ? restUp : UpAxes[options.upAxis];
    const standing = StandRig(rest, restUp, up);
    const lowest = Math.min(...standing.map(({ position }) => DotVector3(position, up)));
    const rig = LiftRig(standing, up, -lowest);
    warnings.push(DescribeUnit(LegLength(rig, nodes)));
    const source = { name, rig, warnings, ...frames };
    const motion = new FrameMotion(source);
    const otherUp = options.upAxis === undefined ? DescribeOtherUp(motion, nodes, up) : null;
    warnings.push(...(otherUp === null ? [] : [otherUp]));
    const ground = FindMotionGround(motion, nodes, up);
    return new FrameMotion({ ...source, rig: LiftRig(rig, up, ground) });
}

/** The hierarchy without any rotation. */
function ZeroPose({ joints }: IBvhMotion): IRigNode[] {
    const posed: IRigNode[] = [];
    for (const { name, parent, offset } of joints) {
        const above = posed[parent]?.position ?? [0, 0, 0];
        const position: Vector3Tuple = [above[0] + offset[0], above[1] + offset[1], above[2] + offset[2]];
        posed.push({ name, parent, position, rotation: [0, 0, 0, 1] });
    }
    return posed;
}

function RequireFrame({ frameCount }: IBvhMotion, frame: number | undefined, name: string): void {
    if (frame !== undefined && !(Number.isInteger(frame) && frame >= 0 && frame < frameCount)) {
        throw new BvhError(
            "invalid-range",
            `"${name}": rest frame ${frame} is asked for; frames are counted from 0 to ${frameCount - 1}.`,
        );
    }
}

/** The skeleton at rest, or what is wrong with all that could be its rest. */
function FindRest(
    bvh: IBvhMotion,
    zero: RestRig,
    nodes: IRigMapping["nodes"],
    restFrame: number | undefined,
    warnings: string[],
): RestRig | string {
    if (restFrame !== undefined) {
        warnings.push(`The skeleton rests as in frame ${restFrame}.`);
        return PoseBvh(bvh, restFrame);
    }
    const zeroFault = FindRestFault(zero, nodes);
    if (zeroFault === null) {
        return zero;
    }
    const first = PoseBvh(bvh, 0);
    const firstFault = FindRestFault(first, nodes);
    if (firstFault === null) {
        warnings.push(`The skeleton rests as in frame 0, because in its zero pose ${zeroFault}.`);
        return first;
    }
    return `in the zero pose ${zeroFault}, in frame 0 ${firstFault}`;
}

/** Without a rest pose rotations mean nothing, but the places of the joints do, as far as names tell which is which. */
function MakeWithoutRest(
    bvh: IBvhMotion,
    motion: IMotion,
    { nodes, template }: IRigMapping,
    { upAxis, joints = {} }: IBvhMotionOptions,
    fault: string,
): IMotion {
    // The shape of a zero pose that is none tells no joints.
    const isNamed = template !== "topology" || RequiredJoints.every((joint) => typeof joints[joint] === "string");
    const axis = upAxis ?? FindMotionUp(motion, nodes);
    const warnings = [
        `The file does not show how its skeleton rests (${fault}): the motion is made from where its joints are, which loses ` +
            "how straight limbs and hands are turned about themselves. Better name a frame in which the performer stands " +
            "in a T- or A-pose as `restFrame`.",
        ...(upAxis === undefined && axis !== "y"
            ? [
                  `The person is along ${axis} most of the time, which is taken for up. If it is not, state the \`upAxis\`.`,
              ]
            : []),
    ];
    const leg = LegLength(PoseBvh(bvh, 0), nodes);
    const made = isNamed ? MotionFromPositions(motion, nodes, leg, axis, warnings) : null;
    if (!made) {
        throw new BvhError(
            "no-rest-pose",
            `"${motion.name}" does not show how its skeleton rests: ${fault}. ` +
                "Name a frame in which the performer stands in a T- or A-pose.",
        );
    }
    return made;
}

function DescribeUnit(leg: number): string {
    const misfit = ([metres]: readonly [number, string]): number => Math.abs(Math.log((leg * metres) / AdultLeg));
    const [, unit] = Units.reduce((a, b) => (misfit(b) < misfit(a) ? b : a));
    return `A leg is ${leg.toPrecision(3)} long: the unit is taken for ${unit}.`;
}

/** Local rotations and translations of the joints that have channels. */
function ReadFrames(bvh: IBvhMotion): {
    readonly frameCount: number;
    readonly frameRate: number;
    readonly offsets: number[];
    readonly turned: number[];
    readonly rotations: Float32Array;
    readonly moved: number[];
    readonly translations: Float32Array;
} {
    const { joints, frameCount } = bvh;
    const having = (kind: string): number[] =>
        joints.flatMap(({ channels }, i) => (channels.some((channel) => channel.endsWith(kind)) ? [i] : []));
    const turned = having("rotation");
    const moved = having("position");
    const rotations = new Float32Array(frameCount * turned.length * 4);
    const translations = new Float32Array(frameCount * moved.length * 3);
    for (let frame = 0; frame < frameCount; frame++) {
        turned.forEach((joint, i) => {
            rotations.set(BvhRotation(bvh, joint, frame), (frame * turned.length + i) * 4);
        });
        moved.forEach((joint, i) => {
            translations.set(BvhTranslation(bvh, joint, frame), (frame * moved.length + i) * 3);
        });
    }
    const exact = 1 / bvh.frameTime;
    const whole = Math.round(exact);
    const frameRate = Math.abs(exact - whole) < SameRate * exact ? whole : exact;
    const offsets = joints.flatMap(({ offset }) => [...offset]);
    return { frameCount, frameRate, offsets, turned, rotations, moved, translations };
}
