import { type Scene } from "@babylonjs/core/scene.js";
import { type GaussianAttribute, type GaussianAvatar, type IGaussianMap } from "babylon-gaussian-avatar";
import { MakeElement } from "../notice.js";

/** What a picture shows: red, green and blue are the first three numbers of a texel, grey is a single one. */
interface IPicture {
    readonly map: "pose" | GaussianAttribute;
    readonly title: string;
    /** Numbers from black to white; null for what the map itself spans. */
    readonly range: readonly [number, number] | null;
}

const Pictures: readonly IPicture[] = [
    { map: "pose", title: "pose, as they see it", range: null },
    { map: "position", title: "offset", range: null },
    { map: "color", title: "colour", range: [0, 1] },
    { map: "opacity", title: "opacity", range: null },
    { map: "scale", title: "size", range: null },
    { map: "rotation", title: "rotation", range: [-1, 1] },
];

/** A map spans so many standard deviations on both sides of its mean: a few texels far off do not turn it grey. */
const SpannedDeviations = 2.5;

/** Pictures up to this width show their texels, pixels. */
const CrispWidth = 512;

/** Milliseconds between two looks at the maps: reading them back takes time from the frame. */
const Interval = 500;

/** The maps of an avatar as pictures, front and back side by side, brought up to date twice a second. */
export class MapPictures {
    private readonly _element = document.createElement("details");
    private readonly _figures = new Map<IPicture, HTMLCanvasElement>();
    private readonly _credits = document.createElement("p");
    private _avatar: GaussianAvatar;
    private _isReading = false;

    /**
     * @param overlay where they are shown; folded away at first where they would cover the scene
     * @param avatar whose maps
     * @param scene as long as it lives
     */
    public constructor(overlay: HTMLElement, avatar: GaussianAvatar, scene: Scene) {
        this._element.className = "report maps";
        this._element.open = matchMedia("(min-width: 64rem)").matches;
        this._element.append(MakeElement("summary", "Maps, front and back"), this._credits);
        for (const picture of Pictures) {
            const figure = document.createElement("figure");
            const canvas = document.createElement("canvas");
            figure.append(MakeElement("figcaption", picture.title), canvas);
            this._element.append(figure);
            this._figures.set(picture, canvas);
        }
        overlay.append(this._element);
        this._avatar = avatar;
        this.follow(avatar);
        const timer = setInterval(() => void this._refreshAsync(), Interval);
        scene.onDisposeObservable.addOnce(() => {
            clearInterval(timer);
        });
    }

    /**
     * Shows another avatar's maps from now on.
     *
     * @param avatar whose maps, and whose notices
     */
    public follow(avatar: GaussianAvatar): void {
        this._avatar = avatar;
        this._credits.textContent = avatar.asset.credits.notices[0] ?? "";
        for (const canvas of this._figures.values()) {
            canvas.parentElement!.hidden = true;
        }
    }

    private async _refreshAsync(): Promise<void> {
        if (this._isReading || !this._element.open) {
            return;
        }
        this._isReading = true;
        const avatar = this._avatar;
        try {
            for (const [picture, canvas] of this._figures) {
                // eslint-disable-next-line no-await-in-loop -- six copies at once would hold up a frame
                const map = await avatar.networks.readMapAsync(picture.map);
                if (avatar !== this._avatar) {
                    return;
                }
                canvas.parentElement!.hidden = map === null;
                if (map) {
                    Paint(canvas, Activated(map, picture, avatar), picture.range);
                }
            }
        } catch (error) {
            console.warn(error); // the avatar went while it was looked at
        } finally {
            this._isReading = false;
        }
    }
}

/** Colours as they are seen: maps hold the numbers ahead of that. */
function Activated(map: IGaussianMap, picture: IPicture, { asset, networks }: GaussianAvatar): IGaussianMap {
    const model = asset.mapModels.find(({ tier }) => tier === networks.tier);
    const isLogit = picture.map === "color" && model?.decoding.colorActivation === "sigmoid";
    return isLogit ? { ...map, data: map.data.map((value) => 1 / (1 + Math.exp(-value))) } : map;
}

function Paint(
    canvas: HTMLCanvasElement,
    { width, height, components, data }: IGaussianMap,
    range: IPicture["range"],
): void {
    canvas.width = width;
    canvas.height = height;
    // Shrunk texel by texel, large maps would lose most of them.
    canvas.style.imageRendering = width > CrispWidth ? "auto" : "pixelated";
    const context = canvas.getContext("2d")!;
    const image = context.createImageData(width, height);
    const [from, to] = range ?? SpanOf(data);
    for (let texel = 0; texel < width * height; texel++) {
        for (let channel = 0; channel < 3; channel++) {
            const value = data[texel * components + Math.min(channel, components - 1)]!;
            image.data[texel * 4 + channel] = (255 * (value - from)) / (to - from);
        }
        image.data[texel * 4 + 3] = Number.isNaN(data[texel * components]!) ? 0 : 255;
    }
    context.putImageData(image, 0, 0);
}

function SpanOf(data: Float32Array): readonly [number, number] {
    let [count, sum, squares] = [0, 0, 0];
    for (const value of data) {
        // Texels without a Gaussian, and pixels of the pose map that see none.
        if (!Number.isNaN(value) && value !== 0) {
            count++;
            sum += value;
            squares += value * value;
        }
    }
    const mean = sum / Math.max(1, count);
    const reach = SpannedDeviations * Math.sqrt(Math.max(0, squares / Math.max(1, count) - mean * mean)) + 1e-9;
    return [mean - reach, mean + reach];
}
