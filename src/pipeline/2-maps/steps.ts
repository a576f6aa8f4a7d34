/** A long computation in pieces, each much shorter than a frame. */
export type Steps<Result> = Generator<undefined, Result>;

/** Milliseconds of a frame that a computation in pieces takes before it lets others go on. */
const Turn = 4;

/**
 * Computes all at once.
 *
 * @param steps the computation
 * @returns its result
 */
export function RunSteps<Result>(steps: Steps<Result>): Result {
    for (;;) {
        const step = steps.next();
        if (step.done) {
            return step.value;
        }
    }
}

/**
 * Computes a few milliseconds at a time, so that frames can be drawn meanwhile.
 *
 * @param steps the computation
 * @returns its result
 */
export async function RunStepsAsync<Result>(steps: Steps<Result>): Promise<Result> {
    let end = performance.now() + Turn;
    for (;;) {
        const step = steps.next();
        if (step.done) {
            return step.value;
        }
        if (performance.now() > end) {
            // eslint-disable-next-line no-await-in-loop -- that is the point
            await new Promise((resolve) => setTimeout(resolve));
            end = performance.now() + Turn;
        }
    }
}
