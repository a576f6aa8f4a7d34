import { AvatarDeviceError } from "./avatarDeviceError.js";

/** What a growable buffer holds. */
export interface IGrowableBufferDescription {
    /** Name seen in errors and in GPU debuggers, for example `posed Gaussians`. */
    readonly label: string;
    /** Bytes of one element. */
    readonly stride: number;
    /** What one element is, in the plural, for error messages. */
    readonly elements: string;
    /** `GPUBufferUsage` flags. */
    readonly usage: GPUBufferUsageFlags;
}

/**
 * A storage buffer that can be asked for more room. Growing replaces the GPU buffer and forgets its content, which suits
 * buffers that are written anew every frame; whoever holds the old buffer in a bind group has to bind the new one.
 * Owns its GPU buffer.
 */
export class GrowableBuffer {
    private readonly _device: GPUDevice;
    private readonly _description: IGrowableBufferDescription;
    private _buffer: GPUBuffer;
    private _capacity: number;

    /**
     * @param device device to allocate on; borrowed
     * @param description what the buffer holds
     * @param capacity elements to begin with, at least 1
     * @throws AvatarDeviceError `"device-limit"`
     */
    public constructor(device: GPUDevice, description: IGrowableBufferDescription, capacity: number) {
        this._device = device;
        this._description = description;
        CheckBufferSize(device, description, capacity);
        this._capacity = capacity;
        this._buffer = this._allocate();
    }

    /** The GPU buffer of the moment; replaced when {@link ensure} returns true. */
    public get buffer(): GPUBuffer {
        return this._buffer;
    }

    /** Elements there is room for. */
    public get capacity(): number {
        return this._capacity;
    }

    /**
     * Makes room. Grows by at least half, so that adding avatars one by one costs amortised constant time.
     * @param count elements there must be room for
     * @returns whether the GPU buffer was replaced
     * @throws AvatarDeviceError `"device-limit"`; the buffer is then as it was before
     */
    public ensure(count: number): boolean {
        if (count <= this._capacity) {
            return false;
        }
        CheckBufferSize(this._device, this._description, count);
        const most = Math.floor(MaxBufferBytes(this._device) / this._description.stride);
        this._capacity = Math.min(most, Math.max(count, Math.ceil(this._capacity * 1.5)));
        this._buffer.destroy();
        this._buffer = this._allocate();
        return true;
    }

    /** Gives the memory back, but for a single element; the GPU buffer is replaced. */
    public shrink(): void {
        this._capacity = 1;
        this._buffer.destroy();
        this._buffer = this._allocate();
    }

    /** Frees the GPU buffer. */
    public dispose(): void {
        this._buffer.destroy();
    }

    private _allocate(): GPUBuffer {
        const { label, stride, usage } = this._description;
        return this._device.createBuffer({ label, size: this._capacity * stride, usage });
    }
}

/**
 * Refuses what a device cannot hold in one storage binding, before anything is allocated.
 * @param device device that would hold the buffer
 * @param description what the buffer would hold
 * @param count number of elements
 * @throws AvatarDeviceError `"device-limit"`, with the count, the need, the limit and the remedy
 */
export function CheckBufferSize(
    device: GPUDevice,
    description: Pick<IGrowableBufferDescription, "label" | "stride" | "elements">,
    count: number,
): void {
    const { label, stride, elements } = description;
    const limit = MaxBufferBytes(device);
    if (count * stride > limit) {
        throw new AvatarDeviceError(
            "device-limit",
            `${label}: ${count} ${elements} of ${stride} bytes need ${count * stride} bytes, but this device binds at most ` +
                `${limit} bytes (maxStorageBufferBindingSize, maxBufferSize). Show fewer or smaller avatars, or create the ` +
                `device with the adapter's largest limits.`,
        );
    }
}

function MaxBufferBytes(device: GPUDevice): number {
    return Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize);
}
