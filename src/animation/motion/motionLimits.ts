import { MotionFileError } from "./motionFileError.js";

/** Most frames of a motion file: more than two hours at 120 Hz, beyond any published recording. */
export const MaxMotionFrames = 1_000_000;

/** Most numbers of a motion: 45 minutes of all 55 joints at 144 Hz, an hour and a half at 72 Hz. */
export const MaxMotionNumbers = 64_000_000;

/** Fewest frames a second: a pose every ten seconds is no motion but a mistake. */
export const MinFrameRate = 0.1;

/** Most frames a second: the fastest motion capture takes 2000. */
export const MaxFrameRate = 10_000;

/**
 * Refuses motions whose size is a mistake or an attack, before memory is taken for them.
 *
 * @param frames number of frames
 * @param width numbers a frame
 * @param what what it is, at the start of the message, for example `Array "poses"`
 * @throws {@link MotionFileError} `too-large`
 */
export function RequireMotionSize(frames: number, width: number, what: string): void {
    if (!(frames <= MaxMotionFrames && frames * width <= MaxMotionNumbers)) {
        throw new MotionFileError(
            "too-large",
            `${what} has ${frames} frames of ${width} numbers; up to ${MaxMotionFrames} frames and ${MaxMotionNumbers} ` +
                "numbers are read: cut the motion into shorter files.",
        );
    }
}
