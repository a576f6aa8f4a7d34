import { type AbstractEngine } from "@babylonjs/core/Engines/abstractEngine.js";
import { type Scene } from "@babylonjs/core/scene.js";
import { AvatarRenderer } from "babylon-gaussian-avatar";
import GUI from "lil-gui";
import { Readout } from "./readout.js";
import { SecondsOf, type SceneClock } from "./sceneClock.js";

/** How often figures are brought up to date, milliseconds. */
const FigureInterval = 500;

/** Most seconds that the slider shows where the scene has no clip. */
const LongestScrub = 10;

/** The panel: scenes, playback, figures, and a folder for what the scene itself offers. */
export class Panel {
    /** Folder for the scene's own controls. */
    public readonly controls: GUI;
    private readonly _gui = new GUI({ title: "babylon-gaussian-avatar" });
    private readonly _playback: GUI;
    private readonly _figures = new Readout();
    private readonly _times = new Readout();
    private readonly _listsClips: boolean;
    private _timer: ReturnType<typeof setInterval> | undefined;

    /**
     * @param scenes titles of the scenes by name
     * @param scene name of the scene that is open
     * @param listsClips whether to offer the scene's clips by name
     * @param open opens another
     */
    public constructor(
        scenes: Readonly<Record<string, string>>,
        scene: string,
        listsClips: boolean,
        open: (scene: string) => void,
    ) {
        this._listsClips = listsClips;
        const names = Object.fromEntries(Object.entries(scenes).map(([name, title]) => [title, name]));
        this._gui.add({ scene }, "scene", names).onChange(open);
        this.controls = this._gui.addFolder("Scene");
        this.controls.hide();
        this._playback = this._gui.addFolder("Playback");
        this._gui.addFolder("Figures").$children.append(this._figures.element);
        this._gui.addFolder("GPU time by stage").$children.append(this._times.element);
        if (matchMedia("(max-width: 40rem)").matches) {
            this._gui.close();
        }
    }

    /**
     * Offers playback of a scene's clips, and follows its figures.
     *
     * @param scene the scene
     * @param clock its time
     */
    public follow(scene: Scene, clock: SceneClock): void {
        if (this.controls.children.length > 0) {
            this.controls.show();
        }
        this.refreshClips(scene, clock);
        this._times.show([["not measured on this adapter", ""]]);
        clearInterval(this._timer);
        const showFigures = (): void => {
            this._showFiguresAsync(scene).catch((error: unknown) => {
                clearInterval(this._timer);
                this._figures.show([[error instanceof Error ? error.message : String(error), ""]]);
            });
        };
        this._timer = setInterval(showFigures, FigureInterval);
        showFigures();
    }

    /**
     * Offers the clips that the scene has now.
     *
     * @param scene the scene
     * @param clock its time
     */
    public refreshClips(scene: Scene, clock: SceneClock): void {
        for (const controller of [...this._playback.children]) {
            controller.destroy();
        }
        this._playback
            .add(clock, "isRunning")
            .name("play")
            .onChange(() => {
                clock.release(scene.animationGroups);
            })
            .listen();
        this._playback.add(clock, "speed", 0, 2, 0.05);
        const names = [...new Set(scene.animationGroups.map((group) => group.name))];
        const playing = scene.animationGroups.find((group) => group.isStarted);
        if (this._listsClips && names.length > 1) {
            this._playback.add({ clip: playing?.name ?? "" }, "clip", names).onChange((name: string) => {
                PlayClip(scene, name);
                clock.seek(scene.animationGroups, clock.seconds);
                this.refreshClips(scene, clock);
            });
        }
        const length = playing ? SecondsOf(playing) : LongestScrub;
        // The slider moves within the cycle that plays now: whoever has walked three cycles far stays about there. Its end
        // is a little before the next cycle, on which it would step again and again.
        const cycleStart = (): number => length * Math.floor(clock.seconds / length + 1e-6);
        const scrub = {
            get time(): number {
                return clock.seconds - cycleStart();
            },
            set time(seconds: number) {
                clock.seek(scene.animationGroups, cycleStart() + Math.min(seconds, 0.999 * length));
            },
        };
        this._playback.add(scrub, "time", 0, length, 0.01).decimals(2).listen();
    }

    /** Removes the panel. */
    public dispose(): void {
        clearInterval(this._timer);
        this._gui.destroy();
    }

    private async _showFiguresAsync(scene: Scene): Promise<void> {
        const renderer = await AvatarRenderer.GetAsync(scene);
        const engine: AbstractEngine = scene.getEngine();
        this._figures.show([
            ["splats", renderer.splatCount.toLocaleString("en")],
            ["people", String(renderer.avatarCount)],
            ["frames a second", engine.getFps().toFixed(0)],
        ]);
        renderer.measuresTimes = true;
        const times = await renderer.readTimesAsync();
        if (times) {
            this._times.show(
                Object.entries(times).map(([stage, milliseconds]) => [stage, `${milliseconds.toFixed(2)} ms`]),
            );
        }
    }
}

function PlayClip(scene: Scene, name: string): void {
    for (const group of scene.animationGroups) {
        if (group.name === name) {
            group.start(true);
        } else {
            group.stop();
        }
    }
}
