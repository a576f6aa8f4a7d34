import { type IMotion } from "../../animation/motion/motion.js";
import { type RigPose } from "../../animation/motion/rigPose.js";
import { type RestRig } from "../../animation/rig/restRig.js";
import { type SmplxJointName } from "../../format/bodyModel.js";
import { type ICharacterChannel, type ICharacterNode } from "../bake/riggedCharacter.js";
import { ChannelSampler } from "./channelSampler.js";
import { FindKeyRate } from "./keyRate.js";
import { AffineNumbers, ComposeWorld, WriteRotation } from "./nodeMatrices.js";

/** Values of a key that differ by less are the same, written again. */
const StillWithin = 1e-5;

/** What the clips of one file have in common. */
export interface ICharacterRig {
    /** Nodes of the scene, as the file has them: what no channel moves stays there. */
    readonly nodes: readonly ICharacterNode[];
    /** The same nodes at rest, in the scene, its mirror removed. */
    readonly rig: RestRig;
    /** Nodes that the file itself names as human bones. */
    readonly humanoid: Readonly<Partial<Record<SmplxJointName, number>>>;
    /** Joints of its skins; none in files that hold motion alone. */
    readonly bones?: ReadonlySet<number>;
    /** Whether the skeleton lies below a mirror: the scene's mirror image is taken then. */
    readonly isMirrored: boolean;
    /** What was assumed about the file. */
    readonly warnings: readonly string[];
}

/** A clip of a glTF file as a motion: all nodes above the skeleton count, scales too. */
export class CharacterMotion implements IMotion {
    /** Name of the clip. */
    public readonly name: string;
    /** The rig at rest, in the scene. */
    public readonly rig: RestRig;
    /** Nodes that the file itself names as human bones. */
    public readonly humanoid: Readonly<Partial<Record<SmplxJointName, number>>>;
    /** Nodes with keys that differ. */
    public readonly moving: ReadonlySet<number>;
    /** Seconds from the first to the last key. */
    public readonly duration: number;
    /** Keys a second; 30 for clips that are keyed sparsely. */
    public readonly frameRate: number;
    /** What was assumed about the file. */
    public readonly warnings: readonly string[];
    private readonly _parents: Int32Array;
    private readonly _start: number;
    private readonly _mirrorX: number;
    private readonly _clock = new Float64Array(1);
    private readonly _samplers: readonly ChannelSampler[];
    private readonly _translations: Float64Array;
    private readonly _rotations: Float64Array;
    private readonly _scales: Float64Array;
    private readonly _world: Float64Array;

    /**
     * @param name name of the clip
     * @param channels what moves, at least one; times ascend
     * @param source the rig
     */
    public constructor(name: string, channels: readonly ICharacterChannel[], source: ICharacterRig) {
        const { nodes } = source;
        this.name = name;
        this.rig = source.rig;
        this.humanoid = source.humanoid;
        this.moving = new Set(channels.filter(IsMoving).map(({ node }) => node));
        this.warnings = source.warnings;
        this._start = Math.min(...channels.map(({ times }) => times[0]!));
        this.duration = Math.max(...channels.map(({ times }) => times.at(-1)!)) - this._start;
        this.frameRate = FindKeyRate(OfSkeleton(channels, source));
        this._parents = Int32Array.from(nodes, (node) => node.parent);
        this._mirrorX = source.isMirrored ? -1 : 1;
        this._samplers = channels.map((channel) => new ChannelSampler(channel));
        this._translations = Float64Array.from(nodes.flatMap((node) => [...node.translation]));
        this._rotations = Float64Array.from(nodes.flatMap((node) => [...node.rotation]));
        this._scales = Float64Array.from(nodes.flatMap((node) => [...node.scale]));
        this._world = new Float64Array(nodes.length * AffineNumbers);
    }

    /** {@inheritDoc IMotion.sample} */
    public sample(seconds: number, result: RigPose): void {
        // Written so that NaN is the first key.
        this._clock[0] = this._start + (seconds > 0 ? seconds : 0);
        for (let i = 0; i < this._samplers.length; i++) {
            const sampler = this._samplers[i]!;
            if (sampler.path === "rotation") {
                sampler.sample(this._clock, this._rotations, sampler.node * 4);
            } else {
                sampler.sample(
                    this._clock,
                    sampler.path === "scale" ? this._scales : this._translations,
                    sampler.node * 3,
                );
            }
        }
        const world = this._world;
        for (let node = 0; node < this._parents.length; node++) {
            const parent = this._parents[node]!;
            const at = node * AffineNumbers;
            const above = parent < 0 ? -1 : parent * AffineNumbers;
            ComposeWorld(world, above, at, this._translations, this._rotations, this._scales, node);
            WriteRotation(world, at, this._mirrorX, result.rotations, node * 4);
            result.positions[node * 3] = world[at + 9]! * this._mirrorX;
            result.positions[node * 3 + 1] = world[at + 10]!;
            result.positions[node * 3 + 2] = world[at + 11]!;
        }
    }
}

/** Channels of the bones and of what is above them; all where the file does not tell bones from props. */
function OfSkeleton(
    channels: readonly ICharacterChannel[],
    { nodes, bones = new Set<number>(), humanoid }: ICharacterRig,
): readonly ICharacterChannel[] {
    const onPath = new Set<number>();
    for (const bone of [...bones, ...Object.values(humanoid)]) {
        for (let node = bone; node >= 0 && !onPath.has(node); node = nodes[node]!.parent) {
            onPath.add(node);
        }
    }
    const own = channels.filter(({ node }) => onPath.has(node));
    return own.length > 0 ? own : channels;
}

/** Whether the values of a channel ever differ from the first. */
function IsMoving({ values, size, interpolation }: ICharacterChannel): boolean {
    const stride = interpolation === "CUBICSPLINE" ? 3 * size : size;
    return values.some((value, i) => Math.abs(value - values[i % stride]!) > StillWithin);
}
