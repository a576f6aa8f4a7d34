import { describe, expect, it } from "@jest/globals";
import { WgslReflect } from "wgsl_reflect/wgsl_reflect.module.js";
import skinGaussians from "../../../shaders/4-skin/skinGaussians.compute.wgsl";
import countDigits from "../../../shaders/5-sort/countDigits.compute.wgsl";
import projectGaussians from "../../../shaders/5-sort/projectGaussians.compute.wgsl";
import scanHistogram from "../../../shaders/5-sort/scanHistogram.compute.wgsl";
import scatterKeys from "../../../shaders/5-sort/scatterKeys.compute.wgsl";
import writeArguments from "../../../shaders/5-sort/writeArguments.compute.wgsl";
import {
    CanonicalGaussianLayout,
    MorphEntryLayout,
} from "../../../src/pipeline/3-gaussians/canonicalGaussianLayout.js";
import { InstanceStateLayout } from "../../../src/pipeline/4-skin/instanceStateLayout.js";
import { PosedGaussianLayout } from "../../../src/pipeline/4-skin/posedGaussianLayout.js";
import { SkinBindings } from "../../../src/pipeline/4-skin/skinStage.js";
import { CameraLayout } from "../../../src/pipeline/5-sort/cameraLayout.js";
import { DrawArgumentsLayout, SortRangeLayout } from "../../../src/pipeline/5-sort/drawArgumentsLayout.js";
import { ProjectBindings } from "../../../src/pipeline/5-sort/projectStage.js";
import { ProjectedSplatLayout } from "../../../src/pipeline/5-sort/projectedSplatLayout.js";
import { SortKernelBindings } from "../../../src/pipeline/5-sort/sortStage.js";
import { ComposePipelineShader } from "../../../src/pipeline/pipelineShaders.js";

const Shaders = {
    skinGaussians: { source: skinGaussians, bindings: SkinBindings },
    projectGaussians: { source: projectGaussians, bindings: ProjectBindings },
    countDigits: { source: countDigits, bindings: SortKernelBindings.countDigits },
    scanHistogram: { source: scanHistogram, bindings: SortKernelBindings.scanHistogram },
    writeArguments: { source: writeArguments, bindings: SortKernelBindings.writeArguments },
    scatterKeys: { source: scatterKeys, bindings: SortKernelBindings.scatterKeys },
} as const;

function Reflect(name: keyof typeof Shaders): WgslReflect {
    return new WgslReflect(ComposePipelineShader(Shaders[name].source));
}

/** Byte offsets of the members of a struct, by name, and its size. */
function StructOf(shader: keyof typeof Shaders, name: string): { size: number; [member: string]: number } {
    const struct = Reflect(shader).structs.find((one) => one.name === name);
    if (!struct) {
        throw new Error(`${shader} has no struct ${name}.`);
    }
    const offsets = Object.fromEntries(struct.members.map((member) => [member.name, member.offset]));
    return { ...offsets, size: struct.size };
}

describe("layouts of GPU data", () => {
    it.each(Object.keys(Shaders) as (keyof typeof Shaders)[])(
        "%s binds what TypeScript names, in that order",
        (name) => {
            const reflection = Reflect(name);
            const bindings = [...reflection.storage, ...reflection.uniforms].sort((a, b) => a.binding - b.binding);
            expect(bindings.map((binding) => binding.name)).toEqual([...Shaders[name].bindings]);
            expect(bindings.map((binding) => binding.binding)).toEqual(bindings.map((_, index) => index));
            expect(bindings.every((binding) => binding.group === 0)).toBe(true);
            expect(reflection.storage.length).toBeLessThanOrEqual(8);
            expect(reflection.entry.compute.map((entry) => entry.name)).toEqual(["main"]);
        },
    );

    it("canonical Gaussian", () => {
        const { stride, position, opacity, covariance, color, joints, weights } = CanonicalGaussianLayout;
        expect(StructOf("skinGaussians", "CanonicalGaussian")).toEqual({
            position: position * 4,
            opacity: opacity * 4,
            covarianceXxXyXzYy: covariance * 4,
            covarianceYzZz: (covariance + 4) * 4,
            color: color * 4,
            joints: joints * 4,
            weights: weights * 4,
            size: stride,
        });
    });

    it("morph entry", () => {
        const { stride, delta, channel } = MorphEntryLayout;
        expect(StructOf("skinGaussians", "MorphEntry")).toEqual({
            delta: delta * 4,
            channel: channel * 4,
            size: stride,
        });
    });

    it("instance state", () => {
        const { gaussianCount, firstPosed, jointCount, morphTargetCount, opacity, data } = InstanceStateLayout;
        expect(StructOf("skinGaussians", "InstanceState")).toMatchObject({
            gaussianCount: gaussianCount * 4,
            firstPosed: firstPosed * 4,
            jointCount: jointCount * 4,
            morphTargetCount: morphTargetCount * 4,
            opacity: opacity * 4,
            rows: data * 4,
        });
    });

    it.each(["skinGaussians", "projectGaussians"] as const)("posed Gaussian in %s", (shader) => {
        const { stride, position, opacity, covariance, color } = PosedGaussianLayout;
        expect(StructOf(shader, "PosedGaussian")).toEqual({
            position: position * 4,
            opacity: opacity * 4,
            covarianceXxXyXzYy: covariance * 4,
            covarianceYzZz: (covariance + 4) * 4,
            color: color * 4,
            size: stride,
        });
    });

    it("camera", () => {
        const { size, worldToClip, nearPlane, viewport, principalPoint, gaussianCount } = CameraLayout;
        expect(StructOf("projectGaussians", "Camera")).toEqual({
            worldToClip: worldToClip * 4,
            nearPlane: nearPlane * 4,
            viewport: viewport * 4,
            principalPoint: principalPoint * 4,
            gaussianCount: gaussianCount * 4,
            size,
        });
    });

    it("projected splat", () => {
        const { stride, center, distance, axes, color } = ProjectedSplatLayout;
        expect(StructOf("projectGaussians", "ProjectedSplat")).toEqual({
            center: center * 4,
            distance: distance * 4,
            axes: axes * 4,
            color: color * 4,
            size: stride,
        });
    });

    it("draw arguments and sort range", () => {
        const { size, ...words } = DrawArgumentsLayout;
        const bytes = Object.fromEntries(Object.entries(words).map(([name, word]) => [name, word * 4]));
        expect(StructOf("writeArguments", "DrawArguments")).toEqual({ ...bytes, size });
        expect(StructOf("scatterKeys", "SortRange")).toMatchObject({
            tiles: SortRangeLayout.workgroups * 4,
            keyCount: SortRangeLayout.keyCount * 4,
            size: SortRangeLayout.size,
        });
    });
});
