import { describe, expect, it } from "@jest/globals";
import { existsSync, readFileSync } from "node:fs";
import { type Accessor, type Document, Logger, WebIO } from "@gltf-transform/core";
import { EXTMeshoptCompression, EXTTextureWebP, KHRMeshQuantization } from "@gltf-transform/extensions";
import { MeshoptEncoder } from "meshoptimizer";
import sharp from "sharp";
import { DecodeImageInNodeAsync } from "../../../src/cli/decodeImage.js";
import { BakeAvatarAsync } from "../../../src/convert/bake/bakeAvatar.js";
import { type IAvatarAsset, type IGaussianCloud } from "../../../src/format/avatarAsset.js";
import { RewriteGlbJson } from "../../support/rewriteGlb.js";

const Data = "../shared/data";
const hasData = existsSync(Data);
if (!hasData && process.env.CI) {
    throw new Error(`The characters of ${Data} are missing; CI must have them.`);
}
const describeData = hasData ? describe : describe.skip;

const bakeAsync = async (bytes: Uint8Array): Promise<IAvatarAsset> =>
    await BakeAvatarAsync(bytes, { decodeImage: DecodeImageInNodeAsync, splats: 2000, name: "character" });

describeData("characters as optimisers leave them (needs ../shared/data)", () => {
    it("bake like their originals: meshopt buffers, quantised attributes, WebP textures", async () => {
        const original = new Uint8Array(readFileSync(`${Data}/humanoids/mesh2motion_ue_rig.glb`));
        const compressed = await CompressAsync(original);
        RewriteGlbJson(compressed, ({ extensionsUsed }) => {
            expect([...(extensionsUsed ?? [])].sort()).toEqual([
                "EXT_meshopt_compression",
                "EXT_texture_webp",
                "KHR_mesh_quantization",
            ]);
        });
        const [expected, baked] = [await bakeAsync(original), await bakeAsync(compressed)];
        expect(baked.joints.map(({ name }) => name)).toEqual(expected.joints.map(({ name }) => name));
        baked.joints.forEach(({ translation }, joint) => {
            translation.forEach((value, axis) => {
                // Rounded weights put the lowest vertex, and with it the ground, micrometres elsewhere.
                expect(Math.abs(value - expected.joints[joint]!.translation[axis]!)).toBeLessThan(1e-3);
            });
        });
        expect(baked.animations.length).toBe(expected.animations.length);
        const { gaussians } = baked;
        expect(gaussians.count).toBe(expected.gaussians.count);
        // Rounding moves a sample by less than a millimetre, after which another of its neighbours may be the one to be
        // left out: so clouds are compared, not rows. 2,000 splats on a person lie 3 cm apart.
        const { distance, color } = CompareClouds(gaussians, expected.gaussians);
        expect(distance).toBeLessThan(0.02);
        expect(color).toBeLessThan(0.08);
    });
});

/** Mean distance from a splat to the nearest of the other cloud, metres, and mean difference of their colours. */
function CompareClouds(a: IGaussianCloud, b: IGaussianCloud): { distance: number; color: number } {
    const difference = (x: Float32Array, i: number, y: Float32Array, j: number): number =>
        Math.hypot(x[i * 3]! - y[j * 3]!, x[i * 3 + 1]! - y[j * 3 + 1]!, x[i * 3 + 2]! - y[j * 3 + 2]!);
    let [distance, color] = [0, 0];
    for (let i = 0; i < a.count; i++) {
        let nearest = 0;
        for (let j = 1; j < b.count; j++) {
            if (difference(a.positions, i, b.positions, j) < difference(a.positions, i, b.positions, nearest)) {
                nearest = j;
            }
        }
        distance += difference(a.positions, i, b.positions, nearest) / a.count;
        color += difference(a.colors, i, b.colors, nearest) / a.count;
    }
    return { distance, color };
}

async function CompressAsync(glb: Uint8Array): Promise<Uint8Array> {
    await MeshoptEncoder.ready;
    const io = new WebIO()
        .setLogger(new Logger(Logger.Verbosity.SILENT))
        .registerExtensions([EXTMeshoptCompression, EXTTextureWebP, KHRMeshQuantization])
        .registerDependencies({ "meshopt.encoder": MeshoptEncoder });
    const document = await io.readBinary(glb);
    document.createExtension(KHRMeshQuantization).setRequired(true);
    document.createExtension(EXTMeshoptCompression).setRequired(true);
    QuantiseAttributes(document);
    document.createExtension(EXTTextureWebP).setRequired(true);
    for (const texture of document.getRoot().listTextures()) {
        const webp = await sharp(texture.getImage()!).webp({ lossless: true }).toBuffer();
        texture.setImage(new Uint8Array(webp)).setMimeType("image/webp");
    }
    return await io.writeBinary(document);
}

/** Texture coordinates in 0..1 to 16 bits, weights to 8, normals to signed 8. */
function QuantiseAttributes(document: Document): void {
    for (const primitive of document
        .getRoot()
        .listMeshes()
        .flatMap((mesh) => mesh.listPrimitives())) {
        Quantise(primitive.getAttribute("WEIGHTS_0"), 255, Uint8Array);
        Quantise(primitive.getAttribute("NORMAL"), 127, Int8Array);
        const uv = primitive.getAttribute("TEXCOORD_0");
        if (uv && Array.from(uv.getArray() as Float32Array).every((value) => value >= 0 && value <= 1)) {
            Quantise(uv, 65535, Uint16Array);
        }
    }
}

function Quantise(
    accessor: Accessor | null,
    largest: number,
    type: { from(values: number[]): Uint8Array<ArrayBuffer> | Int8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> },
): void {
    const array = accessor?.getArray() as Float32Array | Uint8Array | null | undefined;
    if (accessor && array instanceof Float32Array) {
        accessor.setArray(type.from(Array.from(array, (value) => Math.round(value * largest)))).setNormalized(true);
    }
}
