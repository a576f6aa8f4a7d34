import { AnimationGroup } from "@babylonjs/core/Animations/animationGroup.js";
import { type Skeleton } from "@babylonjs/core/Bones/skeleton.js";
import { type ShadowGenerator } from "@babylonjs/core/Lights/Shadows/shadowGenerator.js";
import { Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { type Scene } from "@babylonjs/core/scene.js";
import {
    GroupMotion,
    LiveRig,
    type AvatarAnimator,
    type IMotion,
    type IRigProfile,
    type SmplxJointName,
} from "babylon-gaussian-avatar";
import { RigPose } from "babylon-gaussian-avatar/motion";
import { type IMotionFile } from "../motionFile.js";
import { StickFigure } from "./stickFigure.js";

/**
 * Sizes from ankle to head that are shown as they are, as shares of the avatar's: characters may be dwarfs or giants, of
 * skeletons the unit is not known. Others are made as tall as the avatar.
 */
const ShownSizes = { character: [0.15, 2.5], skeleton: [0.6, 1.6] } as const;

/** Ankles of recordings that are further from 0 than this stand on another ground; shares of ankle to head. */
const OwnGround = 0.15;

/** How high ankles are above the ground, as a share of ankle to head. */
const AnkleHeight = 0.05;

/** A clip of a source, ready to be carried over. */
export interface ISourceClip {
    /** The motion; of a character without clips, how it rests. */
    readonly motion: IMotion;
    /** What is known of its rig. */
    readonly profile: IRigProfile;
}

/** Whoever moves first, shown beside the avatar: the character of a file, or sticks where a file has no body. */
export class MotionSource {
    /** The file. */
    public readonly file: IMotionFile;
    /** Where it stands. */
    public readonly root: TransformNode;
    /** Names of the clips, each another. */
    public readonly clipNames: readonly string[];
    private readonly _heading: TransformNode;
    private readonly _animator: AvatarAnimator;
    private readonly _shadows: ShadowGenerator;
    private readonly _hasBody: boolean;
    private _figure: StickFigure | null = null;

    /**
     * @param file what was opened; disposed with this
     * @param animator who understands its rig
     * @param shadows what it throws a shadow with
     * @param scene the scene to live in
     */
    public constructor(file: IMotionFile, animator: AvatarAnimator, shadows: ShadowGenerator, scene: Scene) {
        this.file = file;
        this.clipNames = file.clips.map(({ name }, i) =>
            file.clips.findIndex((clip) => clip.name === name) === i ? name : `${name} (${i + 1})`,
        );
        this.root = new TransformNode(`${file.name} (source)`, scene);
        this._heading = new TransformNode(`${file.name} (heading)`, scene);
        this._heading.parent = this.root;
        this._animator = animator;
        this._shadows = shadows;
        const { container } = file;
        this._hasBody = container?.meshes.some((mesh) => mesh.getTotalVertices() > 0) ?? false;
        if (container && this._hasBody) {
            container.addAllToScene();
            for (const node of container.rootNodes) {
                (node as TransformNode).parent = this._heading;
            }
            for (const mesh of container.meshes) {
                shadows.addShadowCaster(mesh, false);
                mesh.alwaysSelectAsActiveMesh = true; // bounds are those of the bind pose
            }
        }
    }

    /**
     * One of the clips.
     *
     * @param index which
     * @throws whoever reads the rig says what is wrong with it
     */
    public clip(index: number): ISourceClip {
        const clip = this.file.clips[index];
        if (!clip) {
            return this._rest();
        }
        const motion = clip instanceof AnimationGroup ? new GroupMotion(clip) : clip;
        return { motion, profile: this._animator.describeRig(motion) };
    }

    /**
     * Plays a clip, and stands so that it begins where the root is, facing as the avatar does.
     *
     * @param index which
     * @param clip the same, read
     * @param height how tall the avatar is, metres
     */
    public play(index: number, { motion, profile }: ISourceClip, height: number): void {
        this._stand(motion, profile, height);
        if (this._hasBody) {
            this.file.clips.forEach((other) => {
                (other as AnimationGroup).stop();
            });
            (this.file.clips[index] as AnimationGroup | undefined)?.start(true);
            return;
        }
        this._figure?.dispose();
        this._figure = new StickFigure(motion, profile.mapping, this.root.getScene());
        this._figure.root.parent = this._heading;
        for (const mesh of this._figure.meshes) {
            this._shadows.addShadowCaster(mesh, false);
        }
    }

    /**
     * Brings sticks to a point of time; a character plays by itself.
     *
     * @param seconds time since the clip's beginning
     */
    public show(seconds: number): void {
        this._figure?.show(seconds);
    }

    /** The rig of a character without clips: as live as one that moves, and so what an avatar can follow. */
    public get liveRig(): TransformNode | Skeleton {
        const [largest] = [...(this.file.container?.skeletons ?? [])].sort((a, b) => b.bones.length - a.bones.length);
        return largest ?? this._heading;
    }

    /** Removes it with everything of its file. */
    public dispose(): void {
        this._figure?.dispose();
        this.file.container?.dispose();
        this.root.dispose();
    }

    private _rest(): ISourceClip {
        const rig = new LiveRig(this.liveRig);
        return {
            profile: this._animator.describeRig(this.liveRig),
            motion: {
                name: this.file.name,
                rig: rig.rig,
                duration: 0,
                frameRate: 1,
                sample: (_seconds, result) => {
                    rig.read(result);
                },
            },
        };
    }

    /** Turns to where the avatar faces, takes a size that can be seen, and goes to where the first frame is at the root. */
    private _stand(motion: IMotion, { mapping, calibration }: IRigProfile, height: number): void {
        const heading = ToScene(calibration.heading);
        const pose = new RigPose(motion.rig.length);
        motion.sample(0, pose);
        const { nodes } = mapping;
        const at = (joint: SmplxJointName, from: (node: number) => ArrayLike<number>): Vector3 => {
            const [x, y, z] = Array.from(from(nodes[joint]!));
            return new Vector3(-x!, y, z).applyRotationQuaternion(heading);
        };
        const rest = (node: number): ArrayLike<number> => motion.rig[node]!.position;
        const ankle = at("left_ankle", rest).y;
        const own = at("head", rest).y - ankle;
        const share = own / height;
        const [smallest, largest] = ShownSizes[this._hasBody ? "character" : "skeleton"];
        const scale = share > smallest && share < largest ? 1 : 1 / share;
        const hips = at("left_hip", (node) => pose.positions.subarray(node * 3, node * 3 + 3));
        this._heading.rotationQuaternion = heading;
        this._heading.scaling.setAll(scale);
        // Files know where the ground of a character is; a recording may have its own anywhere.
        const ground = this._hasBody || Math.abs(ankle) < OwnGround * own ? 0 : ankle - AnkleHeight * own;
        this._heading.position.set(-hips.x * scale, -ground * scale, -hips.z * scale);
    }
}

/** A rotation of right-handed space as one of the scene's left-handed space. */
function ToScene([x, y, z, w]: readonly [number, number, number, number]): Quaternion {
    return new Quaternion(x, -y, -z, w);
}
