import { type OnnxAttributeValue } from "../../format/onnx/onnxModel.js";
import { CopiesForWebGpu } from "../../format/onnx/repeatInputs.js";

/** A tensor of a graph: what goes in, or what a node makes. */
export interface IGraphValue {
    /** Unique name. */
    readonly name: string;
    /** Dimensions, outermost first; pictures are [1,C,H,W]. */
    readonly shape: readonly number[];
}

/** A constant whose numbers are made when the graph is written: shapes alone tell what a network costs. */
export interface IGraphConstant {
    /** Unique name; a constant of the same name is the same one. */
    readonly name: string;
    /** Dimensions, outermost first. */
    readonly shape: readonly number[];
    /** Makes the numbers, row-major. */
    readonly make: () => Float32Array;
}

/** One operation. All of them make one tensor. */
export interface IGraphNode {
    /** Operator of ONNX. */
    readonly operator: string;
    /** Tensors that go in, then constants; null leaves an optional one out. */
    readonly inputs: readonly (IGraphValue | IGraphConstant | null)[];
    /** The tensor that comes out. */
    readonly output: IGraphValue;
    /** Attributes by name. */
    readonly attributes: ReadonlyMap<string, OnnxAttributeValue>;
    /** Whether it is computed in float32 also in a float16 network. */
    readonly isWide: boolean;
    /** Block it belongs to: networks are cut between blocks only. */
    readonly block: number;
}

/** How a convolution is laid out. */
export interface IConvolution {
    /** [outputs, inputs / groups, height, width]; for a transposed one [inputs, outputs, height, width]. */
    readonly weight: IGraphConstant;
    /** [outputs]; null for none. */
    readonly bias: IGraphConstant | null;
    /** Pixels between outputs (default: 1); for a transposed one between inputs. */
    readonly stride?: number;
    /** Zeros around the picture (default: none). */
    readonly pads?: readonly [top: number, left: number, bottom: number, right: number];
    /** Groups of channels (default: 1). */
    readonly groups?: number;
    /** Whether it is computed in float32 also in a float16 network (default: no). */
    readonly isWide?: boolean;
}

/**
 * Builds the graph of a network node by node, and keeps track of shapes. Nodes stand in the order in which they run.
 */
export class NetworkGraph {
    private readonly _nodes: IGraphNode[] = [];
    private readonly _inputs: IGraphValue[] = [];
    private readonly _outputs: IGraphValue[] = [];
    private readonly _names = new Set<string>();
    private _block = 0;

    /** Nodes in the order in which they run. */
    public get nodes(): readonly IGraphNode[] {
        return this._nodes;
    }

    /** What goes in. */
    public get inputs(): readonly IGraphValue[] {
        return this._inputs;
    }

    /** What comes out. */
    public get outputs(): readonly IGraphValue[] {
        return this._outputs;
    }

    /** Ends a block: here the network may be cut. */
    public endBlock(): void {
        this._block++;
    }

    /**
     * Declares what goes in. Asking again for the same name gives the same tensor.
     *
     * @param name of the tensor
     * @param shape its dimensions
     * @returns the tensor
     */
    public input(name: string, shape: readonly number[]): IGraphValue {
        const known = this._inputs.find((input) => input.name === name);
        if (known) {
            return known;
        }
        const value = this._value(name, shape);
        this._inputs.push(value);
        return value;
    }

    /**
     * Declares what comes out.
     *
     * @param value a tensor of the graph
     */
    public output(value: IGraphValue): void {
        this._outputs.push(value);
    }

