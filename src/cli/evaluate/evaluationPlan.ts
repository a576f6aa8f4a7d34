import { type CameraRig } from "../../convert/capture/cameraRig.js";
import { type CameraTarget } from "../../convert/capture/cameraPlacement.js";
import { type ICaptureSubject } from "../../convert/capture/captureSubject.js";
import { PlanPoses, type IPlannedPose } from "../../convert/capture/posePlan.js";
import { type IPlanMotion } from "../../convert/capture/motionPoses.js";
import { SetUpRig } from "../capture/captureSession.js";
import { CliError } from "../cliError.js";

/** Kinds of pictures that figures are told of; both hands are one kind. */
export type PictureKind = "body" | "upper" | "head" | "hands";

/** What cameras look at, as figures are told of it. */
const KindOf: Readonly<Record<CameraTarget, PictureKind>> = {
    body: "body",
    upper: "upper",
    face: "head",
    head: "head",
    leftHand: "hands",
    rightHand: "hands",
};

/** Side of the pictures, pixels: the figures are meant at this size. */
export const EvaluationSize = 512;

/** A picture to be taken of the subject and of the avatars. */
export interface IEvaluationShot {
    /** Index of the pose. */
    readonly pose: number;
    /** Index of the camera in the rig. */
    readonly camera: number;
    /** What it shows. */
    readonly kind: PictureKind;
}

/** What is compared. */
export interface IEvaluationPlan {
    /** Poses of the motions, as different as there are. */
    readonly poses: readonly IPlannedPose[];
    /** The cameras. */
    readonly rig: CameraRig;
    /** The pictures, pose by pose. */
    readonly shots: readonly IEvaluationShot[];
}

/** How much is compared. */
export interface IEvaluationRequest {
    /** Number of poses. */
    readonly poses: number;
    /** Cameras of each kind that shoot a pose. */
    readonly cameras: number;
    /** Chooses headings, faces and cameras. */
    readonly seed: number;
}

/**
 * Chooses what to compare: poses of motions, retargeted to the subject, with headings and faces of their own, and cameras that
 * captures keep for measuring, turned about the room by the seed.
 *
 * @param subject whose
 * @param motions where poses are from, at least one
 * @param request how much
 * @returns the plan; the same for the same arguments
 * @throws CliError `empty-motion` when the motions have fewer poses that differ
 */
export function PlanEvaluation(
    subject: ICaptureSubject,
    motions: readonly IPlanMotion[],
    request: IEvaluationRequest,
): IEvaluationPlan {
    const { seed, cameras } = request;
    const poses = PlanPoses({ subject, count: request.poses, motions, motionShare: 1, heldOutShare: 0, seed });
    const names = motions.map(({ name }) => name);
    const fromMotion = poses.filter(({ source }) => names.some((name) => source.startsWith(`${name} `)));
    if (fromMotion.length < request.poses) {
        throw new CliError(
            "empty-motion",
            `The motions have ${fromMotion.length} poses that differ, ${request.poses} are asked for: give more motion, or less --poses.`,
        );
    }
    const rig = SetUpRig(subject, poses, seed, EvaluationSize);
    const shots = poses.flatMap((_, pose) =>
        (Object.keys(KindOf) as CameraTarget[]).flatMap((target) =>
            ChooseCameras(rig, target, cameras, pose + seed).map((camera) => ({ pose, camera, kind: KindOf[target] })),
        ),
    );
    return { poses, rig, shots };
}

/** Poses take turns with the cameras of a kind; the hands with each other. */
function ChooseCameras({ cameras }: CameraRig, target: CameraTarget, count: number, turn: number): number[] {
    if (target === (turn % 2 === 0 ? "leftHand" : "rightHand")) {
        return [];
    }
    const known = [...cameras.keys()].filter((i) => cameras[i]!.target === target && cameras[i]!.split === "heldOut");
    return Array.from({ length: Math.min(count, known.length) }, (_, k) => known[(turn + k) % known.length]!);
}
