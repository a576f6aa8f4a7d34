/** Bytes that went to the graphics device and came back, by the label of the buffer. */
export interface ITraffic {
    /** Bytes written, by label. */
    readonly uploads: Readonly<Record<string, number>>;
    /** Buffers that were asked back. */
    readonly downloads: Readonly<Record<string, number>>;
}

/** Listens to everything that a device is given and asked for while a frame is made. */
export class FrameTraffic {
    private readonly _uploads = new Map<string, number>();
    private readonly _downloads = new Map<string, number>();
    private _isInFrame = false;

    /** @param device the device; stays wrapped */
    public constructor(device: GPUDevice) {
        const { queue } = device;
        const writeBuffer = queue.writeBuffer.bind(queue) as (...args: unknown[]) => void;
        queue.writeBuffer = (...args: unknown[]): undefined => {
            const [buffer, , data, offset, size] = args as [GPUBuffer, number, ArrayBufferView, number?, number?];
            this._count(this._uploads, buffer.label, WrittenBytes(data, offset, size));
            writeBuffer(...args);
        };
        const writeTexture = queue.writeTexture.bind(queue) as (...args: unknown[]) => void;
        queue.writeTexture = (...args: unknown[]): undefined => {
            this._count(this._uploads, "a texture", (args[1] as ArrayBufferView).byteLength);
            writeTexture(...args);
        };
        const createBuffer = device.createBuffer.bind(device);
        device.createBuffer = (descriptor) => {
            if (descriptor.mappedAtCreation) {
                this._count(this._uploads, descriptor.label ?? "", descriptor.size);
            }
            const buffer = createBuffer(descriptor);
            const mapAsync = buffer.mapAsync.bind(buffer);
            buffer.mapAsync = async (mode, ...range) => {
                this._count(this._downloads, buffer.label, mode === GPUMapMode.READ ? buffer.size : 0);
                await mapAsync(mode, ...range);
                return undefined;
            };
            return buffer;
        };
    }

    /**
     * Counts what happens while a frame is made.
     *
     * @param render makes it; not what follows after it
     */
    public count(render: () => void): void {
        this._isInFrame = true;
        render();
        this._isInFrame = false;
    }

    /** @returns what was counted since the last call */
    public take(): ITraffic {
        const traffic = {
            uploads: Object.fromEntries(this._uploads),
            downloads: Object.fromEntries(this._downloads),
        };
        this._uploads.clear();
        this._downloads.clear();
        return traffic;
    }

    private _count(counts: Map<string, number>, label: string, bytes: number): void {
        if (this._isInFrame && bytes > 0) {
            counts.set(label, (counts.get(label) ?? 0) + bytes);
        }
    }
}

/** Offset and size of a typed array are in elements. */
function WrittenBytes(data: ArrayBufferView | ArrayBuffer, offset = 0, size?: number): number {
    const unit = "BYTES_PER_ELEMENT" in data ? (data as Uint8Array).BYTES_PER_ELEMENT : 1;
    return size === undefined ? data.byteLength - offset * unit : size * unit;
}
