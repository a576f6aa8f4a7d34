import { type IMapModel } from "../../format/mapModel.js";
import { RawOffsets, TensorPlanLayout } from "./mapModelLayout.js";

/**
 * For every output tensor that decoding reads: which of its channels is which component of the raw values.
 *
 * @param model the model; its contracts were checked when it was read
 * @returns words by the name of the tensor, see {@link TensorPlanLayout}
 * @throws Error when a tensor that decoding reads is no output of a network
 */
export function PackTensorPlans({ decoding, networks }: IMapModel): ReadonlyMap<string, Uint32Array<ArrayBuffer>> {
    const plans = new Map<string, Uint32Array<ArrayBuffer>>();
    for (const { attribute, tensor, front, back } of decoding.outputs) {
        let plan = plans.get(tensor);
        if (!plan) {
            const contract = networks.flatMap(({ outputs }) => outputs).find(({ name }) => name === tensor);
            if (!contract) {
                throw new Error(`No network gives the tensor "${tensor}".`);
            }
            plan = new Uint32Array(TensorPlanLayout.size / 4);
            plan[TensorPlanLayout.side] = contract.shape.at(-1)!;
            plans.set(tensor, plan);
        }
        front.forEach((channel, component) => {
            const entry = TensorPlanLayout.channels + plan[TensorPlanLayout.count]! * 4;
            plan.set([RawOffsets[attribute] + component, channel, back[component]!], entry);
            plan[TensorPlanLayout.count]!++;
        });
    }
    return plans;
}
