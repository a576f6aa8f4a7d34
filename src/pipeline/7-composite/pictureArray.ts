import { MaxHeadPictures } from "./headPictureLayout.js";

/** Side of the array before there is any picture. */
const FirstSide = 1;

/**
 * The refined pictures of all heads: layers of one texture, so that one draw takes colours from any of them. Owns the texture, which
 * is replaced when it grows; {@link generation} tells.
 */
export class PictureArray {
    private readonly _device: GPUDevice;
    private readonly _free: number[] = [];
    private _texture: GPUTexture;
    /** A frame that is being recorded may still draw them. */
    private readonly _replaced: GPUTexture[] = [];
    private _generation = 0;

    /** @param device device to allocate on; borrowed */
    public constructor(device: GPUDevice) {
        this._device = device;
        this._texture = this._allocate(FirstSide, 1);
        this._free.push(0);
    }

    /** The pictures, `rgba8unorm`. */
    public get texture(): GPUTexture {
        return this._texture;
    }

    /** Pixels of a side. */
    public get side(): number {
        return this._texture.width;
    }

    /** Grows by one whenever the texture was replaced. */
    public get generation(): number {
        return this._generation;
    }

    /**
     * Takes a layer.
     *
     * @returns its number; −1 when {@link MaxHeadPictures} are taken
     */
    public take(): number {
        const layers = this._texture.depthOrArrayLayers;
        if (this._free.length === 0 && layers < MaxHeadPictures) {
            this._free.push(...Array.from({ length: layers }, (_, i) => 2 * layers - 1 - i));
            this._resize(this.side, 2 * layers);
        }
        return this._free.pop() ?? -1;
    }

    /** Gives a layer back. @param layer from {@link take} */
    public giveBack(layer: number): void {
        this._free.push(layer);
    }

    /** Makes room for larger pictures; those that are there stay. @param side pixels */
    public ensure(side: number): void {
        if (side > this.side) {
            this._resize(side, this._texture.depthOrArrayLayers);
        }
    }

    /** A layer, to store a picture in. @param layer from {@link take} */
    public viewOf(layer: number): GPUTextureView {
        return this._texture.createView({ dimension: "2d", baseArrayLayer: layer, arrayLayerCount: 1 });
    }

    /** Once frames that drew what was replaced are submitted: frees it. */
    public releaseReplaced(): void {
        while (this._replaced.length > 0) {
            this._replaced.pop()!.destroy();
        }
    }

    /** Frees the texture. Twice is fine. */
    public dispose(): void {
        this.releaseReplaced();
        this._texture.destroy();
    }

    private _resize(side: number, layers: number): void {
        const before = this._texture;
        this._texture = this._allocate(side, layers);
        const encoder = this._device.createCommandEncoder({ label: "larger pictures" });
        const size = [before.width, before.height, before.depthOrArrayLayers];
        encoder.copyTextureToTexture({ texture: before }, { texture: this._texture }, size);
        this._device.queue.submit([encoder.finish()]);
        this._replaced.push(before);
        this._generation++;
    }

    private _allocate(side: number, layers: number): GPUTexture {
        return this._device.createTexture({
            label: "refined pictures of heads",
            size: [side, side, layers],
            format: "rgba8unorm",
            usage:
                GPUTextureUsage.STORAGE_BINDING |
                GPUTextureUsage.TEXTURE_BINDING |
                GPUTextureUsage.COPY_SRC |
                GPUTextureUsage.COPY_DST,
        });
    }
}
