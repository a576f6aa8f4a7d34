import { type CanonicalGaussians } from "./3-gaussians/canonicalGaussians.js";
import { InstanceStateLayout } from "./4-skin/instanceStateLayout.js";

/**
 * One person in the scene: shows canonical Gaussians in a pose of its own. Made by `SplatPipeline.addInstance`. Write the
 * pose into the arrays whenever it changes; it is uploaded with the next frame. Owns one GPU buffer, borrows the Gaussians.
 */
export class PipelineInstance {
    /**
     * [J,12] row-major 3×4 matrices, canonical space → world, metres; at first the identity. The world part may mirror
     * (negative determinant): scenes of the other handedness see the person through a mirror.
     */
    public readonly skinMatrices: Float32Array;
    /** [M] weights of the expression channels; at first 0. */
    public readonly morphWeights: Float32Array;
    /** Whether the person is drawn. */
    public enabled = true;
    /** Multiplies the opacity of every Gaussian, 0..1; other values are clamped, NaN counts as 0. */
    public opacity = 1;
    /** What is shown; borrowed. */
    public readonly gaussians: CanonicalGaussians;
    /** Ties the instance to the pipeline's buffers; replaced when those grow. @internal */
    public _bindGroup: GPUBindGroup | null = null;
    /** See {@link InstanceStateLayout}. @internal */
    public readonly _stateBuffer: GPUBuffer;

    private readonly _queue: GPUQueue;
    private readonly _floats: Float32Array<ArrayBuffer>;
    private readonly _words: Uint32Array<ArrayBuffer>;
    private _onDispose: ((instance: PipelineInstance) => void) | null;

    /**
     * @param device device to allocate on; borrowed
     * @param gaussians what is shown; borrowed
     * @param jointCount number of joints, J; at least 1
     * @param onDispose removes the instance from its pipeline
     * @internal
     */
    public constructor(
        device: GPUDevice,
        gaussians: CanonicalGaussians,
        jointCount: number,
        onDispose: (instance: PipelineInstance) => void,
    ) {
        const { data, matrixWords } = InstanceStateLayout;
        const morphCount = gaussians.morphTargetCount;
        const morphStart = data + jointCount * matrixWords;
        this._floats = new Float32Array(morphStart + Math.ceil(morphCount / 4) * 4);
        this._words = new Uint32Array(this._floats.buffer);
        this.skinMatrices = this._floats.subarray(data, morphStart);
        this.morphWeights = this._floats.subarray(morphStart, morphStart + morphCount);
        for (let diagonal = 0; diagonal < this.skinMatrices.length; diagonal += matrixWords) {
            this.skinMatrices[diagonal] = 1;
            this.skinMatrices[diagonal + 5] = 1;
            this.skinMatrices[diagonal + 10] = 1;
        }
        this._words[InstanceStateLayout.gaussianCount] = gaussians.count;
        this._words[InstanceStateLayout.jointCount] = jointCount;
        this.gaussians = gaussians;
        this._queue = device.queue;
        this._onDispose = onDispose;
        this._stateBuffer = device.createBuffer({
            label: "instance state",
            size: this._floats.byteLength,
            usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
        });
    }

    /** Whether {@link dispose} was called. */
    public get isDisposed(): boolean {
        return this._onDispose === null;
    }

    /** Whether this frame skins and draws the instance. @internal */
    public get _isVisible(): boolean {
        return this.enabled && this.opacity > 0;
    }

    /**
     * Uploads pose, expression and opacity.
     * @param firstPosed index of the instance's first posed Gaussian this frame
     * @internal
     */
    public _upload(firstPosed: number): void {
        const { morphWeights, _words: words } = this;
        let morphTargetCount = 0;
        for (let channel = 0; channel < morphWeights.length; channel++) {
            if (morphWeights[channel] !== 0) {
                morphTargetCount = morphWeights.length;
                break;
            }
        }
        words[InstanceStateLayout.firstPosed] = firstPosed;
        words[InstanceStateLayout.morphTargetCount] = morphTargetCount;
        this._floats[InstanceStateLayout.opacity] = Math.min(this.opacity, 1);
        this._queue.writeBuffer(this._stateBuffer, 0, this._floats);
    }

    /** Takes the person out of the pipeline and frees its buffer. The canonical Gaussians stay. Twice is fine. */
    public dispose(): void {
        const onDispose = this._onDispose;
        this._onDispose = null;
        if (onDispose) {
            onDispose(this);
            this._stateBuffer.destroy();
        }
    }
}
