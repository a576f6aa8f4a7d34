import { describe, expect, it } from "@jest/globals";
import { WgslReflect } from "wgsl_reflect/wgsl_reflect.module.js";
import composeHead from "../../../shaders/3-gaussians/composeHead.compute.wgsl";
import decodeGaussians from "../../../shaders/3-gaussians/decodeGaussians.compute.wgsl";
import gatherMaps from "../../../shaders/3-gaussians/gatherMaps.compute.wgsl";
import runPerceptron from "../../../shaders/3-gaussians/runPerceptron.compute.wgsl";
import skinDecoded from "../../../shaders/4-skin/skinDecoded.compute.wgsl";
import skinGaussians from "../../../shaders/4-skin/skinGaussians.compute.wgsl";
import countDigits from "../../../shaders/5-sort/countDigits.compute.wgsl";
import features from "../../../shaders/6-raster/features.render.wgsl";
import packFeatures from "../../../shaders/6-raster/packFeatures.compute.wgsl";
import projectGaussians from "../../../shaders/5-sort/projectGaussians.compute.wgsl";
import scanHistogram from "../../../shaders/5-sort/scanHistogram.compute.wgsl";
import scatterKeys from "../../../shaders/5-sort/scatterKeys.compute.wgsl";
import writeArguments from "../../../shaders/5-sort/writeArguments.compute.wgsl";
import {
    CanonicalGaussianLayout,
    MorphEntryLayout,
} from "../../../src/pipeline/3-gaussians/canonicalGaussianLayout.js";
import { DecodeBindings, GatherBindings } from "../../../src/pipeline/3-gaussians/decodeKernels.js";
import { ComposeHeadBindings, PerceptronBindings } from "../../../src/pipeline/3-gaussians/headKernels.js";
import {
    HeadPointLayout,
    HeadSettingsLayout,
    PerceptronLayout,
} from "../../../src/pipeline/3-gaussians/headModelLayout.js";
import {
    DecodedGaussianLayout,
    FixedHandLayout,
    InfluenceLayout,
    MapSettingsLayout,
    MapTexelLayout,
    RawComponents,
    RawOffsets,
    TensorPlanLayout,
} from "../../../src/pipeline/3-gaussians/mapModelLayout.js";
import { DecodedSkinBindings } from "../../../src/pipeline/4-skin/decodedSkinKernel.js";
import { InstanceStateLayout } from "../../../src/pipeline/4-skin/instanceStateLayout.js";
import { PosedGaussianLayout } from "../../../src/pipeline/4-skin/posedGaussianLayout.js";
import { SkinBindings } from "../../../src/pipeline/4-skin/skinStage.js";
import { CameraLayout } from "../../../src/pipeline/5-sort/cameraLayout.js";
import { DrawArgumentsLayout, SortRangeLayout } from "../../../src/pipeline/5-sort/drawArgumentsLayout.js";
import { ProjectBindings } from "../../../src/pipeline/5-sort/projectStage.js";
import { ProjectedSplatLayout } from "../../../src/pipeline/5-sort/projectedSplatLayout.js";
import { SortKernelBindings } from "../../../src/pipeline/5-sort/sortStage.js";
import { FeatureRangeLayout } from "../../../src/pipeline/6-raster/featureLayout.js";
import { HeadPictureLayout } from "../../../src/pipeline/7-composite/headPictureLayout.js";
import { ComposePipelineShader } from "../../../src/pipeline/pipelineShaders.js";

