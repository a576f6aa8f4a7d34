import { HeadAttributeWidth, type IHeadModel, type IPerceptron, ParameterCount } from "../../format/headModel.js";
import { type IMorphTarget } from "../../format/morphTarget.js";
import { EvaluateHeadAsync, type IEvaluatedHead } from "../gaussianHead/evaluateHead.js";

/** What moves less does not show, metres. */
const LeastWay = 1e-4;

/**
 * What each channel of the code does alone, as offsets of the neutral face: how the head moves where its networks do not run.
 * Ways add up there, which for the networks they do almost.
 *
 * @param model the head
 * @param names of the channels of its code
 * @param neutral what its networks make of no expression
 * @param onChannelAsync told how many channels are done
 */
export async function ExpressionChannelsAsync(
    model: IHeadModel,
    names: readonly string[],
    neutral: IEvaluatedHead,
    onChannelAsync: (done: number) => Promise<void>,
): Promise<IMorphTarget[]> {
    const channels: IMorphTarget[] = [];
    const moving = OnlyMoving(model);
    for (const [at, name] of names.entries()) {
        const code = new Float64Array(names.length);
        code[at] = 1;
        // eslint-disable-next-line no-await-in-loop -- one after the other: it computes
        const { positions } = await EvaluateHeadAsync(moving, code, model.poseRange.rest);
        channels.push({ name, ...FarEnough(positions, neutral.positions), range: [0, 1] });
        // eslint-disable-next-line no-await-in-loop
        await onChannelAsync(at + 1);
    }
    return channels;
}

/** The head with networks of nothing for colours and attributes: half of the work. */
function OnlyMoving(model: IHeadModel): IHeadModel {
    const nothing = (inputs: number, outputs: number): IPerceptron => {
        const widths = [inputs, outputs];
        return { widths, parameters: new Float32Array(ParameterCount(widths)) };
    };
    const { expression, channels } = model;
    return {
        ...model,
        expression: {
            ...expression,
            color: nothing(expression.color.widths[0]!, channels),
            attributes: nothing(expression.attributes.widths[0]!, HeadAttributeWidth),
        },
    };
}

function FarEnough(positions: Float32Array, from: Float32Array): Pick<IMorphTarget, "indices" | "deltas"> {
    const indices: number[] = [];
    const deltas: number[] = [];
    for (let point = 0; point < positions.length / 3; point++) {
        const way = [0, 1, 2].map((axis) => positions[point * 3 + axis]! - from[point * 3 + axis]!);
        if (Math.hypot(...way) >= LeastWay) {
            indices.push(point);
            deltas.push(...way);
        }
    }
    return { indices: Uint32Array.from(indices), deltas: Float32Array.from(deltas) };
}
