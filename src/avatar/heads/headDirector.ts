import { Logger } from "@babylonjs/core/Misc/logger.js";
import { CountHeadMacs, HeadPoseSize, type IHeadModel } from "../../format/headModel.js";
import { type ComputeKernel } from "../../gpu/computeKernel.js";
import { SkinMatrixFloats } from "../../pipeline/1-pose/skinMatrix.js";
import { HeadBuffers } from "../../pipeline/3-gaussians/headBuffers.js";
import { HeadStage } from "../../pipeline/3-gaussians/headStage.js";
import { type SplatPipeline } from "../../pipeline/splatPipeline.js";
import { CreateDecodedSkinKernelAsync } from "../../pipeline/4-skin/decodedSkinKernel.js";
import { NetworkError } from "../../networks/networkError.js";
import { IsSoftwareDevice } from "../../networks/softwareDevice.js";
import { type GaussianAvatar } from "../gaussianAvatar.js";
import { AllocateAsync } from "../networks/allocate.js";
import { type NetworkPump } from "../networks/networkPump.js";
import { type INetworkedAvatar } from "../networks/networkedAvatar.js";
import { ToAvatarError } from "../networks/toAvatarError.js";
import { ReadHeadPose } from "./headPose.js";
import { HeadPictures } from "./headPictures.js";
import { CreatePictureToolsAsync } from "./pictureTools.js";
import { type IHeadSlot, type ISharedHead } from "./headSlot.js";

/** Kernels that all heads of a device share. */
interface IHeadKernels {
    readonly stage: HeadStage;
    readonly skin: ComputeKernel<string>;
}

/** Multiply-accumulates beyond which a software device is no place for a head: a tenth of a second a frame and more. */
const MostSoftwareMacs = 5e7;

/** Frames come a little early and late: an update that is due within this share of its period is made. */
const EarlyShare = 0.1;

/**
 * Makes the Gaussians of the heads of a scene, on one device: loads what heads are made with, and runs their networks in the
 * frame, ahead of the skinning, wherever an expression or a pose has changed.
 */
export class HeadDirector {
    private readonly _device: GPUDevice;
    private readonly _pipeline: SplatPipeline;
    private readonly _pump: NetworkPump;
    private readonly _slots: IHeadSlot[] = [];
    private readonly _shared = new Map<IHeadModel, ISharedHead>();
    private readonly _pose = new Float64Array(HeadPoseSize);
    private readonly _reported = new WeakSet<IHeadModel>();
    private _kernels: Promise<IHeadKernels> | null = null;
    private _loadingPictures: Promise<void> | null = null;
    private _pictures: HeadPictures | null = null;
    private _hasReportedPictures = false;
    private _isDisposed = false;

    /**
     * @param device the graphics device; borrowed
     * @param pipeline draws them; borrowed
     * @param pump runs networks; borrowed
     */
    public constructor(device: GPUDevice, pipeline: SplatPipeline, pump: NetworkPump) {
        this._device = device;
        this._pipeline = pipeline;
        this._pump = pump;
    }

    /** Their refined pictures; null while no head has one. */
    public get pictures(): HeadPictures | null {
        return this._pictures;
    }

    /** Takes an avatar in. @param entry the avatar, which has a head, and its place in the pipeline */
    public add(entry: INetworkedAvatar): void {
        const isPictured = (): boolean => this._isPictured(slot);
        const slot: IHeadSlot = {
            entry,
            model: entry.avatar.asset.headModel!,
            gaussians: null,
            shared: null,
            isShown: false,
            isLoading: false,
            isRemoved: false,
            lastRun: -Infinity,
            get isUpToDate() {
                return slot.gaussians?.isStale !== true && isPictured();
            },
            readMapAsync: async () => await Promise.resolve(null),
        };
        this._slots.push(slot);
    }

