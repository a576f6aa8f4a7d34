import poseMap from "../../../shaders/2-maps/poseMap.compute.wgsl";
import viewMaps from "../../../shaders/2-maps/viewMaps.compute.wgsl";
import linearIndex from "../../../shaders/include/linearIndex.wgsl";
import linearRows from "../../../shaders/include/linearRows.wgsl";
import { ComposeShader, F32, U32 } from "../../gpu/shaderComposer.js";
import { WorkgroupSize } from "../constants.js";

/** Below this distance, metres, a direction to the camera is shorter than 1, never longer. As in the published body method. */
export const MinCameraDistance = 1e-3;

const RowBindings = ["targets", "firstEntries", "matrixIndices", "coefficients", "matrices"] as const;

/** Names of the resources of the pose map's kernel, in the order of their bindings. */
export const PoseMapBindings = [...RowBindings, "poseMap", "planeSize"] as const;

/** Names of the resources of the view maps' kernel, in the order of their bindings. */
export const ViewMapBindings = [...RowBindings, "viewFront", "viewBack"] as const;

/** Plain WGSL of both kernels. Not in the pipeline's own library, since scenes without networks load none of it. */
export const ConditioningShaders = { poseMap: Compose(poseMap), viewMaps: Compose(viewMaps) } as const;

function Compose(source: string): string {
    return ComposeShader(source, {
        includes: { linearIndex, linearRows },
        constants: { WorkgroupSize: U32(WorkgroupSize), MinCameraDistance: F32(MinCameraDistance) },
    });
}
