import { describe, expect, it, jest } from "@jest/globals";
import { ConditioningTableSteps } from "../../../src/pipeline/2-maps/conditioningBuffers.js";
import { BuildPoseMapTable } from "../../../src/pipeline/2-maps/poseMapTable.js";
import { RunSteps, RunStepsAsync, type Steps } from "../../../src/pipeline/2-maps/steps.js";
import { BuildViewMapTable } from "../../../src/pipeline/2-maps/viewMapTable.js";
import { MakeSampleAvatar } from "../../support/avatarSamples.js";
import { MakeSampleMapModel } from "../../support/mapModels.js";

describe("tables of a model, in pieces", () => {
    const model = MakeSampleMapModel(MakeSampleAvatar({ gaussians: 50 }), {
        mapSize: 32,
        texels: 2000,
        conditioning: { size: 32, viewSize: 32, reduction: "first" },
    });

    it("are those that are made at once", () => {
        const tables = RunSteps(ConditioningTableSteps(model));
        expect(tables.pose).toEqual(BuildPoseMapTable(model));
        expect(tables.view).toEqual(BuildViewMapTable(model));
    });

    it("are no more than some dozens of pixels a piece", () => {
        const pieces = [...ConditioningTableSteps(model)].length;
        expect(pieces).toBeGreaterThan((2 * 2000) / 100);
    });

    it("let others go on whenever their turn is over, and not more often", async () => {
        let now = 0;
        jest.spyOn(performance, "now").mockImplementation(() => now);
        const log: string[] = [];
        const work = function* (): Steps<string> {
            for (const name of ["a", "b", "c", "d", "e"]) {
                log.push(name);
                now += 3;
                setTimeout(() => log.push("frame"));
                yield;
            }
            return "done";
        };
        expect(await RunStepsAsync(work())).toBe("done");
        expect(log.join(" ")).toBe("a b frame frame c d frame frame e");
        jest.restoreAllMocks();
    });
});
