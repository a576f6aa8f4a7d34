import { FromRowsPacked4, InvertPacked4, MultiplyPacked4, TransformPacked4 } from "../../math/packedMatrix4.js";
import { type NetworkProgram } from "../../networks/networkProgram.js";
import { type NetworkProvider } from "../../networks/networkRuntime.js";
import { type INetworkTensor, TensorOfData } from "../../networks/networkTensor.js";
import { type ProgramRun } from "../../networks/programRun.js";
import { ReadTensorAsync } from "../../networks/readTensor.js";
import { RefinerTensors } from "../../format/headRefiner.js";
import { SkinMatrixFloats } from "../../pipeline/1-pose/skinMatrix.js";
import { type INetworkClient } from "../networks/networkPump.js";
import { type IHeadSlot } from "./headSlot.js";
import { HeadCamera } from "./headCamera.js";
import { PictureDrawing } from "./pictureDrawing.js";
import { type IPictureTools } from "./pictureTools.js";
import { type IRefinerSize, type RefinerPrograms } from "./refinerPrograms.js";

/** Heads that take less of the screen are drawn with the colours of their Gaussians, pixels; and a little less once they have a picture. */
export const LeastPixels = { first: 96, later: 80 } as const;

/** Frames over which the first picture comes up. */
const FadeFrames = 6;

/** Frames without its pass after which a picture is not taken any more. */
const PatienceFrames = 3;

/** How far a camera may move about a head before its picture is taken anew, in widths of the picture. */
const SamePlace = 1e-5;

/** A picture as it was taken: the pose and the camera of that moment. */
export interface ITakenPicture {
    /** Canonical space of the head → place in the picture, [16], homogeneous. */
    readonly toPicture: Float64Array;
    /** Where the camera was, canonical space of the head, [3]. */
    readonly lens: Float64Array;
    /** Version of the head's Gaussians. */
    version: number;
    /** When, milliseconds. */
    time: number;
    /** Size of the picture. */
    size: IRefinerSize | null;
}

const World = new Float64Array(16);
const ToCanonical = new Float64Array(16);
const Now = new Float64Array(3);

/**
 * The refined picture of one head as one pass sees it: taken after a frame, run through networks after frames, and shown from the
 * frame on that follows. Owns its view and what it draws into, and its layer.
 */
export class HeadPicture implements INetworkClient {
    /** @see INetworkTask */
    public isWanted = false;
    /** @see INetworkTask */
    public screenSize = 0;
    /** @see INetworkTask */
    public maximumRate = 0;
    /** @see INetworkTask */
    public phase = -Infinity;
    /** @see INetworkTask */
    public lastRun = -Infinity;

    /** The head. */
    public readonly slot: IHeadSlot;
    /** Babylon's number of the pass. */
    public readonly pass: number;
    /** What is shown; its `size` is null before the first. */
    public readonly shown = MakeTaken();
    /** Layer of the array. */
    public readonly layer: number;

    private readonly _tools: IPictureTools;
    private readonly _onFailure: (error: unknown) => void;
    private readonly _programs: RefinerPrograms;
    private readonly _camera = new HeadCamera();
    private readonly _taken = MakeTaken();
    private readonly _drawing: PictureDrawing;
    private readonly _uploads = new Map<IRefinerSize, GPUBuffer>();
    private _size: IRefinerSize | null = null;
    private _idleFrames = 0;
    private _shownFrames = 0;
    private _begun: ProgramRun | null = null;
    private _finished: ProgramRun | null = null;
    private _used: ProgramRun | null = null;

    /**
     * @param slot the head; its Gaussians are there
     * @param pass Babylon's number of the pass
     * @param programs its networks; borrowed
     * @param layer of the array; owned
     * @param tools what all pictures share; borrowed
     * @param onFailure told of networks that cannot be had
     */
    public constructor(
        slot: IHeadSlot,
        pass: number,
        programs: RefinerPrograms,
        layer: number,
        tools: IPictureTools,
        onFailure: (error: unknown) => void,
    ) {
        this._onFailure = onFailure;
        this.slot = slot;
        this.pass = pass;
        this.layer = layer;
        this._programs = programs;
        this._tools = tools;
        this._drawing = new PictureDrawing(tools);
    }

