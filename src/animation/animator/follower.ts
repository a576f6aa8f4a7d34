import { SmplxJointNames } from "../../format/bodyModel.js";
import { SlerpPacked } from "../../math/packedQuaternion.js";
import { RigPose } from "../motion/rigPose.js";
import { type IAvatarBody } from "../pose/avatarBody.js";
import { BodyJointCount, BodyPose } from "../pose/bodyPose.js";
import { Retargeter } from "../retarget/retargeter.js";
import { type IRetargetOptions } from "../retarget/retargetOptions.js";
import { type IRigMapping } from "../rig/mapRig.js";
import { type IRigProfile } from "../rig/rigProfile.js";
import { type LiveRig } from "./liveRig.js";
import { SourceFeet } from "../adjust/sourceFeet.js";

/** Joints that other components may drive: they are left to them where the source has no such bone. */
const FaceJoints = ["jaw", "left_eye", "right_eye"] as const;

/** Poses a body like a live rig, and blends into doing so. */
export class Follower {
    /** The rig that is followed. */
    public readonly rig: LiveRig;
    /** Feet of the rig, for contacts. */
    public readonly feet: SourceFeet;

    /** [56] 1 where the rig drives the joint; the last one is for the position of the pelvis. */
    public readonly drives = new Uint8Array(BodyJointCount + 1).fill(1);

    private readonly _retargeter: Retargeter;
    private readonly _source: RigPose;
    private readonly _solved = new BodyPose();
    private readonly _before = new BodyPose();
    private readonly _fade: number;
    private _level = 0;

    /**
     * @param rig the rig to follow
     * @param profile its profile
     * @param body the body that follows
     * @param before pose of the body until now
     * @param options `fade`: seconds until the body follows completely; and how rotations carry over
     */
    public constructor(
        rig: LiveRig,
        profile: IRigProfile,
        body: IAvatarBody,
        before: BodyPose,
        options: IRetargetOptions & { readonly fade: number },
    ) {
        this.rig = rig;
        rig.watch(MappedNodes(profile.mapping));
        this.feet = new SourceFeet(rig.rig, profile);
        this._retargeter = new Retargeter(rig.rig, profile, body, options);
        this._source = new RigPose(rig.rig.length);
        this._before.copyFrom(before);
        this._fade = options.fade;
        this._level = options.fade > 0 ? 0 : 1;
        for (const joint of FaceJoints) {
            this.drives[SmplxJointNames.indexOf(joint)] = profile.mapping.nodes[joint] === undefined ? 0 : 1;
        }
    }

    /**
     * Poses the body as the rig stands now. Allocates nothing.
     *
     * @param pose receives the joints that the rig drives; the others stay as they are
     * @param seconds time since the last call
     * @returns false when the rig is gone, and nothing was changed
     */
    public solve(pose: BodyPose, seconds: number): boolean {
        if (!this.rig.read(this._source)) {
            return false;
        }
        this.feet.update(this._source);
        this._retargeter.solve(this._source, this._solved);
        this._level = this._level < 1 && this._fade > 0 ? Math.min(1, this._level + seconds / this._fade) : 1;
        const amount = this._level * this._level * (3 - 2 * this._level);
        const { _solved: solved, _before: before } = this;
        for (let joint = 0; joint < BodyJointCount; joint++) {
            const at = joint * 4;
            if (this.drives[joint] === 0) {
                continue;
            }
            if (amount < 1) {
                SlerpPacked(before.rotations, at, solved.rotations, at, amount, pose.rotations, at);
            } else {
                for (let i = 0; i < 4; i++) {
                    pose.rotations[at + i] = solved.rotations[at + i]!;
                }
            }
        }
        for (let i = 0; i < 3; i++) {
            pose.pelvis[i] = before.pelvis[i]! + (solved.pelvis[i]! - before.pelvis[i]!) * amount;
        }
        return true;
    }
}

/** All nodes that a mapping speaks of. */
function MappedNodes({ nodes, ends, tips, spine, neck }: IRigMapping): number[] {
    return [...Object.values(nodes), ...Object.values(ends), ...Object.values(tips), ...spine, ...neck];
}
