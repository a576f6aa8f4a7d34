import { type ISplatSource } from "./3-gaussians/splatSource.js";
import { InstanceStateLayout } from "./4-skin/instanceStateLayout.js";
import { type ISkinBinding } from "./4-skin/skinStage.js";

/** What an instance asks of its pipeline. */
export interface IInstanceOwner {
    /** Shows something else, or throws and leaves the instance as it was. */
    readonly setSource: (instance: PipelineInstance, source: ISplatSource) => void;
    /** Takes the instance out. */
    readonly remove: (instance: PipelineInstance) => void;
}

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
    /**
     * [12] rows of the 3×4 matrix avatar → world, the part of {@link skinMatrices} that is the same for all joints and no pose;
     * at first the identity. Only sources that skin quaternions read it.
     */
    public readonly worldMatrix: Float32Array;
    /** [M] weights of the expression channels; at first 0. */
    public readonly morphWeights: Float32Array;
    /**
     * [J] how much of what hangs on a joint is there, 0..1; at first 1. Between joints that are and that are not there lies a
     * soft seam. Read where {@link hasSeam} is set.
     */
    public readonly jointPresence: Float32Array;
    /** Whether some joints are not there. */
    public hasSeam = false;
    /** Whether the person is drawn. */
    public enabled = true;
    /** Multiplies the opacity of every Gaussian, 0..1; other values are clamped, NaN counts as 0. */
    public opacity = 1;
    /** Whether splats smaller than a pixel keep their energy: as the person was made, see `IAvatarAsset.antialiased`. */
    public antialiased = false;
    /** What is shown. @internal */
    public _source: ISplatSource;
    /** Ties the instance to the pipeline's buffers; replaced when those grow. @internal */
    public _binding: ISkinBinding | null = null;
    /** Its first posed Gaussian in the frame that was skinned last; −1 where it was not skinned. @internal */
    public _firstPosed = -1;
    /** See {@link InstanceStateLayout}. @internal */
    public readonly _stateBuffer: GPUBuffer;

    private readonly _presenceRow: number;
    private readonly _queue: GPUQueue;
    private readonly _floats: Float32Array<ArrayBuffer>;
    private readonly _words: Uint32Array<ArrayBuffer>;
    private _owner: IInstanceOwner | null;

    /**
     * @param device device to allocate on; borrowed
     * @param source what is shown; borrowed
     * @param jointCount number of joints, J; at least 1
     * @param owner the pipeline
     * @internal
     */
    public constructor(device: GPUDevice, source: ISplatSource, jointCount: number, owner: IInstanceOwner) {
        const { world, data, matrixWords } = InstanceStateLayout;
        const morphCount = source.morphTargetCount;
        const morphStart = data + jointCount * matrixWords;
        const presenceStart = morphStart + Math.ceil(morphCount / 4) * 4;
        this._floats = new Float32Array(presenceStart + Math.ceil(jointCount / 4) * 4);
        this.jointPresence = this._floats.subarray(presenceStart, presenceStart + jointCount).fill(1);
        this._presenceRow = (presenceStart - data) / 4;
        this._words = new Uint32Array(this._floats.buffer);
        this.skinMatrices = this._floats.subarray(data, morphStart);
        this.morphWeights = this._floats.subarray(morphStart, morphStart + morphCount);
        this.worldMatrix = this._floats.subarray(world, world + matrixWords);
        for (let diagonal = world; diagonal < morphStart; diagonal += matrixWords) {
            this._floats[diagonal] = 1;
            this._floats[diagonal + 5] = 1;
            this._floats[diagonal + 10] = 1;
        }
        this._words[InstanceStateLayout.jointCount] = jointCount;
        this._source = source;
        this._queue = device.queue;
        this._owner = owner;
        this._stateBuffer = device.createBuffer({
            label: "instance state",
            size: this._floats.byteLength,
            usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
        });
    }

    /** What is shown; borrowed. */
    public get source(): ISplatSource {
        return this._source;
    }

    /**
     * Shows something else from the next frame on, for example what networks made instead of what was baked. Not between
     * encoding and the submission of that encoder.
     * @param source borrowed, must outlive the instance or the next call; its expression channels are those of the first source, or none
     * @throws AvatarDeviceError `"device-limit"`; the instance then shows what it showed before
     */
    public setSource(source: ISplatSource): void {
        if (source !== this._source) {
            this._owner?.setSource(this, source);
        }
    }

    /** Whether {@link dispose} was called. */
    public get isDisposed(): boolean {
        return this._owner === null;
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
        for (let channel = 0; channel < this._source.morphTargetCount; channel++) {
            if (morphWeights[channel] !== 0) {
                morphTargetCount = morphWeights.length;
                break;
            }
        }
        words[InstanceStateLayout.gaussianCount] = this._source.count;
        words[InstanceStateLayout.firstPosed] = firstPosed;
        this._firstPosed = firstPosed;
        words[InstanceStateLayout.morphTargetCount] = morphTargetCount;
        words[InstanceStateLayout.antialiased] = Number(this.antialiased);
        words[InstanceStateLayout.presenceRow] = this.hasSeam ? this._presenceRow : 0;
        this._floats[InstanceStateLayout.opacity] = Math.min(this.opacity, 1);
        this._queue.writeBuffer(this._stateBuffer, 0, this._floats);
    }

    /** Takes the person out of the pipeline and frees its buffer. The canonical Gaussians stay. Twice is fine. */
    public dispose(): void {
        const owner = this._owner;
        this._owner = null;
        if (owner) {
            owner.remove(this);
            this._stateBuffer.destroy();
        }
    }
}
