import { Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { type GaussianAvatar } from "../../avatar/gaussianAvatar.js";
import { type ICaptureSubject } from "../../convert/capture/captureSubject.js";
import { LitSubject } from "../../convert/capture/litSubject.js";
import { type IPlannedPose } from "../../convert/capture/posePlan.js";
import { SkinMatrices } from "../../convert/capture/skinMatrices.js";
import { SmplxJointNames } from "../../format/bodyModel.js";
import { type IPinhole } from "../../math/pinhole.js";
import { type ICapturedPicture } from "../capture/capturedPicture.js";
import { CaptureStudio } from "../capture/studio.js";
import { AvatarStage } from "../render/avatarStage.js";
import { EvaluationSize, type IEvaluationPlan } from "./evaluationPlan.js";
import { type IPicture } from "./pictureMetrics.js";

/** Pictures lie over black, as those of a capture do. */
const Black = [0, 0, 0, 1] as const;

/** How pictures are taken. */
export interface IPhotographOptions {
    /** Take the software adapter even where there is a GPU. */
    readonly software: boolean;
    /** Told of every picture. */
    readonly onPicture: () => void;
}

/**
 * Photographs the subject, as a capture does.
 *
 * @param subject who
 * @param plan poses and cameras
 * @param options how
 * @returns pictures and masks, in the order of the shots
 * @throws HeadlessError when there is no WebGPU in this process
 */
export async function PhotographSubjectAsync(
    subject: ICaptureSubject,
    { poses, rig, shots }: IEvaluationPlan,
    { software, onPicture }: IPhotographOptions,
): Promise<ICapturedPicture[]> {
    const studio = await CaptureStudio.CreateAsync(subject, { size: EvaluationSize, software });
    try {
        const person = new LitSubject(subject);
        const pictures: ICapturedPicture[] = [];
        let posed = -1;
        for (const { pose, camera } of shots) {
            if (pose !== posed) {
                person.pose(poses[pose]!);
                studio.pose(person);
                posed = pose;
            }
            // eslint-disable-next-line no-await-in-loop -- one adapter draws one picture after the other
            pictures.push(await studio.shootAsync(rig.pinhole(camera, person.joints)));
            onPicture();
        }
        return pictures;
    } finally {
        studio.dispose();
    }
}

/** A view besides those that are compared. */
export interface IExtraView {
    /** Index of the pose. */
    readonly pose: number;
    /** The camera; its pictures have the size of all others. */
    readonly pinhole: IPinhole;
}

/** What was drawn of an avatar. */
export interface IAvatarPictures {
    /** In the order of the shots. */
    readonly shots: readonly IPicture[];
    /** In the order of the extra views. */
    readonly extras: readonly IPicture[];
    /** Tier that was shown. */
    readonly tier: string;
}

/**
 * Draws an avatar in the same poses from the same cameras, with what its networks make of each pose.
 *
 * @param glb bytes of the avatar
 * @param subject whose joints and expressions the poses have
 * @param plan poses and cameras
 * @param extras views besides
 * @param options how
 * @throws HeadlessError when there is no WebGPU; CliError `networks-failed`
 */
export async function PhotographAvatarAsync(
    glb: Uint8Array,
    subject: ICaptureSubject,
    { poses, rig, shots }: IEvaluationPlan,
    extras: readonly IExtraView[],
    { software, onPicture }: IPhotographOptions,
): Promise<IAvatarPictures> {
    const stage = await AvatarStage.CreateAsync(glb, {
        width: EvaluationSize,
        height: EvaluationSize,
        background: Black,
        software,
    });
    try {
        const joints = new SkinMatrices(subject);
        const takeAsync = async (pose: number, pinholeOf: () => IPinhole): Promise<IPicture> => {
            const { rotations, translation } = poses[pose]!;
            PoseAvatar(stage.avatar, poses[pose]!, subject);
            joints.update(rotations, translation);
            stage.setCamera(pinholeOf());
            const picture = {
                width: EvaluationSize,
                height: EvaluationSize,
                rgb: WithoutAlpha(await stage.drawSettledAsync()),
            };
            onPicture();
            return picture;
        };
        const taken: { shots: IPicture[]; extras: IPicture[] } = { shots: [], extras: [] };
        for (const { pose, camera } of shots) {
            // eslint-disable-next-line no-await-in-loop -- one adapter draws one picture after the other
            taken.shots.push(await takeAsync(pose, () => rig.pinhole(camera, joints)));
        }
        for (const { pose, pinhole } of extras) {
            // eslint-disable-next-line no-await-in-loop -- as above
            taken.extras.push(await takeAsync(pose, () => pinhole));
        }
        return { ...taken, tier: stage.avatar.networks.tier };
    } finally {
        stage.dispose();
    }
}

/** Poses an avatar whose joints rest unrotated, and makes its face. Expressions that it lacks are left out. */
function PoseAvatar(
    avatar: GaussianAvatar,
    { rotations, translation, expressions }: IPlannedPose,
    subject: ICaptureSubject,
): void {
    SmplxJointNames.forEach((name, joint) => {
        const node = avatar.getJoint(name);
        if (node) {
            node.rotationQuaternion = Quaternion.FromArray(rotations, joint * 4);
        }
    });
    const place = Vector3.FromArray(subject.restJoints).add(Vector3.FromArray(translation));
    avatar.getJoint(SmplxJointNames[0])?.position.copyFrom(place);
    subject.expressions.forEach(({ name }, expression) => {
        const target = avatar.morphTargetManager?.getTargetByName(name);
        if (target) {
            target.influence = expressions[expression]!;
        }
    });
}

function WithoutAlpha(rgba: Uint8Array): Uint8Array {
    const rgb = new Uint8Array((rgba.length / 4) * 3);
    for (let pixel = 0; pixel * 4 < rgba.length; pixel++) {
        rgb.set(rgba.subarray(pixel * 4, pixel * 4 + 3), pixel * 3);
    }
    return rgb;
}
