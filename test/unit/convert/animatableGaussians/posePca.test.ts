import { describe, expect, it } from "@jest/globals";
import {
    FitComponents,
    type IPoseComponents,
    MakeProjection,
    MaskedPoints,
    ProjectedPixels,
} from "../../../../src/convert/animatableGaussians/posePca.js";
import { ReadComponentsAsync } from "../../../../src/convert/animatableGaussians/readComponents.js";
import { FileOfBytes } from "../../../../src/convert/checkpoint/randomAccessFile.js";
import { PcaDump, PcaSamples } from "../../../support/pcaDump.js";

/** Largest difference of two models; the sign of a component is free. */
function Difference(a: IPoseComponents, b: IPoseComponents): number {
    const width = a.mean.length;
    let worst = Math.max(...a.mean.map((value, i) => Math.abs(value - b.mean[i]!)));
    for (let k = 0; k < a.variances.length; k++) {
        const [one, other] = [a, b].map(({ components }) => components.subarray(k * width, (k + 1) * width));
        const sign = one!.reduce((sum, value, i) => sum + value * other![i]!, 0) < 0 ? -1 : 1;
        worst = Math.max(worst, ...one!.map((value, i) => Math.abs(value - sign * other![i]!)));
        worst = Math.max(worst, Math.abs(a.variances[k]! / b.variances[k]! - 1));
    }
    return worst;
}

describe("linear models of pose maps", () => {
    const file = FileOfBytes(PcaDump(), "pca_5.ckpt");

    it("are read as scikit-learn and joblib leave them, and fitted the same", async () => {
        const stored = await ReadComponentsAsync(file, 30);
        const fitted = FitComponents(PcaSamples(), 5);
        expect([stored.variances.length, fitted.variances.length]).toEqual([5, 5]);
        const difference = Difference(fitted, stored);
        console.log(`components off by ${difference.toExponential(1)} from scikit-learn's`);
        // Both hold 32-bit floats.
        expect(difference).toBeLessThan(2e-5);
    });

    it("have no more components than the samples tell of", () => {
        const [first, second] = PcaSamples();
        expect(FitComponents([first!, second!], 20).variances).toHaveLength(1);
        expect(FitComponents([first!, first!], 20).variances).toHaveLength(0);
    });

    it("cover the pixels of the first map's front", () => {
        const values = new Float32Array(2 * 4 * 3);
        values.set([1, 2, 3], 0);
        values.set([4, 5, 6], 2 * 3);
        values.set([7, 8, 9], 5 * 3);
        const map = { width: 4, height: 2, values };
        const pixels = ProjectedPixels(map);
        expect([...pixels]).toEqual([0, 3]);
        expect([...MaskedPoints(map, pixels)]).toEqual([1, 2, 3, 7, 8, 9]);
    });

    it("limit coefficients to multiples of their deviations", async () => {
        const model = await ReadComponentsAsync(file, 30);
        const projection = MakeProjection(
            Uint32Array.from({ length: 10 }, (_, i) => i),
            model,
            3,
            2,
        );
        expect(projection.components).toHaveLength(3 * 30);
        expect([...projection.limits]).toEqual(
            [...model.variances.subarray(0, 3)].map((variance) => expect.closeTo(2 * Math.sqrt(variance), 5)),
        );
    });

    it("are refused when they are something else, and nothing of them is run", async () => {
        await expect(ReadComponentsAsync(file, 33)).rejects.toThrow(/PCA of 30 numbers with 5 components.*33 numbers/);
        const bytes = PcaDump();
        const cut = FileOfBytes(bytes.subarray(0, bytes.length >> 1), "pca_5.ckpt");
        await expect(ReadComponentsAsync(cut, 30)).rejects.toThrow(/pca_5\.ckpt: the pickle is cut off/);
        const text = new TextDecoder("latin1").decode(bytes).replace("_pca", "_evl");
        const other = FileOfBytes(
            Uint8Array.from(text, (letter) => letter.charCodeAt(0)),
            "pca_5.ckpt",
        );
        await expect(ReadComponentsAsync(other, 30)).rejects.toThrow(/"sklearn\.decomposition\._evl\.PCA"/);
        const packed = FileOfBytes(Uint8Array.of(0x78, 0x9c, 1, 2, 3), "pca_5.ckpt");
        await expect(ReadComponentsAsync(packed, 30)).rejects.toThrow(/pickle instruction 0x78/);
    });
});
