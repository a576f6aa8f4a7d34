/** A slice that took very long, because the device was busy with something else, is paid back within this many frames. */
const MaximumDebtFrames = 60;

/** Who is out of sight waits as if this small: long behind those who are seen, and not for ever. */
const SmallestSize = 1e-3;

/** One avatar's networks as the scheduler sees them. The owner writes the first three fields, the scheduler the others. */
export interface INetworkTask {
    /** Whether the maps are to be kept up to date now. */
    isWanted: boolean;
    /** Share of the picture's height that the avatar takes; it weighs how old its maps may grow. */
    screenSize: number;
    /** Most runs a second; 0 for the first run alone. */
    maximumRate: number;
    /** Nominal time of the last run, milliseconds; -∞ before the first. */
    phase: number;
    /** When the present maps were begun, milliseconds; -∞ before the first. */
    lastRun: number;
}

/**
 * Decides when networks run: how much of a frame they get, and whose turn it is. Knows numbers only, so that its rules can be
 * tested without a GPU. Allocates nothing.
 *
 * Every frame adds the budget to a credit that is never more than one budget, and every slice takes its measured time off it.
 * The first slice of a frame runs while there is any credit, however long it takes; further ones run when they fit into
 * what is left. A slice of three budgets so runs in every third frame: the budget holds on average, and nothing starves.
 */
export class NetworkScheduler {
    private _budget = 0;
    private _credit = 0;
    private _isFirstSlice = true;

    /** Begins a frame. @param budget milliseconds of network work a frame; 0 stops all networks */
    public beginFrame(budget: number): void {
        this._budget = budget > 0 ? budget : 0;
        this._credit = Math.min(this._credit + this._budget, this._budget);
        this._isFirstSlice = true;
    }

    /**
     * Whether a slice may start in this frame.
     *
     * @param milliseconds what the slice took before; 0 when it was never measured, which counts as long
     */
    public hasRoomFor(milliseconds: number): boolean {
        if (!(this._credit > 0)) {
            return false;
        }
        return this._isFirstSlice || (milliseconds > 0 && milliseconds <= this._credit);
    }

    /** Takes a slice that ran off the credit. @param milliseconds what it took */
    public spend(milliseconds: number): void {
        this._isFirstSlice = false;
        const cost = milliseconds > 0 ? milliseconds : 0;
        this._credit = Math.max(this._credit - cost, -MaximumDebtFrames * this._budget);
    }

    /**
     * Whose turn it is: of the wanted tasks that are due, the one with the largest product of age and size on the screen. So
     * when time is short, rates are shared out by size.
     *
     * @param tasks the tasks
     * @param now milliseconds
     * @returns the task, or null when nobody is due
     */
    public choose<Task extends INetworkTask>(tasks: readonly Task[], now: number): Task | null {
        let chosen: Task | null = null;
        let largest = -1;
        for (const task of tasks) {
            if (!task.isWanted || now - task.phase < Period(task)) {
                continue;
            }
            // Who has no maps yet comes before everyone who has, the largest first.
            const age = Number.isFinite(task.lastRun) ? now - task.lastRun : Number.MAX_SAFE_INTEGER;
            const urgency = age * Math.max(task.screenSize, SmallestSize);
            if (urgency > largest) {
                largest = urgency;
                chosen = task;
            }
        }
        return chosen;
    }

    /**
     * Notes that a task was looked at, so that its next turn comes a period later. A start that came a little late leaves the
     * beat as it was: rates that do not divide the frame rate are met on average.
     *
     * @param task from {@link choose}
     * @param now milliseconds
     * @param isRun whether it runs; false when there was nothing new to run for
     */
    public take(task: INetworkTask, now: number, isRun: boolean): void {
        const period = Period(task);
        const lateness = now - task.phase - period;
        task.phase = lateness < period ? task.phase + period : now;
        if (isRun) {
            task.lastRun = now;
        }
    }
}

function Period(task: INetworkTask): number {
    return 1000 / Math.max(task.maximumRate, 0);
}
