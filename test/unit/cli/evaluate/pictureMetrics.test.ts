import { describe, expect, it } from "@jest/globals";
import { Crop, CropBox, Psnr, Ssim, type IPicture } from "../../../../src/cli/evaluate/pictureMetrics.js";

const [Width, Height] = [40, 36];
const { truth, picture, mask } = SeededPictures();
const Box = CropBox(mask, Width, Height)!;

function CroppedPicture(whole: IPicture): IPicture {
    return { width: Box.width, height: Box.height, rgb: Crop(whole.rgb, Width, 3, Box) };
}

/*
 * The figures are those of the trainer's `metrics.psnr`, `ssim` and `crop_box`, in double precision, of the same pictures:
 *     training/venv.sh python
 *     >>> metrics.psnr(picture, truth), metrics.psnr(picture, truth, mask), metrics.ssim(picture, truth), …
 * with pictures made by the generator below in Python. Both sum the same doubles, in another order: 1e-9 is rounding.
 */
describe("figures of pictures are those of the trainer", () => {
    const crop = [CroppedPicture(picture), CroppedPicture(truth)] as const;

    it.each([
        ["PSNR", Psnr(picture, truth), 27.466301916252075],
        ["PSNR masked", Psnr(picture, truth, mask), 28.01419805332991],
        ["PSNR of the crop", Psnr(...crop), 27.53669407241301],
        ["PSNR masked, of the crop", Psnr(...crop, Crop(mask, Width, 1, Box)), 28.01419805332991],
        ["SSIM", Ssim(picture, truth), 0.8782856191663333],
        ["SSIM of the crop", Ssim(...crop), 0.8788681842494621],
    ])("%s", (_name, found, expected) => {
        expect(Math.abs(found - expected)).toBeLessThan(1e-9);
    });

    it("crop to the same pixels", () => {
        const boxOf = (row: number, column: number, margin?: number): readonly number[] => {
            const one = new Uint8Array(Width * Height);
            one[row * Width + column] = 255;
            const { x, y, width, height } = CropBox(one, Width, Height, margin)!;
            return [y, y + height, x, x + width];
        };
        expect(Box).toEqual({ x: 5, y: 0, width: 35, height: 33 });
        expect([boxOf(0, 0), boxOf(35, 39), boxOf(20, 3), boxOf(20, 3, 2)]).toEqual([
            [0, 11, 0, 11],
            [25, 36, 29, 40],
            [12, 29, 0, 12],
            [12, 23, 0, 11],
        ]);
    });
});

it("has an answer for equal pictures, and none where there is nothing to compare", () => {
    expect([Psnr(truth, truth), Ssim(truth, truth)]).toEqual([Infinity, 1]);
    expect(CropBox(new Uint8Array(Width * Height).fill(127), Width, Height)).toBeNull();
    expect(Psnr(picture, truth, new Uint8Array(Width * Height))).toBeNaN();
    expect(() => Psnr(truth, { ...truth, width: 36, height: 40 })).toThrow("40 × 36 and 36 × 40");
    expect(() => Ssim({ width: 10, height: 40, rgb: truth.rgb }, { width: 10, height: 40, rgb: truth.rgb })).toThrow(
        "not 10 × 40",
    );
});

/** A slanted ramp with noise, another with more of it, and a disc with two lone pixels, one on each side of a half. */
function SeededPictures(): { truth: IPicture; picture: IPicture; mask: Uint8Array } {
    let state = 7;
    const random = (): number => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return state >>> 24;
    };
    const place = (i: number): readonly [number, number, number] => [
        Math.floor(i / 3) % Width,
        Math.floor(i / (3 * Width)),
        i % 3,
    ];
    const length = Width * Height * 3;
    const rough = Uint8Array.from({ length }, random);
    const noise = Uint8Array.from({ length }, random);
    const rgb = rough.map((value, i) => {
        const [x, y, channel] = place(i);
        return Math.floor((3 * ((4 * x + 2 * y + 20 * channel) % 256) + value) / 4);
    });
    const disc = Uint8Array.from({ length: Width * Height }, (_, i) =>
        ((i % Width) - 22) ** 2 + (Math.floor(i / Width) - 15) ** 2 < 100 ? 255 : 0,
    );
    disc[14 * Width + 30] = 128;
    disc[3 * Width + 3] = 127;
    const size = { width: Width, height: Height };
    return {
        truth: { ...size, rgb },
        picture: { ...size, rgb: rgb.map((value, i) => Math.floor((7 * value + noise[i]!) / 8)) },
        mask: disc,
    };
}
