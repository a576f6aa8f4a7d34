import { type IAvatarAsset } from "../../format/avatarAsset.js";
import { type IHeadModel } from "../../format/headModel.js";
import { RefinerSides, ResizeRefiner } from "../../format/headRefiner.js";
import { type IAvatarNetwork } from "../../format/mapModel.js";
import { NetworkError } from "../../networks/networkError.js";
import { NetworkProgram } from "../../networks/networkProgram.js";
import { type NetworkRuntime } from "../../networks/networkRuntime.js";
import { type IPictureSides } from "../../pipeline/7-composite/pictureStage.js";
import { LoadNetworkBytesAsync } from "../networks/networkFiles.js";

/** Pictures have half and half again of the side that networks were trained with, but none smaller than this, pixels. */
const LeastSide = 256;

/** Pixels of a picture for each that the screen shows: networks were trained at one size, and blur a little at smaller ones. */
const Oversampling = 1.5;

/** Features of a picture with less than this many pixels a side show no face. */
const LeastFeatureSide = 32;

/** What is wrong with the networks themselves, whatever the size of their pictures. */
const FailsAllSizes: ReadonlySet<string> = new Set([
    "runtime-missing",
    "damaged-network",
    "unsupported-operator",
    "wrong-contract",
    "non-finite",
    "missing-buffer",
    "truncated",
]);

/** One size of the pictures of a refiner. */
export interface IRefinerSize {
    /** Sides of what goes in and comes out, pixels. */
    readonly sides: IPictureSides;
    /** Its networks; null while they are not there. */
    program: NetworkProgram | null;
    /** Whether they cannot be had. */
    hasFailed: boolean;
}

/**
 * The networks that refine the pictures of one head, in several sizes: each is loaded when it is first wanted. All avatars with the
 * head share them.
 */
export class RefinerPrograms {
    /** Largest first. */
    public readonly sizes: readonly IRefinerSize[];

    private readonly _asset: IAvatarAsset;
    private readonly _networks: readonly IAvatarNetwork[];
    private readonly _runtime: NetworkRuntime;
    private readonly _abort = new AbortController();
    private _isLoading = false;

    /**
     * @param asset the avatar; its head has a refiner
     * @param runtime what computes; borrowed
     */
    public constructor(asset: IAvatarAsset, runtime: NetworkRuntime) {
        const refiner = asset.headModel!.refiner!;
        this._asset = asset;
        this._networks = refiner.networks;
        this._runtime = runtime;
        const { features, picture } = RefinerSides(refiner);
        const sizes: IRefinerSize[] = [];
        for (let half = 1; IsWhole(features, half) && (half === 1 || picture / half >= LeastSide); half *= 2) {
            sizes.push({
                sides: { features: features / half, picture: picture / half },
                program: null,
                hasFailed: false,
            });
        }
        this.sizes = sizes;
    }

    /** Where the networks run. */
    public get provider(): NetworkRuntime["provider"] {
        return this._runtime.provider;
    }

    /**
     * The size to have for so many pixels of a screen: the least that is half as large again, within what is allowed.
     *
     * @param pixels that the picture takes
     * @param maximum largest side
     * @returns null when there is none
     */
    public choose(pixels: number, maximum: number): IRefinerSize | null {
        let chosen: IRefinerSize | null = null;
        for (const size of this.sizes) {
            if (
                !size.hasFailed &&
                size.sides.picture <= maximum &&
                (!chosen || size.sides.picture >= Oversampling * pixels)
            ) {
                chosen = size;
            }
        }
        return chosen;
    }

    /**
     * Loads a size, unless one is being loaded.
     *
     * @param size one of {@link sizes}
     * @param onFailure told why it cannot be had
     */
    public request(size: IRefinerSize, onFailure: (error: unknown) => void): void {
        if (!this._isLoading && !size.program && !size.hasFailed && !this._abort.signal.aborted) {
            this._isLoading = true;
            void this._loadAsync(size, onFailure);
        }
    }

    /** Tries again what failed. */
    public retry(): void {
        for (const size of this.sizes) {
            size.hasFailed = false;
        }
    }

    /**
     * Gives a size up: its networks failed.
     *
     * @param size one of {@link sizes}
     * @param error why
     * @returns its networks, to be disposed when no run is under way; null when there are none
     */
    public fail(size: IRefinerSize, error: unknown): NetworkProgram | null {
        const { program } = size;
        size.program = null;
        for (const one of this.sizes) {
            one.hasFailed ||= one === size || FailsAllSizes.has((error as NetworkError).code);
        }
        return program;
    }

    /** Frees the networks. No run may be under way. */
    public dispose(): void {
        this._abort.abort(new NetworkError("disposed", "Nobody shows the head any more."));
        for (const size of this.sizes) {
            size.program?.dispose();
            size.program = null;
        }
    }

    private async _loadAsync(size: IRefinerSize, onFailure: (error: unknown) => void): Promise<void> {
        const { signal } = this._abort;
        try {
            const factor = size.sides.picture / this.sizes[0]!.sides.picture;
            const networks = await Promise.all(
                ResizeRefiner(this._networks, factor).map(
                    async (network) => await this._loadNetworkAsync(network, factor),
                ),
            );
            const loadBytesAsync = async ({ bytes }: IAvatarNetwork): Promise<Uint8Array> =>
                await Promise.resolve(bytes!);
            const program = await NetworkProgram.CreateAsync(this._runtime, networks, loadBytesAsync, { signal });
            if (signal.aborted) {
                program.dispose();
                return;
            }
            size.program = program;
        } catch (error) {
            if (!signal.aborted) {
                this.fail(size, error);
                onFailure(error);
            }
        } finally {
            this._isLoading = false;
        }
    }

    private async _loadNetworkAsync(network: IAvatarNetwork, factor: number): Promise<IAvatarNetwork> {
        const bytes = await LoadNetworkBytesAsync(this._asset, network, this._abort.signal);
        if (factor === 1) {
            return { ...network, bytes, uri: null };
        }
        const { ResizeOnnx } = await import(/* webpackChunkName: "networks-onnx" */ "../../format/onnx/resizeOnnx.js");
        const resized = ResizeOnnx(bytes, factor);
        return { ...network, bytes: resized, uri: null, byteLength: resized.byteLength };
    }
}

function IsWhole(features: number, half: number): boolean {
    return features % half === 0 && (half === 1 || features / half >= LeastFeatureSide);
}

/**
 * Whether pictures are refined at all unless an application asks for it: the published networks take seconds on the processor.
 *
 * @param model the head
 * @param provider where networks run
 */
export function IsFastEnough({ tier }: IHeadModel, provider: NetworkRuntime["provider"]): boolean {
    return tier === "lite" || provider === "webgpu";
}
