import { describe, expect, it } from "@jest/globals";
import { NetworkScheduler, type INetworkTask } from "../../../src/avatar/networks/networkScheduler.js";

const FrameMilliseconds = 1000 / 60;

/** A wanted task that never ran. */
function Task(values: Partial<INetworkTask> = {}): INetworkTask {
    return { isWanted: true, screenSize: 0.5, maximumRate: 30, phase: -Infinity, lastRun: -Infinity, ...values };
}

/** Runs frames at 60 Hz; every slice takes `cost`, every run is one slice. Counts the runs of each task. */
function Simulate(
    tasks: readonly INetworkTask[],
    { budget, cost, frames, jitter = 0 }: { budget: number; cost: number; frames: number; jitter?: number },
): { runs: number[]; spent: number; mostInAFrame: number } {
    const scheduler = new NetworkScheduler();
    const runs = tasks.map(() => 0);
    let spent = 0;
    let mostInAFrame = 0;
    for (let frame = 0; frame < frames; frame++) {
        const now = frame * FrameMilliseconds + (frame % 2) * jitter;
        let inFrame = 0;
        scheduler.beginFrame(budget);
        while (scheduler.hasRoomFor(cost)) {
            const task = scheduler.choose(tasks, now);
            if (!task) {
                break;
            }
            scheduler.take(task, now, true);
            scheduler.spend(cost);
            runs[tasks.indexOf(task)]!++;
            inFrame += cost;
        }
        spent += inFrame;
        mostInAFrame = Math.max(mostInAFrame, inFrame);
    }
    return { runs, spent, mostInAFrame };
}

describe("the scheduler of networks", () => {
    it("meets the rate of an avatar, also where frames jitter and the rate does not divide theirs", () => {
        for (const maximumRate of [30, 25, 10, 7]) {
            for (const jitter of [0, 4]) {
                const { runs } = Simulate([Task({ maximumRate })], { budget: 4, cost: 1, frames: 600, jitter });
                expect(Math.abs(runs[0]! - maximumRate * 10)).toBeLessThanOrEqual(1);
            }
        }
    });

    it("runs an avatar of rate 0 once, and again when its rate is raised", () => {
        const task = Task({ maximumRate: 0 });
        expect(Simulate([task], { budget: 4, cost: 1, frames: 100 }).runs).toEqual([1]);
        task.maximumRate = 30;
        expect(new NetworkScheduler().choose([task], 10_000)).toBe(task);
    });

    it("keeps the budget on average with slices that are longer than it, and does not starve them", () => {
        const { runs, spent, mostInAFrame } = Simulate([Task({ maximumRate: 1000 })], {
            budget: 4,
            cost: 12,
            frames: 300,
        });
        expect(mostInAFrame).toBe(12);
        expect(runs[0]).toBe(100);
        expect(spent).toBeLessThanOrEqual(4 * 300);
    });

    it("fits several short slices into a frame, and never saves credit up", () => {
        const tasks = Array.from({ length: 8 }, () => Task({ maximumRate: 1000 }));
        const idle = new NetworkScheduler();
        for (let frame = 0; frame < 100; frame++) {
            idle.beginFrame(4);
        }
        let slices = 0;
        while (idle.hasRoomFor(1.5)) {
            idle.spend(1.5);
            slices++;
        }
        expect(slices).toBe(2);
        const { mostInAFrame, spent } = Simulate(tasks, { budget: 4, cost: 1.5, frames: 100 });
        expect(mostInAFrame).toBe(3);
        expect(spent).toBe(300);
    });

    it("runs a slice that was never measured alone in its frame", () => {
        const scheduler = new NetworkScheduler();
        scheduler.beginFrame(4);
        expect(scheduler.hasRoomFor(0)).toBe(true);
        scheduler.spend(1);
        expect(scheduler.hasRoomFor(0)).toBe(false);
        expect(scheduler.hasRoomFor(1)).toBe(true);
    });

    it("pays a very long slice back within a second", () => {
        const scheduler = new NetworkScheduler();
        scheduler.beginFrame(4);
        scheduler.spend(60_000);
        let frames = 0;
        do {
            scheduler.beginFrame(4);
            frames++;
        } while (!scheduler.hasRoomFor(1));
        expect(frames).toBeLessThanOrEqual(61);
        expect(frames).toBeGreaterThan(55);
    });

    it("stops with a budget of 0 and does everything at once without one", () => {
        const tasks = [Task(), Task(), Task()];
        for (const budget of [0, -1, Number.NaN]) {
            expect(Simulate(tasks, { budget, cost: 1, frames: 10 }).runs).toEqual([0, 0, 0]);
        }
        expect(Simulate(tasks, { budget: Infinity, cost: 100, frames: 1 }).runs).toEqual([1, 1, 1]);
    });

    it("shares scarce time out by size on the screen, and lets no one wait for ever", () => {
        const tasks = [
            Task({ screenSize: 0.8, maximumRate: 60 }),
            Task({ screenSize: 0.4, maximumRate: 60 }),
            Task({ screenSize: 0.1, maximumRate: 60 }),
        ];
        const { runs } = Simulate(tasks, { budget: 2, cost: 4, frames: 1200 });
        expect(runs.reduce((sum, count) => sum + count)).toBe(600);
        expect(runs[0]! / runs[1]!).toBeGreaterThan(1.5);
        expect(runs[1]! / runs[2]!).toBeGreaterThan(2.5);
        expect(runs[2]!).toBeGreaterThan(30);
    });

    it("passes over who is out of sight, and begins with who has no maps yet, the largest first", () => {
        const scheduler = new NetworkScheduler();
        const old = Task({ screenSize: 1, lastRun: 0, phase: 0 });
        const hidden = Task({ isWanted: false, screenSize: 1 });
        const small = Task({ screenSize: 0.1 });
        const large = Task({ screenSize: 0.3 });
        const tasks = [old, hidden, small, large];
        const order: (INetworkTask | null)[] = [];
        for (let turn = 0; turn < 4; turn++) {
            const task = scheduler.choose(tasks, 5000);
            order.push(task);
            if (task) {
                scheduler.take(task, 5000, true);
            }
        }
        expect(order).toEqual([large, small, old, null]);
    });

    it("makes first maps of who is out of sight, also when there is never enough time", () => {
        const tasks = [Task({ screenSize: 1, maximumRate: 60 }), Task({ screenSize: 0, maximumRate: 60 })];
        expect(Simulate(tasks, { budget: 2, cost: 4, frames: 10 }).runs[1]).toBeGreaterThan(0);
    });

    it("looks at who had nothing new no more often than its rate", () => {
        const scheduler = new NetworkScheduler();
        const still = Task({ maximumRate: 10 });
        let looks = 0;
        for (let frame = 0; frame < 600; frame++) {
            const task = scheduler.choose([still], frame * FrameMilliseconds);
            if (task) {
                scheduler.take(task, frame * FrameMilliseconds, false);
                looks++;
            }
        }
        expect(looks).toBeLessThanOrEqual(101);
        expect(looks).toBeGreaterThanOrEqual(99);
        expect(still.lastRun).toBe(-Infinity);
    });
});
