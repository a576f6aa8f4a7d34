/**
 * Frame of a repeated clip at a point of time. Time 0 is the clip's own time zero, which may lie before its first key; the
 * very end is the last frame, not the first again.
 *
 * @param seconds the time, ≥ 0
 * @param framesPerSecond frames a second of the clip
 * @param from frame of the first key, ≥ 0
 * @param to frame of the last key
 * @returns the frame, from `from` to `to`
 *
 * @example
 * ```ts
 * group.goToFrame(ClipFrame(1.5, 60, group.from, group.to));
 * ```
 */
export function ClipFrame(seconds: number, framesPerSecond: number, from: number, to: number): number {
    const frame = seconds * framesPerSecond;
    return Math.max(from, to > 0 && frame > to ? frame % to : Math.min(frame, to));
}