    /** @see INetworkClient */
    public get program(): NetworkProgram {
        return this._size!.program!;
    }

    /** @see INetworkClient */
    public get provider(): NetworkProvider {
        return this._programs.provider;
    }

    /** Whether its pass has not drawn the head for a while. */
    public get isForgotten(): boolean {
        return this._idleFrames > PatienceFrames;
    }

    /** How much of it is shown, 0..1. */
    public get fade(): number {
        return this.shown.size ? Math.min(1, this._shownFrames / FadeFrames) : 0;
    }

    /** Whether what is shown is what would be taken now. */
    public get isUpToDate(): boolean {
        const wanted = this._isSeen() && this.slot.entry.instance.opacity >= 1 ? this._wantedSize() : null;
        return !wanted || (this.shown.size === wanted && this.fade === 1 && this._isSame(this.shown));
    }

    /**
     * Notes how its pass draws the head.
     *
     * @param camera looks at the head from the place of the pass's own; null where that does not see it
     */
    public see(camera: HeadCamera | null): void {
        if (camera) {
            this._camera.copyFrom(camera);
            this._idleFrames = 0;
        }
    }

    /** Begins a frame. */
    public beginFrame(): void {
        this._idleFrames++;
        if (this.shown.size) {
            this._shownFrames++;
        }
    }

    /** @see INetworkClient */
    public look(): void {
        const size = this._wantedSize();
        if (size && !size.program) {
            this._programs.request(size, this._onFailure);
        }
        // Until the one that is wanted is there, another one does.
        this._size = size && !size.program ? (this._programs.sizes.find(({ program }) => program) ?? size) : size;
        if (!this._size && this.shown.size) {
            this.shown.size = null; // small, or not wanted
            this._shownFrames = 0;
        }
        this.screenSize = this._camera.pixels;
        this.maximumRate = this.slot.entry.avatar.networks.maximumRate;
        const isThere = this._isSeen() && this._size?.program;
        // Of a head that fades, networks would make another face: it keeps the picture that it has.
        const isSolid = this.slot.entry.instance.opacity >= 1;
        this.isWanted = Boolean(isThere) && isSolid && !this._finished && !this._isSame(this.shown);
    }

    /** @see INetworkClient */
    public async beginRunAsync(): Promise<ProgramRun | null> {
        const { slot, _size: size, _taken: taken } = this;
        const { instance } = slot.entry;
        const { gaussians } = slot;
        if (!size?.program || !gaussians || instance._firstPosed < 0) {
            return null;
        }
        FromRowsPacked4(instance.skinMatrices, slot.model.influences.joints[0]! * SkinMatrixFloats, World);
        MultiplyPacked4(World, this._camera.toPicture, taken.toPicture);
        if (!InvertPacked4(World, ToCanonical)) {
            return null;
        }
        TransformPacked4(ToCanonical, this._camera.position, taken.lens);
        taken.version = gaussians.version;
        taken.time = performance.now();
        taken.size = size;
        const { device } = this._tools;
        const encoder = device.createCommandEncoder({ label: "take picture of head" });
        this._drawing.encode(encoder, slot, size, this._camera);
        device.queue.submit([encoder.finish()]);
        const features = await this._featuresAsync();
        if (!size.program) {
            return null; // gone meanwhile
        }
        this._begun = size.program.begin(new Map([[RefinerTensors.features, features]]));
        return this._begun;
    }

    /** @see INetworkClient */
    public finish(): void {
        this._finished?.dispose();
        this._finished = this._begun;
        this._begun = null;
        this.isWanted = false; // until it is shown
    }

