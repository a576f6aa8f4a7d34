import { type ComputeKernel } from "../../gpu/computeKernel.js";

/** Names of the resources of the perceptron kernel, in the order of their bindings. */
export const PerceptronBindings = ["perceptron", "weights", "biases", "inputs", "outputs"] as const;

/** Names of the resources of the composing kernel, in the order of their bindings. */
export const ComposeHeadBindings = ["settings", "points", "byExpression", "byPose", "decoded", "features"] as const;

/** Runs a network for many points. */
export type PerceptronKernel = ComputeKernel<(typeof PerceptronBindings)[number]>;

/** Makes Gaussians of what the networks say. */
export type ComposeHeadKernel = ComputeKernel<(typeof ComposeHeadBindings)[number]>;
