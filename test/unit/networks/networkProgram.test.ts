import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type IAvatarNetwork } from "../../../src/format/mapModel.js";
import { NetworkProgram } from "../../../src/networks/networkProgram.js";
import { NetworkRuntime } from "../../../src/networks/networkRuntime.js";
import { TensorOfData, type INetworkTensor } from "../../../src/networks/networkTensor.js";
import { PlanProgram } from "../../../src/networks/programPlan.js";
import { MakeTwoSliceNetworks } from "../../support/onnxGraphs.js";
import { UsePlainWasm } from "../../support/plainWasm.js";

UsePlainWasm();

/** A network of which only the names of its tensors count. */
function Named(name: string, inputs: string, outputs: string): IAvatarNetwork {
    const contracts = (names: string): IAvatarNetwork["inputs"] =>
        names.split(" ").map((tensor) => ({ name: tensor, type: "float32", shape: [1] }));
    return { name, bytes: null, uri: null, byteLength: 1, inputs: contracts(inputs), outputs: contracts(outputs) };
}

describe("the plan of a program", () => {
    const networks = [
        Named("encoder", "pose_map", "features skip"),
        Named("shape", "features", "positions"),
        Named("colour", "features skip view_front", "shades extra"),
        Named("refine", "shades", "colours"),
    ];

    it("frees tensors after their last reader, and keeps those that another camera needs", () => {
        const plan = PlanProgram(networks, ["positions", "colours"]);
        expect(plan.dependsOnCamera).toEqual([false, false, true, true]);
        expect([...plan.trunk]).toEqual(["features", "skip"]);
        expect(plan.freedAfter).toEqual([[], [], ["extra"], ["shades"]]);
        expect([...PlanProgram(networks, null).outputs]).toEqual(["positions", "extra", "colours"]);
        expect(PlanProgram(networks.slice(0, 2), null).freedAfter).toEqual([[], ["features"]]);
    });

    it("refuses names that two networks make, and outputs that none makes", () => {
        expect(() => PlanProgram([...networks, Named("again", "skip", "positions")], null)).toThrow(
            'Network "again" makes "positions"',
        );
        expect(() => PlanProgram(networks, ["opacities"])).toThrow('No network makes "opacities"');
    });
});

describe("a program", () => {
    const Shape = [1, 1, 2, 2];
    const networks = MakeTwoSliceNetworks(2);
    let runtime: NetworkRuntime;

    beforeAll(async () => {
        runtime = await NetworkRuntime.CreateAsync({ device: null });
    });

    afterAll(() => {
        runtime.dispose();
    });

    const loadBytesAsync = async ({ bytes }: IAvatarNetwork): Promise<Uint8Array> => await Promise.resolve(bytes!);
    const tensors = (values: Readonly<Record<string, number>>): ReadonlyMap<string, INetworkTensor> =>
        new Map(
            Object.entries(values).map(([name, value]) => [name, TensorOfData(new Float32Array(4).fill(value), Shape)]),
        );

    it("runs slice by slice, and its camera's part again for another camera", async () => {
        const shares: number[] = [];
        const program = await NetworkProgram.CreateAsync(runtime, networks, loadBytesAsync, {
            onProgress: (share) => shares.push(share),
        });
        expect(shares).toEqual([networks[0]!.byteLength / (networks[0]!.byteLength + networks[1]!.byteLength), 1]);
        const run = program.begin(tensors({ pose_map: 5, view_front: 0 }));
        expect([run.nextSlice!.name, run.nextSlice!.dependsOnCamera]).toEqual(["trunk", false]);
        expect(() => run.beginCamera(tensors({ view_front: 2 }))).toThrow('There is no "trunk_features"');
        await run.stepAsync();
        expect([run.nextSlice!.name, run.isDone, run.outputs.size]).toEqual(["tail", false, 0]);
        const other = run.beginCamera(tensors({ view_front: 2 }));
        await Promise.all([run.stepAsync(), other.stepAsync()]);
        expect([run.outputs.get("maps")!.data![0], other.outputs.get("maps")!.data![0]]).toEqual([11, 13]);
        expect([run.isDone, run.nextSlice, other.isDone]).toEqual([true, null, true]);
        await run.stepAsync();
        run.releaseOutputs();
        expect(run.outputs.size).toBe(0);
        const third = run.beginCamera(tensors({ view_front: 3 }));
        run.dispose();
        await third.stepAsync();
        expect(third.outputs.get("maps")!.data![0]).toBe(14);
        program.dispose();
        expect(third.outputs.size).toBe(0);
    });

    it("ends a run whose slice fails, and only that", async () => {
        const program = await NetworkProgram.CreateAsync(runtime, networks, loadBytesAsync);
        const run = program.begin(tensors({ pose_map: 5 }));
        await run.stepAsync();
        const failure = { code: "wrong-contract", message: 'Input "view_front" of network "tail" is not given.' };
        await expect(run.stepAsync()).rejects.toMatchObject(failure);
        await expect(run.stepAsync()).rejects.toMatchObject(failure);
        expect([run.isDone, run.nextSlice]).toEqual([false, null]);
        const good = program.begin(tensors({ pose_map: 5, view_front: 1 }));
        await Promise.all([good.stepAsync(), good.stepAsync()]);
        expect(good.outputs.get("maps")!.data![0]).toBe(12);
        program.dispose();
    });

    it("is called off between networks", async () => {
        const aborter = new AbortController();
        const loaded: string[] = [];
        const loading = NetworkProgram.CreateAsync(
            runtime,
            networks,
            async (network) => {
                loaded.push(network.name);
                aborter.abort();
                return await loadBytesAsync(network);
            },
            { signal: aborter.signal },
        );
        await expect(loading).rejects.toMatchObject({ name: "AbortError" });
        expect(loaded).toEqual(["trunk"]);
    });
});
