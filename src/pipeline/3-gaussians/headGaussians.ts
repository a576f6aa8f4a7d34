import { HeadPoseSize } from "../../format/headModel.js";
import { type ComputeKernel } from "../../gpu/computeKernel.js";
import { CheckBufferSize } from "../../gpu/growableBuffer.js";
import { EncodedSize, EncodePosition } from "../../math/positionalEncoding.js";
import { PointsPerWorkgroup } from "../constants.js";
import { MaxWorkgroupsPerAxis, WorkgroupGrid } from "../workgroupGrid.js";
import { OutputStride, WriteBiases } from "./headBranch.js";
import { type HeadBuffers, type IBranchBuffers } from "./headBuffers.js";
import { type ComposeHeadKernel, type PerceptronKernel } from "./headKernels.js";
import { DecodedGaussianLayout } from "./mapModelLayout.js";
import { type ISplatSource } from "./splatSource.js";

/** What one avatar has of a branch. */
interface IBranchRun {
    readonly shared: IBranchBuffers;
    /** Numbers that all points share. */
    readonly code: Float64Array;
    readonly biases: Float32Array<ArrayBuffer>;
    readonly biasBuffer: GPUBuffer;
    readonly outputs: GPUBuffer;
    readonly bindGroups: readonly GPUBindGroup[];
    /** Whether the code has changed since the outputs were made. */
    isStale: boolean;
}

/**
 * One head's canonical Gaussians, as its networks make them of expression and pose. Made by `HeadStage.createGaussians`. Owns its
 * buffers; borrows those of the head.
 */
export class HeadGaussians implements ISplatSource {
    /** Number of Gaussians. */
    public readonly count: number;
    /** Expressions move the networks, not offsets. */
    public readonly morphTargetCount = 0;
    /** @internal */
    public readonly _skinKernel: ComputeKernel<string>;
    /** @internal */
    public readonly _skinResources: Readonly<Record<string, GPUBuffer>>;

    private readonly _queue: GPUQueue;
    private readonly _perceptron: PerceptronKernel;
    private readonly _compose: ComposeHeadKernel;
    private readonly _octaves: number;
    private readonly _expression: IBranchRun;
    private readonly _pose: IBranchRun | null;
    private readonly _lastPose = new Float64Array(HeadPoseSize).fill(Number.NaN);
    private readonly _decoded: GPUBuffer;
    private readonly _features: GPUBuffer;
    private readonly _composeBindGroup: GPUBindGroup;
    private _version = 0;

    /**
     * @param device device to allocate on; borrowed
     * @param perceptron compiled kernel; borrowed
     * @param compose compiled kernel; borrowed
     * @param buffers the head; borrowed
     * @param skinKernel borrowed
     * @throws AvatarDeviceError `"device-limit"`
     * @internal
     */
    public constructor(
        device: GPUDevice,
        perceptron: PerceptronKernel,
        compose: ComposeHeadKernel,
        buffers: HeadBuffers,
        skinKernel: ComputeKernel<string>,
    ) {
        const { model, label } = buffers;
        const count = model.shares.length;
        const { stride } = DecodedGaussianLayout;
        CheckBufferSize(device, { label, stride, elements: "Gaussians" }, count);
        const featureBytes = model.refiner ? model.channels * 4 : 0;
        if (featureBytes > 0) {
            CheckBufferSize(device, { label, stride: featureBytes, elements: "rows of features" }, count);
        }
        this.count = count;
        this._skinKernel = skinKernel;
        this._queue = device.queue;
        this._perceptron = perceptron;
        this._compose = compose;
        this._octaves = model.octaves;
        const allocate = (title: string, size: number, usage: GPUBufferUsageFlags): GPUBuffer =>
            device.createBuffer({
                label: `${label}, ${title}`,
                size: Math.max(size, 16), // a binding may not be empty
                usage: GPUBufferUsage.STORAGE | usage,
            });
        const run = (shared: IBranchBuffers, title: string, codeSize: number): IBranchRun => {
            const biases = new Float32Array(shared.packed.biases.length);
            const biasBuffer = allocate(`${title} biases`, biases.byteLength, GPUBufferUsage.COPY_DST);
            const outputs = allocate(
                `${title} outputs`,
                shared.pointCount * OutputStride(model) * 4,
                GPUBufferUsage.COPY_SRC,
            );
            const bindGroups = shared.networks.map(({ input, settings, weights }) =>
                perceptron.createBindGroup({
                    perceptron: settings,
                    weights,
                    biases: biasBuffer,
                    inputs: buffers._inputs[input],
                    outputs,
                }),
            );
            const code = new Float64Array(codeSize).fill(Number.NaN);
            return { shared, code, biases, biasBuffer, outputs, bindGroups, isStale: true };
        };
        this._expression = run(buffers._expression, "expression", model.codeSize);
        this._pose = buffers._pose ? run(buffers._pose, "pose", EncodedSize(HeadPoseSize, model.octaves)) : null;
        this._decoded = allocate("decoded", count * stride, GPUBufferUsage.COPY_SRC);
        this._features = allocate("features", count * featureBytes, GPUBufferUsage.COPY_SRC);
        this._composeBindGroup = compose.createBindGroup({
            settings: buffers._settings,
            points: buffers._points,
            byExpression: this._expression.outputs,
            byPose: this._pose?.outputs ?? buffers._nothing,
            decoded: this._decoded,
            features: this._features,
        });
        this._skinResources = {
            settings: buffers._skinSettings,
            decoded: this._decoded,
            influences: buffers._influences,
            morphOffsets: buffers._nothing,
            morphEntries: buffers._nothing,
        };
    }

