import { describe, expect, it } from "@jest/globals";
import { BakeHeadChannelsAsync, type IBakedChannels } from "../../../../src/convert/gaussianHead/bakeChannels.js";
import { EvaluateHeadAsync } from "../../../../src/convert/gaussianHead/evaluateHead.js";
import { type IHeadModel } from "../../../../src/format/headModel.js";
import { DescribeGolden } from "../../../support/goldenFixture.js";
import { ReadGoldenHeadAsync } from "../../../support/goldenHead.js";
import { MakeSampleHead } from "../../../support/headedAvatar.js";
import { PrintFigure } from "../../../support/motions.js";
import { SeededRandom } from "../../../support/seededRandom.js";

/** Positions near 0 in units of metres, so that single precision does not show in differences. */
const Sample: IHeadModel = { ...MakeSampleHead({ points: 90 }), origin: [0, 0, 0], unit: 1 };
const Ranges = Array.from({ length: Sample.codeSize }, () => [-2, 2] as const);

async function PositionsAsync(model: IHeadModel, code: ArrayLike<number>): Promise<Float32Array> {
    return (await EvaluateHeadAsync(model, code, model.poseRange.rest)).positions;
}

/** [N,3] offsets of a face without networks. */
function Moved({ channels }: IBakedChannels, code: ArrayLike<number>, points: number): Float64Array {
    const moved = new Float64Array(points * 3);
    channels.forEach(({ indices, deltas }, channel) => {
        indices.forEach((point, row) => {
            for (let axis = 0; axis < 3; axis++) {
                moved[point * 3 + axis]! += code[channel]! * deltas[row * 3 + axis]!;
            }
        });
    });
    return moved;
}

describe("what channels of a head move without networks", () => {
    it("is the slope of what the networks make", async () => {
        const baked = await BakeHeadChannelsAsync(Sample, { ranges: Ranges, leastMove: 0 });
        const step = 0.02;
        for (let channel = 0; channel < Sample.codeSize; channel++) {
            const code = (value: number): number[] => Ranges.map((_, i) => (i === channel ? value : 0));
            const [above, below] = [
                await PositionsAsync(Sample, code(step)),
                await PositionsAsync(Sample, code(-step)),
            ];
            const found = Moved(baked, code(1), 90);
            const wanted = found.map((_, i) => (above[i]! - below[i]!) / (2 * step));
            const size = Math.sqrt(wanted.reduce((sum, value) => sum + value * value, 0) / wanted.length);
            // But for the few points whose neurons switch within the step.
            const off = found.filter((value, i) => Math.abs(value - wanted[i]!) > 0.02 * size);
            expect(size).toBeGreaterThan(1e-3);
            expect(off.length).toBeLessThan(0.05 * found.length);
        }
    });

    it("leaves out what hardly moves, and points that expressions do not move at all", async () => {
        const whole = await BakeHeadChannelsAsync(Sample, { ranges: Ranges, leastMove: 0 });
        const least = 0.02;
        const { channels } = await BakeHeadChannelsAsync(Sample, { ranges: Ranges, leastMove: least });
        const still = Sample.shares.findIndex((share) => share === 0);
        expect(still).toBeGreaterThan(0);
        channels.forEach(({ indices, deltas }, channel) => {
            const all = whole.channels[channel]!;
            expect([...indices]).toEqual(
                [...all.indices].filter(
                    (_, row) => 4 * Math.hypot(...all.deltas.subarray(3 * row, 3 * row + 3)) >= least,
                ),
            );
            expect(indices.length).toBeLessThan(still);
            expect(indices.at(-1)).toBeLessThan(still);
            expect(deltas).toHaveLength(3 * indices.length);
        });
    });

    it("keeps to a number of rows: those that move farthest", async () => {
        const whole = await BakeHeadChannelsAsync(Sample, { ranges: Ranges, leastMove: 1e-4 });
        const few = await BakeHeadChannelsAsync(Sample, { ranges: Ranges, leastMove: 1e-4, mostRows: 60 });
        const count = ({ channels }: IBakedChannels): number =>
            channels.reduce((sum, { indices }) => sum + indices.length, 0);
        expect(count(whole)).toBeGreaterThan(100);
        expect(count(few)).toBeLessThanOrEqual(60);
        expect(count(few)).toBeGreaterThan(30);
        const farther = await BakeHeadChannelsAsync(Sample, { ranges: Ranges, leastMove: few.leastMove });
        expect(Math.abs(count(farther) - count(few))).toBeLessThan(3);
    });

    it("can be stopped", async () => {
        const shares: number[] = [];
        const onSliceAsync = async (share: number): Promise<void> => {
            shares.push(share);
            await (share > 0 ? Promise.reject(new Error("enough")) : Promise.resolve());
        };
        await expect(BakeHeadChannelsAsync(MakeSampleHead(), { ranges: Ranges, onSliceAsync })).rejects.toThrow(
            "enough",
        );
        expect(shares).toHaveLength(2);
    });
});

DescribeGolden("heads of the official code without networks", () => {
    it.each(["head_generate_small", "head_generate_official_dims"])("come nearer to faces, %s", async (name) => {
        const { model } = await ReadGoldenHeadAsync(name);
        const random = SeededRandom(4);
        const face = (size: number): Float64Array =>
            Float64Array.from({ length: model.codeSize }, () => size * (2 * random() - 1));
        const faces = [face(1), face(1), face(1)];
        const ranges = Array.from({ length: model.codeSize }, () => [-3, 3] as const);
        const baked = await BakeHeadChannelsAsync(model, { ranges, faces });
        const neutral = await PositionsAsync(model, new Float64Array(model.codeSize));
        let [missed, whole] = [0, 0];
        for (const code of [face(1), face(1), face(1)]) {
            const wanted = await PositionsAsync(model, code);
            const moved = Moved(baked, code, model.shares.length);
            wanted.forEach((value, i) => {
                missed += (value - neutral[i]! - moved[i]!) ** 2;
                whole += (value - neutral[i]!) ** 2;
            });
        }
        // Of random weights, which bend far more than trained ones do.
        PrintFigure(`channels without networks, ${name}: ${Math.sqrt(missed / whole).toFixed(2)} of the way is missed`);
        expect(Math.sqrt(missed / whole)).toBeLessThan(0.9);
    });
});
