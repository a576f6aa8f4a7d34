import { NetworkBuildError } from "./networkBuildError.js";

/** A trained tensor. Its numbers are read when they are needed, so that a large checkpoint need not be in memory as a whole. */
export interface IWeightTensor {
    /** Dimensions, outermost first. */
    readonly shape: readonly number[];
    /** Reads the numbers, row-major; the caller does not change them. */
    readonly read: () => Float32Array;
}

/** Trained tensors by name; a `Map` is one. */
export interface INetworkWeights {
    /** The tensor of a name, or undefined. */
    readonly get: (name: string) => IWeightTensor | undefined;
}

/** Dimensions that a tensor must have; null where any will do. */
export type ExpectedShape = readonly (number | null)[];

/** Trained tensors whose names share a beginning, checked as they are asked for. */
export class CheckedWeights {
    private readonly _weights: INetworkWeights;
    private readonly _prefix: string;

    /**
     * @param weights all tensors
     * @param prefix beginning of the names, for example `color_net.`
     */
    public constructor(weights: INetworkWeights, prefix: string) {
        this._weights = weights;
        this._prefix = prefix;
    }

    /**
     * Whether there is such a tensor.
     *
     * @param name without the prefix
     * @returns true when there is
     */
    public has(name: string): boolean {
        return this._weights.get(this._prefix + name) !== undefined;
    }

    /**
     * The dimensions of a tensor.
     *
     * @param name without the prefix
     * @param expected what they must be
     * @returns the dimensions, as many as expected
     * @throws {@link NetworkBuildError} where the tensor is missing or has another shape
     */
    public shape(name: string, expected: ExpectedShape): readonly number[] {
        return this._require(name, expected).shape;
    }

    /**
     * The numbers of a tensor.
     *
     * @param name without the prefix
     * @param expected what its dimensions must be
     * @returns the numbers, row-major
     * @throws {@link NetworkBuildError} where the tensor is missing, has another shape, or numbers that are not finite
     */
    public read(name: string, expected: ExpectedShape): Float32Array {
        const tensor = this._require(name, expected);
        const values = tensor.read();
        const count = tensor.shape.reduce((product, size) => product * size, 1);
        if (values.length !== count) {
            throw new NetworkBuildError(
                "wrong-shape",
                `Tensor "${this._prefix}${name}" of shape [${tensor.shape.join(", ")}] has ${values.length} numbers instead of ${count}.`,
            );
        }
        if (!values.every(Number.isFinite)) {
            throw new NetworkBuildError("not-finite", `Tensor "${this._prefix}${name}" holds NaN or infinity.`);
        }
        return values;
    }

    private _require(name: string, expected: ExpectedShape): IWeightTensor {
        const key = this._prefix + name;
        const wanted = expected.map((size) => size ?? "any").join(", ");
        const tensor = this._weights.get(key);
        if (tensor === undefined) {
            throw new NetworkBuildError(
                "missing-weight",
                `Tensor "${key}" of shape [${wanted}] is missing. Is this a checkpoint of the method?`,
            );
        }
        const { shape } = tensor;
        const fits =
            shape.length === expected.length && expected.every((size, axis) => size === null || size === shape[axis]);
        if (!fits) {
            throw new NetworkBuildError(
                "wrong-shape",
                `Tensor "${key}" has shape [${shape.join(", ")}] instead of [${wanted}].`,
            );
        }
        return tensor;
    }
}
