import { type AnimationGroup } from "@babylonjs/core/Animations/animationGroup.js";
import { type ArcRotateCamera } from "@babylonjs/core/Cameras/arcRotateCamera.js";
import { type ShadowGenerator } from "@babylonjs/core/Lights/Shadows/shadowGenerator.js";
import { type Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { type Scene } from "@babylonjs/core/scene.js";
import { LoadAvatarAsync, SmplxJointNames, type IAvatarBody, type GaussianAvatar } from "babylon-gaussian-avatar";
import { MeasureAvatarBody, MeasureRetarget, RetargetMotion } from "babylon-gaussian-avatar/motion";
import { type Controller } from "lil-gui";
import { BakedAvatarUrl, MannequinUrl } from "../assets.js";
import { MotionFileTypes, OpenMotionFileAsync, type IMotionFile } from "../motionFile.js";
import { ShowError } from "../notice.js";
import { RetargetReport } from "../retargetReport.js";
import { SecondsInto } from "../sceneClock.js";
import { type ISandboxContext, type ISandboxScene } from "../sceneDefinition.js";
import { AddBodyShadow } from "../set/bodyShadow.js";
import { MotionSource, type ISourceClip } from "../set/motionSource.js";
import { CreateOrbitCamera } from "../set/orbitCamera.js";
import { CreateSurroundings } from "../set/surroundings.js";
import { WatchDrops } from "../watchDrops.js";

/** How far source and avatar begin from the middle, metres. */
const Aside = 0.65;

const HeadJoint = SmplxJointNames.indexOf("head");
const AnkleJoint = SmplxJointNames.indexOf("left_ankle");

/** How much of the way to the two the camera goes each frame. */
const CameraShare = 0.06;

/** Angles are compared at no more frames a second than this. */
const ComparedRate = 30;

/** Any humanoid character or motion, and the person doing the same beside it. */
export const RetargetScene: ISandboxScene = {
    title: "Any skeleton",
    description: "Drop a character or a motion of any rig, and she does the same.",
    hint: "GLB, VRM, VRMA, BVH or SMPL npz · nothing is uploaded",
    choosesClips: true,

    async buildAsync(scene, canvas, context) {
        const camera = CreateOrbitCamera(scene, canvas, context.clock, { radius: 5.2, height: 0.9 });
        const { shadows } = CreateSurroundings(scene);
        const avatar = await LoadAvatarAsync(BakedAvatarUrl, scene);
        AddBodyShadow(avatar, shadows, scene);
        const notices = context.overlay.appendChild(document.createElement("div"));
        const fail = (error: unknown): void => {
            notices.replaceChildren();
            if (error !== null) {
                ShowError(notices, error);
            }
        };
        const stage = new RetargetStage(avatar, shadows, camera, context, scene, fail);
        stage.show(await OpenMotionFileAsync(MannequinUrl, scene));
        let latest: File | null = null;
        const openAsync = async (file: File): Promise<void> => {
            latest = file;
            fail(null);
            try {
                const opened = await OpenMotionFileAsync(file, scene);
                if (latest === file && !scene.isDisposed) {
                    stage.show(opened);
                } else {
                    opened.container?.dispose();
                }
            } catch (error) {
                if (latest === file && !scene.isDisposed) {
                    fail(error);
                }
            }
        };
        WatchDrops(scene, context, (file) => void openAsync(file), { types: MotionFileTypes });
        scene.onBeforeRenderObservable.add(() => {
            stage.update();
        });
    },
};

/** Source on the left, avatar on the right. */
class RetargetStage {
    private readonly _avatar: GaussianAvatar;
    private readonly _shadows: ShadowGenerator;
    private readonly _camera: ArcRotateCamera;
    private readonly _context: ISandboxContext;
    private readonly _scene: Scene;
    private readonly _report: RetargetReport | null;
    private readonly _fail: (error: unknown) => void;
    private readonly _body: IAvatarBody;
    /** From her ankles to her head at rest, metres. */
    private readonly _height: number;
    private readonly _warnings: string[] = [];
    private readonly _settings = { clip: "", inPlace: false };
    private _chooser: Controller | null = null;
    private _source: MotionSource | null = null;
    private _group: AnimationGroup | null = null;

    public constructor(
        avatar: GaussianAvatar,
        shadows: ShadowGenerator,
        camera: ArcRotateCamera,
        context: ISandboxContext,
        scene: Scene,
        fail: (error: unknown) => void,
    ) {
        this._fail = fail;
        this._body = MeasureAvatarBody(avatar.asset.joints);
        const [head, ankle] = ([HeadJoint, AnkleJoint] as const).map(
            (joint) => this._body.restPositions[joint * 3 + 1]!,
        );
        this._height = head! - ankle!;
        this._avatar = avatar;
        this._shadows = shadows;
        this._camera = camera;
        this._context = context;
        this._scene = scene;
        avatar.rotation.y = Math.PI; // she faces +z, away from the camera
        avatar.animator.onWarningObservable.add((warning) => this._warnings.push(warning));
        this._report = context.controls && new RetargetReport(context.overlay);
        context.controls
            ?.add(this._settings, "inPlace")
            .name("on the spot")
            .onChange(() => {
                this._replay();
            });
    }

    /** Shows what a file holds in place of the one before; that one stays when the file is of no use. */
    public show(file: IMotionFile): void {
        const source = new MotionSource(file, this._avatar.animator, this._shadows, this._scene);
        try {
            const first = source.clip(0);
            this._source?.dispose();
            this._source = source;
            this._settings.clip = source.clipNames[0] ?? "";
            this._offerClips(source);
            this._play(first);
        } catch (error) {
            if (this._source !== source) {
                source.dispose();
            }
            throw error;
        }
    }

    /** Keeps sticks in time, and the camera beside both, wherever they go. */
    public update(): void {
        this._source?.show(this._group ? SecondsInto(this._group) : 0);
        const { target } = this._camera;
        const pelvis = PelvisOf(this._avatar);
        const share = this._context.clock.isFrozen ? 1 : CameraShare;
        target.x += (pelvis.x - Aside - target.x) * share;
        target.z += (pelvis.z - target.z) * share;
    }

    /** Carries the chosen clip over, and plays both from the beginning. */
    private _play(clip = this._chosen()): void {
        const [avatar, source] = [this._avatar, this._source!];
        const options = { rootMotion: this._settings.inPlace ? "inPlace" : "full" } as const;
        this._warnings.length = 0;
        const start = performance.now();
        const group = source.clipNames.length > 0 ? avatar.animator.retarget(clip.motion, options) : null;
        const milliseconds = performance.now() - start;
        this._group?.dispose();
        this._group = group;
        avatar.animator.unfollow();
        if (group) {
            group.start(true);
            group.goToFrame(group.from);
        } else {
            avatar.animator.follow(source.liveRig, { fade: 0 }); // who has no clip stands, and so does she
            avatar.animator.update(0);
        }
        avatar.position.setAll(0);
        const pelvis = PelvisOf(avatar);
        avatar.position.set(Aside - pelvis.x, 0, -pelvis.z);
        source.play(source.clipNames.indexOf(this._settings.clip), clip, this._height);
        source.root.position.x = -Aside;
        source.root.rotation.y = Math.PI;
        this._context.onClipsChanged();
        this._showReport(clip, milliseconds, options);
    }

    private _replay(): void {
        try {
            this._fail(null);
            this._play();
        } catch (error) {
            this._fail(error);
        }
    }

    private _chosen(): ISourceClip {
        return this._source!.clip(this._source!.clipNames.indexOf(this._settings.clip));
    }

    private _showReport(
        { motion, profile }: ISourceClip,
        milliseconds: number,
        options: { readonly rootMotion: "inPlace" | "full" },
    ): void {
        if (!this._report) {
            return;
        }
        const clip = RetargetMotion(motion, profile, this._body, options);
        const frameRate = Math.min(motion.frameRate, ComparedRate);
        const { file, clipNames } = this._source!;
        this._report.show({
            title: clipNames.length > 0 ? `${file.name}: ${this._settings.clip}` : `${file.name}: no clip, at rest`,
            nodeNames: motion.rig.map(({ name }) => name),
            mapping: profile.mapping,
            warnings: [...new Set(this._warnings)],
            report: MeasureRetarget(motion, profile, this._body, clip, { frameRate }),
            milliseconds,
            frames: Math.round(motion.duration * motion.frameRate) + 1,
        });
    }

    private _offerClips(source: MotionSource): void {
        this._chooser?.destroy();
        this._chooser = null;
        if (source.clipNames.length > 1) {
            this._chooser = this._context.controls?.add(this._settings, "clip", [...source.clipNames]) ?? null;
            this._chooser?.onChange(() => {
                this._replay();
            });
        }
    }
}

function PelvisOf(avatar: GaussianAvatar): Vector3 {
    const pelvis = avatar.getJoint("pelvis")!;
    pelvis.computeWorldMatrix(true);
    return pelvis.getAbsolutePosition();
}
