import { type INpyArray } from "../../animation/motion/npy.js";
import { NpzFile } from "../checkpoint/npzFile.js";
import { type IRandomAccessFile } from "../checkpoint/randomAccessFile.js";
import { ConvertError } from "../convertError.js";

/** Dimensions of an array; null where any number of rows will do. */
export type TrainedShape = readonly (number | null)[];

/** What the rows of an array must be. */
export interface IRowRule {
    /**
     * Whether a row is right.
     *
     * @param row its numbers
     */
    readonly isRight: (row: Float32Array) => boolean;
    /** What they must be, after "has … in row 3, which must be". */
    readonly must: string;
}

const Diverged = "The training has diverged: start it again, from a checkpoint before or with a lower learning rate.";

/** The arrays of a `model.npz`. Each is unpacked only after its header says what is expected of it, and checked row by row. */
export class TrainedArrays {
    /** Name of the file, for messages. */
    public readonly fileName: string;
    private readonly _npz: NpzFile;

    private constructor(npz: NpzFile) {
        this.fileName = npz.fileName;
        this._npz = npz;
    }

    /**
     * Opens a file.
     *
     * @param file `model.npz`; borrowed
     * @returns its arrays, none of them read
     * @throws `CheckpointError` where it is damaged
     */
    public static async OpenAsync(file: IRandomAccessFile): Promise<TrainedArrays> {
        return new TrainedArrays(await NpzFile.OpenAsync(file));
    }

    /**
     * Whether at least one of some arrays is there: then all must be.
     *
     * @param names of the arrays
     */
    public hasAny(...names: readonly string[]): boolean {
        return names.some((name) => this._npz.has(name));
    }

    /**
     * Reads an array as it is stored.
     *
     * @param name of the array
     * @param shape wanted
     * @param mostRows most rows where any number will do
     * @returns the array
     * @throws {@link ConvertError} or `CheckpointError`
     */
    public async readAsync(name: string, shape: TrainedShape, mostRows?: number): Promise<INpyArray> {
        const most =
            mostRows === undefined ? undefined : shape.reduce<number>((all, size) => all * (size ?? 1), mostRows);
        return await this._npz.readAsync(name, shape, most);
    }

    /**
     * Reads numbers.
     *
     * @param name of the array
     * @param shape wanted
     * @param rule what its rows must be besides finite (default: nothing)
     * @param mostRows most rows where any number will do
     * @returns the numbers, row-major
     * @throws {@link ConvertError} or `CheckpointError`
     */
    public async readNumbersAsync(
        name: string,
        shape: TrainedShape,
        rule?: IRowRule,
        mostRows?: number,
    ): Promise<Float32Array> {
        const array = await this.readAsync(name, shape, mostRows);
        const values = Float32Array.from({ length: array.count }, (_, i) => array.at(i));
        const width = array.count / (array.shape[0] ?? 1);
        for (let at = 0, row = 0; at < values.length; at += width, row++) {
            const numbers = values.subarray(at, at + width);
            const wrong = numbers.findIndex((value) => !Number.isFinite(value));
            if (wrong >= 0) {
                throw this.fault(
                    `"${name}" holds NaN or infinity (${array.at(at + wrong)}) in row ${row}. ${Diverged}`,
                );
            }
            if (rule && !rule.isRight(numbers)) {
                const shown = [...numbers.subarray(0, 4)].map((value) => Number(value.toPrecision(4))).join(", ");
                const more = width > 4 ? ", …" : "";
                throw this.fault(
                    `"${name}" has ${shown}${more} in row ${row}, which must be ${rule.must}. ${Diverged}`,
                );
            }
        }
        return values;
    }

    /**
     * Reads numbers of things.
     *
     * @param name of the array
     * @param shape wanted
     * @param end what all must be below
     * @param ofWhat what there are so many of, for the message
     * @param mostRows most rows where any number will do
     * @returns the numbers, row-major, exact
     * @throws {@link ConvertError} or `CheckpointError`
     */
    public async readWholeAsync(
        name: string,
        shape: TrainedShape,
        end: number,
        ofWhat: string,
        mostRows?: number,
    ): Promise<Uint32Array> {
        const array = await this.readAsync(name, shape, mostRows);
        const width = array.count / (array.shape[0] ?? 1);
        return Uint32Array.from({ length: array.count }, (_, i) => {
            const value = array.at(i);
            if (!(Number.isInteger(value) && value >= 0 && value < end)) {
                const row = Math.floor(i / width);
                throw this.fault(
                    `"${name}" holds ${value} in row ${row}, which is no whole number, or beyond the ${end} ${ofWhat}. Export the model again.`,
                );
            }
            return value;
        });
    }

    /**
     * An error that names the file.
     *
     * @param message what is wrong with it, and the remedy
     */
    public fault(message: string): ConvertError {
        return new ConvertError("damaged-file", `${this.fileName}: ${message}`);
    }
}
