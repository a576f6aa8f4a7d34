/**
 * The part of an `HTMLCanvasElement` that Babylon's `WebGPUEngine` touches, backed by a texture instead of a window.
 *
 * @param width in pixels
 * @param height in pixels
 * @returns the canvas; `getContext("webgpu")` yields its swap chain of one texture, which keeps its content between frames
 */
export function CreateFakeCanvas(width: number, height: number): HTMLCanvasElement {
    let configuration: GPUCanvasConfiguration | undefined;
    let texture: GPUTexture | undefined;

    const release = (): void => {
        texture?.destroy();
        texture = undefined;
    };
    const context = {
        configure(next: GPUCanvasConfiguration): void {
            configuration = next;
            release();
        },
        unconfigure: release,
        getCurrentTexture(): GPUTexture {
            if (!configuration) {
                throw new TypeError("getCurrentTexture was called before configure.");
            }
            if (texture && (texture.width !== canvas.width || texture.height !== canvas.height)) {
                release();
            }
            texture ??= configuration.device.createTexture({
                label: "fake canvas",
                size: [canvas.width, canvas.height],
                format: configuration.format,
                usage:
                    (configuration.usage ?? GPUTextureUsage.RENDER_ATTACHMENT) |
                    GPUTextureUsage.RENDER_ATTACHMENT |
                    GPUTextureUsage.COPY_SRC,
            });
            return texture;
        },
    };
    const ignore = (): void => undefined;
    const canvas = {
        width,
        height,
        get clientWidth(): number {
            return canvas.width;
        },
        get clientHeight(): number {
            return canvas.height;
        },
        style: {},
        addEventListener: ignore,
        removeEventListener: ignore,
        setAttribute: ignore,
        getAttribute: (): null => null,
        focus: ignore,
        getBoundingClientRect: () => ({
            x: 0,
            y: 0,
            left: 0,
            top: 0,
            right: canvas.width,
            bottom: canvas.height,
            width: canvas.width,
            height: canvas.height,
        }),
        getContext: (kind: string) => (kind === "webgpu" ? context : null),
    };
    return canvas as unknown as HTMLCanvasElement;
}
