import { MotionFileError } from "./motionFileError.js";

/** Numbers of one hand: 15 joints of three angles. */
export const HandNumbers = 45;

/** What a body model knows of one hand. It comes with the licensed model; none is built in. */
export interface IHandBasis {
    /** [45] relaxed hand, axis-angle coefficients in radians. */
    readonly mean: ArrayLike<number>;
    /** [K][45] principal components, most important first; needed for files that store coefficients. */
    readonly components?: readonly ArrayLike<number>[];
}

/** How the hand angles of a file of the SMPL family are meant. */
export interface ISmplHandOptions {
    /**
     * `flat`: angles are absolute, zero is the flat open hand, as in AMASS (default). `relative-to-mean`: they are added
     * to the model's relaxed hand, as several runtimes of SMPL-H and SMPL-X have it.
     */
    readonly handPose?: "flat" | "relative-to-mean";
    /** The hands of the body model; needed for `relative-to-mean` and for files that store coefficients. */
    readonly hands?: {
        /** The left hand. */
        readonly left: IHandBasis;
        /** The right hand. */
        readonly right: IHandBasis;
    };
}

/**
 * Refuses options that do not go together.
 *
 * @throws {@link MotionFileError} `hand-model-missing` or `wrong-shape`
 */
export function CheckHandOptions({ handPose, hands }: ISmplHandOptions): void {
    if (handPose === "relative-to-mean" && !hands) {
        throw new MotionFileError(
            "hand-model-missing",
            "Hand angles relative to the mean need the mean of the body model: give `hands`.",
        );
    }
    for (const [side, { mean, components = [] }] of Object.entries(hands ?? {})) {
        const wrong = [mean, ...components].find((row) => row.length !== HandNumbers);
        if (wrong) {
            throw new MotionFileError(
                "wrong-shape",
                `The ${side} hand of the body model has rows of ${wrong.length} numbers; ${HandNumbers} are expected.`,
            );
        }
    }
}

/**
 * Absolute angles of one hand in one frame.
 *
 * @param at reads the stored numbers
 * @param count how many there are: 45 angles, or fewer coefficients of the components
 * @param basis the hand of the body model, where it is known
 * @param isRelative whether the mean is added
 * @param result receives 45 numbers
 * @param offset where to
 */
export function UnpackHand(
    at: (index: number) => number,
    count: number,
    basis: IHandBasis | undefined,
    isRelative: boolean,
    result: Float64Array,
    offset: number,
): void {
    for (let i = 0; i < HandNumbers; i++) {
        let value = isRelative ? basis!.mean[i]! : 0;
        if (count === HandNumbers) {
            value += at(i);
        } else {
            for (let k = 0; k < count; k++) {
                value += at(k) * basis!.components![k]![i]!;
            }
        }
        result[offset + i] = value;
    }
}
