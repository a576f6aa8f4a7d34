import { type IMapModel } from "../../format/mapModel.js";
import { type ILinearRows, LinearRowsBuilder } from "./linearRows.js";
import { RunSteps, type Steps } from "./steps.js";
import { ForEachBlock, GroupTexels, TexelMeans } from "./texelBlocks.js";

/**
 * What the view maps are made of: for each pixel with a texel a row of the vector from its posed point to the camera, then a row
 * of its posed normal. The matrices are those of the J joints, then one whose translation is the camera's position and whose
 * other numbers are 0. Targets are side·V² + v·V + u, with side 0 the front.
 *
 * @param model a model with view maps
 * @returns two rows a pixel
 */
export function BuildViewMapTable(model: IMapModel): ILinearRows {
    return RunSteps(ViewMapTableSteps(model));
}

/** The same in pieces. @param model a model with view maps */
export function* ViewMapTableSteps(model: IMapModel): Steps<ILinearRows> {
    const camera = model.inverseBindMatrices.length / 16;
    const builder = new LinearRowsBuilder();
    const means = new TexelMeans(model);
    yield* ForEachBlock(GroupTexels(model, model.conditioning.viewSize, "both", "first"), (pixel, texels) => {
        builder.addRow(pixel);
        builder.addEntry(camera, 0, 0, 0, 1);
        means.addSkinned(builder, texels, model.positions, 1, -1);
        builder.addRow(pixel);
        means.addSkinned(builder, texels, model.normals, 0);
    });
    return builder.build();
}
