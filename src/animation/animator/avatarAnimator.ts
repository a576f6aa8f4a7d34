import { type AnimationGroup } from "@babylonjs/core/Animations/animationGroup.pure.js";
import { type Behavior } from "@babylonjs/core/Behaviors/behavior.js";
import { Logger } from "@babylonjs/core/Misc/logger.js";
import { Observable } from "@babylonjs/core/Misc/observable.js";
import { type IAnimationClip } from "../../format/avatarAsset.js";
import { AdjustWhileBaking } from "../adjust/adjustWhileBaking.js";
import { BodyAdjustments } from "../adjust/bodyAdjustments.js";
import { type FootPlanter } from "../adjust/footPlanter.js";
import { type IdleLife } from "../adjust/idleLife.js";
import { type Expression, ShapesOfExpression } from "../face/expression.js";
import { type IFaceSource } from "../face/faceSource.js";
import { type FaceLife } from "../face/life/faceLife.js";
import { type IRetargetFaceOptions, RetargetFace } from "../face/retargetFace.js";
import { type IFaceTrack } from "../face/tracks/faceTrack.js";
import { type FaceShapes, type IFaceMapping } from "../face/vocabulary/faceMapping.js";
import { type IMotion } from "../motion/motion.js";
import { BodyPose } from "../pose/bodyPose.js";
import { type IPoseSource } from "../pose/poseSource.js";
import { RetargetMotion } from "../retarget/retargetMotion.js";
import { type RigJointNames } from "../rig/rigProfile.js";
import { AnimatorAttachment } from "./animatorAttachment.js";
import {
    type FollowSource,
    type IDescribedRig,
    type IEffectorOptions,
    type IExpressionOptions,
    type IFollowMorphsOptions,
    type IFollowOptions,
    type ILookAtOptions,
    type IRetargetClipOptions,
    type IUnfollowOptions,
    type RigSource,
} from "./animatorOptions.js";
import { type IAnimatorSettings, ReadAnimatorSettings } from "./animatorSettings.js";
import { type ScenePlace } from "./avatarSpace.js";
import { ClipToGroup } from "./clipToGroup.js";
import { DescribedRigs, IsGroup } from "./describedRigs.js";
import { Follower } from "./follower.js";
import { FollowRig, IsSameRequest } from "./followRig.js";
import { type FaceFollowSource, MorphFace, type MorphSource } from "./morphFace.js";
import { FaceOfGroup } from "./groupFace.js";
import { GroupMotion } from "./groupMotion.js";
import { type IPosableAvatar } from "./posableAvatar.js";
import { CheckNumber, DefaultFade, type IPlayOptions } from "./playOptions.js";
import { type EffectorName } from "./poseDriver.js";
import { AnimatorError } from "./rigNodes.js";
import { RigPoseSource } from "./rigPoseSource.js";

/** Name under which the behaviour is found on its avatar. */
export const AvatarAnimatorName = "AvatarAnimator";

