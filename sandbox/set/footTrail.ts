import { Color4 } from "@babylonjs/core/Maths/math.color.js";
import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { CreateLineSystem } from "@babylonjs/core/Meshes/Builders/linesBuilder.js";
import { type LinesMesh } from "@babylonjs/core/Meshes/linesMesh.js";
import { type Scene } from "@babylonjs/core/scene.js";
import { type GaussianAvatar, type SmplxJointName } from "babylon-gaussian-avatar";

/** Points of a trail; at 60 frames a second they last two and a half seconds. */
const Length = 150;

/** Time between two points, seconds. */
const Interval = 1 / 60;

/** What leaves a trail, and its colour. */
const Trails: readonly { readonly joint: SmplxJointName; readonly color: Color4 }[] = [
    { joint: "left_ankle", color: new Color4(0.16, 0.38, 0.9, 1) },
    { joint: "left_foot", color: new Color4(0.16, 0.38, 0.9, 1) },
    { joint: "right_ankle", color: new Color4(0.82, 0.2, 0.3, 1) },
    { joint: "right_foot", color: new Color4(0.82, 0.2, 0.3, 1) },
];

/** Lines that ankles and toes leave behind: a foot that stands leaves a point, one that slides leaves a line. */
export class FootTrail {
    private readonly _avatar: GaussianAvatar;
    private readonly _lines: Vector3[][] = Trails.map(() => []);
    private readonly _mesh: LinesMesh;
    private _seconds = 0;

    /**
     * @param avatar whose feet
     * @param scene the scene
     */
    public constructor(avatar: GaussianAvatar, scene: Scene) {
        this._avatar = avatar;
        for (const line of this._lines) {
            line.push(...Array.from({ length: Length }, () => new Vector3()));
        }
        this._mesh = CreateLineSystem(
            "trail of feet",
            { lines: this._lines, colors: Colors(), updatable: true },
            scene,
        );
        this._mesh.alwaysSelectAsActiveMesh = true;
        this._mesh.isPickable = false;
        this.clear();
    }

    /** Whether the trail is shown. */
    public set isVisible(value: boolean) {
        this._mesh.isVisible = value;
    }

    /** Begins a new trail where the feet are. */
    public clear(): void {
        this._seconds = 0;
        Trails.forEach(({ joint }, t) => {
            const place = this._place(joint);
            for (const point of this._lines[t]!) {
                point.copyFrom(place);
            }
        });
    }

    /**
     * Lets the trail grow to where the feet are.
     *
     * @param seconds time since the last call
     */
    public grow(seconds: number): void {
        this._seconds += seconds;
        const count = Math.min(Length, Math.floor(this._seconds / Interval));
        this._seconds -= count * Interval;
        Trails.forEach(({ joint }, t) => {
            const line = this._lines[t]!;
            const place = this._place(joint);
            for (let i = 0; i < count; i++) {
                line.push(line.shift()!.copyFrom(place));
            }
            line.at(-1)!.copyFrom(place);
        });
    }

    /** Draws the trail as it is now. */
    public show(): void {
        CreateLineSystem("", { lines: this._lines, instance: this._mesh });
    }

    private _place(joint: SmplxJointName): Vector3 {
        const node = this._avatar.getJoint(joint)!;
        node.computeWorldMatrix(true);
        return node.getAbsolutePosition();
    }
}

/** The older, the fainter. */
function Colors(): Color4[][] {
    return Trails.map(({ color }) =>
        Array.from({ length: Length }, (_, i) => new Color4(color.r, color.g, color.b, i / Length)),
    );
}
