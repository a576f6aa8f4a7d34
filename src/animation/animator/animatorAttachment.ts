import { type IAvatarBody } from "../pose/avatarBody.js";
import { BodyOfAsset } from "../pose/bodyOfAsset.js";
import { CarriesGaussians, DescribeExpressionSpace } from "../face/space/describeExpressionSpace.js";
import { AnimationLayers } from "./animationLayers.js";
import { AnimatorSchedule, type IScheduled } from "./animatorSchedule.js";
import { type IAnimatorSettings } from "./animatorSettings.js";
import { FaceDriver } from "./faceDriver.js";
import { type IPosableAvatar } from "./posableAvatar.js";
import { PoseDriver } from "./poseDriver.js";
import { AnimatorError, type RigTarget } from "./rigNodes.js";
import { RigPoseSource } from "./rigPoseSource.js";

/** What there is while an avatar is moved, and when it runs. */
export class AnimatorAttachment implements IScheduled {
    /** The avatar. */
    public readonly avatar: IPosableAvatar;
    /** The avatar, measured. */
    public readonly body: IAvatarBody;
    /** What follows and adjusts. */
    public readonly driver: PoseDriver;
    /** What moves the face. */
    public readonly face: FaceDriver;
    /** What plays clips. */
    public readonly layers: AnimationLayers;

    private readonly _onPose: (seconds: number) => void;
    private readonly _schedule: AnimatorSchedule;
    /** Seconds of animation since poses were last made, and since layers were brought up to date. */
    private _elapsed = 0;
    private _sinceLayers = 0;

    /**
     * @param avatar the avatar
     * @param onPose makes the pose; is told the seconds since the last one
     */
    public constructor(avatar: IPosableAvatar, onPose: (seconds: number) => void) {
        this.avatar = avatar;
        this.body = BodyOfAsset(avatar.asset);
        this.driver = new PoseDriver(avatar, this.body);
        const { lookAt, face } = this.driver.adjustments;
        this.face = new FaceDriver(
            {
                space: DescribeExpressionSpace(avatar.asset),
                eyesAreJoints: CarriesGaussians(avatar.asset, "left_eye"),
                channels: () => avatar.morphTargetManager,
            },
            lookAt,
            face,
        );
        this.layers = new AnimationLayers(this.driver.joints.nodes, () => {
            this.driver.restore();
        });
        this._onPose = onPose;
        this._schedule = AnimatorSchedule.Of(avatar.getScene());
        this._schedule.add(this);
    }

    /** {@inheritDoc IScheduled.ownPelvis} */
    public get ownPelvis(): RigTarget | null {
        return this.driver.joints.nodes[0] ?? null;
    }

    /** {@inheritDoc IScheduled.followedPelvis} */
    public get followedPelvis(): RigTarget | null {
        const source = this.driver.follower?.source;
        return source instanceof RigPoseSource ? source.pelvis : null;
    }

    /** Adjustments and what plays, as they are now. */
    public get settings(): Pick<IAnimatorSettings, "idle" | "feet" | "life" | "playing"> {
        const { idle, feet } = this.driver.adjustments;
        const { life } = this.face;
        return {
            idle: { weight: idle.weight, breathing: idle.breathing, sway: idle.sway, seed: idle.seed },
            feet: { weight: feet.weight },
            life: {
                weight: life.weight,
                blinking: life.blinking,
                saccades: life.saccades,
                micro: life.micro,
                seed: life.seed,
            },
            playing: this.layers.playing.map(({ group, options }) => ({ ...options, group: group.name })),
        };
    }

    /**
     * Takes settings over, as far as they go.
     *
     * @param settings the settings
     * @returns what could not be taken over: names of clips, and why
     */
    public applySettings({
        idle,
        feet,
        life,
        playing = [],
    }: IAnimatorSettings): (readonly [clip: string, reason: string])[] {
        Object.assign(this.driver.adjustments.idle, idle);
        Object.assign(this.driver.adjustments.feet, feet);
        Object.assign(this.face.life, life);
        const refused: (readonly [clip: string, reason: string])[] = [];
        for (const { group: name, ...options } of playing) {
            const group = this.avatar.animationGroups.find((candidate) => candidate.name === name);
            try {
                if (group) {
                    this.layers.play(group, options);
                } else {
                    refused.push([name, "The avatar has no clip of this name (any more): it does not play."]);
                }
            } catch (error) {
                if (!(error instanceof AnimatorError)) {
                    throw error;
                }
                refused.push([name, `The clip does not play as it was saved. ${error.message}`]);
            }
        }
        return refused;
    }

    /** {@inheritDoc IScheduled.beforeAnimations} */
    public beforeAnimations(): void {
        this.driver.restore();
        this.layers.update(this._sinceLayers);
        this._sinceLayers = 0;
    }

    /** {@inheritDoc IScheduled.afterAnimations} */
    public afterAnimations(seconds: number): void {
        this._elapsed += seconds;
        this._sinceLayers += seconds;
    }

    /** {@inheritDoc IScheduled.pose} */
    public pose(): void {
        const seconds = this._elapsed;
        this._elapsed = 0;
        this._onPose(seconds);
    }

    /** Stops all clips, takes adjustments back, and runs no longer. */
    public dispose(): void {
        this._schedule.remove(this);
        this.layers.dispose();
        this.driver.restore();
    }
}
