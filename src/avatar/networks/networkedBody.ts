import { type GaussianAttribute } from "../../format/mapModel.js";
import { type INetworkTensor, TensorOfBuffer } from "../../networks/networkTensor.js";
import { type NetworkProgram } from "../../networks/networkProgram.js";
import { type NetworkProvider } from "../../networks/networkRuntime.js";
import { type ProgramRun } from "../../networks/programRun.js";
import { ReadTensorAsync } from "../../networks/readTensor.js";
import { type DecodedGaussians } from "../../pipeline/3-gaussians/decodedGaussians.js";
import { RawComponents } from "../../pipeline/3-gaussians/mapModelLayout.js";
import { type GaussianAvatar } from "../gaussianAvatar.js";
import { type IGaussianMap, type IMapSource } from "./avatarNetworks.js";
import { AvatarView } from "./avatarView.js";
import { PictureOfAttribute, PictureOfPose } from "./mapPicture.js";
import { type INetworkClient } from "./networkPump.js";
import { PoseInput } from "./poseInput.js";
import { type SharedModel } from "./sharedModel.js";

/** A run, and what it is for. */
interface IBodyRun {
    /** The run. */
    readonly run: ProgramRun;
    /** When its pose was read, milliseconds. */
    readonly poseTime: number;
    /** Whether it only makes anew what depends on the camera. */
    readonly isTail: boolean;
}

/**
 * One avatar on one tier: its inputs, its Gaussians, and the runs between them. Owns its buffers; borrows the shared model.
 */
export class NetworkedBody implements INetworkClient, IMapSource {
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

    /** The avatar. */
    public readonly avatar: GaussianAvatar;
    /** What all avatars of its asset share on this tier. */
    public readonly shared: SharedModel;
    /** What the networks make: the Gaussians that are shown. */
    public readonly decoded: DecodedGaussians;
    /** When the pose of the present maps was read, milliseconds; NaN before the first. */
    public poseTime = Number.NaN;

    /** When the pose of the newest run was read, milliseconds; NaN before the first. */
    private _begunTime = Number.NaN;

    private readonly _device: GPUDevice;
    private readonly _input: PoseInput;
    private readonly _view = new AvatarView();
    private readonly _uploads = new Map<string, GPUBuffer>();
    /** Was begun last. */
    private _begun: IBodyRun | null = null;
    /** Waits for the next frame. */
    private _finished: IBodyRun | null = null;
    /** Was decoded in the frame that is being recorded. */
    private _decodedRun: IBodyRun | null = null;
    /** The last run of a whole pose, for as long as the tail that depends on the camera may be run again. */
    private _trunk: ProgramRun | null = null;

    /**
     * @param device the device; borrowed
     * @param avatar the avatar; borrowed
     * @param shared the tier; borrowed
     * @throws AvatarDeviceError `"device-limit"`; nothing is left behind then
     */
    public constructor(device: GPUDevice, avatar: GaussianAvatar, shared: SharedModel) {
        this._device = device;
        this.avatar = avatar;
        this.shared = shared;
        const { conditioning, decode, skin } = shared.stages;
        const inputs = conditioning.createInputs(shared.model, avatar.name);
        this._input = new PoseInput(device, avatar, shared.model, shared.spaceChanges, inputs);
        try {
            this.decoded = decode.createDecoded(shared.buffers, skin);
        } catch (error) {
            this._input.dispose();
            throw error;
        }
    }

    /** @see INetworkClient */
    public get program(): NetworkProgram {
        return this.shared.program;
    }

    /** @see INetworkClient */
    public get provider(): NetworkProvider {
        return this.shared.stages.runtime.provider;
    }

    /** @see INetworkClient */
    public look(): void {
        this._view.update(this.avatar, this.avatar.getScene());
        // The first maps are made also of who is out of sight: nobody then appears without them.
        const isDue = this._view.isSeen || Number.isNaN(this.poseTime);
        this.isWanted = this.avatar.networks.enabled && !this._finished && isDue;
        this.screenSize = this._view.screenSize;
        this.maximumRate = this.avatar.networks.maximumRate;
    }