    /** Lets an avatar go. @param avatar the avatar; its place in the pipeline is gone already */
    public remove(avatar: GaussianAvatar): void {
        const index = this._slots.findIndex(({ entry }) => entry.avatar === avatar);
        const slot = this._slots[index];
        if (slot) {
            this._slots.splice(index, 1);
            slot.isRemoved = true;
            this._free(slot);
        }
    }

    /**
     * Shows heads where they are wanted and there, and the file's own Gaussians elsewhere. Ahead of {@link encode}.
     *
     * @param encoder the frame's
     */
    public beginFrame(encoder: GPUCommandEncoder): void {
        this._pictures?.beginFrame(encoder);
        for (const slot of this._slots) {
            const { avatar, instance, baked } = slot.entry;
            const { networks } = avatar;
            const isWanted = networks._wantedTier === slot.model.tier;
            if (isWanted && !slot.gaussians && !slot.isLoading) {
                slot.isLoading = true;
                void this._loadAsync(slot);
            }
            if (slot.isShown && slot.model.refiner && !this._pictures && !networks.picture.error) {
                this._loadingPictures ??= this._loadPicturesAsync();
            }
            if (isWanted !== slot.isShown && (slot.gaussians || !isWanted)) {
                this._show(slot, isWanted);
            }
            if (networks.preferredTier === "baked" && slot.gaussians) {
                instance.setSource(baked);
                this._free(slot);
            }
        }
    }

    /**
     * Runs the networks of heads that are shown and have changed. Allocates nothing.
     *
     * @param encoder the frame's, submitted ahead of what skins
     */
    public encode(encoder: GPUCommandEncoder): void {
        const now = performance.now();
        for (const slot of this._slots) {
            const { entry, gaussians, isShown, model } = slot;
            const { instance, avatar } = entry;
            if (isShown && gaussians && instance.enabled) {
                // The first Gaussian stands for all: a head is one piece, but for its neck.
                const at = model.influences.joints[0]! * SkinMatrixFloats;
                ReadHeadPose(instance.worldMatrix, instance.skinMatrices, at, model.poseRange, this._pose);
                gaussians.setCode(instance.morphWeights, this._pose);
                const period = 1000 / avatar.networks.maximumRate; // infinite for a rate of 0
                const isDue = now - slot.lastRun >= period * (1 - EarlyShare);
                if ((isDue || slot.lastRun === -Infinity) && gaussians.encode(encoder)) {
                    slot.lastRun = now;
                    avatar.networks._countUpdate(now, now);
                }
            }
        }
    }

    /** Frees everything. Twice is fine. */
    public dispose(): void {
        this._isDisposed = true;
        for (const slot of this._slots.splice(0)) {
            slot.isRemoved = true;
            this._free(slot);
        }
        this._pictures?.dispose();
        this._pictures = null;
    }

    private _show(slot: IHeadSlot, isWanted: boolean): void {
        const { avatar, instance, baked } = slot.entry;
        try {
            instance.setSource(isWanted ? slot.gaussians! : baked);
        } catch (error) {
            this._fail(slot, error);
            return;
        }
        slot.isShown = isWanted;
        this._picture(slot);
        const { tier } = slot.model;
        avatar.networks._show(isWanted ? tier : "baked", isWanted ? "webgpu" : null, isWanted ? slot : null);
    }

    /** Lets the picture of a head be refined while it is shown. */
    private _picture(slot: IHeadSlot): void {
        if (!slot.isShown) {
            this._pictures?.remove(slot);
        } else if (slot.model.refiner) {
            this._pictures?.add(slot);
        }
    }

    private async _loadPicturesAsync(): Promise<void> {
        try {
            const pictures = new HeadPictures(await CreatePictureToolsAsync(this._device, this._pipeline), this._pump);
            if (this._isDisposed) {
                pictures.dispose();
                return;
            }
            this._pictures = pictures;
            this._slots.forEach((slot) => {
                this._picture(slot);
            });
        } catch (cause) {
            const error = ToAvatarError(cause);
            for (const { entry } of this._slots.filter((slot) => slot.model.refiner)) {
                entry.avatar.networks.picture._fail(error);
            }
            if (!this._hasReportedPictures) {
                this._hasReportedPictures = true;
                Logger.Error(`Gaussian avatars go on without refined pictures: ${error.message}`);
            }
            this._loadingPictures = null; // what did not come may when it is asked for once more
        }
    }

