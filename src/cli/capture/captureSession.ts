import { createHash } from "node:crypto";
import { basename, extname } from "node:path";
import { ReadCharacterAsync } from "../../convert/bake/readCharacter.js";
import { type CaptureSubjectKind } from "../../convert/capture/cameraPlacement.js";
import { CameraRig } from "../../convert/capture/cameraRig.js";
import { RoomReach } from "../../convert/capture/roomReach.js";
import { type ICaptureRequest } from "../../convert/capture/captureManifest.js";
import { type ICaptureSubject } from "../../convert/capture/captureSubject.js";
import { type IPlanMotion } from "../../convert/capture/motionPoses.js";
import { PlanHeads } from "../../convert/capture/headPlan.js";
import { PlanPoses, type IPlannedPose } from "../../convert/capture/posePlan.js";
import { PrepareSubject } from "../../convert/capture/prepareSubject.js";
import { SkinMatrices, SkinPoints } from "../../convert/capture/skinMatrices.js";
import { SmplxJointNames } from "../../format/bodyModel.js";
import { ReadCharacterFileAsync } from "../characterFile.js";
import { CliError } from "../cliError.js";
import { DecodeImageInNodeAsync } from "../decodeImage.js";
import { ReadUserFileAsync } from "../files.js";
import { DescribeMotion, ReadMotionFileAsync } from "../motion/motionFile.js";

/** What is to be captured. */
export interface ISessionOptions {
    /** Path of the character. */
    readonly subject: string;
    /** Paths of motions; none for sampled poses alone. */
    readonly motions: readonly string[];
    /** Name of the subject. */
    readonly name: string;
    /** Number of poses for training. */
    readonly poses: number;
    /** Number of poses that are held out. */
    readonly heldOut: number;
    /** Makes poses and cameras repeatable. */
    readonly seed: number;
    /** Side of the pictures, pixels. */
    readonly size: number;
    /** What of the subject is captured. */
    readonly of: CaptureSubjectKind;
    /** Told what is being done. */
    readonly onStage: (stage: string) => void;
    /** Told what is odd about the files. */
    readonly onNote: (note: string) => void;
}

/** A frame of a capture: a pose and the cameras that shoot it. */
export interface ISessionFrame {
    /** The pose. */
    readonly pose: IPlannedPose;
    /** Indices of cameras of the rig. */
    readonly cameras: readonly number[];
}

/** Everything about a capture but its pictures; the same options make the same session. */
export interface ICaptureSession {
    /** What was asked for. */
    readonly request: ICaptureRequest;
    /** Who is captured. */
    readonly subject: ICaptureSubject;
    /** The cameras. */
    readonly rig: CameraRig;
    /** The frames, those of training first. */
    readonly frames: readonly ISessionFrame[];
}

/** Height of the middle of the room as a share of the subject's: arms reach up further than feet reach down. */
const RoomMiddle = 0.56;

/** Every so-manieth vertex tells how far a pose reaches. */
const ReachStride = 8;

/**
 * What a capture is asked to be, with fingerprints of its files.
 *
 * @param options what is to be captured
 * @returns the request
 * @throws CliError `file-unreadable`
 */
export async function RequestOfAsync(options: ISessionOptions): Promise<ICaptureRequest> {
    const { poses, heldOut, seed, size, of } = options;
    return {
        subject: await FingerprintAsync(options.subject),
        motions: await Promise.all(options.motions.map(FingerprintAsync)),
        poses,
        heldOut,
        seed,
        size,
        ...(of === "head" ? { of } : {}),
    };
}

/**
 * Reads the files and plans the capture.
 *
 * @param options what is to be captured
 * @param request the same as a request
 * @returns the plan
 * @throws CliError, or the error of the reader of a file, when a file cannot be used
 */
export async function PlanSessionAsync(options: ISessionOptions, request: ICaptureRequest): Promise<ICaptureSession> {
    const { onStage, onNote, seed, size, poses, heldOut, of } = options;
    onStage("reading the subject");
    const character = await ReadCharacterAsync(
        await ReadCharacterFileAsync(options.subject),
        options.name,
        DecodeImageInNodeAsync,
        (message) => {
            onNote(message);
        },
    );
    const subject = PrepareSubject(character);
    const meshes = new Set(character.meshes.map((mesh) => mesh.name));
    NoteOddities(subject, meshes, onNote);
    onStage("reading the motions");
    const motions = await Promise.all(options.motions.map(ReadPlanMotionsAsync));
    onStage("planning the poses");
    const plan =
        of === "head"
            ? PlanHeads({ subject, count: poses, heldOut, seed })
            : PlanPoses({
                  subject,
                  count: poses + heldOut,
                  heldOutShare: heldOut / (poses + heldOut),
                  motions: motions.flat(),
                  seed,
              });
    const rig = SetUpRig(subject, plan, seed, size, of);
    const counters = { train: 0, heldOut: 0 };
    return {
        request,
        subject,
        rig,
        frames: plan.map((pose) => ({ pose, cameras: rig.shots(counters[pose.split]++, pose.split) })),
    };
}

