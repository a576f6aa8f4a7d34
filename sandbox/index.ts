import { type WebGPUEngine } from "@babylonjs/core/Engines/webgpuEngine.js";
import { Scene } from "@babylonjs/core/scene.js";
import { CreateAvatarEngineAsync } from "babylon-gaussian-avatar";
import { ParseAddress, WriteAddress } from "./address.js";
import { MakeElement, ShowError } from "./notice.js";
import { Panel } from "./panel.js";
import { SceneClock } from "./sceneClock.js";
import { type ISandboxScene } from "./sceneDefinition.js";
import { Scenes } from "./sceneList.js";

/** Frames drawn before the page says that it is ready: shaders compile and textures arrive in the first ones. */
const FramesUntilReady = 4;

const address = ParseAddress(location.search);
const canvas = document.querySelector("canvas")!;
const caption = document.querySelector<HTMLElement>("#caption")!;

/** Closes the scene that is open. */
let close = (): void => undefined;

/** Opens a scene in place of the one before. */
async function OpenSceneAsync(engine: WebGPUEngine, name: string): Promise<void> {
    close();
    const definition = Scenes[name]!;
    const scene = new Scene(engine);
    const clock = new SceneClock(address.time);
    const panel = address.hasPanel ? CreatePanel(engine, name) : null;
    const overlay = document.createElement("div");
    document.body.append(overlay);
    let isBuilt = false;
    let isClosed = false;
    close = () => {
        isClosed = true;
        engine.stopRenderLoop();
        panel?.dispose();
        overlay.remove();
        delete document.documentElement.dataset["ready"];
        if (isBuilt) {
            scene.dispose(); // else once it is built: what still loads into it needs it
        }
    };
    ShowCaption(definition);
    try {
        const onClipsChanged = (): void => {
            clock.seek(scene.animationGroups, clock.seconds);
            panel?.refreshClips(scene, clock);
        };
        const parameters = new URLSearchParams(location.search);
        const controls = panel?.controls ?? null;
        await definition.buildAsync(scene, canvas, { clock, controls, overlay, parameters, onClipsChanged });
        isBuilt = true;
        if (isClosed) {
            scene.dispose(); // another scene was chosen while this one was loading
            return;
        }
        clock.drive(scene);
        if (clock.isFrozen) {
            clock.seek(scene.animationGroups, clock.seconds);
        }
        panel?.follow(scene, clock);
        await scene.whenReadyAsync();
        if (!isClosed) {
            RunScene(engine, scene, clock.isFrozen && !address.hasPanel);
        }
    } catch (error) {
        isBuilt = true;
        scene.dispose();
        if (!isClosed) {
            ShowError(overlay, error);
        }
    }
}

/** The panel with the list of scenes. */
function CreatePanel(engine: WebGPUEngine, name: string): Panel {
    const titles = Object.fromEntries(Object.entries(Scenes).map(([key, { title }]) => [key, title]));
    return new Panel(titles, name, !Scenes[name]!.choosesClips, (next) => {
        WriteAddress(next);
        void OpenSceneAsync(engine, next);
    });
}

/** Draws a scene over and over; a still picture only until it is ready, and again when the page changes its size. */
function RunScene(engine: WebGPUEngine, scene: Scene, isStill: boolean): void {
    let frames = 0;
    engine.runRenderLoop(() => {
        scene.render();
        if (scene.isReady() && ++frames === FramesUntilReady) {
            document.documentElement.dataset["ready"] = "true";
            if (isStill) {
                engine.stopRenderLoop();
            }
        }
    });
    const resized = (): void => {
        engine.resize();
        if (isStill) {
            engine.beginFrame();
            scene.render();
            engine.endFrame();
        }
    };
    window.addEventListener("resize", resized);
    scene.onDisposeObservable.addOnce(() => {
        window.removeEventListener("resize", resized);
    });
}

function ShowCaption({ title, description, hint }: ISandboxScene): void {
    const line = MakeElement("p", hint);
    line.className = "hint";
    caption.replaceChildren(MakeElement("h1", title), MakeElement("p", description), line);
    caption.hidden = !address.hasPanel;
}

try {
    const engine = await CreateAvatarEngineAsync(canvas);
    // Without a cap a slow adapter falls ever further behind the pointer.
    engine.maxFramesInFlight = 2;
    const first = Object.keys(Scenes)[0]!;
    await OpenSceneAsync(
        engine,
        address.scene !== null && Object.hasOwn(Scenes, address.scene) ? address.scene : first,
    );
} catch (error) {
    ShowError(document.body.appendChild(document.createElement("div")), error);
}