    /** Whether the picture of a head is that of its present face, or none is to come. */
    private _isPictured(slot: IHeadSlot): boolean {
        const { picture } = slot.entry.avatar.networks;
        if (!slot.model.refiner || picture.maximumSize === 0 || picture.error) {
            return true;
        }
        return this._pictures?.isUpToDate(slot) ?? false;
    }

    private async _loadAsync(slot: IHeadSlot): Promise<void> {
        const { avatar } = slot.entry;
        try {
            RefuseSlow(this._device, slot.model, avatar);
            this._kernels ??= CompileAsync(this._device);
            const { stage, skin } = await this._kernels;
            if (slot.isRemoved) {
                return;
            }
            slot.shared = this._lease(slot.model, avatar.name);
            const buffers = await slot.shared.loaded;
            const what = `The head of avatar "${avatar.name}"`;
            const gaussians = slot.isRemoved
                ? null
                : await AllocateAsync(this._device, what, () => stage.createGaussians(buffers, skin));
            if (slot.isRemoved) {
                gaussians?.dispose();
                return;
            }
            slot.gaussians = gaussians;
            slot.lastRun = -Infinity;
        } catch (error) {
            if (!slot.isRemoved) {
                this._fail(slot, error);
            }
        } finally {
            slot.isLoading = false;
        }
    }

    private _lease(model: IHeadModel, name: string): ISharedHead {
        let shared = this._shared.get(model);
        if (!shared) {
            const make = (): HeadBuffers => new HeadBuffers(this._device, model, name);
            shared = { loaded: AllocateAsync(this._device, `The head of "${name}"`, make), users: 0 };
            this._shared.set(model, shared);
        }
        shared.users++;
        return shared;
    }

    /** The file's own Gaussians are shown from now on. */
    private _fail(slot: IHeadSlot, cause: unknown): void {
        const { avatar, instance, baked } = slot.entry;
        const error = ToAvatarError(cause);
        instance.setSource(baked);
        this._free(slot);
        avatar.networks._fail(slot.model.tier, error);
        avatar.networks._show("baked", null, null);
        if (!this._reported.has(slot.model)) {
            this._reported.add(slot.model);
            Logger.Error(
                `Gaussian avatar "${avatar.name}" goes on without the ${slot.model.tier} tier of its head: ${error.message}`,
            );
        }
    }

    private _free(slot: IHeadSlot): void {
        const { shared, gaussians, model } = slot;
        this._pictures?.remove(slot);
        gaussians?.dispose();
        slot.gaussians = null;
        slot.shared = null;
        slot.isShown = false;
        if (shared && --shared.users === 0) {
            this._shared.delete(model);
            shared.loaded.then(
                (buffers) => {
                    buffers.dispose();
                },
                () => undefined, // was never there
            );
        }
    }
}

/** Frames wait for heads: where the processor has to pass for a graphics device, only small ones are made unless asked for. */
function RefuseSlow(device: GPUDevice, model: IHeadModel, { networks }: GaussianAvatar): void {
    const macs = CountHeadMacs(model);
    if (networks.preferredTier === "auto" && macs > MostSoftwareMacs && IsSoftwareDevice(device)) {
        throw new NetworkError(
            "too-slow",
            `its networks have ${(macs / 1e9).toFixed(1)} billion multiplications a face, seconds on this software device: set ` +
                `preferredTier to "${model.tier}" to run them nevertheless`,
        );
    }
}

async function CompileAsync(device: GPUDevice): Promise<IHeadKernels> {
    const [stage, skin] = await Promise.all([HeadStage.CreateAsync(device), CreateDecodedSkinKernelAsync(device)]);
    return { stage, skin };
}
