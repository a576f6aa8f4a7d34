import { type NetworkPump } from "./networkPump.js";

/** Lets the networks of a scene run, those of bodies and of heads in one line. Fetched when the first of them is wanted. */
export class ScenePump {
    private readonly _device: GPUDevice;
    private _loading: Promise<NetworkPump> | null = null;
    private _pump: NetworkPump | null = null;
    private _isDisposed = false;

    /** @param device the graphics device; borrowed */
    public constructor(device: GPUDevice) {
        this._device = device;
    }

    /** The pump; asked again after a file of the application's bundle did not come, it tries again. */
    public async getAsync(): Promise<NetworkPump> {
        this._loading ??= import(/* webpackChunkName: "networks-pump" */ "./networkPump.js").then((module) => {
            this._pump = new module.NetworkPump();
            if (this._isDisposed) {
                this._pump.dispose();
            }
            return this._pump;
        });
        try {
            return await this._loading;
        } catch (error) {
            this._loading = null;
            throw error;
        }
    }

    /** Goes on with the networks, after the frame. @param budget milliseconds of network work a frame */
    public endFrame(budget: number): void {
        this._pump?.endFrame(budget);
    }

    /** Frees everything as soon as the run under way lets go of it. Behind whoever has put something in. */
    public dispose(): void {
        if (this._isDisposed) {
            return;
        }
        this._isDisposed = true;
        this._pump?.dispose();
        void this._device.lost.then(() => {
            this._pump?.flush(true);
        });
    }
}
