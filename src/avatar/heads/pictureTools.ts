import { NetworkRuntime } from "../../networks/networkRuntime.js";
import { FeatureStage } from "../../pipeline/6-raster/featureStage.js";
import { PictureArray } from "../../pipeline/7-composite/pictureArray.js";
import { PictureStage } from "../../pipeline/7-composite/pictureStage.js";
import { type SplatPipeline } from "../../pipeline/splatPipeline.js";

/** What all refined pictures of a scene share. */
export interface IPictureTools {
    /** The graphics device; borrowed. */
    readonly device: GPUDevice;
    /** Projects and sorts what pictures show; borrowed. */
    readonly pipeline: SplatPipeline;
    /** Runs networks. */
    readonly runtime: NetworkRuntime;
    /** Draws features. */
    readonly features: FeatureStage;
    /** Stores pictures. */
    readonly stage: PictureStage;
    /** Where they are stored. */
    readonly pictures: PictureArray;
}

/**
 * Loads what pictures are made with.
 *
 * @param device the graphics device; borrowed
 * @param pipeline borrowed
 * @throws NetworkError `runtime-missing`
 */
export async function CreatePictureToolsAsync(device: GPUDevice, pipeline: SplatPipeline): Promise<IPictureTools> {
    const runtime = await NetworkRuntime.CreateAsync({ device });
    try {
        const [features, stage] = await Promise.all([
            FeatureStage.CreateAsync(device),
            PictureStage.CreateAsync(device),
        ]);
        return { device, pipeline, runtime, features, stage, pictures: new PictureArray(device) };
    } catch (error) {
        runtime.dispose();
        throw error;
    }
}
