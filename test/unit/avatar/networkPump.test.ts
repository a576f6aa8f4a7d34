import { describe, expect, it } from "@jest/globals";
import { type INetworkClient, NetworkPump } from "../../../src/avatar/networks/networkPump.js";
import { type ProgramRun } from "../../../src/networks/programRun.js";

/** What happened, in order, and the slices that wait to be ended by the test. */
class Stage {
    public readonly log: string[] = [];
    public readonly pending: { readonly end: () => void; readonly fail: (error: Error) => void }[] = [];
}

/** A body whose runs have slices of given times, each ended by the test. */
class FakeBody {
    public isWanted = false;
    public screenSize = 0.5;
    public maximumRate = 1000;
    public phase = -Infinity;
    public lastRun = -Infinity;
    public hasNewPose = true;
    public looks = 0;
    public provider: INetworkClient["provider"] = "webgpu";
    public readonly program: INetworkClient["program"];

    private readonly _stage: Stage;
    private readonly _name: string;

    public constructor(stage: Stage, name: string, slices: readonly number[]) {
        this._stage = stage;
        this._name = name;
        this.program = {
            slices: slices.map((milliseconds) => ({ name: name, dependsOnCamera: false, milliseconds })),
        };
    }

    public look(): void {
        this.isWanted = true; // the other fields are the test's
    }

    public releaseUsed(): void {
        // it has no Gaussians
    }

    public async beginRunAsync(): Promise<ProgramRun | null> {
        const { log, pending } = this._stage;
        const { slices } = this.program;
        this.looks++;
        if (this.looks > 1000) {
            throw new Error("is asked again and again");
        }
        if (!this.hasNewPose) {
            return null;
        }
        await Promise.resolve();
        log.push(`${this._name} begins`);
        let done = 0;
        const run = {
            get isDone(): boolean {
                return done === slices.length;
            },
            get nextSlice(): unknown {
                return slices[done];
            },
            stepAsync: async (): Promise<void> => {
                await new Promise<void>((end, fail) => {
                    pending.push({ end, fail });
                });
                done++;
            },
            dispose: (): void => {
                log.push(`${this._name} run freed`);
            },
        };
        return run as unknown as ProgramRun;
    }

    public finish(): void {
        this._stage.log.push(`${this._name} done`);
    }

    public dispose(): void {
        this._stage.log.push(`${this._name} freed`);
    }
}

async function SettleAsync(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 0));
}

/** Ends the slice that waits, and lets everything that follows from it happen. */
async function EndSliceAsync(stage: Stage): Promise<void> {
    stage.pending.shift()!.end();
    await SettleAsync();
}

function Setup(...slices: readonly (readonly number[])[]): {
    stage: Stage;
    pump: NetworkPump;
    bodies: FakeBody[];
    failures: unknown[];
} {
    const stage = new Stage();
    const failures: unknown[] = [];
    const pump = new NetworkPump();
    const bodies = slices.map((times, index) => new FakeBody(stage, "abc"[index]!, times));
    bodies.forEach((body) => {
        pump.add(body, (error) => failures.push(error));
    });
    return { stage, pump, bodies, failures };
}

