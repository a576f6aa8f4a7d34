import { type INetworkTensor, TensorOfBuffer } from "../../networks/networkTensor.js";
import { type FeatureImage } from "../../pipeline/6-raster/featureImage.js";
import { type SplatView } from "../../pipeline/splatView.js";
import { type HeadCamera } from "./headCamera.js";
import { type IHeadSlot } from "./headSlot.js";
import { type IPictureTools } from "./pictureTools.js";
import { type IRefinerSize } from "./refinerPrograms.js";

/** Where the features of a head are drawn for its networks, in one size at a time. Owns its view and its buffers. */
export class PictureDrawing {
    private readonly _tools: IPictureTools;
    private _view: SplatView | null = null;
    private _size: IRefinerSize | null = null;
    private _image: FeatureImage | null = null;
    private _settings: GPUBuffer | null = null;
    private _draw: ((encoder: GPUCommandEncoder) => void) | null = null;
    private _generation = -1;
    private _firstPosed = -1;
    private _features: GPUBuffer | null = null;
    private _stores = new WeakMap<GPUBuffer, GPUBindGroup>();
    private _storedGeneration = -1;

    /** @param tools what all pictures share; borrowed */
    public constructor(tools: IPictureTools) {
        this._tools = tools;
    }

    /** [1,C,S,S] what was drawn last. */
    public get features(): INetworkTensor {
        const { tensor, size } = this._image!;
        return TensorOfBuffer(tensor, [1, size.channels, size.height, size.width]);
    }

    /**
     * Records the drawing of a head. Allocates when its size or buffers have changed.
     *
     * @param encoder submitted before anything else moves
     * @param slot the head; it was skinned in the last frame
     * @param size of the picture
     * @param camera that sees it
     * @throws AvatarDeviceError `"device-limit"`
     */
    public encode(encoder: GPUCommandEncoder, slot: IHeadSlot, size: IRefinerSize, camera: HeadCamera): void {
        const { pipeline, features, stage } = this._tools;
        const { instance, avatar } = slot.entry;
        const gaussians = slot.gaussians!;
        const side = size.sides.features;
        this._view ??= pipeline.createView();
        if (this._size !== size) {
            this._free();
            this._image = features.createImage(
                { width: side, height: side, channels: slot.model.channels },
                `${avatar.name}, picture`,
            );
            this._settings = stage.createSettings(size.sides);
            this._size = size;
        }
        const isTied =
            this._draw !== null &&
            this._generation === this._view.generation &&
            this._firstPosed === instance._firstPosed &&
            this._features === gaussians.features;
        if (!isTied) {
            this._generation = this._view.generation;
            this._firstPosed = instance._firstPosed;
            this._features = gaussians.features;
            const range = { firstPosed: this._firstPosed, count: gaussians.count, features: this._features };
            this._draw = features.bind(this._image!, this._view, range);
        }
        this._view.setCamera(camera.view, camera.projection, side, side);
        pipeline.encodeView(encoder, this._view);
        this._draw!(encoder);
    }

    /**
     * Records the storing of what networks made of what was drawn last. Allocates for a buffer that it has not seen before; networks
     * use the same ones again and again.
     *
     * @param encoder submitted ahead of who draws it
     * @param picture [1,3,P,P]
     * @param layer of the array
     */
    public encodeStore(encoder: GPUCommandEncoder, picture: GPUBuffer, layer: number): void {
        const { stage, pictures } = this._tools;
        const { picture: side } = this._size!.sides;
        pictures.ensure(side);
        if (this._storedGeneration !== pictures.generation) {
            this._storedGeneration = pictures.generation;
            this._stores = new WeakMap();
        }
        let binding = this._stores.get(picture);
        if (!binding) {
            binding = stage.bind(this._settings!, picture, this._image!.coverage, pictures.viewOf(layer));
            this._stores.set(picture, binding);
        }
        stage.encode(encoder, binding, side);
    }

    /** Frees everything. Twice is fine. */
    public dispose(): void {
        this._view?.dispose();
        this._view = null;
        this._free();
    }

    private _free(): void {
        this._image?.dispose();
        this._settings?.destroy();
        this._image = null;
        this._settings = null;
        this._size = null;
        this._draw = null;
        this._storedGeneration = -1;
    }
}
