import { type ICharacterMaterial, type IDecodedImage, type ITextureSlot, type TextureWrap } from "./riggedCharacter.js";

/** Linear RGBA, 0..1. */
export type LinearColor = readonly [number, number, number, number];

/** Decodes one sRGB display value to linear light. */
export function SrgbToLinear(value: number): number {
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

/** Encodes linear light to an sRGB display value. */
export function LinearToSrgb(value: number): number {
    return value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055;
}

interface ILevel {
    readonly width: number;
    readonly height: number;
    /** [height,width,4] display colour weighted by alpha, alpha; 0..255. */
    readonly texels: Uint8ClampedArray | Uint8Array;
}

/**
 * A picture with box-filtered smaller copies, so that a splat takes the mean over its footprint instead of one texel.
 * Colours are averaged as display values, as the renderer will blend them, and weighted by alpha, so that the
 * invisible colour of transparent texels does not bleed in.
 */
export class MipTexture {
    private readonly _levels: ILevel[];

    /** @param image decoded picture; it is read, not copied */
    public constructor(image: IDecodedImage) {
        this._levels = [{ width: image.width, height: image.height, texels: image.rgba }];
        for (let last = this._levels[0]!; last.width > 1 || last.height > 1; last = this._levels.at(-1)!) {
            this._levels.push(HalveLevel(last));
        }
    }

    /** Width of the picture, pixels. */
    public get width(): number {
        return this._levels[0]!.width;
    }

    /** Height of the picture, pixels. */
    public get height(): number {
        return this._levels[0]!.height;
    }

    /**
     * Mean colour around a point.
     *
     * @param u horizontal coordinate, 0..1 across the picture
     * @param v vertical coordinate, 0..1 from the top
     * @param footprint width of the averaged square in texels of the full picture
     * @returns linear colour and alpha
     */
    public sample(u: number, v: number, footprint: number, wrapU: TextureWrap, wrapV: TextureWrap): LinearColor {
        const level = Math.min(Math.max(0, Math.log2(Math.max(footprint, 1e-6))), this._levels.length - 1);
        const lower = Math.floor(level);
        const out: [number, number, number, number] = [0, 0, 0, 0];
        this._bilinear(this._levels[lower]!, u, v, wrapU, wrapV, 1 - (level - lower), out);
        if (level > lower) {
            this._bilinear(this._levels[lower + 1]!, u, v, wrapU, wrapV, level - lower, out);
        }
        const alpha = out[3];
        if (alpha <= 0) {
            return [0, 0, 0, 0];
        }
        return [SrgbToLinear(out[0] / alpha), SrgbToLinear(out[1] / alpha), SrgbToLinear(out[2] / alpha), alpha];
    }

    private _bilinear(
        level: ILevel,
        u: number,
        v: number,
        wrapU: TextureWrap,
        wrapV: TextureWrap,
        weight: number,
        out: [number, number, number, number],
    ): void {
        const x = u * level.width - 0.5;
        const y = v * level.height - 0.5;
        const [x0, y0] = [Math.floor(x), Math.floor(y)];
        for (let corner = 0; corner < 4; corner++) {
            const [cx, cy] = [x0 + (corner & 1), y0 + (corner >> 1)];
            const share = weight * (1 - Math.abs(x - cx)) * (1 - Math.abs(y - cy));
            const at = (WrapTexel(cy, level.height, wrapV) * level.width + WrapTexel(cx, level.width, wrapU)) * 4;
            const alpha = (level.texels[at + 3]! / 255) * share;
            out[0] += (level.texels[at]! / 255) * alpha;
            out[1] += (level.texels[at + 1]! / 255) * alpha;
            out[2] += (level.texels[at + 2]! / 255) * alpha;
            out[3] += alpha;
        }
    }
}

function WrapTexel(index: number, size: number, wrap: TextureWrap): number {
    if (wrap === "clamp") {
        return Math.min(size - 1, Math.max(0, index));
    }
    const period = wrap === "mirror" ? 2 * size : size;
    const inside = ((index % period) + period) % period;
    return inside < size ? inside : period - 1 - inside;
}

function HalveLevel(from: ILevel): ILevel {
    const width = Math.max(1, from.width >> 1);
    const height = Math.max(1, from.height >> 1);
    const texels = new Uint8ClampedArray(width * height * 4);
    const stepX = from.width > 1 ? 2 : 1;
    const stepY = from.height > 1 ? 2 : 1;
    for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
            let [r, g, b, a] = [0, 0, 0, 0];
            for (let dy = 0; dy < stepY; dy++) {
                for (let dx = 0; dx < stepX; dx++) {
                    const at = ((y * stepY + dy) * from.width + x * stepX + dx) * 4;
                    const alpha = from.texels[at + 3]!;
                    r += from.texels[at]! * alpha;
                    g += from.texels[at + 1]! * alpha;
                    b += from.texels[at + 2]! * alpha;
                    a += alpha;
                }
            }
            const at = (y * width + x) * 4;
            const weight = a > 0 ? 1 / a : 0;
            texels[at] = r * weight;
            texels[at + 1] = g * weight;
            texels[at + 2] = b * weight;
            texels[at + 3] = a / (stepX * stepY);
        }
    }
    return { width, height, texels };
}

