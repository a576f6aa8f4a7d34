import { type AnimationGroup } from "@babylonjs/core/Animations/animationGroup.pure.js";
import { SmplxJointNames, type SmplxJointName } from "../../format/bodyModel.js";
import { type IMotion } from "../motion/motion.js";
import { type RigJointNames } from "../rig/rigProfile.js";
import { type IDescribedRig, type RigSource } from "./animatorOptions.js";
import { GroupMotion } from "./groupMotion.js";
import { HumanoidOfRigNodes } from "./humanoidMetadata.js";
import { LiveRig } from "./liveRig.js";
import { type RigTarget } from "./rigNodes.js";
import { RigOf } from "./rigOfSource.js";
import { RigProfiles } from "./rigProfiles.js";

/** Understands rigs, motions and groups, each once. */
export class DescribedRigs {
    private readonly _profiles = new RigProfiles();
    private readonly _corrections: Readonly<Record<string, RigJointNames>>;

    /** @param corrections bones by joint that are known better, by the name of the rig; looked at when a rig is described */
    public constructor(corrections: Readonly<Record<string, RigJointNames>>) {
        this._corrections = corrections;
    }

    /**
     * @param source a rig, a group that moves one, or a motion
     * @param joints bones by joint, where they are known better
     * @param own nodes of the avatar's own joints, in SMPL-X order: their names need not tell
     * @throws RigError, AnimatorError
     */
    public describe(
        source: RigSource | AnimationGroup | IMotion,
        joints: RigJointNames | undefined,
        own: readonly (RigTarget | null)[],
    ): IDescribedRig {
        if (IsGroup(source)) {
            return this.describe(new GroupMotion(source), joints, own);
        }
        if (!("sample" in source)) {
            return this.describeLive(new LiveRig(RigOf(source)), joints);
        }
        const { name, rig } = source;
        const isGroup = source instanceof GroupMotion;
        const humanoid = (isGroup ? OwnJoints(source, own) : null) ?? source.humanoid ?? {};
        const key = isGroup ? source.nodes.targets[0]! : rig;
        const profile = this._profiles.profileOf({ name, rig, humanoid, key }, this._correctionOf(name, joints));
        return { name, rig, ...profile };
    }

    /**
     * @param live a live rig
     * @param joints bones by joint, where they are known better
     * @throws RigError
     */
    public describeLive({ rig, nodes }: LiveRig, joints: RigJointNames | undefined): IDescribedRig {
        const { name } = nodes;
        const source = { name, rig, humanoid: HumanoidOfRigNodes(nodes), key: nodes.targets[0]! };
        return { name, rig, ...this._profiles.profileOf(source, this._correctionOf(name, joints)) };
    }

    private _correctionOf(name: string, joints: RigJointNames | undefined): RigJointNames | null {
        return joints ?? this._corrections[name] ?? null;
    }
}

/** Whether a source is an animation group. */
export function IsGroup(source: object): source is AnimationGroup {
    return "targetedAnimations" in source;
}

/** Which nodes of a group are which joints, where it moves the avatar itself. */
function OwnJoints(
    { nodes }: GroupMotion,
    own: readonly (RigTarget | null)[],
): Partial<Record<SmplxJointName, number>> | null {
    const found = SmplxJointNames.flatMap((name, joint) => {
        const target = own[joint];
        const node = target ? nodes.targets.indexOf(target) : -1;
        return node < 0 ? [] : [[name, node] as const];
    });
    return found.length > 0 ? Object.fromEntries(found) : null;
}
