import { type AvatarError } from "../../diagnostics/avatarError.js";
import { UpdateMeter } from "../networks/updateMeter.js";

/** Side of refined pictures unless the application says otherwise: a face that fills a screen of 1080 lines. */
export const DefaultPictureSize = 1024;

/** Side beyond which no pictures are made. */
const LargestSize = 4096;

/**
 * The refined picture of an avatar's head: `avatar.networks.picture`. Where the head is large enough on the screen, and its file
 * has networks for that, they make a sharp picture of it, of which its Gaussians take their colours; depth, outline and motion
 * stay those of the Gaussians, in every frame. Avatars without have this object too.
 *
 * @example
 * ```ts
 * avatar.networks.picture.maximumSize = 512; // quarters the work
 * console.log(avatar.networks.picture.size, avatar.networks.picture.rate, avatar.networks.picture.error?.message);
 * ```
 */
export class AvatarPicture {
    private readonly _meter = new UpdateMeter();
    private _maximumSize: number;
    private _size = 0;
    private _error: AvatarError | null = null;

    /** @param maximumSize see {@link maximumSize} */
    public constructor(maximumSize: number) {
        this._maximumSize = ToPictureSize(maximumSize);
    }

    /**
     * Largest side of the picture, pixels: it is made in the least of its sizes that has half as many pixels again as the screen shows, within this; 0
     * for none. Setting it tries again what failed. (default: 1024)
     */
    public get maximumSize(): number {
        return this._maximumSize;
    }

    /** Sets the largest side. */
    public set maximumSize(value: number) {
        this._maximumSize = ToPictureSize(value);
        this._error = null;
    }

    /** Side of the picture that is shown, pixels; 0 while the Gaussians show their own colours. */
    public get size(): number {
        return this._size;
    }

    /** Pictures a second, over the last two seconds; 0 when there were none. */
    public get rate(): number {
        return this._meter.rate;
    }

    /** Milliseconds from taking the present picture to showing it; 0 before the first. */
    public get latency(): number {
        return this._meter.latency;
    }

    /** Why there is no picture, or none as large as asked for; null while nothing went wrong. */
    public get error(): AvatarError | null {
        return this._error;
    }

    /**
     * Notes what is shown.
     * @param size side of the picture; 0 for none
     * @internal
     */
    public _show(size: number): void {
        this._size = size;
    }

    /**
     * Notes that a new picture is shown.
     * @param begun when it was taken, milliseconds
     * @param now milliseconds
     * @internal
     */
    public _count(begun: number, now: number): void {
        this._meter.count(begun, now);
    }

    /** Notes what went wrong. @internal */
    public _fail(error: AvatarError): void {
        this._error = error;
    }
}

/**
 * Makes a size of anything.
 *
 * @param value what was asked for
 * @returns pixels, 0..4096; the default when it is no number, or a negative one
 */
export function ToPictureSize(value: unknown): number {
    return typeof value === "number" && value >= 0 ? Math.min(value, LargestSize) : DefaultPictureSize;
}