/** Applies KHR_texture_transform to a texture coordinate. */
export function TransformUv(slot: ITextureSlot, u: number, v: number): [number, number] {
    const [c, s] = [Math.cos(slot.rotation), Math.sin(slot.rotation)];
    const [x, y] = [u * slot.scale[0], v * slot.scale[1]];
    return [c * x + s * y + slot.offset[0], -s * x + c * y + slot.offset[1]];
}

/** Textures of a character, each with its smaller copies, made on first use. */
export class TextureCache {
    private readonly _textures = new Map<IDecodedImage, MipTexture>();

    /** The texture of a slot. */
    public get(slot: ITextureSlot): MipTexture {
        let texture = this._textures.get(slot.image);
        if (!texture) {
            texture = new MipTexture(slot.image);
            this._textures.set(slot.image, texture);
        }
        return texture;
    }
}

/** Texture coordinates at a sample and how fast they change there. */
export interface ITexturePoint {
    /** Coordinate of each set, or null. */
    readonly uv: readonly (readonly [number, number] | null)[];
    /** Area in coordinate space per square metre of surface, of each set. */
    readonly uvAreaPerMetre2: readonly number[];
}

/**
 * What a material shows at a point: (base colour × vertex colour) + emission in linear light, alpha beside it.
 *
 * @param footprint width of the averaged square on the surface, metres
 */
export function ShadeMaterial(
    material: ICharacterMaterial,
    cache: TextureCache,
    point: ITexturePoint,
    vertexColor: LinearColor | null,
    footprint: number,
): LinearColor {
    const base = SampleSlot(material.baseColorTexture, cache, point, footprint);
    const glow = SampleSlot(material.emissiveTexture, cache, point, footprint);
    const channel = (i: 0 | 1 | 2): number =>
        base[i] * material.baseColor[i] * (vertexColor?.[i] ?? 1) + glow[i] * material.emissive[i];
    return [channel(0), channel(1), channel(2), base[3] * material.baseColor[3] * (vertexColor?.[3] ?? 1)];
}

const White: LinearColor = [1, 1, 1, 1];

function SampleSlot(
    slot: ITextureSlot | null,
    cache: TextureCache,
    point: ITexturePoint,
    footprint: number,
): LinearColor {
    const uv = slot && point.uv[slot.texCoord];
    if (!slot || !uv) {
        return White;
    }
    const texture = cache.get(slot);
    const area = (point.uvAreaPerMetre2[slot.texCoord] ?? 0) * Math.abs(slot.scale[0] * slot.scale[1]);
    const texels = Math.sqrt(area * texture.width * texture.height) * footprint;
    const [u, v] = TransformUv(slot, uv[0], uv[1]);
    return texture.sample(u, v, texels, slot.wrapU, slot.wrapV);
}
