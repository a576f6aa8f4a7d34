import {
    type IHeadBranch,
    type IHeadModel,
    type IPerceptron,
    HeadAttributeWidth,
    HeadPoseSize,
    LayerInputs,
    SkipLayer,
} from "../../format/headModel.js";
import { EncodedSize, EncodePosition } from "../../math/positionalEncoding.js";
import { LeakySlope } from "../../pipeline/constants.js";

/** A head as its networks make it, canonical space. */
export interface IEvaluatedHead {
    /** [N,3] metres. */
    readonly positions: Float32Array;
    /** [N,3] metres. */
    readonly scales: Float32Array;
    /** [N,4] unit quaternions xyzw. */
    readonly rotations: Float32Array;
    /** [N,4] the same, before they are normalised. */
    readonly rawRotations: Float32Array;
    /** [N] 0..1. */
    readonly opacities: Float32Array;
    /** [N,C] colour r g b and further channels. */
    readonly channels: Float32Array;
}

/** Points between two looks at the clock. */
const SliceSize = 512;

/**
 * What the networks of a head make of an expression and a pose, on the processor, in double precision. Takes minutes for a large
 * head; the graphics device does the same in the frame.
 *
 * @param model the head
 * @param code [K] expression
 * @param pose [6] pose of the head
 * @param onSliceAsync told the share that is done, 0..1; may stop the work by throwing
 */
export async function EvaluateHeadAsync(
    model: IHeadModel,
    code: ArrayLike<number>,
    pose: ArrayLike<number>,
    onSliceAsync?: (share: number) => Promise<void>,
): Promise<IEvaluatedHead> {
    const count = model.shares.length;
    const head = {
        positions: new Float32Array(count * 3),
        scales: new Float32Array(count * 3),
        rotations: new Float32Array(count * 4),
        rawRotations: new Float32Array(count * 4),
        opacities: new Float32Array(count),
        channels: new Float32Array(count * model.channels),
    };
    const poseCode = new Float64Array(EncodedSize(HeadPoseSize, model.octaves));
    EncodePosition(pose, 0, HeadPoseSize, model.octaves, poseCode, 0);
    const row = new Float64Array(model.channels + HeadAttributeWidth + 3);
    for (let point = 0; point < count; point++) {
        if (point % SliceSize === 0) {
            // eslint-disable-next-line no-await-in-loop
            await onSliceAsync?.(point / count);
        }
        row.fill(0);
        const share = model.shares[point]!;
        AddBranch(model, model.expression, point, code, share, row);
        AddBranch(model, model.pose, point, poseCode, 1 - share, row);
        Compose(model, point, row, head);
    }
    return head;
}

function AddBranch(
    model: IHeadModel,
    branch: IHeadBranch | null,
    point: number,
    code: ArrayLike<number>,
    share: number,
    row: Float64Array,
): void {
    if (!branch || share <= 0) {
        return;
    }
    const width = model.features.length / model.shares.length;
    const features = [...model.features.subarray(point * width, (point + 1) * width)];
    const place = new Float64Array(EncodedSize(3, model.octaves));
    EncodePosition(model.positions, point * 3, 3, model.octaves, place, 0);
    const codes = Array.from(code);
    const outputs = [
        ...RunPerceptron(branch.color, [...features, ...codes]),
        ...RunPerceptron(branch.attributes, [...features, ...codes]),
        ...RunPerceptron(branch.deformation, [...place, ...codes]).map(Math.tanh),
    ];
    outputs.forEach((value, i) => {
        row[i]! += share * value;
    });
}

/** A network, for one point. */
function RunPerceptron({ widths, parameters }: IPerceptron, input: readonly number[]): Float64Array {
    let running = Float64Array.from(input);
    let at = 0;
    const count = widths.length - 1;
    for (let layer = 0; layer < count; layer++) {
        const inputs = LayerInputs(widths, layer);
        const joined = layer === SkipLayer(widths) ? Float64Array.of(...running, ...input) : running;
        const outputs = widths[layer + 1]!;
        const next = new Float64Array(outputs);
        const biases = at + outputs * inputs;
        for (let output = 0; output < outputs; output++) {
            let sum = parameters[biases + output]!;
            for (let i = 0; i < inputs; i++) {
                sum += parameters[at + output * inputs + i]! * joined[i]!;
            }
            next[output] = layer < count - 1 ? Math.max(sum, LeakySlope * sum) : sum;
        }
        at = biases + outputs;
        running = next;
    }
    return running;
}

function Compose(
    { channels, gains, unit, origin, ...base }: IHeadModel,
    point: number,
    row: Float64Array,
    head: IEvaluatedHead,
): void {
    head.channels.set(row.subarray(0, channels), point * channels);
    const way = channels + HeadAttributeWidth;
    let length = 0;
    for (let i = 0; i < 4; i++) {
        const q = base.rotations[point * 4 + i]! + gains.attributes * row[channels + 3 + i]!;
        head.rawRotations[point * 4 + i] = q;
        length += q * q;
    }
    for (let i = 0; i < 4; i++) {
        head.rotations[point * 4 + i] = head.rawRotations[point * 4 + i]! / Math.sqrt(length);
    }
    for (let axis = 0; axis < 3; axis++) {
        const at = point * 3 + axis;
        head.positions[at] = origin[axis]! + unit * (base.positions[at]! + gains.position * row[way + axis]!);
        head.scales[at] = unit * Math.exp(base.scales[at]! + gains.attributes * row[channels + axis]!);
    }
    const logit = base.opacities[point]! + gains.attributes * row[channels + 7]!;
    head.opacities[point] = 1 / (1 + Math.exp(-logit));
}
