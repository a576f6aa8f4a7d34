import { LitSubject } from "../../convert/capture/litSubject.js";
import { SmplxJointNames } from "../../format/bodyModel.js";
import { CliError } from "../cliError.js";
import { type CaptureFolder } from "./captureFolder.js";
import { type ICaptureSession } from "./captureSession.js";
import { CaptureStudio } from "./studio.js";

/** How frames are shot. */
export interface IShootOptions {
    /** Frames to shoot: those whose number leaves `index` when divided by `count`. */
    readonly share: { readonly index: number; readonly count: number };
    /** Take the software adapter even where there is a GPU. */
    readonly software: boolean;
    /** Stops the work after the picture that is being taken. */
    readonly signal: AbortSignal;
    /** Told of every picture that was kept. */
    readonly onPicture: () => void;
}

/** Pictures that are drawn or read back at the same time. */
const PicturesInFlight = 2;

/**
 * Takes the pictures of a capture that are missing.
 *
 * @param session what is captured
 * @param folder where the pictures go
 * @param options which, and who is told
 * @throws HeadlessError when there is no WebGPU; CliError `file-unwritable` or `cancelled`. Pictures taken stay.
 */
export async function ShootFramesAsync(
    session: ICaptureSession,
    folder: CaptureFolder,
    { share, software, signal, onPicture }: IShootOptions,
): Promise<void> {
    const { subject, rig, frames, request } = session;
    const missing = MissingPictures(session, folder, share);
    if (missing.size === 0) {
        return;
    }
    const studio = await CaptureStudio.CreateAsync(subject, { size: rig.size, bounds: rig.bust, software });
    const person = new LitSubject(subject, request.of === "head" ? SmplxJointNames.indexOf("head") : 0);
    const underway: Promise<void>[] = [];
    try {
        for (const [frame, cameras] of missing) {
            person.pose(frames[frame]!.pose);
            studio.pose(person);
            for (const camera of cameras) {
                if (signal.aborted) {
                    throw new CliError(
                        "cancelled",
                        `The capture was stopped. The same command goes on with ${folder.path}.`,
                    );
                }
                const keepAsync = async (): Promise<void> => {
                    const picture = await studio.shootAsync(rig.pinhole(camera, person.joints));
                    await folder.keepAsync(rig.cameras[camera]!.name, frame, picture);
                    onPicture();
                };
                underway.push(keepAsync());
                if (underway.length >= PicturesInFlight) {
                    // eslint-disable-next-line no-await-in-loop -- one adapter draws one picture after the other
                    await underway.shift();
                }
            }
        }
        await Promise.all(underway);
    } finally {
        await Promise.allSettled(underway);
        studio.dispose();
    }
}

/**
 * Pictures that are not there yet.
 *
 * @param session what is captured
 * @param folder where pictures go
 * @param share which frames to look at
 * @returns cameras by the number of the frame; frames that are complete are left out
 */
export function MissingPictures(
    { rig, frames }: ICaptureSession,
    folder: CaptureFolder,
    share: IShootOptions["share"] = { index: 0, count: 1 },
): Map<number, readonly number[]> {
    const missing = new Map<number, readonly number[]>();
    frames.forEach(({ cameras }, frame) => {
        const left = cameras.filter((camera) => !folder.has(rig.cameras[camera]!.name, frame));
        if (frame % share.count === share.index && left.length > 0) {
            missing.set(frame, left);
        }
    });
    return missing;
}
