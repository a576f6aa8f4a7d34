import { Logger } from "@babylonjs/core/Misc/logger.js";
import { type IHeadModel } from "../../format/headModel.js";
import { FromRowsPacked4 } from "../../math/packedMatrix4.js";
import { SkinMatrixFloats } from "../../pipeline/1-pose/skinMatrix.js";
import { MaxHeadPictures } from "../../pipeline/7-composite/headPictureLayout.js";
import { type PictureArray } from "../../pipeline/7-composite/pictureArray.js";
import { type NetworkPump } from "../networks/networkPump.js";
import { ToAvatarError } from "../networks/toAvatarError.js";
import { HeadCamera, type IPassCamera, PlaceAtHead } from "./headCamera.js";
import { HeadPicture, LeastPixels } from "./headPicture.js";
import { type IHeadSlot } from "./headSlot.js";
import { PictureRow } from "./pictureRow.js";
import { type IPictureTools } from "./pictureTools.js";
import { IsFastEnough, RefinerPrograms } from "./refinerPrograms.js";

/** A frame begins before its passes are drawn: with the second one, the passes of the first are known. */
const UnseenFrames = 2;

/** A head that is so many times as large takes the place of another. */
const MuchLarger = 1.5;

const Probe = new HeadCamera();

const World = new Float64Array(16);

/**
 * The refined pictures of a scene's heads: which passes see which head large enough, and what each pass shows of them. A picture is
 * not laid over the scene: the splats of the head take their colours from it, each where it was when the picture was taken. So it is
 * sorted, hidden and faded as they are, and moves with them while the next one is being made.
 */
export class HeadPictures {
    private readonly _tools: IPictureTools;
    private readonly _pump: NetworkPump;
    private readonly _pictures: HeadPicture[] = [];
    private readonly _slots: IHeadSlot[] = [];
    private readonly _programs = new Map<IHeadModel, RefinerPrograms>();
    /** Frames until heads that came last have met every pass. */
    private readonly _unseen = new Map<IHeadSlot, number>();
    private readonly _reported = new WeakSet<IHeadModel>();
    private readonly _row = new PictureRow();

    /**
     * @param tools what pictures are made with; owned
     * @param pump runs networks; borrowed
     */
    public constructor(tools: IPictureTools, pump: NetworkPump) {
        this._tools = tools;
        this._pump = pump;
    }

    /** Where the pictures are. */
    public get array(): PictureArray {
        return this._tools.pictures;
    }

    /** Takes a head in. @param slot it is shown, and has a refiner */
    public add(slot: IHeadSlot): void {
        if (!this._slots.includes(slot)) {
            this._slots.push(slot);
            this._unseen.set(slot, UnseenFrames);
        }
    }

    /** Lets a head go. @param slot from {@link add}, or another */
    public remove(slot: IHeadSlot): void {
        const index = this._slots.indexOf(slot);
        if (index < 0) {
            return;
        }
        this._slots.splice(index, 1);
        this._unseen.delete(slot);
        this._removePictures(slot);
        slot.entry.avatar.networks.picture._show(0);
        const programs = this._programs.get(slot.model);
        if (programs && !this._slots.some(({ model }) => model === slot.model)) {
            this._programs.delete(slot.model);
            this._pump.discard(programs);
        }
    }

    /** Whether the pictures of a head are those of its present face. @param slot the head */
    public isUpToDate(slot: IHeadSlot): boolean {
        const isSeen = this._unseen.get(slot) === 0;
        return isSeen && this._pictures.every((picture) => picture.slot !== slot || picture.isUpToDate);
    }

    /**
     * Stores what is done.
     *
     * @param encoder the frame's
     */
    public beginFrame(encoder: GPUCommandEncoder): void {
        this.array.releaseReplaced();
        for (let i = this._pictures.length - 1; i >= 0; i--) {
            const picture = this._pictures[i]!;
            picture.beginFrame();
            if (picture.isForgotten) {
                this._removePicture(picture);
            } else {
                picture.encodeNew(encoder);
            }
        }
        for (const slot of this._slots) {
            this._unseen.set(slot, Math.max(0, this._unseen.get(slot)! - 1));
            let size = 0;
            for (const { slot: other, shown } of this._pictures) {
                size = other === slot && shown.size ? Math.max(size, shown.size.sides.picture) : size;
            }
            slot.entry.avatar.networks.picture._show(size);
        }
    }

