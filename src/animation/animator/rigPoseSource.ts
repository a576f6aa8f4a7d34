import { SmplxJointNames } from "../../format/bodyModel.js";
import { SourceFeet } from "../adjust/sourceFeet.js";
import { RigPose } from "../motion/rigPose.js";
import { type IAvatarBody } from "../pose/avatarBody.js";
import { BodyJointCount, type BodyPose } from "../pose/bodyPose.js";
import { type IPoseSource } from "../pose/poseSource.js";
import { Retargeter } from "../retarget/retargeter.js";
import { type IRetargetOptions } from "../retarget/retargetOptions.js";
import { type IRigMapping } from "../rig/mapRig.js";
import { type IRigProfile } from "../rig/rigProfile.js";
import { type LiveRig } from "./liveRig.js";
import { type RigTarget } from "./rigNodes.js";

/** Joints that other components may drive: they are left to them where the source has no such bone. */
const FaceJoints = ["jaw", "left_eye", "right_eye"] as const;

/** Poses a body like a live rig. */
export class RigPoseSource implements IPoseSource {
    /** Name of the rig. */
    public readonly name: string;
    /** [55] 1 where the rig has the joint, or the joint follows from others. */
    public readonly drives = new Uint8Array(BodyJointCount).fill(1);
    /** Feet of the rig, for contacts. */
    public readonly feet: SourceFeet;
    /** What poses the pelvis of the rig. */
    public readonly pelvis: RigTarget | null;
    /** Whether the rig was disposed. */
    public isOver = false;

    private readonly _rig: LiveRig;
    private readonly _retargeter: Retargeter;
    private readonly _source: RigPose;

    /**
     * @param rig the rig to follow
     * @param profile its profile
     * @param body the body that follows
     * @param options how rotations carry over
     */
    public constructor(rig: LiveRig, profile: IRigProfile, body: IAvatarBody, options: IRetargetOptions) {
        this.name = rig.nodes.name;
        this._rig = rig;
        this.pelvis = rig.nodes.targets[profile.mapping.nodes.pelvis ?? -1] ?? null;
        rig.watch(MappedNodes(profile.mapping));
        this.feet = new SourceFeet(rig.rig, profile);
        this._retargeter = new Retargeter(rig.rig, profile, body, options);
        this._source = new RigPose(rig.rig.length);
        for (const joint of FaceJoints) {
            this.drives[SmplxJointNames.indexOf(joint)] = profile.mapping.nodes[joint] === undefined ? 0 : 1;
        }
    }

    /** {@inheritDoc IPoseSource.readPose} */
    public readPose(pose: BodyPose): boolean {
        if (!this._rig.read(this._source)) {
            this.isOver = true;
            return false;
        }
        this.feet.update(this._source);
        this._retargeter.solve(this._source, pose);
        return true;
    }
}

/** All nodes that a mapping speaks of. */
function MappedNodes({ nodes, ends, tips, spine, neck }: IRigMapping): number[] {
    return [...Object.values(nodes), ...Object.values(ends), ...Object.values(tips), ...spine, ...neck];
}
