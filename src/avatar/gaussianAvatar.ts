import { BoundingInfo } from "@babylonjs/core/Culling/boundingInfo.js";
import { type AnimationGroup } from "@babylonjs/core/Animations/animationGroup.pure.js";
import { type IMeshDataOptions } from "@babylonjs/core/Meshes/abstractMesh.pure.js";
import { Matrix, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import { type Node } from "@babylonjs/core/node.js";
import { type Scene } from "@babylonjs/core/scene.js";
import { type TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { AvatarAnimator, AvatarAnimatorName } from "../animation/animator/avatarAnimator.js";
import { type IAvatarAsset } from "../format/avatarAsset.js";
import { type SmplxJointName } from "../format/bodyModel.js";
import { SkinMatrixFloats } from "../pipeline/1-pose/skinMatrix.js";
import { TransformSkinMatrices } from "./affineRows.js";
import { CopyCharacter } from "./copyCharacter.js";
import { ComputeJointBounds, PoseBounds } from "./jointBounds.js";
import { type IWornHeadOptions, WornHead, WornHeadError } from "./heads/wornHead.js";
import { JointPoseReader } from "./jointPoseReader.js";
import { AvatarNetworks } from "./networks/avatarNetworks.js";

/** Bounds of a pose depend on the asset alone, and are shared by all its avatars. */
const JointBoundsOfAsset = new WeakMap<IAvatarAsset, Float32Array>();

const InverseWorld = new Matrix();
const Bounds = new Float64Array(6);
const Minimum = new Vector3();
const Maximum = new Vector3();

/**
 * A person made of 3D Gaussians, as an ordinary Babylon character: a node to move, a {@link Mesh.skeleton} whose bones
 * are linked to transform nodes with SMPL-X names, expression channels in {@link Mesh.morphTargetManager}, and animation
 * groups that play on them. The rest rotation of every SMPL-X joint is identity, so a joint's local rotation *is* its
 * SMPL pose.
 *
 * The avatar has no triangles of its own. All avatars of a scene are drawn together by one internal mesh, so that the
 * Gaussians of two people who hug are blended in the right order.
 *
 * Made by {@link LoadAvatarAsync}, or by Babylon's `ImportMeshAsync` and asset containers.
 *
 * @example
 * ```ts
 * const avatar = await LoadAvatarAsync("ada.glb", scene);
 * avatar.position.z = 2;
 * avatar.getJoint("left_elbow")!.rotationQuaternion = Quaternion.FromEulerAngles(0, -1.2, 0);
 * hat.parent = avatar.getJoint("head");
 * ```
 */
export class GaussianAvatar extends Mesh {
    /** The file's content as plain data, shared by all copies of the avatar. */
    public readonly asset: IAvatarAsset;

    /**
     * Clips that came with the avatar or were retargeted to it, playing on its own joints; disposed with the avatar. Empty
     * for the copies that an asset container makes: it hands theirs out itself (`InstantiatedEntries.animationGroups`).
     */
    public readonly animationGroups: AnimationGroup[] = [];

    /** Skeleton, expression channels and clips that nobody else disposes. */
    private readonly _owned: ({ dispose(): void } | null)[] = [];

    private readonly _jointBounds: Float32Array;
    private _networks: AvatarNetworks | null = null;

    /** The pair of head and body that this avatar is a part of. @internal */
    public _worn: WornHead<GaussianAvatar> | null = null;

    /** Reads the pose of the joints. @internal */
    public readonly _pose: JointPoseReader;

    /** [J,12] skin matrices of the last pose: canonical space → the avatar's own. @internal */
    public readonly _localSkinMatrices: Float32Array;

    /**
     * Avatars are made by the loader; see {@link LoadAvatarAsync}.
     *
     * @param name name of the node
     * @param asset the avatar's data; kept, not copied
     * @param scene the scene to live in
     */
    public constructor(name: string, asset: IAvatarAsset, scene: Scene) {
        super(name, scene);
        this.subMeshes = []; // nothing to draw, and yet bounds for `getHierarchyBoundingVectors`
        this.asset = asset;
        this._pose = new JointPoseReader(asset);
        this._localSkinMatrices = new Float32Array(asset.joints.length * SkinMatrixFloats);
        let bounds = JointBoundsOfAsset.get(asset);
        if (!bounds) {
            bounds = ComputeJointBounds(asset);
            JointBoundsOfAsset.set(asset, bounds);
        }
        this._jointBounds = bounds;
    }

    /** @returns `"GaussianAvatar"` */
    public override getClassName(): string {
        return "GaussianAvatar";
    }

    /** Number of Gaussians in the file, which make up the person where {@link networks} show no others. */
    public get splatCount(): number {
        return this.asset.gaussians.count;
    }

    /**
     * What moves this avatar: puts clips of other rigs on it, follows live rigs, plays clips in layers, looks at things and
     * plants feet. Made when it is first asked for, with the settings that a saved scene, or the avatar that this one is a
     * copy of, holds for it.
     *
     * @throws AnimatorError `not-attached` when the avatar was disposed
     */
    public get animator(): AvatarAnimator {
        const present = this._presentAnimator;
        if (present) {
            return present;
        }
        const animator = AvatarAnimator.Parse((this.metadata as { animator?: unknown } | null)?.animator);
        this.addBehavior(animator, true);
        return animator;
    }

    /** The networks that make the person's Gaussians, where the file has some: what they show, and how fast. */
    public get networks(): AvatarNetworks {
        const { networks } = (this.metadata as { networks?: unknown } | null) ?? {};
        return (this._networks ??= AvatarNetworks.Parse(networks, this.asset));
    }

    /** The body that wears this head; null when none does. See {@link putOn}. */
    public get body(): GaussianAvatar | null {
        return this._worn?.head === this ? this._worn.body : null;
    }

    /**
     * Puts this head on a body: it moves with the body's head and neck, takes the place of the body's own head, with a soft
     * seam where skinning weights say that the head begins, and becomes a child of the body. Its own joints rest meanwhile;
     * its expression channels and networks stay its own.
     *
     * @param body who wears it
     * @param options how it sits
     * @throws WornHeadError `no-joint` when one of the two has no head joint, `worn` when one of them is part of another pair
     *
     * @example
     * ```ts
     * const [ada, face] = await Promise.all([LoadAvatarAsync("ada.glb", scene), LoadAvatarAsync("face.glb", scene)]);
     * face.putOn(ada);
     * face.animator.followMorphs(tracker.morphTargetManager);
     * ```
     */
    public putOn(body: GaussianAvatar, options: IWornHeadOptions = {}): void {
        const taken = [this, body].find((avatar) => avatar._worn && (avatar._worn.head !== this || body !== this.body));
        if (taken || body === this) {
            throw new WornHeadError(
                "worn",
                `"${this.name}" cannot be put on "${body.name}": ${taken ? `"${taken.name}" is part of another pair, take that head off first` : "they are one"}.`,
            );
        }
        const worn = new WornHead<GaussianAvatar>(this, body, options);
        this._worn = worn;
        body._worn = worn;
        this.parent = body;
    }

    /** Takes this head off its body, whose own head is seen again; it stands where it stood before, in the body's place. */
    public takeOff(): void {
        const worn = this._worn;
        if (worn) {
            worn.head._worn = null;
            worn.body._worn = null;
            worn.head.parent = null;
        }
    }

    /**
     * The transform node of a joint, to pose it or to attach things to it.
     *
     * @param name SMPL-X name of the joint
     * @returns the node, or null when the avatar has no such joint
     */
    public getJoint(name: SmplxJointName): TransformNode | null {
        const index = this.asset.joints.findIndex((joint) => joint.smplx === name);
        return index < 0 ? null : (this._pose.getBones(this.skeleton)[index]?.getTransformNode() ?? null);
    }

    /**
     * Writes the skin matrices of the current pose and brings the bounding info up to date. Called once a frame, after
     * animations; allocates nothing.
     *
     * @param result receives [J,12] row-major 3x4 matrices: canonical space → world
     * @internal
     */
    public _updatePose(result: Float32Array): void {
        const world = this.computeWorldMatrix(true);
        this._pose.read(this.skeleton, world, result);
        world.invertToRef(InverseWorld);
        TransformSkinMatrices(InverseWorld.m, result, this._localSkinMatrices);
        if (PoseBounds(this._jointBounds, this._localSkinMatrices, Bounds)) {
            Minimum.set(Bounds[0]!, Bounds[1]!, Bounds[2]!);
            Maximum.set(Bounds[3]!, Bounds[4]!, Bounds[5]!);
            if (this.hasBoundingInfo) {
                this.getBoundingInfo().reConstruct(Minimum, Maximum, world);
            } else {
                this.setBoundingInfo(new BoundingInfo(Minimum, Maximum, world));
            }
        }
    }

    /**
     * Reads the weights of the expression channels, and what the {@link animator} makes of them.
     *
     * @param result receives [M] weights
     * @internal
     */
    public _readExpression(result: Float32Array): void {
        const channels = this.morphTargetManager;
        for (let channel = 0; channel < result.length; channel++) {
            result[channel] = channels && channel < channels.numTargets ? channels.getTarget(channel).influence : 0;
        }
        this._presentAnimator?._express(result);
    }

    /**
     * Brings the bounding info up to date with the current pose. The renderer does so every frame.
     *
     * @returns this avatar
     */
    public override refreshBoundingInfo(
        _applySkeletonOrOptions?: boolean | IMeshDataOptions,
        _applyMorph?: boolean,
    ): Mesh {
        // Babylon calls this while the glTF loader still assembles the character.
        if (this.skeleton) {
            this._updatePose(new Float32Array(this._localSkinMatrices.length));
        }
        return this;
    }

    /**
     * Copies the avatar with its joints, skeleton, expression channels, clips and the settings of its {@link animator} and
     * {@link networks}. The copy shares the Gaussians, moves by itself, and is posed like the original. No clip plays on it yet.
     *
     * @param name name of the copy
     * @param newParent parent of the copy (default: that of the original)
     * @param doNotCloneChildren true to copy the node alone, as asset containers do, which then copy skeleton and clips
     * themselves and own them
     * @returns the copy
     */
    public override clone(name = "", newParent: Node | null = null, doNotCloneChildren?: boolean): GaussianAvatar {
        const animator = this._presentAnimator;
        animator?._restore(); // Adjustments would be part of the copy's pose for good.
        const copy = new GaussianAvatar(name, this.asset, this.getScene());
        copy.position.copyFrom(this.position);
        copy.scaling.copyFrom(this.scaling);
        copy.rotation.copyFrom(this.rotation);
        copy.rotationQuaternion = this.rotationQuaternion?.clone() ?? null;
        copy.visibility = this.visibility;
        copy.isVisible = this.isVisible;
        copy.metadata = this._metadataWithSettings(false);
        copy.parent = newParent ?? this.parent;
        if (doNotCloneChildren) {
            copy.skeleton = this.skeleton;
            copy.morphTargetManager = this.morphTargetManager;
        } else {
            copy._ownCharacter(CopyCharacter(this, copy, this.animationGroups));
            if (animator) {
                copy.addBehavior(AvatarAnimator.Parse((copy.metadata as { animator?: unknown }).animator), true);
            }
        }
        return copy;
    }

    private get _presentAnimator(): AvatarAnimator | null {
        const present = this.getBehaviorByName(AvatarAnimatorName);
        return present instanceof AvatarAnimator ? present : null;
    }

    /**
     * Makes the avatar the owner of its present skeleton and expression channels, and of clips.
     *
     * @param animationGroups clips that play on this avatar alone
     * @internal
     */
    public _ownCharacter(animationGroups: readonly AnimationGroup[]): void {
        this._owned.push(this.skeleton, this.morphTargetManager, ...animationGroups);
        this.animationGroups.push(...animationGroups);
    }

    /**
     * Adds a clip that plays on this avatar alone, to be copied and disposed with it.
     *
     * @param group the clip
     * @internal
     */
    public _ownClip(group: AnimationGroup): void {
        this._owned.push(group);
        this.animationGroups.push(group);
        const container = this._parentContainer;
        if (container) {
            group._parentContainer = container;
            container.animationGroups.push(group);
            if (!this.getScene().meshes.includes(this)) {
                this.getScene().removeAnimationGroup(group); // it comes into the scene with the container
            }
        }
    }

    /**
     * The avatar as a node of a saved scene. What it looks like is in its own file; saved here are its place and, in
     * `metadata`, the settings of its {@link animator} and its {@link networks}.
     *
     * @param serializationObject what to write into (default: a new object)
     * @returns the same object
     */
    public override serialize(serializationObject: Record<string, unknown> = {}): Record<string, unknown> {
        const serialized = super.serialize(serializationObject) as Record<string, unknown>;
        const metadata = this._metadataWithSettings(true);
        return metadata ? Object.assign(serialized, { metadata }) : serialized;
    }

    /** The metadata with the settings of animator and networks, as far as there are such, and what plays where wanted. */
    private _metadataWithSettings(plays: boolean): unknown {
        const animator = this._presentAnimator?.serialize();
        const networks = this._networks?.serialize();
        if (!animator && !networks) {
            return this.metadata as unknown;
        }
        return {
            ...(this.metadata as object | null),
            ...(animator && { animator: plays ? animator : { ...animator, playing: [] } }),
            ...(networks && { networks }),
        };
    }

    /**
     * Removes the avatar with its joints, skeleton, expression channels and clips. Disposing twice is harmless.
     *
     * @param doNotRecurse true to keep the child nodes (joints and whatever is attached to them)
     * @param disposeMaterialAndTextures as in Babylon
     */
    public override dispose(doNotRecurse?: boolean, disposeMaterialAndTextures = false): void {
        this.takeOff();
        super.dispose(doNotRecurse, disposeMaterialAndTextures);
        this._networks?.dispose();
        for (const owned of this._owned.splice(0)) {
            owned?.dispose();
        }
        this.animationGroups.length = 0;
    }
}
