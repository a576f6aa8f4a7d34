import { type IHeadParameters } from "./headParameters.js";

/** Faces that channels without networks shall meet, besides the neutral one; each takes a minute for a large head. */
const FaceCount = 3;

/** Size of numbers of codes where no parameters tell: half of a standard deviation, which is about 1. */
const UsualSize = 0.5;

/**
 * Expressions that stand for those of a training.
 *
 * @param codeSize K
 * @param parameters of the training, of which frames are taken evenly; null: expressions of a usual size in no direction
 * @returns [K] each
 */
export function TypicalFaces(codeSize: number, parameters: IHeadParameters | null): ArrayLike<number>[] {
    return Array.from({ length: FaceCount }, (_, face) => {
        if (parameters) {
            const frame = Math.floor(((face + 0.5) / FaceCount) * parameters.frameCount);
            return parameters.codes.subarray(frame * codeSize, (frame + 1) * codeSize);
        }
        // Sines of far angles: spread as well as random numbers, and the same ones every time.
        return Float64Array.from(
            { length: codeSize },
            (_number, i) => UsualSize * Math.SQRT2 * Math.sin(12.9898 * (1 + i + face * codeSize)),
        );
    });
}