/**
 * Tells what a subject lacks that it could have.
 *
 * @param subject who is captured
 * @param meshes names of all meshes of the file
 * @param onNote told of each
 */
export function NoteOddities(
    subject: ICaptureSubject,
    meshes: ReadonlySet<string>,
    onNote: (note: string) => void,
): void {
    const kept = subject.parts.map(({ name }) => name);
    for (const name of meshes) {
        // Parts of a mesh of several materials are called by both.
        if (!kept.some((part) => part === name || part.startsWith(`${name} `))) {
            onNote(`mesh "${name}" has no weights and hangs on no bone: it is left out. Bind it to the skeleton.`);
        }
    }
    if (subject.parts.every(({ texture }) => texture === null)) {
        onNote("the subject has no textures: its parts are captured in plain colours.");
    }
    const firstFinger = SmplxJointNames.indexOf("left_index1");
    if (!subject.skinJoints.some((joint, i) => joint >= firstFinger && subject.skinWeights[i]! > 0)) {
        onNote("the subject has no fingers that move: its hands are captured stiff.");
    }
    if (subject.expressions.length === 0) {
        onNote("the subject has no morph targets: its face is captured still.");
    }
}

/**
 * All clips of a file that move, with their names.
 *
 * @param path of the file
 * @throws CliError `empty-motion`, or the error of the reader
 */
export async function ReadPlanMotionsAsync(path: string): Promise<IPlanMotion[]> {
    const motions = await ReadMotionFileAsync(path);
    const file = basename(path, extname(path));
    if (!motions.some(({ duration }) => duration > 0)) {
        throw new CliError(
            "empty-motion",
            `${path}: nothing moves in this file. Give another motion, or leave it out.`,
        );
    }
    return motions
        .filter(({ duration }) => duration > 0)
        .map((motion) => ({
            name: motions.length > 1 ? `${file} ${motion.name}` : file,
            motion,
            profile: DescribeMotion(motion, basename(path)),
        }));
}

/**
 * Cameras about a room that has the subject in it in every pose.
 *
 * @param subject who is captured
 * @param plan the poses
 * @param seed turns the ring of cameras
 * @param size side of the pictures, pixels
 * @param of what is captured
 */
export function SetUpRig(
    subject: ICaptureSubject,
    plan: readonly IPlannedPose[],
    seed: number,
    size: number,
    of: CaptureSubjectKind = "body",
): CameraRig {
    const height = subject.positions.reduce((top, value, i) => (i % 3 === 1 ? Math.max(top, value) : top), 0);
    const center = [0, height * RoomMiddle, 0] as const;
    const room = new RoomReach(seed, center);
    const some = Thin(subject);
    const joints = new SkinMatrices(subject);
    const posed = new Float32Array(some.positions.length);
    for (const { rotations, translation } of plan) {
        joints.update(rotations, translation);
        SkinPoints(some, joints.matrices, some.positions, posed);
        room.add(posed);
    }
    return new CameraRig({ seed, size, restJoints: subject.restJoints, center, reach: room.reach, of });
}

/** Some vertices of a subject. */
function Thin(subject: ICaptureSubject): Pick<ICaptureSubject, "positions" | "skinJoints" | "skinWeights"> {
    const keep =
        (width: number) =>
        (_value: number, i: number): boolean =>
            Math.floor(i / width) % ReachStride === 0;
    return {
        positions: subject.positions.filter(keep(3)),
        skinJoints: subject.skinJoints.filter(keep(4)),
        skinWeights: subject.skinWeights.filter(keep(4)),
    };
}

/**
 * What a file is called, and what is in it.
 *
 * @param path of the file
 * @throws CliError `file-unreadable`
 */
export async function FingerprintAsync(path: string): Promise<{ file: string; sha256: string }> {
    const sha256 = createHash("sha256")
        .update(await ReadUserFileAsync(path))
        .digest("hex");
    return { file: basename(path), sha256 };
}
