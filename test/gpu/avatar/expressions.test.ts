import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Constants } from "@babylonjs/core/Engines/constants.js";
import { StandardMaterial } from "@babylonjs/core/Materials/standardMaterial.js";
import { RawTexture } from "@babylonjs/core/Materials/Textures/rawTexture.js";
import { Color3, Color4 } from "@babylonjs/core/Maths/math.color.js";
import { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import { VertexData } from "@babylonjs/core/Meshes/mesh.vertexData.js";
import { Scene } from "@babylonjs/core/scene.js";
import { ShapesOfExpression } from "../../../src/animation/face/expression.js";
import { ArkitNames } from "../../../src/animation/face/vocabulary/arkit.js";
import { DecodeImageInNodeAsync } from "../../../src/cli/decodeImage.js";
import { CreateHeadlessEngineAsync, RenderPixelsAsync } from "../../../src/cli/headless/headlessEngine.js";
import { AvatarStage } from "../../../src/cli/render/avatarStage.js";
import { PinholeCamera } from "../../../src/cli/render/pinholeCamera.js";
import { BakeAvatarAsync, PoseFigure } from "../../../src/convert/bake/bakeAvatar.js";
import { type ICanonicalMesh } from "../../../src/convert/bake/canonicalMesh.js";
import { BakeMorphs } from "../../../src/convert/bake/bakeMorphs.js";
import { ShapeSplats } from "../../../src/convert/bake/splatShape.js";
import { SampleSurfaceAsync } from "../../../src/convert/bake/surfaceSampling.js";
import { Unpremultiply } from "../../../src/cli/render/pngFile.js";
import { ReadCharacterAsync } from "../../../src/convert/bake/readCharacter.js";
import { SmplxJointNames } from "../../../src/format/bodyModel.js";
import { WriteAvatar } from "../../../src/format/writeAvatar.js";
import { type IPinhole } from "../../../src/math/pinhole.js";
import { DescribeGpu } from "../../support/gpu.js";
import { PrintFigure, SharedData } from "../../support/motions.js";
import { KeepPicture, Psnr } from "../../support/picture.js";

/** Pixels of a side, and metres that they show: a head from chin to crown. */
const Side = 160;
const Shown = 0.3;
const Distance = 1.2;
/** Samples along a pixel of the expected picture, whose edges would be stairs otherwise. */
const SuperSampling = 3;

const Person = `${SharedData}/base-human/base_human_female.glb`;
const Splats = 30_000;
const Clear: readonly [number, number, number, number] = [0, 0, 0, 0];

/** A camera before the face. */
function HeadCamera([x, y, z]: readonly [number, number, number], side: number): IPinhole {
    const focal = (side * Distance) / Shown;
    const R = [1, 0, 0, 0, -1, 0, 0, 0, -1];
    return {
        width: side,
        height: side,
        K: [focal, 0, side / 2, 0, focal, side / 2, 0, 0, 1],
        R,
        t: [-x, y, z + Distance],
    };
}

/** Draws the meshes with an expression, as flat colours. */
async function DrawMeshesAsync(
    meshes: readonly ICanonicalMesh[],
    weights: Readonly<Record<string, number>>,
    pinhole: IPinhole,
): Promise<Uint8Array> {
    const big = SuperSampling * Side;
    const engine = await CreateHeadlessEngineAsync({ width: big, height: big, software: true });
    const scene = new Scene(engine);
    scene.useRightHandedSystem = true;
    scene.clearColor = new Color4(...Clear);
    scene.activeCamera = new PinholeCamera("camera", pinhole, scene);
    for (const { source, positions, morphs } of meshes) {
        const moved = positions.slice();
        for (const { name, deltas } of morphs) {
            moved.forEach((value, i) => (moved[i] = value + (weights[name] ?? 0) * deltas[i]!));
        }
        const mesh = new Mesh(source.name, scene);
        const data = new VertexData();
        data.positions = moved;
        data.indices = source.indices;
        data.uvs = source.texCoords[source.material.baseColorTexture?.texCoord ?? 0] ?? null;
        data.applyToMesh(mesh);
        mesh.material = MaterialOf(source.material, scene);
    }
    await scene.whenReadyAsync();
    await RenderPixelsAsync(engine, () => {
        scene.render();
    });
    const pixels = await RenderPixelsAsync(engine, () => {
        scene.render();
    });
    scene.dispose();
    engine.dispose();
    return Shrink(pixels);
}

function MaterialOf(
    { baseColor, baseColorTexture, alphaMode, alphaCutoff }: ICanonicalMesh["source"]["material"],
    scene: Scene,
): StandardMaterial {
    const material = new StandardMaterial("flat", scene);
    material.disableLighting = true;
    material.backFaceCulling = false;
    material.specularColor = Color3.Black();
    material.alpha = alphaMode === "BLEND" ? baseColor[3] : 1;
    material.emissiveColor = new Color3(
        ...(baseColor.slice(0, 3).map((value) => value ** (1 / 2.2)) as [number, number, number]),
    );
    if (baseColorTexture) {
        const { image } = baseColorTexture;
        material.diffuseTexture = new RawTexture(
            image.rgba,
            image.width,
            image.height,
            Constants.TEXTUREFORMAT_RGBA,
            scene,
            true,
            false,
            Constants.TEXTURE_TRILINEAR_SAMPLINGMODE,
        );
        material.diffuseTexture.hasAlpha = alphaMode !== "OPAQUE";
        material.useAlphaFromDiffuseTexture = alphaMode === "BLEND";
        material.alphaCutOff = alphaCutoff;
    }
    return material;
}

/** The mean of the samples of each pixel, not multiplied by alpha. */
function Shrink(pixels: Uint8Array): Uint8Array {
    const sums = new Float64Array(Side * Side * 4);
    for (let i = 0; i < pixels.length; i++) {
        const [pixel, channel] = [Math.floor(i / 4), i % 4];
        const x = Math.floor((pixel % (SuperSampling * Side)) / SuperSampling);
        const y = Math.floor(pixel / (SuperSampling * Side * SuperSampling));
        sums[(y * Side + x) * 4 + channel]! += pixels[i]!;
    }
    return Unpremultiply(Uint8Array.from(sums, (sum) => Math.round(sum / SuperSampling ** 2)));
}

/** Pixels that are covered by more than half. */
function Silhouette(pixels: Uint8Array): boolean[] {
    return Array.from({ length: pixels.length / 4 }, (_, i) => pixels[4 * i + 3]! > 127);
}

/** The colours over a background that is neither like skin nor like hair. */
function OverGrey(pixels: Uint8Array): number[] {
    return Array.from(pixels, (value, i) => {
        const alpha = pixels[i - (i % 4) + 3]! / 255;
        return value * alpha + 128 * (1 - alpha);
    }).filter((_, i) => i % 4 !== 3);
}

function Overlap(a: readonly boolean[], b: readonly boolean[]): number {
    let [both, either] = [0, 0];
    a.forEach((value, i) => {
        both += Number(value && b[i]);
        either += Number(value || b[i]);
    });
    return both / either;
}

/** The parts of a figure above a height. */
function Above(meshes: readonly ICanonicalMesh[], height: number): ICanonicalMesh[] {
    return meshes.flatMap((mesh) => {
        const { positions, source } = mesh;
        const kept = Uint32Array.from(
            Array.from(source.indices).filter((_, i, all) => {
                const first = i - (i % 3);
                return [0, 1, 2].every((corner) => positions[3 * all[first + corner]! + 1]! > height);
            }),
        );
        return kept.length > 0 ? [{ ...mesh, source: { ...source, indices: kept } }] : [];
    });
}

const Describe = existsSync(Person) ? DescribeGpu : describe.skip;

Describe(`a baked face (needs ${SharedData})`, () => {
    let head: readonly ICanonicalMesh[];
    let middle: readonly [number, number, number];
    let stage: AvatarStage;

    beforeAll(async () => {
        const bytes = new Uint8Array(readFileSync(Person));
        const figure = PoseFigure(await ReadCharacterAsync(bytes, "person", DecodeImageInNodeAsync), ArkitNames);
        const [x, y, z] = figure.joints[SmplxJointNames.indexOf("head")]!;
        middle = [x, y + 0.09, z];
        head = Above(figure.meshes, y - 0.12);
        const surface = await SampleSurfaceAsync(head, [x, y, z], Splats);
        const options = { decodeImage: DecodeImageInNodeAsync, splats: 500, morphs: [], clips: [] };
        const body = await BakeAvatarAsync(bytes, options);
        // The same person with Gaussians on the head alone.
        const gaussians = ShapeSplats(head, surface);
        const glb = WriteAvatar({ ...body, gaussians, morphTargets: BakeMorphs(head, surface.samples) });
        stage = await AvatarStage.CreateAsync(glb, { width: Side, height: Side, background: Clear, software: true });
        stage.setCamera(HeadCamera(middle, Side));
    }, 100_000);

    afterAll(() => {
        stage.dispose();
    });

    it.each(["neutral", "happy", "sad", "angry", "surprised", "blink", "aa", "ou", "oh"])(
        "looks as the character does that it was baked of: %s",
        async (title) => {
            const shapes = ShapesOfExpression({ [title]: 1 });
            const weights = Object.fromEntries(ArkitNames.map((name, i) => [name, shapes[i]!]));
            for (const name of ArkitNames) {
                stage.avatar.morphTargetManager!.getTargetByName(name)!.influence = weights[name]!;
            }
            const drawn = await stage.drawAsync();
            const truth = await DrawMeshesAsync(head, weights, HeadCamera(middle, SuperSampling * Side));
            const ratio = Psnr(OverGrey(drawn), OverGrey(truth));
            const overlap = Overlap(Silhouette(drawn), Silhouette(truth));
            PrintFigure(
                `a baked face of ${Splats} splats ${title}: ${ratio.toFixed(1)} dB, silhouettes overlap by ${overlap.toFixed(3)}`,
            );
            KeepPicture(`face-${title}`, drawn, Side);
            KeepPicture(`face-${title}-expected`, truth, Side);
            expect(ratio).toBeGreaterThan(28);
            expect(overlap).toBeGreaterThan(0.97);
        },
        100_000,
    );
});