    /**
     * Says which pictures a pass shows, and notes which it would like to. Makes no objects unless a head comes into sight.
     *
     * @param pass Babylon's number of the pass
     * @param camera of the pass
     * @param floats receives {@link MaxHeadPictures} rows of `HeadPictureLayout`
     * @param words the same memory
     */
    public describe(pass: number, camera: IPassCamera, floats: Float32Array, words: Uint32Array): void {
        words.fill(0);
        if (!this._row.begin(camera)) {
            return;
        }
        let row = 0;
        for (const slot of this._slots) {
            const { instance } = slot.entry;
            if (!slot.isShown || instance._firstPosed < 0 || row === MaxHeadPictures) {
                continue;
            }
            FromRowsPacked4(instance.skinMatrices, slot.model.influences.joints[0]! * SkinMatrixFloats, World);
            const seen = PlaceAtHead(Probe, camera, slot.model, World) ? Probe : null;
            this._pictureOf(slot, pass, seen?.pixels ?? 0)?.see(seen);
            if (this._row.look(World)) {
                const best = this._bestOf(slot);
                if (best) {
                    this._row.write(best, this.array.side, row++, floats, words);
                }
            }
        }
    }

    /** The picture of a head that shows most of it from where a pass looks; null when none does. */
    private _bestOf(slot: IHeadSlot): HeadPicture | null {
        let best: HeadPicture | null = null;
        let most = 0;
        for (const picture of this._pictures) {
            const share = picture.slot === slot ? this._row.shareOf(picture) : 0;
            if (share > most) {
                most = share;
                best = picture;
            }
        }
        return best;
    }

    /** Frees everything. Twice is fine. */
    public dispose(): void {
        for (const slot of this._slots.slice()) {
            this.remove(slot);
        }
        this._pump.discard(this._tools.runtime);
        this._pump.discard(this._tools.pictures);
    }

    private _pictureOf(slot: IHeadSlot, pass: number, pixels: number): HeadPicture | null {
        for (const picture of this._pictures) {
            if (picture.slot === slot && picture.pass === pass) {
                return picture;
            }
        }
        return pixels >= LeastPixels.first ? this._addPicture(slot, pass, pixels) : null;
    }

    private _addPicture(slot: IHeadSlot, pass: number, pixels: number): HeadPicture | null {
        const { networks, asset } = slot.entry.avatar;
        const isWanted = networks.picture.maximumSize > 0 && networks.picture.error === null;
        const isFast =
            networks.preferredTier === slot.model.tier || IsFastEnough(slot.model, this._tools.runtime.provider);
        const layer = isWanted && isFast ? this._takeLayer(pixels) : -1;
        if (layer < 0) {
            return null;
        }
        let programs = this._programs.get(slot.model);
        if (!programs) {
            programs = new RefinerPrograms(asset, this._tools.runtime);
            this._programs.set(slot.model, programs);
        } else if (programs.sizes.every(({ hasFailed }) => hasFailed)) {
            programs.retry(); // asked for once more
        }
        const picture = new HeadPicture(slot, pass, programs, layer, this._tools, (error) => {
            this._report(slot, error);
        });
        this._pictures.push(picture);
        this._pump.add(picture, (error) => {
            this._fail(picture, error);
        });
        return picture;
    }

    /** A layer, if need be that of a much smaller head; −1 when there is none. */
    private _takeLayer(pixels: number): number {
        const layer = this.array.take();
        if (layer >= 0) {
            return layer;
        }
        const smallest = this._pictures.reduce((a, b) => (b.screenSize < a.screenSize ? b : a));
        if (smallest.screenSize * MuchLarger > pixels) {
            return -1;
        }
        this._removePicture(smallest);
        return this.array.take();
    }

    private _removePictures(slot: IHeadSlot): void {
        for (const picture of this._pictures.filter((one) => one.slot === slot)) {
            this._removePicture(picture);
        }
    }

    private _removePicture(picture: HeadPicture): void {
        this._pictures.splice(this._pictures.indexOf(picture), 1);
        this.array.giveBack(picture.layer);
        this._pump.remove(picture);
    }

    /** A run failed: its size is given up, for all who have the head. */
    private _fail(picture: HeadPicture, error: unknown): void {
        const programs = this._programs.get(picture.slot.model);
        const program = picture.giveUp(error);
        if (program) {
            this._pump.discard(program);
        }
        // Whoever waits for its turn with the same networks chooses anew in the next frame.
        for (const other of this._pictures) {
            other.isWanted &&= other.slot.model !== picture.slot.model;
        }
        this._removePicture(picture);
        if (programs) {
            this._report(picture.slot, error);
        }
    }

    private _report({ entry: { avatar }, model }: IHeadSlot, cause: unknown): void {
        const error = ToAvatarError(cause);
        const isLeft = this._programs.get(model)?.sizes.some(({ hasFailed }) => !hasFailed) ?? false;
        for (const slot of isLeft ? [] : this._slots.filter((one) => one.model === model)) {
            slot.entry.avatar.networks.picture._fail(error);
            this._removePictures(slot); // others come when it is asked for once more
        }
        // A lost device comes back, and the networks with it.
        if (error.code !== "device-lost" && !this._reported.has(model)) {
            this._reported.add(model);
            const goesOn = isLeft ? "with smaller refined pictures" : "without refined pictures";
            Logger.Error(`Gaussian avatar "${avatar.name}" goes on ${goesOn}: ${error.message}`);
        }
    }
}
