import { type Scene } from "@babylonjs/core/scene.js";
import { AvatarRenderer, type AvatarNetworks } from "babylon-gaussian-avatar";
import { type GUI } from "lil-gui";
import { Readout } from "../readout.js";

/** How often figures are brought up to date, milliseconds. */
const Interval = 500;

/**
 * What a head costs, in the panel: its networks, its picture, and the stages of a frame where the device measures them.
 *
 * @param folder the scene's folder
 * @param networks of the head
 * @param scene as long as it lives
 */
export async function ShowPictureFiguresAsync(folder: GUI, networks: AvatarNetworks, scene: Scene): Promise<void> {
    const renderer = await AvatarRenderer.GetAsync(scene);
    renderer.measuresTimes = true;
    const readout = new Readout();
    folder.$children.append(readout.element);
    const showAsync = async (): Promise<void> => {
        const times = await renderer.readTimesAsync();
        const { picture } = networks;
        readout.show([
            ["networks", `${networks.tier}, ${networks.provider ?? "–"}`],
            ["faces a second", networks.rate.toFixed(1)],
            ["picture", picture.size > 0 ? `${picture.size}²` : "–"],
            ["pictures a second", picture.rate.toFixed(1)],
            ["latency", `${picture.latency.toFixed(0)} ms`],
            ...Object.entries(times ?? {}).map(([stage, time]) => [stage, `${time.toFixed(2)} ms`] as const),
            ...[networks.error, picture.error].flatMap((error) => (error ? [["because", error.message] as const] : [])),
        ]);
    };
    const timer = setInterval(() => void showAsync(), Interval);
    scene.onDisposeObservable.addOnce(() => {
        clearInterval(timer);
    });
}
