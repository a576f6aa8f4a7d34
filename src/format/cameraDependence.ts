import { ConditioningTensors } from "./mapModel.js";

/** A step of a computation: names of the tensors that it reads and makes. */
export interface ITensorStep {
    /** Names of what it reads. */
    readonly inputs: readonly string[];
    /** Names of what it makes. */
    readonly outputs: readonly string[];
}

/**
 * Which steps depend on the camera: those that read a tensor of the camera, or what such a step made.
 *
 * @param steps in the order in which they run
 * @returns for each whether it does
 */
export function DependOnCamera(steps: readonly ITensorStep[]): boolean[] {
    const tensors = new Set<string>([ConditioningTensors.viewFront, ConditioningTensors.viewBack]);
    return steps.map(({ inputs, outputs }) => {
        const depends = inputs.some((name) => tensors.has(name));
        if (depends) {
            outputs.forEach((name) => tensors.add(name));
        }
        return depends;
    });
}
