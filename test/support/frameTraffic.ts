/** Bytes by the label of the buffer, or numbers of objects by theirs. */
export type BytesByBuffer = Readonly<Record<string, number>>;

/** Bytes that went to the graphics device and that were asked back. */
export interface ITraffic {
    /** To the device, while a frame was made. */
    readonly frameUploads: BytesByBuffer;
    /** Asked back while a frame was made. */
    readonly frameDownloads: BytesByBuffer;
    /** To the device between frames, where networks run. */
    readonly otherUploads: BytesByBuffer;
    /** Asked back between frames. */
    readonly otherDownloads: BytesByBuffer;
    /** Buffers and bind groups made while a frame was made, by label. */
    readonly frameObjects: BytesByBuffer;
    /** The same between frames. */
    readonly otherObjects: BytesByBuffer;
}

/** Listens to everything that a device is given and asked for. */
export class FrameTraffic {
    private readonly _counts = {
        frameUploads: Counts(),
        frameDownloads: Counts(),
        otherUploads: Counts(),
        otherDownloads: Counts(),
        frameObjects: Counts(),
        otherObjects: Counts(),
    };
    private _isInFrame = false;

    /** @param device the device; stays wrapped */
    public constructor(device: GPUDevice) {
        const { queue } = device;
        const writeBuffer = queue.writeBuffer.bind(queue) as (...args: unknown[]) => void;
        queue.writeBuffer = (...args: unknown[]): undefined => {
            const [buffer, , data, offset, size] = args as [GPUBuffer, number, ArrayBufferView, number?, number?];
            this._count("Uploads", buffer.label, WrittenBytes(data, offset, size));
            writeBuffer(...args);
        };
        const writeTexture = queue.writeTexture.bind(queue) as (...args: unknown[]) => void;
        queue.writeTexture = (...args: unknown[]): undefined => {
            this._count("Uploads", "a texture", (args[1] as ArrayBufferView).byteLength);
            writeTexture(...args);
        };
        const createBuffer = device.createBuffer.bind(device);
        device.createBuffer = (descriptor) => {
            if (descriptor.mappedAtCreation) {
                this._count("Uploads", descriptor.label ?? "", descriptor.size);
            }
            const buffer = createBuffer(descriptor);
            this._count("Objects", descriptor.label ?? "", 1);
            const mapAsync = buffer.mapAsync.bind(buffer);
            buffer.mapAsync = async (mode, ...range) => {
                // Its bytes were counted when they were copied here; that it is waited for is worth an entry all the same.
                this._count("Downloads", buffer.label, 0);
                await mapAsync(mode, ...range);
                return undefined;
            };
            return buffer;
        };
        const createBindGroup = device.createBindGroup.bind(device);
        device.createBindGroup = (descriptor) => {
            this._count("Objects", descriptor.label ?? "", 1);
            return createBindGroup(descriptor);
        };
        const createCommandEncoder = device.createCommandEncoder.bind(device);
        device.createCommandEncoder = (descriptor) => {
            const encoder = createCommandEncoder(descriptor);
            const copy = encoder.copyBufferToBuffer.bind(encoder) as (...args: unknown[]) => void;
            encoder.copyBufferToBuffer = (...args: unknown[]): undefined => {
                // From, to, and maybe sizes; or from, offset, to, offset and size.
                const target = (typeof args[1] === "object" ? args[1] : args[2]) as GPUBuffer;
                if (target.usage & GPUBufferUsage.MAP_READ) {
                    this._count("Downloads", target.label, target.size);
                }
                copy(...args);
            };
            return encoder;
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
        const entries = Object.entries(this._counts).map(
            ([name, counts]) => [name, Object.fromEntries(counts)] as const,
        );
        for (const counts of Object.values(this._counts)) {
            counts.clear();
        }
        return Object.fromEntries(entries) as unknown as ITraffic;
    }

    private _count(what: "Uploads" | "Downloads" | "Objects", label: string, amount: number): void {
        const counts = this._counts[`${this._isInFrame ? "frame" : "other"}${what}`];
        if (amount > 0) {
            counts.set(label, (counts.get(label) ?? 0) + amount);
        }
    }
}

function Counts(): Map<string, number> {
    return new Map();
}

/** Offset and size of a typed array are in elements. */
function WrittenBytes(data: ArrayBufferView | ArrayBuffer, offset = 0, size?: number): number {
    const unit = "BYTES_PER_ELEMENT" in data ? (data as Uint8Array).BYTES_PER_ELEMENT : 1;
    return size === undefined ? data.byteLength - offset * unit : size * unit;
}