    /** [N] the Gaussians, see `DecodedGaussianLayout`. */
    public get gaussians(): GPUBuffer {
        return this._decoded;
    }

    /** [N,C] all channels, f32, of heads whose picture is refined; else nothing. */
    public get features(): GPUBuffer {
        return this._features;
    }

    /** Grows by one whenever the Gaussians were made anew. */
    public get version(): number {
        return this._version;
    }

    /** Whether the Gaussians are those of another expression or pose than {@link setCode} has said last. */
    public get isStale(): boolean {
        return this._expression.isStale || this._pose?.isStale === true;
    }

    /**
     * Says what the head does. Networks whose code is as it was are not run again. Makes no objects.
     *
     * @param code [K] or more numbers of the expression
     * @param pose [6] pose of the head, see `IHeadPoseRange`
     */
    public setCode(code: ArrayLike<number>, pose: ArrayLike<number>): void {
        const { _expression: expression, _pose: byPose, _lastPose: last } = this;
        expression.isStale = Copy(code, expression.code) || expression.isStale;
        if (byPose && Copy(pose, last)) {
            EncodePosition(last, 0, HeadPoseSize, this._octaves, byPose.code, 0);
            byPose.isStale = true;
        }
    }

    /**
     * Records what has to be made anew: at most one compute pass. Uploads go through the queue ahead of the encoder. Allocates
     * nothing.
     *
     * @param encoder submitted ahead of the skinning that shall see the result
     * @returns whether there was anything to do
     */
    public encode(encoder: GPUCommandEncoder): boolean {
        const isNew = this.isStale;
        if (isNew) {
            this._version++;
            const pass = encoder.beginComputePass({ label: "make head" });
            this._run(pass, this._expression);
            if (this._pose) {
                this._run(pass, this._pose);
            }
            this._compose.dispatch(
                pass,
                this._composeBindGroup,
                WorkgroupGrid.X(this.count),
                WorkgroupGrid.Y(this.count),
            );
            pass.end();
        }
        return isNew;
    }

    private _run(pass: GPUComputePassEncoder, branch: IBranchRun): void {
        if (!branch.isStale) {
            return;
        }
        branch.isStale = false;
        const { shared, code, biases, biasBuffer, bindGroups } = branch;
        WriteBiases(shared.packed, code, biases);
        this._queue.writeBuffer(biasBuffer, 0, biases);
        const workgroups = Math.ceil(shared.pointCount / PointsPerWorkgroup);
        const x = Math.min(workgroups, MaxWorkgroupsPerAxis);
        for (let network = 0; network < bindGroups.length; network++) {
            this._perceptron.dispatch(pass, bindGroups[network]!, x, Math.ceil(workgroups / MaxWorkgroupsPerAxis));
        }
    }

    /** Frees the buffers; instances that still show them must be gone. Twice is fine. */
    public dispose(): void {
        for (const branch of [this._expression, this._pose]) {
            branch?.biasBuffer.destroy();
            branch?.outputs.destroy();
        }
        this._decoded.destroy();
        this._features.destroy();
    }
}

/** Copies what fits; tells whether anything changed. */
function Copy(from: ArrayLike<number>, to: Float64Array): boolean {
    let isChanged = false;
    for (let i = 0; i < to.length; i++) {
        const value = Number.isFinite(from[i]) ? from[i]! : 0; // a neutral face is better than none
        if (value !== to[i]!) {
            to[i] = value;
            isChanged = true;
        }
    }
    return isChanged;
}