/**
 * Moves an avatar: any humanoid rig's clips become clips of the avatar, live rigs are followed, clips are played in layers,
 * and poses are adjusted to the world. A Babylon behaviour; every avatar has one in `avatar.animator`.
 *
 * Each frame, in this order: clips play (Babylon's animation step) · the followed rig is read and its pose goes onto the
 * joints, over the clips · idle life · feet · look-at · hands. From the second on everything happens in the scene's
 * `onBeforeRenderTargetsRenderObservable`: when animations, physics and all observers of `onBeforeRenderObservable` have
 * run, and who is followed ahead of who follows. Adjustments are off until asked for, and are taken back ahead of the next
 * animation step.
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
    /** Told when a rig or a face that is followed is gone, with its name: the pose stays, the face is that of clips again. */
    public readonly onFollowLostObservable = new Observable<string>();
    /** Told what was assumed or mended, a sentence each; they are logged while nobody listens. */
    public readonly onWarningObservable = new Observable<string>();

    private readonly _described = new DescribedRigs(this.rigs);
    private _attachment: AnimatorAttachment | null = null;
    /** What is followed, as it was asked for. */
    private _followed: { readonly source: FollowSource; readonly options: IFollowOptions } | null = null;
    /** Warnings of attaching wait for who listens: nobody can before the animator is there. */
    private readonly _lateWarnings: (readonly [source: string, message: string])[] = [];

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
     * Starts to move an avatar; called by `avatar.addBehavior`. An animator moves one avatar: it lets go of the one before,
     * and takes its settings along.
     *
     * @param avatar the avatar
     * @throws AnimatorError `not-attached` when the avatar was disposed
     */
    public attach(avatar: IPosableAvatar): void {
        if (avatar.isDisposed()) {
            throw new AnimatorError("not-attached", `"${avatar.name}" was disposed: nothing can move it any more.`);
        }
        const present = avatar.getBehaviorByName(AvatarAnimatorName);
        if (present && present !== this) {
            avatar.removeBehavior(present);
        }
        this.attachedNode?.removeBehavior(this);
        this._attachment = new AnimatorAttachment(avatar, (seconds) => {
            this._tellLateWarnings();
            this.update(seconds);
        });
        this.attachedNode = avatar;
        this._lateWarnings.push(...this._attachment.applySettings(this._settings ?? ReadAnimatorSettings(null)));
    }

    /** Lets go of the avatar: its clips stop, adjustments are taken back. Settings are kept for the next avatar. */
    public detach(): void {
        if (this._attachment) {
            this._settings = { ...this.serialize(), playing: [] };
            this._attachment.dispose();
        }
        this.attachedNode = null;
        this._attachment = null;
        this._followed = null;
    }

    /** @internal Brings the joints to how they stand without adjustments, until the next frame. */
    public _restore(): void {
        this._attachment?.driver.restore();
    }

    /** Breathing and shifting of weight; off until `idle.weight` is raised. */
    public get idle(): IdleLife {
        return this._attached().driver.adjustments.idle;
    }

    /** Planting of feet on the ground; off until `feet.weight` is raised. */
    public get feet(): FootPlanter {
        return this._attached().driver.adjustments.feet;
    }

    /** Blinks, eyes that jump about, small stirrings of the face; off until `life.weight` is raised. */
    public get life(): FaceLife {
        return this._attached().face.life;
    }

    /** Whether a rig is followed. */
    public get isFollowing(): boolean {
        return (this._attachment?.driver.follower ?? null) !== null;
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
            avatar.morphTargetManager,
            avatar.getScene(),
        );
        avatar._ownClip(group);
        return group;
    }

    /**
     * Makes a clip of the avatar's expression channels from a recorded face, whatever its channels are called.
     *
     * @param source an animation group that moves morph targets (it need not play), or a recording read from a file
     * @param options what is known better of the names
     * @returns an animation group on the avatar's morph targets. The avatar keeps it in `animationGroups`, copies it when it is
     * cloned, and disposes it.
     * @throws AnimatorError `no-face` when the group moves no morph target
     * @throws FaceError `face-unknown-shape` when no name is known
     *
     * @example
     * ```ts
     * const smile = avatar.animator.retargetFace(hero.animationGroups[1]);
     * avatar.animator.play(smile, { layer: 1 });
     * ```
     */
    public retargetFace(source: AnimationGroup | IFaceTrack, options: IRetargetFaceOptions = {}): AnimationGroup {
        const { avatar, face, driver, body } = this._attached();
        const track = "targetedAnimations" in source ? FaceOfGroup(source) : source;
        this._warn(track.name, track.warnings);
        const clip = RetargetFace(track, face.space, avatar.asset.joints, options);
        const group = ClipToGroup(
            clip,
            (joint) => driver.joints.nodes[body.jointIndices.indexOf(joint)] ?? null,
            avatar.morphTargetManager,
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
     * after animations and physics have moved it. When the rig is disposed, the avatar keeps its last pose. Asking again for
     * what is followed changes nothing.
     *
     * @param source a skeleton, a node above a rig, an asset container, or a source of poses such as `TrackedBody` of
     * `babylon-gaussian-avatar/motion`
     * @param options how rotations carry over, and how long the avatar takes to join in
     * @throws AnimatorError `no-rig` when there is no rig (or it is the avatar's own), `disposed-source` when it is gone
     * @throws RigError `rig-joints-missing` when the rig is no complete body
     */
    public follow(source: FollowSource, options: IFollowOptions = {}): void {
        const { driver, body } = this._attached();
        CheckNumber("fade", options.fade, 0);
        if (driver.follower && IsSameRequest(this._followed, source, options)) {
            return;
        }
        const followed = IsPoseSource(source)
            ? source
            : FollowRig(source, driver.joints.nodes, body, this._described, options, (name, messages) => {
                  this._warn(name, messages);
              });
        const before = new BodyPose();
        driver.readUnadjusted(before);
        const feet = followed instanceof RigPoseSource ? followed.feet : null;
        driver.follower = new Follower(followed, feet, before, options.fade ?? DefaultFade);
        this._followed = { source, options };
    }

    /**
     * Stops following. The avatar goes over to the clips that play, or keeps its last pose.
     *
     * @param options how long that takes
     */
    public unfollow(options: IUnfollowOptions = {}): void {
        CheckNumber("fade", options.fade, 0);
        this._attachment?.driver.leave(options.fade ?? DefaultFade);
        this._followed = null;
    }

    /**
     * Follows a face, every frame, until told otherwise: morph targets of any naming scheme (ARKit, visemes, VRM, FACS, …)
     * of a character, or whatever else says what a face does. It covers the face that clips make.
     *
     * @param source a morph target manager, a mesh or a node above some, an asset container, or a source of faces
     * @param options what targets mean, and how long the face takes to join in
     * @throws AnimatorError `no-face` when there are no morph targets, or none whose name is known
     * @throws FaceError `face-unknown-shape` for `shapes` that do not exist
     *
     * @example
     * ```ts
     * avatar.animator.followMorphs(face.morphTargetManager, { shapes: { Smirk: "mouthSmileLeft" } });
     * ```
     */
    public followMorphs(source: FaceFollowSource, options: IFollowMorphsOptions = {}): void {
        const { avatar, face } = this._attached();
        const { shapes = {}, fade = DefaultFade, smooth = false, calibration = null, parts = {} } = options;
        CheckNumber("fade", fade, 0);
        const followed = IsFaceSource(source) ? source : new MorphFace(source, avatar.getScene(), shapes);
        if (followed instanceof MorphFace) {
            this._warn(followed.name, followed.mapping.warnings);
        }
        face.composer.followParts(parts, face.followed.share > 0 ? fade : 0);
        face.followed.follow(followed, { fade, smooth, calibration });
    }

    /**
     * Stops following a face: what clips make of it shows again.
     *
     * @param options how long that takes
     */
    public unfollowMorphs(options: IUnfollowOptions = {}): void {
        CheckNumber("fade", options.fade, 0);
        this._attachment?.face.followed.leave(options.fade ?? DefaultFade);
    }

    /**
     * Lays an expression over what the face does otherwise, in place of the one of the same name.
     *
     * @param expression weights by name, in any scheme that is known: `{ jawOpen: 0.4 }`, `{ happy: 1 }`, `{ viseme_PP: 1 }`;
     * null for none
     * @param options how it joins the face: `mode`, `weight`, `parts`, `overrides`, `fade`; its `name`
     * @throws FaceError `face-unknown-shape` when a name means nothing
     *
     * @example
     * ```ts
     * avatar.animator.setExpression({ happy: 0.7 });
     * avatar.animator.setExpression({ blink: 1 }, { name: "wink", mode: "override", fade: 0.1 });
     * ```
     */
    public setExpression(expression: Expression | null, options: IExpressionOptions = {}): void {
        const { name = "expression", fade, weight } = options;
        CheckNumber("fade", fade, 0);
        CheckNumber("weight", weight, 0, 1);
        this._attached().face.composer.setLayer(name, expression && ShapesOfExpression(expression), options);
    }

    /**
     * Which of the 52 shapes the morph targets of a character are. Look at it; correct it with the option `shapes` of
     * {@link followMorphs}.
     *
     * @param source the morph targets
     * @param shapes what targets mean, where it is known better
     * @throws AnimatorError `no-face` when there are no morph targets, or none whose name is known
     */
    public describeFace(source: MorphSource, shapes?: Readonly<Record<string, FaceShapes>>): IFaceMapping {
        return new MorphFace(source, this._attached().avatar.getScene(), shapes).mapping;
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
        return this._described.describe(source, joints, this._attachment?.driver.joints.nodes ?? []);
    }

    /**
     * Plays a clip of the avatar. Each layer plays one clip and covers the ones below it, cross-fading.
     *
     * @param group the clip: from {@link retarget}, or one that came with the avatar
     * @param options layer, fade, loop, speed, weight, joints
     * @returns the group that plays, for its observables: the clip itself, or a copy of it where it is added or plays on
     * another layer as well
     * @throws AnimatorError `unknown-mask` when the mask names no joint, `invalid-option` when a number is out of range
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
        this._attachment?.layers.stop(layer, options.fade);
    }

    /**
     * Turns eyes, head, neck and chest to something.
     *
     * @param target a point or node of the scene, looked at wherever it moves; null looks away
     * @param options how far the gaze goes there
     * @throws AnimatorError `invalid-option` when the weight is none
     */
    public lookAt(target: ScenePlace | null, options: ILookAtOptions = {}): void {
        const { driver } = this._attached();
        const { weight = 1 } = options;
        CheckNumber("weight", weight, 0, 1);
        driver.lookTarget = target;
        driver.adjustments.lookAt.weight = target ? weight : 0;
    }

    /**
     * Brings a hand or foot to something.
     *
     * @param joint wrist or ankle
     * @param target a point or node of the scene, held on to wherever it moves; null lets go
     * @param options how far, and whether the rotation is taken as well
     * @throws AnimatorError `unknown-joint` when it is another joint, `invalid-option` when the weight is none
     */
    public setEffector(joint: EffectorName, target: ScenePlace | null, options: IEffectorOptions = {}): void {
        CheckNumber("weight", options.weight, 0, 1);
        this._attached().driver.setGoal(joint, target, options.weight ?? 1, options.turn ?? false);
    }

    /**
     * Does a frame's work: follows, adjusts, writes the joints. The scene calls it ahead of rendering; call it yourself
     * where nothing is rendered. Makes no objects.
     *
     * @param seconds time since the last call; 0 in a pause, as is what is no number
     */
    public update(seconds: number): void {
        this._updateFace(Number.isFinite(seconds) ? seconds : 0);
        const driver = this._attachment?.driver;
        if (driver && !driver.update(Number.isFinite(seconds) ? seconds : 0)) {
            const { name } = driver.follower!.source;
            driver.follower = null;
            this._followed = null;
            this._warn(name, ["What was followed is gone: the avatar keeps its last pose."]);
            this.onFollowLostObservable.notifyObservers(name);
        }
    }

    /** Ahead of the pose: jaw and eyes are turned with it. */
    private _updateFace(seconds: number): void {
        const face = this._attachment?.face;
        const name = face?.followed.source?.name ?? "";
        if (face && !face.update(seconds)) {
            this._warn(name, ["The face that was followed is gone."]);
            this.onFollowLostObservable.notifyObservers(name);
        }
    }

    /**
     * Puts the face of this frame in place of the weights of the expression channels, where the two differ.
     *
     * @param weights [D] weights of the channels
     * @internal
     */
    public _express(weights: Float32Array): void {
        const face = this._attachment?.face;
        if (face?.isActive && face.weights.length === weights.length) {
            weights.set(face.weights);
        }
    }

    private _tellLateWarnings(): void {
        if (this._lateWarnings.length > 0) {
            for (const [source, message] of this._lateWarnings.splice(0)) {
                this._warn(source, [message]);
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

    private _attached(): AnimatorAttachment {
        if (!this._attachment) {
            throw new AnimatorError("not-attached", "The animator moves no avatar (any more): use avatar.animator.");
        }
        return this._attachment;
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
        return { ...settings, rigs, ...this._attachment?.settings };
    }
}

function IsFaceSource(source: FaceFollowSource): source is IFaceSource {
    return "readFace" in source;
}

function IsPoseSource(source: FollowSource): source is IPoseSource {
    return "readPose" in source;
}
