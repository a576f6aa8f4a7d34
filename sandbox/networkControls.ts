import { type Scene } from "@babylonjs/core/scene.js";
import { type AvatarNetworks, type AvatarRenderer, type AvatarTier } from "babylon-gaussian-avatar";
import { type Controller, type GUI } from "lil-gui";
import { Readout } from "./readout.js";

/** How often figures are brought up to date, milliseconds. */
const FigureInterval = 500;

/** Ranges of the sliders: updates a second, milliseconds a frame. */
const Most = { rate: 60, budget: 16 } as const;

/** Settings and figures of an avatar's networks in the panel. */
export class NetworkControls {
    private readonly _folder: GUI;
    private readonly _readout = new Readout();
    private _controllers: Controller[] = [];
    private _networks: AvatarNetworks;

    /**
     * @param folder the scene's folder
     * @param networks whose
     * @param renderer whose budget is shared out among them
     * @param scene as long as it lives
     */
    public constructor(folder: GUI, networks: AvatarNetworks, renderer: AvatarRenderer, scene: Scene) {
        this._folder = folder;
        this._networks = networks;
        this.follow(networks);
        folder.add(renderer, "networkBudget", 0.5, Most.budget, 0.5).name("ms a frame");
        folder.$children.append(this._readout.element);
        const timer = setInterval(() => {
            this._showFigures();
        }, FigureInterval);
        scene.onDisposeObservable.addOnce(() => {
            clearInterval(timer);
        });
    }

    /**
     * Shows another avatar's from now on.
     *
     * @param networks whose
     */
    public follow(networks: AvatarNetworks): void {
        for (const controller of this._controllers) {
            controller.destroy();
        }
        this._networks = networks;
        const tiers: readonly (AvatarTier | "auto")[] = ["auto", ...networks.availableTiers];
        this._controllers = [
            this._folder.add(networks, "preferredTier", [...tiers]).name("tier"),
            this._folder.add(networks, "maximumRate", 0, Most.rate, 1).name("updates, most"),
        ];
        this._showFigures();
    }

    private _showFigures(): void {
        const { state, tier, provider, rate, latency, progress, error } = this._networks;
        this._readout.show([
            ["state", state === "loading" ? `loading, ${(progress * 100).toFixed(0)} %` : state],
            ["tier shown", tier],
            ["runs on", provider ?? "–"],
            ["updates a second", rate.toFixed(1)],
            ["latency", `${latency.toFixed(0)} ms`],
            ...(error ? [["because", error.message] as const] : []),
        ]);
    }
}
