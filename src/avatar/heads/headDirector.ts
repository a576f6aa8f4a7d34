import { Logger } from "@babylonjs/core/Misc/logger.js";
import { CountHeadMacs, HeadPoseSize, type IHeadModel } from "../../format/headModel.js";
import { type ComputeKernel } from "../../gpu/computeKernel.js";
import { SkinMatrixFloats } from "../../pipeline/1-pose/skinMatrix.js";
import { HeadBuffers } from "../../pipeline/3-gaussians/headBuffers.js";
import { type HeadGaussians } from "../../pipeline/3-gaussians/headGaussians.js";
import { HeadStage } from "../../pipeline/3-gaussians/headStage.js";
import { CreateDecodedSkinKernelAsync } from "../../pipeline/4-skin/decodedSkinKernel.js";
import { NetworkError } from "../../networks/networkError.js";
import { IsSoftwareDevice } from "../../networks/softwareDevice.js";
import { type GaussianAvatar } from "../gaussianAvatar.js";
import { AllocateAsync } from "../networks/allocate.js";
import { type IMapSource } from "../networks/avatarNetworks.js";
import { type INetworkedAvatar } from "../networks/networkedAvatar.js";
import { ToAvatarError } from "../networks/toAvatarError.js";
import { ReadHeadPose } from "./headPose.js";

/** Kernels that all heads of a device share. */
interface IHeadKernels {
    readonly stage: HeadStage;
    readonly skin: ComputeKernel<string>;
}

/** What avatars of one head share. */
interface ISharedHead {
    readonly loaded: Promise<HeadBuffers>;
    users: number;
}

/** Multiply-accumulates beyond which a software device is no place for a head: a tenth of a second a frame and more. */
const MostSoftwareMacs = 5e7;

/** Frames come a little early and late: an update that is due within this share of its period is made. */
const EarlyShare = 0.1;

/** An avatar with a head. */
interface IHeadSlot extends IMapSource {
    readonly entry: INetworkedAvatar;
    readonly model: IHeadModel;
    /** Null until it is made, and when it is not wanted any more. */
    gaussians: HeadGaussians | null;
    shared: ISharedHead | null;
    isShown: boolean;
    isLoading: boolean;
    isRemoved: boolean;
    /** When its networks ran last, milliseconds. */
    lastRun: number;
}

/**
 * Makes the Gaussians of the heads of a scene, on one device: loads what heads are made with, and runs their networks in the
 * frame, ahead of the skinning, wherever an expression or a pose has changed.
 */
export class HeadDirector {
    private readonly _device: GPUDevice;
    private readonly _slots: IHeadSlot[] = [];
    private readonly _shared = new Map<IHeadModel, ISharedHead>();
    private readonly _pose = new Float64Array(HeadPoseSize);
    private readonly _reported = new WeakSet<IHeadModel>();
    private _kernels: Promise<IHeadKernels> | null = null;

    /** @param device the graphics device; borrowed */
    public constructor(device: GPUDevice) {
        this._device = device;
    }

    /** Takes an avatar in. @param entry the avatar, which has a head, and its place in the pipeline */
    public add(entry: INetworkedAvatar): void {
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
                return slot.gaussians?.isStale !== true;
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

    /** Shows heads where they are wanted and there, and the file's own Gaussians elsewhere. Ahead of {@link encode}. */
    public beginFrame(): void {
        for (const slot of this._slots) {
            const { avatar, instance, baked } = slot.entry;
            const { networks } = avatar;
            const isWanted = networks._wantedTier === slot.model.tier;
            if (isWanted && !slot.gaussians && !slot.isLoading) {
                slot.isLoading = true;
                void this._loadAsync(slot);
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
        for (const slot of this._slots.splice(0)) {
            slot.isRemoved = true;
            this._free(slot);
        }
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
        const { tier } = slot.model;
        avatar.networks._show(isWanted ? tier : "baked", isWanted ? "webgpu" : null, isWanted ? slot : null);
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