    /**
     * A convolution.
     *
     * @param name of the tensor it makes
     * @param x [1,C,H,W]
     * @param layout weights, stride and borders
     * @returns [1,outputs,H',W']
     */
    public conv(name: string, x: IGraphValue, layout: IConvolution): IGraphValue {
        const { weight, bias, stride = 1, pads = [0, 0, 0, 0], groups = 1, isWide = false } = layout;
        const [outputs, , height, width] = weight.shape as [number, number, number, number];
        const extent = (axis: 0 | 1, kernel: number): number =>
            Math.floor((x.shape[2 + axis]! + pads[axis] + pads[axis + 2]! - kernel) / stride) + 1;
        const shape = [1, outputs, extent(0, height), extent(1, width)];
        const copies = CopiesForWebGpu(weight.shape, groups);
        if (copies > 1) {
            const repeated = this.concat(`${name}/repeated`, Array<IGraphValue>(copies).fill(x), isWide);
            return this.conv(name, repeated, { ...layout, weight: PadInputs(weight, copies) });
        }
        return this._node("Conv", [x, weight, bias], name, shape, isWide, {
            kernel_shape: [height, width],
            strides: [stride, stride],
            pads,
            group: groups,
        });
    }

    /**
     * A transposed convolution without borders: (H − 1)·stride + kernel pixels come out.
     *
     * @param name of the tensor it makes
     * @param x [1,C,H,W]
     * @param layout weights and stride
     * @returns [1,outputs,H',W']
     */
    public convTranspose(name: string, x: IGraphValue, layout: IConvolution): IGraphValue {
        const { weight, bias, stride = 1, isWide = false } = layout;
        const [, outputs, height, width] = weight.shape as [number, number, number, number];
        const shape = [1, outputs, (x.shape[2]! - 1) * stride + height, (x.shape[3]! - 1) * stride + width];
        return this._node("ConvTranspose", [x, weight, bias], name, shape, isWide, {
            kernel_shape: [height, width],
            strides: [stride, stride],
        });
    }

    /**
     * Sum of two tensors, or of a tensor and a constant.
     *
     * @param name of the tensor it makes
     * @param a one summand, of the shape of the result
     * @param b the other one, of the same shape or with ones in it
     * @param isWide whether it is computed in float32 also in a float16 network
     * @returns the sum
     */
    public add(name: string, a: IGraphValue, b: IGraphValue | IGraphConstant, isWide = false): IGraphValue {
        return this._node("Add", [a, b], name, a.shape, isWide, {});
    }

    /**
     * x where x > 0, else slope · x.
     *
     * @param name of the tensor it makes
     * @param x any tensor
     * @param slope of negative numbers
     * @returns as large as x
     */
    public leakyRelu(name: string, x: IGraphValue, slope: number): IGraphValue {
        const alpha: OnnxAttributeValue = { kind: "float", value: slope };
        return this._node("LeakyRelu", [x], name, x.shape, false, { alpha });
    }

    /**
     * Channels one behind the other.
     *
     * @param name of the tensor it makes
     * @param parts [1,C_i,H,W]
     * @param isWide whether it stays in float32 also in a float16 network
     * @returns [1,ΣC_i,H,W]
     */
    public concat(name: string, parts: readonly IGraphValue[], isWide = false): IGraphValue {
        const [first] = parts as [IGraphValue];
        const channels = parts.reduce((sum, part) => sum + part.shape[1]!, 0);
        const shape = [1, channels, first.shape[2]!, first.shape[3]!];
        return this._node("Concat", parts, name, shape, isWide, { axis: 1 });
    }

    /**
     * Four channels become 2 × 2 pixels of one: channel 4c + 2·row + column of the input is channel c of the output.
     *
     * @param name of the tensor it makes
     * @param x [1,4C,H,W]
     * @param isWide whether it stays in float32 also in a float16 network
     * @returns [1,C,2H,2W]
     */
    public depthToSpace(name: string, x: IGraphValue, isWide = false): IGraphValue {
        const shape = [1, x.shape[1]! / 4, x.shape[2]! * 2, x.shape[3]! * 2];
        const mode: OnnxAttributeValue = { kind: "string", value: "CRD" };
        return this._node("DepthToSpace", [x], name, shape, isWide, { blocksize: 2, mode });
    }

    /**
     * x where x > 0, else 0; or 1 / (1 + e⁻ˣ).
     *
     * @param name of the tensor it makes
     * @param x any tensor
     * @param operator which
     * @returns as large as x
     */
    public activate(name: string, x: IGraphValue, operator: "Relu" | "Sigmoid"): IGraphValue {
        return this._node(operator, [x], name, x.shape, false, {});
    }