    /**
     * Begins a run for the newest pose, or for the newest camera when the pose is as it was.
     *
     * @returns the run; null when there is nothing new
     */
    public async beginRunAsync(): Promise<ProgramRun | null> {
        const change = this._input.read(this._view);
        if (change === "none") {
            return null;
        }
        const poseTime = performance.now();
        this._begunTime = poseTime;
        this._input.encode(change);
        const { program, stages } = this.shared;
        const inputs = await this._input.getTensorsAsync(stages.runtime.provider === "wasm");
        const trunk = change === "view" ? this._trunk : null;
        const run = trunk ? trunk.beginCamera(inputs) : program.begin(inputs);
        this._begun = { run, poseTime, isTail: trunk !== null };
        return run;
    }

    /** Takes the run that was begun last; its maps are shown in the next frame. */
    public finish(): void {
        this._finished?.run.dispose();
        this._finished = this._begun;
        this.isWanted = false; // until these are shown
    }

    /**
     * Records the decoding of maps that are new, ahead of the skinning of the same frame.
     *
     * @param encoder the frame's
     * @returns whether there were new maps
     */
    public encodeNewMaps(encoder: GPUCommandEncoder): boolean {
        const finished = this._finished;
        if (!finished) {
            return false;
        }
        this._finished = null;
        this.decoded.encodeDecode(encoder, this._buffersOf(finished.run.outputs));
        this.poseTime = finished.poseTime;
        this._decodedRun = finished;
        return true;
    }

    /** Once the frame is submitted: frees what was decoded in it. */
    public releaseUsed(): void {
        const decoded = this._decodedRun;
        this._decodedRun = null;
        if (decoded && this.shared.hasCameraTail && !decoded.isTail) {
            this._trunk?.dispose();
            this._trunk = decoded.run;
            this._trunk.releaseOutputs();
        } else {
            decoded?.run.dispose();
        }
    }

    /** @see IMapSource */
    public get isUpToDate(): boolean {
        return this.poseTime === this._begunTime && this._input.read(this._view) === "none";
    }

    /** @see IMapSource */
    public async readMapAsync(attribute: GaussianAttribute | "pose"): Promise<IGaussianMap> {
        const { model } = this.shared;
        if (attribute === "pose") {
            return PictureOfPose(await ReadTensorAsync(this._device, this._input.poseMap), model);
        }
        const { rawValues } = this.decoded;
        const shape = [this.decoded.count, RawComponents];
        return PictureOfAttribute(
            await ReadTensorAsync(this._device, TensorOfBuffer(rawValues, shape)),
            model,
            attribute,
        );
    }

    /** Frees everything of this avatar. No run of it may be under way. */
    public dispose(): void {
        for (const run of [this._finished?.run, this._decodedRun?.run, this._trunk]) {
            run?.dispose();
        }
        this._finished = null;
        this._decodedRun = null;
        this._trunk = null;
        this._input.dispose();
        this.decoded.dispose();
        this._uploads.forEach((buffer) => {
            buffer.destroy();
        });
        this._uploads.clear();
    }

    /** The buffers of tensors; those in memory, which the processor made, are uploaded. */
    private _buffersOf(outputs: ReadonlyMap<string, INetworkTensor>): ReadonlyMap<string, GPUBuffer> {
        const buffers = new Map<string, GPUBuffer>();
        outputs.forEach(({ buffer, data }, name) => {
            if (buffer) {
                buffers.set(name, buffer);
            } else if (data) {
                const upload =
                    this._uploads.get(name) ??
                    this._device.createBuffer({
                        label: `${this.avatar.name}, ${name}`,
                        size: data.byteLength,
                        usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
                    });
                this._uploads.set(name, upload);
                this._device.queue.writeBuffer(upload, 0, data as Float32Array<ArrayBuffer>);
                buffers.set(name, upload);
            }
        });
        return buffers;
    }
}
