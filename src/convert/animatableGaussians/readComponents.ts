import { ReadPickle } from "../checkpoint/pickle.js";
import { type PickleReader } from "../checkpoint/pickleReader.js";
import {
    type IPickleHost,
    PickleGlobal,
    PickleObject,
    type PickleValue,
    WholeNumbers,
} from "../checkpoint/pickleValue.js";
import { type IRandomAccessFile } from "../checkpoint/randomAccessFile.js";
import { ConvertError } from "../convertError.js";
import { type IPoseComponents } from "./posePca.js";

/** Most bytes of such a file: 64 components of all pixels of a front map, as 64-bit numbers. */
const MaxBytes = 64 * 512 * 512 * 3 * 8;

/** Names in dumps of scikit-learn's PCA, of all its versions. They stay inert: none of this code is run. */
const Names = [
    "sklearn.decomposition._pca.PCA",
    "sklearn.decomposition.pca.PCA",
    "joblib.numpy_pickle.NumpyArrayWrapper",
    "numpy.ndarray",
    "numpy.dtype",
    "numpy.core.multiarray.scalar",
    "numpy._core.multiarray.scalar",
] as const;

/** Numbers that stand in the middle of the pickle. */
class DumpedArray extends PickleObject {
    public readonly shape: readonly number[];
    public readonly values: Float32Array;

    public constructor(shape: readonly number[], values: Float32Array) {
        super("numpy.ndarray", []);
        this.shape = shape;
        this.values = values;
    }
}

/**
 * Reads `pca_20.ckpt`, scikit-learn's PCA of the pose maps as joblib dumped it, without running what it names.
 *
 * @param file the file
 * @param width numbers of a sample: three for each projected pixel
 * @returns the linear model
 * @throws {@link ConvertError} or `CheckpointError` where the file is something else or does not fit
 */
export async function ReadComponentsAsync(file: IRandomAccessFile, width: number): Promise<IPoseComponents> {
    if (file.byteLength > MaxBytes) {
        throw new ConvertError("too-large", `${file.name} has ${file.byteLength} bytes; up to ${MaxBytes} are read.`);
    }
    const host: IPickleHost = {
        fileName: file.name,
        remedy: "Dump it as the published code does, joblib.dump(pca, path) without compression, or leave it out: it is then computed anew.",
        globals: new Map(Names.map((name) => [name, new PickleGlobal(name)])),
        built: (object, reader) =>
            object.type === "joblib.numpy_pickle.NumpyArrayWrapper" ? ReadArray(object, reader, file.name) : object,
    };
    const root = ReadPickle(await file.readAsync(0, file.byteLength), host);
    const state = root instanceof PickleObject ? root.state : null;
    const array = (name: string): DumpedArray | null => {
        const value = state instanceof Map ? state.get(name) : null;
        return value instanceof DumpedArray ? value : null;
    };
    const [mean, components, variances] = [array("mean_"), array("components_"), array("explained_variance_")];
    const count = variances?.values.length ?? 0;
    const fits = mean?.values.length === width && components?.values.length === count * width && count >= 1;
    if (!fits || !variances || ![mean, components, variances].every(({ values }) => values.every(Number.isFinite))) {
        throw new ConvertError(
            "wrong-shape",
            `${file.name} holds a PCA of ${mean?.values.length ?? 0} numbers with ${count} components; the pose maps have ${width} numbers.`,
        );
    }
    return { mean: mean.values, components: components.values, variances: variances.values };
}

/** The numbers of an array follow its description, after some padding that newer versions of joblib state. */
function ReadArray(object: PickleObject, reader: PickleReader, fileName: string): PickleValue {
    const attribute = (name: string): PickleValue =>
        object.state instanceof Map ? (object.state.get(name) ?? null) : null;
    const type = attribute("dtype");
    const code = type instanceof PickleObject ? type.args[0] : null;
    const order = type instanceof PickleObject && Array.isArray(type.state) ? type.state[1] : null;
    const shape = WholeNumbers(attribute("shape")) ?? [NaN];
    const count = shape.reduce((product, size) => product * size, 1);
    const bytes = code === "f8" ? 8 : 4;
    if ((code !== "f4" && code !== "f8") || order !== "<" || !(Number.isSafeInteger(count) && count >= 0)) {
        throw new ConvertError("unsupported-file", `${fileName} holds arrays that are not 32- or 64-bit floats.`);
    }
    if (attribute("numpy_array_alignment_bytes") !== null) {
        reader.skip(reader.byte());
    }
    const data = reader.bytes(count * bytes);
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const isColumnMajor = attribute("order") === "F" && shape.length === 2;
    const [rows = 1, columns = 1] = shape;
    const values = new Float32Array(count);
    for (let i = 0; i < count; i++) {
        const at = (isColumnMajor ? (i % columns) * rows + Math.floor(i / columns) : i) * bytes;
        values[i] = bytes === 8 ? view.getFloat64(at, true) : view.getFloat32(at, true);
    }
    return new DumpedArray(shape, values);
}