describe("the pump of networks", () => {
    it("starts nothing while the frame's own code runs, and lets frames pass while a slice is under way", async () => {
        const { stage, pump } = Setup([3, 3]);
        pump.endFrame(4);
        expect(stage.log).toEqual([]);
        await SettleAsync();
        expect(stage.log).toEqual(["a begins"]);
        for (let frame = 0; frame < 10; frame++) {
            pump.endFrame(4);
            await SettleAsync();
            expect(stage.pending.length).toBe(1);
        }
        await EndSliceAsync(stage);
        expect(stage.pending.length).toBe(1);
        await EndSliceAsync(stage);
        expect(stage.log.slice(0, 2)).toEqual(["a begins", "a done"]);
    });

    it("spreads a run over frames when its slices do not fit into one", async () => {
        const { stage, pump, bodies } = Setup([3, 3]);
        bodies[0]!.maximumRate = 0;
        pump.endFrame(4);
        await SettleAsync();
        await EndSliceAsync(stage);
        expect(stage.pending.length).toBe(0); // 1 ms is left, the next slice takes 3
        pump.endFrame(4);
        await SettleAsync();
        expect(stage.pending.length).toBe(1);
        await EndSliceAsync(stage);
        expect(stage.log).toEqual(["a begins", "a done"]);
    });

    it("runs one slice a frame on the processor, however long it takes: it takes no time from frames", async () => {
        const { stage, pump, bodies } = Setup([300, 300]);
        bodies[0]!.provider = "wasm";
        bodies[0]!.maximumRate = 0;
        for (let frame = 0; frame < 2; frame++) {
            pump.endFrame(4);
            await SettleAsync();
            expect(stage.pending.length).toBe(1);
            await EndSliceAsync(stage);
            expect(stage.pending.length).toBe(0);
        }
        expect(stage.log).toEqual(["a begins", "a done"]);
    });

    it("ends a run before it begins another, and begins with who was waiting longest", async () => {
        const { stage, pump, bodies } = Setup([1, 1], [1], [1]);
        bodies.forEach((body) => (body.maximumRate = 0));
        bodies[1]!.hasNewPose = false;
        pump.endFrame(100);
        await SettleAsync();
        while (stage.pending.length > 0) {
            expect(stage.pending.length).toBe(1);
            await EndSliceAsync(stage);
        }
        expect(stage.log).toEqual(["a begins", "a done", "c begins", "c done"]);
    });

    it("asks who has nothing new once a frame, whatever its rate", async () => {
        for (const rate of [1e9, Infinity, Number.NaN]) {
            const { stage, pump, bodies, failures } = Setup([1], [1]);
            for (const body of bodies) {
                body.hasNewPose = false;
                body.maximumRate = rate;
            }
            for (let frame = 1; frame <= 3; frame++) {
                pump.endFrame(4);
                await SettleAsync();
                expect(bodies.map(({ looks }) => looks <= frame)).toEqual([true, true]);
            }
            expect([failures, stage.log]).toEqual([[], []]);
        }
    });

    it("frees a body that goes while its run is under way when the slice has ended, and not before", async () => {
        const { stage, pump, bodies, failures } = Setup([1, 1]);
        pump.endFrame(4);
        await SettleAsync();
        pump.remove(bodies[0]!);
        pump.endFrame(4);
        expect(stage.log).toEqual(["a begins"]);
        await EndSliceAsync(stage);
        expect(stage.log).toEqual(["a begins", "a run freed", "a freed"]);
        expect(failures).toEqual([]);
    });

    it("frees a body that goes between two slices at the next frame", async () => {
        const { stage, pump, bodies } = Setup([4, 4]);
        pump.endFrame(4);
        await SettleAsync();
        await EndSliceAsync(stage);
        pump.remove(bodies[0]!);
        expect(stage.log).toEqual(["a begins"]);
        pump.endFrame(4);
        expect(stage.log).toEqual(["a begins", "a run freed", "a freed"]);
    });

    it("says when a run fails, once, and goes on with the others", async () => {
        const { stage, pump, failures } = Setup([1], [1]);
        pump.endFrame(100);
        await SettleAsync();
        stage.pending.shift()!.fail(new Error("no memory"));
        await SettleAsync();
        expect(failures.map(String)).toEqual(["Error: no memory"]);
        await EndSliceAsync(stage);
        expect(stage.log.slice(0, 4)).toEqual(["a begins", "a run freed", "b begins", "b done"]);
        expect(stage.log).not.toContain("b freed");
    });

    it("frees everything when it is disposed, at once where the device will not answer any more", async () => {
        const { stage, pump } = Setup([1], [1]);
        pump.endFrame(4);
        await SettleAsync();
        pump.dispose();
        expect(stage.log).toEqual(["a begins"]);
        pump.flush(true);
        expect(stage.log).toEqual(["a begins", "a run freed", "a freed", "b freed"]);
        pump.endFrame(4);
        await SettleAsync();
        expect(stage.pending.length).toBe(1);
    });
});
