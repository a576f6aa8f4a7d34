import { type AnimationGroup } from "@babylonjs/core/Animations/animationGroup.pure.js";
import { type Behavior } from "@babylonjs/core/Behaviors/behavior.js";
import { type TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { Logger } from "@babylonjs/core/Misc/logger.js";
import { Observable } from "@babylonjs/core/Misc/observable.js";
import { type Scene } from "@babylonjs/core/scene.js";
import { type IAnimationClip } from "../../format/avatarAsset.js";
import { AdjustWhileBaking } from "../adjust/adjustWhileBaking.js";
import { BodyAdjustments } from "../adjust/bodyAdjustments.js";
import { type FootPlanter } from "../adjust/footPlanter.js";
import { type IdleLife } from "../adjust/idleLife.js";
import { type IMotion } from "../motion/motion.js";
import { type IAvatarBody } from "../pose/avatarBody.js";
import { BodyOfAsset } from "../pose/bodyOfAsset.js";
import { BodyPose } from "../pose/bodyPose.js";
import { type IPoseSource } from "../pose/poseSource.js";
import { RetargetMotion } from "../retarget/retargetMotion.js";
import { type RigJointNames } from "../rig/rigProfile.js";
import { AnimationLayers, DefaultFade, type IPlayOptions } from "./animationLayers.js";
import {
    type FollowSource,
    type IDescribedRig,
    type IEffectorOptions,
    type IFollowOptions,
    type IRetargetClipOptions,
    type RigSource,
} from "./animatorOptions.js";
import { type ScenePlace } from "./avatarSpace.js";
import { type IAnimatorSettings, ReadAnimatorSettings } from "./animatorSettings.js";
import { ClipToGroup } from "./clipToGroup.js";
import { DescribedRigs, IsGroup } from "./describedRigs.js";
import { Follower } from "./follower.js";
import { GroupMotion } from "./groupMotion.js";
import { LiveRig } from "./liveRig.js";
import { type IPosableAvatar } from "./posableAvatar.js";
import { type EffectorName, PoseDriver } from "./poseDriver.js";
import { AnimatorError } from "./rigNodes.js";
import { RigOf } from "./rigOfSource.js";
import { RigPoseSource } from "./rigPoseSource.js";

/** Name under which the behaviour is found on its avatar. */
export const AvatarAnimatorName = "AvatarAnimator";

/**
 * Moves an avatar: any humanoid rig's clips become clips of the avatar, live rigs are followed, clips are played in layers,
 * and poses are adjusted to the world. A Babylon behaviour; every avatar has one in `avatar.animator`.
 *
 * Each frame, in this order: clips play (Babylon's animation step) · the followed rig is read and its pose goes onto the
 * joints, over the clips · idle life · feet · look-at · hands. From the second on everything happens as the first of the
 * scene's `onBeforeRenderObservable`, when animations and physics have run. Adjustments are off until asked for, and are
 * taken back ahead of the next animation step.
 *
 * @example
 * ```ts
 * const hero = await LoadAssetContainerAsync("hero.glb", scene);
 * const walk = avatar.animator.retarget(hero.animationGroups[0]);
 * avatar.animator.play(walk, { fade: 0.3 });
 * avatar.animator.lookAt(camera.position);
 * ```
 */
export class AvatarAnimator implements Behavior<IPosableAvatar> {
    /** Name of the behaviour. */
    public readonly name = AvatarAnimatorName;
    /** The avatar that is moved, or null. */
    public attachedNode: IPosableAvatar | null = null;
    /** Bones by joint for rigs whose names tell it wrong, by the name of the skeleton, node, group or motion. */
    public readonly rigs: Record<string, RigJointNames> = {};
    /** Told when a rig that is followed is gone, with its name; the avatar keeps its last pose. */
    public readonly onFollowLostObservable = new Observable<string>();
    /** Told what was assumed or mended, a sentence each; they are logged while nobody listens. */
    public readonly onWarningObservable = new Observable<string>();

    private readonly _described = new DescribedRigs(this.rigs);
    private _driver: PoseDriver | null = null;
    private _layers: AnimationLayers | null = null;
    private _body: IAvatarBody | null = null;
    private _removeObservers: (() => void)[] = [];
    /** Seconds of animation since poses were last updated, and since layers were. */
    private _elapsed = 0;
    private _sinceLayers = 0;

    /** Settings that wait for an avatar. */
    private _settings: IAnimatorSettings | null = null;

    /**
     * Makes an animator out of a saved scene.
     *
     * @param parsed what {@link serialize} returned; anything else gives an animator with default settings
     * @returns the animator, for `avatar.addBehavior`: settings take effect, and clips that played do so again, once it is
     * attached
     */
    public static Parse(parsed: unknown): AvatarAnimator {
        const animator = new AvatarAnimator();
        animator._settings = ReadAnimatorSettings(parsed);
        Object.assign(animator.rigs, animator._settings.rigs);
        return animator;
    }

    /** Nothing to prepare. */
    public init(): void {}

    /**
     * Starts to move an avatar; called by `avatar.addBehavior`.
     *
     * @param avatar the avatar
     */
    public attach(avatar: IPosableAvatar): void {
        this.attachedNode = avatar;
        this._body = BodyOfAsset(avatar.asset);
        this._driver = new PoseDriver(avatar, this._body);
        this._layers = new AnimationLayers(this._driver.joints.nodes);
        const scene = avatar.getScene();
        this._removeObservers = [
            scene.onBeforeAnimationsObservable.add(() => {
                this._driver?.restore();
                this._layers?.update(this._sinceLayers);
                this._sinceLayers = 0;
            }),
            scene.onAfterAnimationsObservable.add(() => {
                const seconds = scene.animationsEnabled ? StepOf(scene) : 0;
                this._elapsed += seconds;
                this._sinceLayers += seconds;
            }),
            scene.onBeforeRenderObservable.add(
                () => {
                    const seconds = this._elapsed;
                    this._elapsed = 0;
                    this.update(seconds);
                },
                undefined,
                true,
            ),
        ].map((observer) => () => {
            observer.remove();
        });
        this._applySettings(avatar);
    }

    /** Lets go of the avatar: its clips stop, adjustments are taken back. */
    public detach(): void {
        for (const remove of this._removeObservers.splice(0)) {
            remove();
        }
        this._layers?.dispose();
        this._driver?.restore();
        this.attachedNode = null;
        this._driver = null;
        this._layers = null;
        this._body = null;
    }

    /** Breathing and shifting of weight; off until `idle.weight` is raised. */
    public get idle(): IdleLife {
        return this._attached().driver.adjustments.idle;
    }

    /** Planting of feet on the ground; off until `feet.weight` is raised. */
    public get feet(): FootPlanter {
        return this._attached().driver.adjustments.feet;
    }

    /** Whether a rig is followed. */
    public get isFollowing(): boolean {
        return (this._driver?.follower ?? null) !== null;
    }

    /**
     * Makes a clip of the avatar from a clip of any humanoid rig. The rig may rest in an A- or T-pose, have bones along any
     * axis, any unit, and any proportions.
     *
     * @param source an animation group on that rig (it need not play), or a motion read from a file
     * @param options part, rate, root motion, feet, and what is known better of the rig
     * @returns an animation group on the avatar's joints. The avatar keeps it in `animationGroups`, copies it when it is
     * cloned, and disposes it.
     * @throws AnimatorError `no-keys` when the group moves nothing, `no-rig` when what it moves is no rig
     * @throws RigError `rig-joints-missing` when the rig is no complete body
     *
     * @example
     * ```ts
     * avatar.animator.retarget(hero.animationGroups[0], { rootMotion: "inPlace" }).start(true);
     * ```
     */
    public retarget(source: AnimationGroup | IMotion, options: IRetargetClipOptions = {}): AnimationGroup {
        const { avatar, driver, body } = this._attached();
        const clip = this.bakeClip(source, options);
        const joints = body.jointIndices;
        const group = ClipToGroup(
            clip,
            (joint) => driver.joints.nodes[joints.indexOf(joint)] ?? null,
            avatar.getScene(),
        );
        avatar._ownClip(group);
        return group;
    }

    /**
     * Makes the same clip as {@link retarget} as plain data, to be written to a file. The avatar's own groups come out as
     * they are.
     *
     * @param source an animation group on the avatar's joints or on any humanoid rig, or a motion read from a file
     * @param options as for {@link retarget}
     * @returns the clip on the avatar's joints
     * @throws AnimatorError `no-keys` when the group moves nothing, `no-rig` when what it moves is no rig
     * @throws RigError `rig-joints-missing` when the rig is no complete body
     *
     * @example
     * ```ts
     * import { WriteMotionNpz } from "babylon-gaussian-avatar/motion";
     *
     * const npz = WriteMotionNpz(avatar.animator.bakeClip(walk), avatar.asset.joints);
     * ```
     */
    public bakeClip(source: AnimationGroup | IMotion, options: IRetargetClipOptions = {}): IAnimationClip {
        const { body } = this._attached();
        const motion = IsGroup(source) ? new GroupMotion(source) : source;
        const profile = this.describeRig(motion, options.joints);
        this._warn(motion.name, [...(motion.warnings ?? []), ...profile.mapping.warnings]);
        const { footPlanting = false, joints: _joints, ...rest } = options;
        const adjustments = new BodyAdjustments(body);
        adjustments.feet.weight = 1;
        return RetargetMotion(motion, profile, body, {
            ...rest,
            ...(footPlanting ? { adjust: AdjustWhileBaking(adjustments, body, motion, profile) } : {}),
            onWarning: (message) => {
                this._warn(motion.name, [message]);
            },
        });
    }

    /**
     * Follows a live rig or a tracked person, every frame, until told otherwise: the pose goes onto the avatar's joints
     * after animations and physics have moved it. When the rig is disposed, the avatar keeps its last pose.
     *
     * @param source a skeleton, a node above a rig, an asset container, or a source of poses such as `TrackedBody` of
     * `babylon-gaussian-avatar/motion`
     * @param options how rotations carry over, and how long the avatar takes to join in
     * @throws AnimatorError `no-rig` when there is no rig (or it is the avatar's own), `disposed-source` when it is gone
     * @throws RigError `rig-joints-missing` when the rig is no complete body
     */
    public follow(source: FollowSource, options: IFollowOptions = {}): void {
        const { driver, body } = this._attached();
        const followed = IsPoseSource(source) ? source : this._followRig(source, driver, body, options);
        const before = new BodyPose();
        driver.readUnadjusted(before);
        const feet = followed instanceof RigPoseSource ? followed.feet : null;
        driver.follower = new Follower(followed, feet, before, options.fade ?? DefaultFade);
    }

    private _followRig(
        source: RigSource,
        driver: PoseDriver,
        body: IAvatarBody,
        options: IFollowOptions,
    ): RigPoseSource {
        const rig = new LiveRig(RigOf(source));
        if (rig.nodes.targets.some((target) => driver.joints.nodes.includes(target as TransformNode))) {
            throw new AnimatorError("no-rig", "An avatar cannot follow itself: pass the rig of somebody else.");
        }
        const profile = this._described.describeLive(rig, options.joints);
        this._warn(rig.nodes.name, [...rig.warnings, ...profile.mapping.warnings]);
        return new RigPoseSource(rig, profile, body, options);
    }

    /** Stops following; the avatar keeps its last pose. */
    public unfollow(): void {
        if (this._driver) {
            this._driver.follower = null;
        }
    }

    /**
     * What is made of a rig: which bone plays which joint, how sure that is, how the rig rests. Look at it; correct it with
     * the option `joints` of {@link retarget} and {@link follow}; store it with `SerializeRigProfile`.
     *
     * @param source a rig, a group that moves one, or a motion
     * @param joints bones by joint, where they are known better
     * @throws RigError `rig-joints-missing` when the rig is no complete body, `rig-unknown-node` when `joints` names a bone
     * that is not there
     */
    public describeRig(source: RigSource | AnimationGroup | IMotion, joints?: RigJointNames): IDescribedRig {
        return this._described.describe(source, joints, this._driver?.joints.nodes ?? []);
    }

    /**
     * Plays a clip of the avatar. Each layer plays one clip and covers the ones below it, cross-fading.
     *
     * @param group the clip: from {@link retarget}, or one that came with the avatar
     * @param options layer, fade, loop, speed, weight, joints
     * @returns the group that plays, for its observables: the clip itself, or its additive copy
     * @throws AnimatorError `unknown-mask` when the mask names no joint
     *
     * @example
     * ```ts
     * animator.play(walk);
     * animator.play(wave, { layer: 1, mask: "upperBody", loop: false });
     * ```
     */
    public play(group: AnimationGroup, options: IPlayOptions = {}): AnimationGroup {
        return this._attached().layers.play(group, options);
    }

    /**
     * Fades out what {@link play} plays.
     *
     * @param layer the layer; all when left out
     * @param options `fade`: seconds (default: 0.25)
     */
    public stop(layer?: number, options: { readonly fade?: number } = {}): void {
        this._layers?.stop(layer, options.fade);
    }

    /**
     * Turns eyes, head, neck and chest to something.
     *
     * @param target a point or node of the scene, looked at wherever it moves; null looks away
     * @param weight how far the gaze goes there, 0..1
     */
    public lookAt(target: ScenePlace | null, weight = 1): void {
        const { driver } = this._attached();
        driver.lookTarget = target;
        driver.adjustments.lookAt.weight = target ? weight : 0;
    }

    /**
     * Brings a hand or foot to something.
     *
     * @param joint wrist or ankle
     * @param target a point or node of the scene, held on to wherever it moves; null lets go
     * @param options how far, and whether the rotation is taken as well
     */
    public setEffector(joint: EffectorName, target: ScenePlace | null, options: IEffectorOptions = {}): void {
        this._attached().driver.setGoal(joint, target, options.weight ?? 1, options.turn ?? false);
    }

    /**
     * Does a frame's work: follows, adjusts, writes the joints. The scene calls it ahead of rendering; call it yourself
     * where nothing is rendered. Allocates nothing.
     *
     * @param seconds time since the last call; 0 in a pause
     */
    public update(seconds: number): void {
        const driver = this._driver;
        if (driver && !driver.update(seconds)) {
            const { name } = driver.follower!.source;
            driver.follower = null;
            this._warn(name, ["What was followed is gone: the avatar keeps its last pose."]);
            this.onFollowLostObservable.notifyObservers(name);
        }
    }

    private _applySettings(avatar: IPosableAvatar): void {
        const { idle, feet, playing = [] } = this._settings ?? ReadAnimatorSettings(null);
        Object.assign(this.idle, idle);
        Object.assign(this.feet, feet);
        for (const { group: name, ...options } of playing) {
            const group = avatar.animationGroups.find((candidate) => candidate.name === name);
            if (group) {
                this.play(group, options);
            } else {
                this._warn(name, ["The avatar has no clip of this name (any more): it does not play."]);
            }
        }
    }

    private _warn(source: string, messages: readonly string[]): void {
        for (const message of messages) {
            if (this.onWarningObservable.hasObservers()) {
                this.onWarningObservable.notifyObservers(`"${source}": ${message}`);
            } else {
                Logger.Warn(`AvatarAnimator, "${source}": ${message}`);
            }
        }
    }

    private _attached(): {
        avatar: IPosableAvatar;
        driver: PoseDriver;
        layers: AnimationLayers;
        body: IAvatarBody;
    } {
        const { attachedNode: avatar, _driver: driver, _layers: layers, _body: body } = this;
        if (!avatar || !driver || !layers || !body) {
            throw new AnimatorError("not-attached", "The animator moves no avatar (any more): use avatar.animator.");
        }
        return { avatar, driver, layers, body };
    }

    /** @returns `"AvatarAnimator"` */
    public getClassName(): string {
        return "AvatarAnimator";
    }

    /**
     * The settings as plain data, for saved scenes: corrections of rigs, adjustments, and what plays. `avatar.serialize()`
     * puts them into the avatar's metadata, where the avatar of a loaded scene finds them.
     */
    public serialize(): IAnimatorSettings {
        const settings = this._settings ?? ReadAnimatorSettings(null);
        const rigs = { ...this.rigs };
        if (!this._driver || !this._layers) {
            return { ...settings, rigs };
        }
        const { idle, feet } = this._driver.adjustments;
        return {
            ...settings,
            rigs,
            idle: { weight: idle.weight, breathing: idle.breathing, sway: idle.sway, seed: idle.seed },
            feet: { weight: feet.weight },
            playing: this._layers.playing.map(({ group, options }) => ({ ...options, group: group.name })),
        };
    }
}

function IsPoseSource(source: FollowSource): source is IPoseSource {
    return "readPose" in source;
}

/** Seconds of the scene's last animation step. */
function StepOf(scene: Scene): number {
    const { deltaTime } = scene;
    return (Number.isFinite(deltaTime) ? deltaTime : scene.getEngine().getDeltaTime()) / 1000;
}
