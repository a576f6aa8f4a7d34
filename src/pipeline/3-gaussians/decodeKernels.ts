import { type ComputeKernel } from "../../gpu/computeKernel.js";

/** Names of the resources of the gathering kernel, in the order of their bindings. */
export const GatherBindings = ["settings", "plan", "texels", "tensor", "raw"] as const;

/** Names of the resources of the decoding kernel, in the order of their bindings. */
export const DecodeBindings = ["settings", "texels", "hands", "raw", "decoded"] as const;

/** Reads tensors into raw values. */
export type GatherKernel = ComputeKernel<(typeof GatherBindings)[number]>;

/** Makes Gaussians of raw values. */
export type DecodeKernel = ComputeKernel<(typeof DecodeBindings)[number]>;
