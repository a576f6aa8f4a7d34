import { Matrix, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { ConditioningTensors, type IMapModel } from "../../format/mapModel.js";
import { NetworkError } from "../../networks/networkError.js";
import { type INetworkTensor, TensorOfBuffer } from "../../networks/networkTensor.js";
import { TensorReader } from "../../networks/readTensor.js";
import { ConditioningPose } from "../../pipeline/1-pose/conditioningPose.js";
import { type ConditioningInputs } from "../../pipeline/2-maps/conditioningInputs.js";
import { RebindSkinMatrices } from "../affineRows.js";
import { type GaussianAvatar } from "../gaussianAvatar.js";
import { type AvatarView } from "./avatarView.js";

/** What changed since the networks last ran: nothing they would see, where the camera is, or the pose. */
export type PoseChange = "none" | "view" | "pose";

/** Joints that turned by less leave the maps as they are: 0.2 degrees, as 1 − cos of half of it. */
const StillTurn = 1 - Math.cos((0.2 * Math.PI) / 360);

/** Colours that depend on the camera are made anew when it is seen from 2 degrees elsewhere. */
const StillViewCosine = Math.cos((2 * Math.PI) / 180);

/** A lost device says so in the same turn of the event loop, or a few later; milliseconds. */
const LossDelay = 100;

const EncoderDescriptor: GPUCommandEncoderDescriptor = { label: "gaussian avatars, what networks see" };

const InverseWorld = new Matrix();

/** Whether a device is lost: it may refuse what waits for it just before it says so. */
async function IsLostAsync(device: GPUDevice): Promise<boolean> {
    return await Promise.race([
        device.lost.then(() => true),
        new Promise<boolean>((resolve) => setTimeout(resolve, LossDelay, false)),
    ]);
}

/** What the networks of an avatar see: the newest pose, and the camera where they depend on it. */
export class PoseInput {
    private readonly _device: GPUDevice;
    private readonly _avatar: GaussianAvatar;
    private readonly _model: IMapModel;
    private readonly _spaceChanges: Float32Array | null;
    private readonly _inputs: ConditioningInputs;
    private readonly _reader: TensorReader;
    private readonly _pose: ConditioningPose;
    private readonly _rotations: Float32Array;
    private readonly _lastRotations: Float32Array;
    private readonly _skinMatrices: Float32Array;
    private readonly _camera = new Vector3();
    private readonly _view = new Vector3();
    private readonly _lastView = new Vector3();
    private readonly _isResting: readonly boolean[];

    /**
     * @param device the device of the inputs; borrowed
     * @param avatar whose pose; borrowed
     * @param model what its networks see
     * @param spaceChanges [J,12] the model's canonical space → the asset's; null when they are one
     * @param inputs receives it; owned
     */
    public constructor(
        device: GPUDevice,
        avatar: GaussianAvatar,
        model: IMapModel,
        spaceChanges: Float32Array | null,
        inputs: ConditioningInputs,
    ) {
        const { joints } = avatar.asset;
        this._device = device;
        this._avatar = avatar;
        this._model = model;
        this._spaceChanges = spaceChanges;
        this._inputs = inputs;
        this._reader = new TensorReader(device, `${avatar.name}, what networks see`);
        this._pose = new ConditioningPose(joints, model);
        this._rotations = new Float32Array(joints.length * 4);
        this._lastRotations = new Float32Array(joints.length * 4);
        this._skinMatrices = new Float32Array(joints.length * 12);
        const resting = new Set(model.conditioning.restJoints);
        this._isResting = joints.map((_, joint) => resting.has(joint));
    }

    /**
     * Reads the pose that was shown last.
     *
     * @param view how cameras see the avatar
     * @returns what changed since the last {@link encode}
     */
    public read(view: AvatarView): PoseChange {
        this._avatar._pose.readLocalRotations(this._rotations);
        if (this._inputs.viewFront) {
            this._readView(view);
        }
        if (this._hasTurned()) {
            return "pose";
        }
        return this._inputs.viewFront && Vector3.Dot(this._view, this._lastView) < StillViewCosine ? "view" : "none";
    }

    /** Submits what makes the networks' inputs from what {@link read} read. @param change what changed */
    public encode(change: Exclude<PoseChange, "none">): void {
        const encoder = this._device.createCommandEncoder(EncoderDescriptor);
        if (change === "pose") {
            this._lastRotations.set(this._rotations);
            this._pose.compute(this._rotations);
            this._inputs.encodePose(encoder, this._pose.matrices);
        }
        if (this._inputs.viewFront) {
            this._lastView.copyFrom(this._view);
            this._inputs.encodeView(encoder, this._skinMatrices, this._camera);
        }
        this._device.queue.submit([encoder.finish()]);
    }

    /**
     * The networks' inputs, by name.
     *
     * @param isInMemory true to read them back from the device, for networks on the processor
     * @throws NetworkError `device-lost`
     */
    public async getTensorsAsync(isInMemory: boolean): Promise<ReadonlyMap<string, INetworkTensor>> {
        const { viewSize } = this._model.conditioning;
        const { viewFront, viewBack } = this._inputs;
        const viewShape = [1, 1, viewSize, viewSize];
        const tensors = new Map<string, INetworkTensor>([[ConditioningTensors.pose, this.poseMap]]);
        if (viewFront && viewBack) {
            tensors.set(ConditioningTensors.viewFront, TensorOfBuffer(viewFront, viewShape));
            tensors.set(ConditioningTensors.viewBack, TensorOfBuffer(viewBack, viewShape));
        }
        if (!isInMemory) {
            return tensors;
        }
        try {
            return await this._reader.readAsync(tensors);
        } catch (error) {
            if (await IsLostAsync(this._device)) {
                throw new NetworkError("device-lost", "The graphics device was lost while a pose was read from it.", {
                    cause: error,
                });
            }
            throw error;
        }
    }

    /** [1, C, S, S] the pose map as it was made last. */
    public get poseMap(): INetworkTensor {
        const { size, side, channels } = this._model.conditioning;
        return TensorOfBuffer(this._inputs.pose, [1, channels.length * 3 * (side === "both" ? 2 : 1), size, size]);
    }

    /** Frees the inputs. */
    public dispose(): void {
        this._inputs.dispose();
        this._reader.dispose();
    }

    /** Where the camera is in the avatar's own space, and in which direction from the pelvis as it is turned. */
    private _readView(view: AvatarView): void {
        const matrices = this._skinMatrices;
        matrices.set(this._avatar._localSkinMatrices);
        if (this._spaceChanges) {
            RebindSkinMatrices(matrices, this._spaceChanges);
        }
        this._avatar.getWorldMatrix().invertToRef(InverseWorld);
        Vector3.TransformCoordinatesToRef(view.cameraPosition, InverseWorld, this._camera);
        const x = this._camera.x - matrices[3]!;
        const y = this._camera.y - matrices[7]!;
        const z = this._camera.z - matrices[11]!;
        this._view.set(
            matrices[0]! * x + matrices[4]! * y + matrices[8]! * z,
            matrices[1]! * x + matrices[5]! * y + matrices[9]! * z,
            matrices[2]! * x + matrices[6]! * y + matrices[10]! * z,
        );
        this._view.normalize();
    }

    private _hasTurned(): boolean {
        const now = this._rotations;
        const last = this._lastRotations;
        for (let joint = 0; joint < this._isResting.length; joint++) {
            const q = joint * 4;
            const cosine =
                now[q]! * last[q]! +
                now[q + 1]! * last[q + 1]! +
                now[q + 2]! * last[q + 2]! +
                now[q + 3]! * last[q + 3]!;
            if (!this._isResting[joint] && 1 - Math.abs(cosine) > StillTurn) {
                return true;
            }
        }
        return false;
    }
}
