import { ComponentType } from "./accessorElements.js";
import { type GltfWriter } from "./gltfWriter.js";
import { type IHeadBranch, type IHeadModel } from "./headModel.js";
import { type IHeadDescription } from "./headSchema.js";
import { QuantizeI16 } from "./quantize.js";
import { type ITierDescription } from "./tierSchema.js";
import { WriteFloats, WriteIntegers, WriteWeights } from "./writeMapModels.js";

/**
 * Writes a head as a tier of the extension. Features become 16-bit integers, an error of 1.5e-5.
 *
 * @param writer receives its arrays
 * @param model the head
 * @returns the tier
 */
export function WriteHeadModel(writer: GltfWriter, model: IHeadModel): ITierDescription {
    const { tier, codeSize, channels, octaves, features, gains, unit, origin, poseRange, influences, pose, refiner } =
        model;
    const description = { componentType: ComponentType.I16, type: "SCALAR", normalized: true } as const;
    return {
        name: tier,
        ...(refiner ? { networks: refiner.networks.map(({ name }) => name) } : {}),
        head: {
            codeSize,
            channels,
            octaves,
            positions: WriteFloats(writer, model.positions, 3),
            features: writer.add(QuantizeI16(features), { ...description, count: features.length }),
            shares: WriteFloats(writer, model.shares, 1),
            scales: WriteFloats(writer, model.scales, 3),
            rotations: WriteFloats(writer, model.rotations, 4),
            opacities: WriteFloats(writer, model.opacities, 1),
            gains: { ...gains },
            unit,
            origin: [...origin],
            expression: WriteBranch(writer, model.expression),
            ...(pose ? { pose: WriteBranch(writer, pose) } : {}),
            poseRange: {
                rest: [...poseRange.rest],
                least: [...poseRange.least],
                greatest: [...poseRange.greatest],
            },
            influences: {
                count: influences.count,
                joints: WriteIntegers(writer, influences.joints),
                weights: WriteWeights(writer, influences.weights),
            },
            ...(refiner ? { refiner: { center: [...refiner.center], width: refiner.width } } : {}),
        },
    };
}

function WriteBranch(writer: GltfWriter, branch: IHeadBranch): IHeadDescription["expression"] {
    const write = (name: keyof IHeadBranch): IHeadDescription["expression"]["color"] => ({
        widths: [...branch[name].widths],
        parameters: WriteFloats(writer, branch[name].parameters, 1),
    });
    return { color: write("color"), attributes: write("attributes"), deformation: write("deformation") };
}
