import { type INetworkTensor } from "./networkTensor.js";

/** Tensors that do not depend on the camera, shared by the runs of one pose and freed with the last of them. */
export class TrunkTensors {
    /** By name. */
    public readonly tensors = new Map<string, INetworkTensor>();

    private _users = 0;

    /** Another run needs them. */
    public retain(): void {
        this._users++;
    }

    /** A run needs them no longer. */
    public release(): void {
        this._users--;
        if (this._users === 0) {
            this.tensors.forEach((tensor) => tensor.dispose());
            this.tensors.clear();
        }
    }
}
