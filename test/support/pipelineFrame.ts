import { HalfValue } from "../../src/math/halfFloat.js";
import { PosedGaussianLayout } from "../../src/pipeline/4-skin/posedGaussianLayout.js";
import { DrawArgumentsLayout } from "../../src/pipeline/5-sort/drawArgumentsLayout.js";
import { ProjectedSplatLayout } from "../../src/pipeline/5-sort/projectedSplatLayout.js";
import { type SplatPipeline } from "../../src/pipeline/splatPipeline.js";
import { type SplatView } from "../../src/pipeline/splatView.js";
import { FromUpperTriangle } from "../reference/covariance.js";
import { type ICamera, type ISplat } from "../reference/projectGaussian.js";
import { type IGaussian } from "../reference/skinGaussian.js";
import { ReadBufferAsync } from "./readBuffer.js";

/**
 * Runs one frame of the pipeline and waits for nothing.
 *
 * @param device device of the pipeline
 * @param pipeline the pipeline
 * @param views the views to compute
 */
export function SubmitFrame(device: GPUDevice, pipeline: SplatPipeline, ...views: SplatView[]): void {
    const encoder = device.createCommandEncoder();
    pipeline.encodeSkin(encoder);
    for (const view of views) {
        pipeline.encodeView(encoder, view);
    }
    device.queue.submit([encoder.finish()]);
}

/**
 * Reads the posed Gaussians of the last frame.
 *
 * @param device device of the pipeline
 * @param pipeline the pipeline
 * @param count number of posed Gaussians
 */
export async function ReadPosedAsync(device: GPUDevice, pipeline: SplatPipeline, count: number): Promise<IGaussian[]> {
    const bytes = await ReadBufferAsync(device, pipeline.posedGaussians, count * PosedGaussianLayout.stride);
    const floats = new Float32Array(bytes);
    const halves = new Uint16Array(bytes);
    return Array.from({ length: count }, (_, index) => {
        const word = (index * PosedGaussianLayout.stride) / 4;
        const { position, opacity, covariance, color } = PosedGaussianLayout;
        return {
            position: [...floats.subarray(word + position, word + position + 3)],
            covariance: FromUpperTriangle([...floats.subarray(word + covariance, word + covariance + 6)]),
            opacity: floats[word + opacity] ?? NaN,
            color: [...halves.subarray((word + color) * 2, (word + color) * 2 + 3)].map(HalfValue),
        };
    });
}

/** What a view holds after a frame. */
export interface IViewContent {
    /** The six words of the draw arguments. */
    readonly drawArguments: number[];
    /** Indices of the visible Gaussians, far to near. */
    readonly order: number[];
    /** The visible splats in that order. */
    readonly splats: ISplat[];
}

/**
 * Reads what a view saw in the last frame.
 *
 * @param device device of the view
 * @param view the view
 * @param camera the camera that was set
 */
export async function ReadViewAsync(
    device: GPUDevice,
    view: SplatView,
    camera: Pick<ICamera, "width" | "height">,
): Promise<IViewContent> {
    const drawArguments = [...new Uint32Array(await ReadBufferAsync(device, view.drawArguments))];
    const visible = drawArguments[DrawArgumentsLayout.visibleCount] ?? 0;
    const order = [...new Uint32Array(await ReadBufferAsync(device, view.sortedIndices, visible * 4))];
    const bytes = await ReadBufferAsync(device, view.projectedSplats);
    return { drawArguments, order, splats: order.map((index) => SplatAt(bytes, index, camera)) };
}

function SplatAt(bytes: ArrayBuffer, index: number, { width, height }: Pick<ICamera, "width" | "height">): ISplat {
    const { stride, center, distance, axes, color } = ProjectedSplatLayout;
    const floats = new Float32Array(bytes, index * stride, stride / 4);
    const halves = [...new Uint16Array(bytes, index * stride, stride / 2)].map(HalfValue);
    const [x1 = NaN, y1 = NaN, x2 = NaN, y2 = NaN] = halves
        .slice(axes * 2, axes * 2 + 4)
        .map((value, axis) => (value * (axis % 2 === 0 ? width : height)) / 2);
    const [red = NaN, green = NaN, blue = NaN, opacity = NaN] = halves.slice(color * 2, color * 2 + 4);
    return {
        center: [...floats.subarray(center, center + 3)],
        distance: floats[distance] ?? NaN,
        covariance: [x1 * x1 + x2 * x2, x1 * y1 + x2 * y2, y1 * y1 + y2 * y2],
        opacity,
        color: [red, green, blue],
    };
}