    /**
     * Records the storing of a picture that is done.
     *
     * @param encoder submitted ahead of who draws it
     */
    public encodeNew(encoder: GPUCommandEncoder): void {
        const { _finished: finished, _taken: taken } = this;
        if (!finished) {
            return;
        }
        this._finished = null;
        this._used?.dispose();
        this._used = finished;
        const tensor = finished.outputs.get(RefinerTensors.picture);
        if (!tensor || !taken.size) {
            return;
        }
        this._drawing.encodeStore(encoder, this._bufferOf(tensor, taken.size), this.layer);
        this._shownFrames = this.shown.size ? this._shownFrames : 0;
        this.shown.toPicture.set(taken.toPicture);
        this.shown.lens.set(taken.lens);
        this.shown.version = taken.version;
        this.shown.time = taken.time;
        this.shown.size = taken.size;
        this.slot.entry.avatar.networks.picture._count(taken.time, performance.now());
    }

    /**
     * Gives up the size whose networks failed.
     *
     * @param error why
     * @returns its networks, to be disposed when no run is under way; null when there are none
     */
    public giveUp(error: unknown): NetworkProgram | null {
        return this._taken.size ? this._programs.fail(this._taken.size, error) : null;
    }

    /** @see INetworkClient */
    public releaseUsed(): void {
        this._used?.dispose();
        this._used = null;
    }

    /** Frees everything. No run of it may be under way. Twice is fine. */
    public dispose(): void {
        this._finished?.dispose();
        this._finished = null;
        this.releaseUsed();
        this._drawing.dispose();
        this._uploads.forEach((buffer) => {
            buffer.destroy();
        });
        this._uploads.clear();
    }

    /** Whether its pass has drawn the head in the last frame. */
    private _isSeen(): boolean {
        return this._idleFrames <= 1 && this.slot.entry.instance._firstPosed >= 0;
    }

    /** The size to have for what the pass shows of the head; null for none. */
    private _wantedSize(): IRefinerSize | null {
        const { picture, enabled } = this.slot.entry.avatar.networks;
        const { pixels } = this._camera;
        const least = this.shown.size ? LeastPixels.later : LeastPixels.first;
        const isLarge = pixels >= least && this._idleFrames <= 1;
        return isLarge && enabled ? this._programs.choose(pixels, picture.maximumSize) : null;
    }

    /** Whether a picture that was taken is one of the present face from the present place, in the wanted size. */
    private _isSame(taken: ITakenPicture): boolean {
        const { slot } = this;
        if (taken.size !== this._size || taken.version !== slot.gaussians?.version) {
            return false;
        }
        const at = slot.model.influences.joints[0]! * SkinMatrixFloats;
        FromRowsPacked4(slot.entry.instance.skinMatrices, at, World);
        if (!InvertPacked4(World, ToCanonical)) {
            return true; // nothing is to be seen of it
        }
        TransformPacked4(ToCanonical, this._camera.position, Now);
        const most = SamePlace * slot.model.refiner!.width;
        let isSame = true;
        for (let axis = 0; axis < 3; axis++) {
            isSame &&= Math.abs(Now[axis]! - taken.lens[axis]!) <= most;
        }
        return isSame;
    }

    private async _featuresAsync(): Promise<INetworkTensor> {
        const tensor = this._drawing.features;
        return this.provider === "webgpu"
            ? tensor
            : TensorOfData(await ReadTensorAsync(this._tools.device, tensor), tensor.shape);
    }

    /** The buffer of a picture; one in memory, which the processor made, is uploaded. */
    private _bufferOf({ buffer, data }: INetworkTensor, size: IRefinerSize): GPUBuffer {
        if (buffer) {
            return buffer;
        }
        const { device } = this._tools;
        const upload =
            this._uploads.get(size) ??
            device.createBuffer({
                label: "picture of head",
                size: data!.byteLength,
                usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
            });
        this._uploads.set(size, upload);
        device.queue.writeBuffer(upload, 0, data as Float32Array<ArrayBuffer>);
        return upload;
    }
}

function MakeTaken(): ITakenPicture {
    return { toPicture: new Float64Array(16), lens: new Float64Array(3), version: -1, time: 0, size: null };
}
