import { type IMapModel } from "../../format/mapModel.js";
import { ComputeKernel } from "../../gpu/computeKernel.js";
import { ConditioningBuffers, ConditioningTableSteps, type IConditioningTables } from "./conditioningBuffers.js";
import { type IConditioningKernels, ConditioningInputs } from "./conditioningInputs.js";
import { ConditioningShaders, PoseMapBindings, ViewMapBindings } from "./conditioningShaders.js";
import { RunSteps, RunStepsAsync } from "./steps.js";

interface ISharedBuffers {
    readonly buffers: ConditioningBuffers;
    readonly users: Set<object>;
}

/**
 * Stage 2: joint matrices and camera → inputs of the networks of a map model. One thread a pixel.
 *
 * @example
 * ```ts
 * const stage = await ConditioningStage.CreateAsync(device);
 * const inputs = stage.createInputs(model, "ada");
 * inputs.encodePose(encoder, pose.matrices);
 * inputs.encodeView(encoder, skinMatrices, cameraPosition);
 * ```
 */
export class ConditioningStage {
    private readonly _device: GPUDevice;
    private readonly _kernels: IConditioningKernels;
    /** Tables of the models that are in use. */
    private readonly _shared = new Map<IMapModel, ISharedBuffers>();
    /** Tables of models that are about to be used. */
    private readonly _prepared = new WeakMap<IMapModel, IConditioningTables>();

    private constructor(device: GPUDevice, kernels: IConditioningKernels) {
        this._device = device;
        this._kernels = kernels;
    }

    /**
     * Compiles the stage.
     *
     * @param device device to run on; borrowed
     * @returns the stage; it holds no GPU memory of its own
     */
    public static async CreateAsync(device: GPUDevice): Promise<ConditioningStage> {
        const [poseMap, viewMaps] = await Promise.all([
            ComputeKernel.CreateAsync(device, {
                label: "pose map",
                code: ConditioningShaders.poseMap,
                bindings: PoseMapBindings,
            }),
            ComputeKernel.CreateAsync(device, {
                label: "view maps",
                code: ConditioningShaders.viewMaps,
                bindings: ViewMapBindings,
            }),
        ]);
        return new ConditioningStage(device, { poseMap, viewMaps });
    }

    /**
     * Makes the tables of a model while frames go on. Without it, {@link createInputs} makes them at once.
     *
     * @param model the model
     */
    public async prepareAsync(model: IMapModel): Promise<void> {
        if (!this._shared.has(model) && !this._prepared.has(model)) {
            this._prepared.set(model, await RunStepsAsync(ConditioningTableSteps(model)));
        }
    }

    /**
     * Makes the inputs of one avatar. Those of the same model share its tables, which are made for the first and freed with the
     * last.
     *
     * @param model the model
     * @param label name of the avatar, for errors and GPU debuggers
     * @returns the inputs, all 0; the caller disposes them
     * @throws AvatarDeviceError `"device-limit"`; nothing is left behind then
     */
    public createInputs(model: IMapModel, label: string): ConditioningInputs {
        const shared = this._shared.get(model) ?? {
            buffers: new ConditioningBuffers(this._device, model, this._takeTables(model), label),
            users: new Set(),
        };
        const user = {};
        const release = (): void => {
            if (shared.users.delete(user) && shared.users.size === 0) {
                this._shared.delete(model);
                shared.buffers.dispose();
            }
        };
        this._shared.set(model, shared);
        shared.users.add(user);
        try {
            return new ConditioningInputs(this._device, model, label, this._kernels, shared.buffers, release);
        } catch (error) {
            release();
            throw error;
        }
    }
    private _takeTables(model: IMapModel): IConditioningTables {
        const tables = this._prepared.get(model) ?? RunSteps(ConditioningTableSteps(model));
        this._prepared.delete(model);
        return tables;
    }
}