    /**
     * Numbers, those out of a range taken to its ends.
     *
     * @param name of the tensor it makes
     * @param x any tensor
     * @param least begin of the range
     * @param greatest end of the range
     * @returns as large as x
     */
    public clip(name: string, x: IGraphValue, least: number, greatest: number): IGraphValue {
        const constant = (value: number): IGraphConstant => ({
            name: `only_${value}`,
            shape: [],
            make: () => Float32Array.of(value),
        });
        return this._node("Clip", [x, constant(least), constant(greatest)], name, x.shape, false, {});
    }

    /**
     * Every channel less its mean over the picture, divided by its standard deviation, in float32 always: sums run over millions of
     * pixels.
     *
     * @param name of the tensor it makes
     * @param x [1,C,H,W]
     * @param epsilon added to variances
     * @returns as large as x
     */
    public instanceNorm(name: string, x: IGraphValue, epsilon: number): IGraphValue {
        const channels = x.shape[1]!;
        const constant = (value: number): IGraphConstant => ({
            name: `${channels}_times_${value}`,
            shape: [channels],
            make: () => new Float32Array(channels).fill(value),
        });
        const attributes = { epsilon: { kind: "float", value: epsilon } } as const;
        return this._node("InstanceNormalization", [x, constant(1), constant(0)], name, x.shape, true, attributes);
    }

    /**
     * Bilinear enlargement, edges repeated.
     *
     * @param name of the tensor it makes
     * @param x [1,C,H,W]
     * @param factor whole number of pixels that a pixel becomes, along each axis
     * @param corners where pixels lie: their centres on half pixels, or the corner ones on each other
     * @returns [1,C,H·factor,W·factor]
     */
    public enlarge(
        name: string,
        x: IGraphValue,
        factor: number,
        corners: "half_pixel" | "align_corners" = "half_pixel",
    ): IGraphValue {
        const scales = {
            name: `scales_${factor}`,
            shape: [4],
            make: () => Float32Array.of(1, 1, factor, factor),
        };
        const shape = [1, x.shape[1]!, x.shape[2]! * factor, x.shape[3]! * factor];
        return this._node("Resize", [x, null, scales], name, shape, false, {
            mode: { kind: "string", value: "linear" },
            coordinate_transformation_mode: { kind: "string", value: corners },
        });
    }

    private _node(
        operator: string,
        inputs: IGraphNode["inputs"],
        name: string,
        shape: readonly number[],
        isWide: boolean,
        attributes: Readonly<Record<string, number | readonly number[] | OnnxAttributeValue>>,
    ): IGraphValue {
        const entries = Object.entries(attributes).map(([key, value]): [string, OnnxAttributeValue] => {
            if (typeof value === "number") {
                return [key, { kind: "int", value }];
            }
            return [key, "kind" in value ? value : { kind: "ints", value }];
        });
        const output = this._value(name, shape);
        this._nodes.push({ operator, inputs, output, attributes: new Map(entries), isWide, block: this._block });
        return output;
    }

    private _value(name: string, shape: readonly number[]): IGraphValue {
        if (this._names.has(name)) {
            throw new RangeError(`Two tensors are called ${name}.`);
        }
        this._names.add(name);
        return { name, shape };
    }
}

/**
 * Whether an input of a node is a constant.
 *
 * @param input of a node
 * @returns true for a constant, false for a tensor or nothing
 */
export function IsConstant(input: IGraphValue | IGraphConstant | null): input is IGraphConstant {
    return input !== null && "make" in input;
}

/** The same weights for inputs that are repeated: zeros for all but the first copy. */
function PadInputs(weight: IGraphConstant, copies: number): IGraphConstant {
    const [outputs, inputs, height, width] = weight.shape as [number, number, number, number];
    const row = inputs * height * width;
    const make = (): Float32Array => {
        const values = weight.make();
        const padded = new Float32Array(outputs * copies * row);
        for (let output = 0; output < outputs; output++) {
            padded.set(values.subarray(output * row, (output + 1) * row), output * copies * row);
        }
        return padded;
    };
    return { name: `${weight.name}/padded`, shape: [outputs, inputs * copies, height, width], make };
}