const Shaders = {
    gatherMaps: { source: gatherMaps, bindings: GatherBindings },
    decodeGaussians: { source: decodeGaussians, bindings: DecodeBindings },
    runPerceptron: { source: runPerceptron, bindings: PerceptronBindings },
    composeHead: { source: composeHead, bindings: ComposeHeadBindings },
    skinDecoded: { source: skinDecoded, bindings: DecodedSkinBindings },
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

    it("which Gaussians have features, in both shaders", () => {
        for (const source of [features, packFeatures]) {
            const struct = new WgslReflect(ComposePipelineShader(source)).structs.find(
                ({ name }) => name === "FeatureRange",
            )!;
            const words = struct.members.map(({ name, offset }) => [name, offset / 4]);
            const { size, ...layout } = FeatureRangeLayout;
            expect([Object.fromEntries(words), struct.size]).toEqual([layout, size]);
        }
    });

    it("what heads are made of", () => {
        const bytes = (layout: Readonly<Record<string, number>>): Record<string, number> =>
            Object.fromEntries(
                Object.entries(layout).map(([name, word]) => [
                    name,
                    ["size", "stride"].includes(name) ? word : word * 4,
                ]),
            );
        expect(StructOf("runPerceptron", "Perceptron")).toEqual(bytes(PerceptronLayout));
        expect(StructOf("composeHead", "HeadSettings")).toEqual(bytes(HeadSettingsLayout));
        const { stride, ...members } = HeadPointLayout;
        expect(StructOf("composeHead", "HeadPoint")).toEqual(bytes({ ...members, size: stride }));
    });

    it("what pictures of heads are drawn from", () => {
        const { stride, ...members } = HeadPictureLayout;
        const bytes = Object.fromEntries(Object.entries(members).map(([name, word]) => [name, word * 4]));
        // A whole shader is in the dialect of Babylon's pre-processor; the struct alone is plain.
        const reflected = new WgslReflect(ComposePipelineShader("#include <headPicture>"));
        const found = reflected.structs.find(({ name }) => name === "HeadPicture")!;
        const offsets = Object.fromEntries(found.members.map(({ name, offset }) => [name, offset]));
        expect({ ...offsets, size: found.size }).toEqual({ ...bytes, size: stride });
    });

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
        const { stride, delta, channel, gradient } = MorphEntryLayout;
        expect(StructOf("skinGaussians", "MorphEntry")).toEqual({
            delta: delta * 4,
            channel: channel * 4,
            gradient: gradient * 4,
            size: stride,
        });
    });

    it.each(["skinGaussians", "skinDecoded"] as const)("instance state in %s", (shader) => {
        const { gaussianCount, firstPosed, jointCount, morphTargetCount, opacity, antialiased, world, data } =
            InstanceStateLayout;
        expect(StructOf(shader, "InstanceState")).toMatchObject({
            world: world * 4,
            gaussianCount: gaussianCount * 4,
            firstPosed: firstPosed * 4,
            jointCount: jointCount * 4,
            morphTargetCount: morphTargetCount * 4,
            opacity: opacity * 4,
            antialiased: antialiased * 4,
            rows: data * 4,
        });
    });

    it.each(["gatherMaps", "decodeGaussians", "skinDecoded"] as const)("settings of a map model in %s", (shader) => {
        const { size, gains, ...words } = MapSettingsLayout;
        const bytes = Object.fromEntries(Object.entries(words).map(([name, word]) => [name, word * 4]));
        expect(StructOf(shader, "MapSettings")).toEqual({
            ...bytes,
            positionGain: gains * 4,
            opacityGain: (gains + 1) * 4,
            scaleGain: (gains + 2) * 4,
            rotationGain: (gains + 3) * 4,
            colorGain: (gains + 4) * 4,
            // A uniform buffer may be longer than the struct, to whole rows.
            size: size - 4,
        });
    });

    it.each([
        ["MapTexel", "decodeGaussians", MapTexelLayout],
        ["FixedHand", "decodeGaussians", FixedHandLayout],
        ["DecodedGaussian", "decodeGaussians", DecodedGaussianLayout],
        ["DecodedGaussian", "skinDecoded", DecodedGaussianLayout],
        ["Influence", "skinDecoded", InfluenceLayout],
    ] as const)("%s in %s", (struct, shader, { stride, ...words }) => {
        const bytes = Object.fromEntries(Object.entries(words).map(([name, word]) => [name, word * 4]));
        expect(StructOf(shader, struct)).toEqual({ ...bytes, size: stride });
    });

    it("plan of a tensor, and rows of raw values", () => {
        const { size, side, count, channels } = TensorPlanLayout;
        expect(StructOf("gatherMaps", "TensorPlan")).toEqual({
            side: side * 4,
            count: count * 4,
            channels: channels * 4,
            size,
        });
        expect(Object.values(RawOffsets)).toEqual([0, 3, 4, 7, 11]);
        expect(RawComponents).toBe(14);
    });

    it.each(["skinGaussians", "skinDecoded", "projectGaussians"] as const)("posed Gaussian in %s", (shader) => {
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
