/** Runs tasks one after the other, in the order in which they were given. */
export class NetworkQueue {
    private _last: Promise<unknown> = Promise.resolve();

    /**
     * Runs a task when all earlier ones have ended, well or badly.
     *
     * @param task what to do
     * @returns what the task gives
     */
    public async runAsync<Result>(task: () => Promise<Result>): Promise<Result> {
        const result = this._last.then(task);
        this._last = result.catch(() => undefined);
        return await result;
    }
}
