import { type _IAnimationState, Animation } from "@babylonjs/core/Animations/animation.pure.js";
import { type AnimationGroup } from "@babylonjs/core/Animations/animationGroup.pure.js";
import { type Matrix, Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { type SmplxJointName } from "../../format/bodyModel.js";
import { type IMotion } from "../motion/motion.js";
import { type RigPose } from "../motion/rigPose.js";
import { type RestRig } from "../rig/restRig.js";
import { HumanoidOfRigNodes } from "./humanoidMetadata.js";
import { type RigLocals } from "./rigLocals.js";
import { AnimatorError, FindRigNodesOfTargets, type IRigNodes } from "./rigNodes.js";
import { RestOfRigNodes } from "./rigRest.js";

/** Properties of nodes and bones that move a rig. */
const Properties = ["position", "rotationQuaternion", "rotation", "scaling", "_matrix"] as const;

/** One animated property of one node. */
interface IChannel {
    readonly node: number;
    readonly property: (typeof Properties)[number];
    readonly animation: Animation;
    /** Lets the evaluation start where it last found its keys. */
    readonly state: _IAnimationState;
}

const Position = new Vector3();
const Rotation = new Quaternion();
const Scale = new Vector3();

/**
 * A Babylon animation group as a motion that can be sampled at any time, without playing it and without touching the
 * scene. Channels that the group lacks keep what the file states; morph targets and whatever is no rig are left out.
 */
export class GroupMotion implements IMotion {
    /** Name of the group. */
    public readonly name: string;
    /** The rig in its bind pose. */
    public readonly rig: RestRig;
    /** Nodes that the file itself names as human bones. */
    public readonly humanoid: Readonly<Partial<Record<SmplxJointName, number>>>;
    /** Seconds from the group's first to its last frame. */
    public readonly duration: number;
    /** Frames a second of the group's fastest animation. */
    public readonly frameRate: number;
    /** The nodes of the rig. */
    public readonly nodes: IRigNodes;
    /** Remarks for people. */
    public readonly warnings: readonly string[];

    private readonly _from: number;
    private readonly _to: number;
    private readonly _rest: RigLocals;
    private readonly _locals: RigLocals;
    private readonly _all: Int32Array;
    private readonly _channels: readonly IChannel[];

    /**
     * @param group the group; it may play meanwhile
     * @throws AnimatorError `no-keys` when no key moves a node, `no-rig` when the group animates nothing but morph targets
     */
    public constructor(group: AnimationGroup) {
        const moving = group.targetedAnimations.filter(
            ({ animation }) => IsProperty(animation.targetProperty) && animation.getKeys().length > 0,
        );
        if (moving.length === 0) {
            throw new AnimatorError(
                "no-keys",
                `Animation group "${group.name}" has no key that moves a node or bone: there is nothing to retarget.`,
            );
        }
        this.name = group.name;
        this.nodes = FindRigNodesOfTargets(
            group.name,
            moving.map(({ target }): unknown => target),
        );
        const { rig, locals, warnings } = RestOfRigNodes(this.nodes);
        this.rig = rig;
        this.humanoid = HumanoidOfRigNodes(this.nodes);
        this._rest = locals;
        this._locals = locals.clone();
        this._all = Int32Array.from(rig.keys());
        const indices = new Map<unknown, number>(this.nodes.targets.map((target, i) => [target, i]));
        const channels = moving.flatMap(({ animation, target }) => {
            const node = indices.get(target);
            return node === undefined ? [] : [MakeChannel(node, animation)];
        });
        // Exporters key every node whether it moves or not: what stands still is set once.
        channels.filter(IsStill).forEach((channel) => {
            Apply(channel, channel.animation.getKeys()[0]!.value, this._rest);
        });
        this._channels = channels.filter((channel) => !IsStill(channel));
        const rates = channels.map(({ animation }) => animation.framePerSecond).filter((rate) => rate > 0);
        this._from = group.from;
        this._to = Math.max(group.from, group.to);
        this.frameRate = Math.max(1, ...rates);
        this.duration = Math.max(0, ...rates.map((rate) => (this._to - this._from) / rate));
        this.warnings = [...warnings, ...BrokenKeys(channels, this.nodes)];
    }

    /**
     * Poses the rig. Allocates what Babylon's own evaluation of a key does.
     *
     * @param seconds time since the group's first frame; earlier and later times get the first and last pose
     * @param result receives world rotations and positions of all nodes
     */
    public sample(seconds: number, result: RigPose): void {
        const locals = this._locals;
        locals.copyFrom(this._rest);
        for (const channel of this._channels) {
            const { animation, state } = channel;
            const frame = this._from + Math.max(0, seconds) * animation.framePerSecond;
            Apply(channel, animation._interpolate(Math.min(frame, this._to), state), locals);
        }
        locals.compose(this._all, result);
    }
}

/** Sets an animated property; a value that is not a number leaves the node at rest, and whoever made the motion is told once. */
function Apply({ node, property }: IChannel, value: unknown, locals: RigLocals): void {
    if (property === "position") {
        locals.setPosition(node, value as Vector3);
    } else if (property === "scaling") {
        locals.setScale(node, value as Vector3);
    } else if (property === "rotationQuaternion") {
        locals.setRotation(node, value as Quaternion);
    } else if (property === "rotation") {
        const { x, y, z } = value as Vector3;
        locals.setRotation(node, Quaternion.RotationYawPitchRollToRef(y, x, z, Rotation));
    } else {
        (value as Matrix).decompose(Scale, Rotation, Position);
        locals.setPosition(node, Position);
        locals.setRotation(node, Rotation);
        locals.setScale(node, Scale);
    }
}

/** Whether all keys say the same. */
function IsStill({ animation }: IChannel): boolean {
    const [first, ...rest] = animation.getKeys();
    return rest.every(({ value, inTangent, outTangent }) => {
        const hasTangent = inTangent !== undefined || outTangent !== undefined;
        return !hasTangent && (value as Vector3 | Quaternion | Matrix).equals(first!.value as never);
    });
}

function IsProperty(name: string): name is IChannel["property"] {
    return (Properties as readonly string[]).includes(name);
}

function MakeChannel(node: number, animation: Animation): IChannel {
    const state = { key: 0, repeatCount: 0, loopMode: Animation.ANIMATIONLOOPMODE_CONSTANT };
    return { node, animation, property: animation.targetProperty as IChannel["property"], state };
}

function BrokenKeys(channels: readonly IChannel[], nodes: IRigNodes): string[] {
    const broken = channels.filter(({ animation }) => animation.getKeys().some(({ value }) => !IsFinite(value)));
    return broken.length === 0
        ? []
        : [
              `Keys that are not finite numbers were left out: ${broken
                  .map(({ node, property }) => `"${nodes.names[node]!}".${property}`)
                  .join(", ")}.`,
          ];
}

function IsFinite(value: unknown): boolean {
    const numbers = (value as Vector3 | Quaternion | Matrix).asArray() as ArrayLike<number>;
    return Array.from(numbers).every(Number.isFinite);
}
