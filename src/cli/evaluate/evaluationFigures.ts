import { type ICapturedPicture } from "../capture/capturedPicture.js";
import { type IEvaluationShot, type PictureKind } from "./evaluationPlan.js";
import { Crop, CropBox, Psnr, Ssim, type IPicture } from "./pictureMetrics.js";

/** Means over the pictures of a kind. */
export interface IKindFigures {
    /** Pictures that show the person. */
    readonly pictures: number;
    /** Decibels of the rectangle around the person. */
    readonly psnr: number;
    /** Decibels of the person's own pixels. */
    readonly maskedPsnr: number;
    /** Structural similarity of the rectangle. */
    readonly ssim: number;
}

/** Figures by what pictures show. */
export type EvaluationFigures = Partial<Record<PictureKind, IKindFigures>>;

/**
 * Compares pictures, all over black.
 *
 * @param shots what the pictures show
 * @param truth the subject, in the order of the shots
 * @param drawn the avatar, in the same order
 * @returns means by kind; pictures without the person count nowhere
 */
export function CompareShots(
    shots: readonly IEvaluationShot[],
    truth: readonly ICapturedPicture[],
    drawn: readonly IPicture[],
): EvaluationFigures {
    const found = new Map<PictureKind, (readonly [number, number, number])[]>();
    shots.forEach(({ kind }, i) => {
        const figures = ComparePicture(truth[i]!, drawn[i]!);
        if (figures) {
            found.set(kind, [...(found.get(kind) ?? []), figures]);
        }
    });
    return Object.fromEntries(
        [...found].map(([kind, rows]) => {
            const mean = (column: number): number => rows.reduce((sum, row) => sum + row[column]!, 0) / rows.length;
            return [kind, { pictures: rows.length, psnr: mean(0), maskedPsnr: mean(1), ssim: mean(2) }];
        }),
    );
}

function ComparePicture(
    { size, rgb, mask }: ICapturedPicture,
    drawn: IPicture,
): readonly [psnr: number, maskedPsnr: number, ssim: number] | null {
    const box = CropBox(mask, size, size);
    if (!box) {
        return null;
    }
    const cropped = (values: Uint8Array): IPicture => ({
        width: box.width,
        height: box.height,
        rgb: Crop(values, size, 3, box),
    });
    const [picture, truth] = [cropped(drawn.rgb), cropped(rgb)];
    return [Psnr(picture, truth), Psnr(picture, truth, Crop(mask, size, 1, box)), Ssim(picture, truth)];
}
