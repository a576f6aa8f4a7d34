import { type Scene } from "@babylonjs/core/scene.js";

/** What a schedule runs each frame. */
export interface IScheduled {
    /** Node of the pelvis that is moved, or null. */
    readonly ownPelvis: object | null;
    /** What poses the pelvis of the rig that is followed, or null. */
    readonly followedPelvis: object | null;

    /** Runs ahead of the animation step. */
    beforeAnimations(): void;

    /**
     * Runs after the animation step.
     *
     * @param seconds length of the step
     */
    afterAnimations(seconds: number): void;

    /** Runs when everything else of the frame is done, ahead of drawing. */
    pose(): void;
}

const Schedules = new WeakMap<Scene, AnimatorSchedule>();

/**
 * When the animators of a scene do their work: all at the same moment, who is followed ahead of who follows. Poses are made
 * in `onBeforeRenderTargetsRenderObservable`, when all `onBeforeRenderObservable` observers have run (physics, inverse
 * kinematics, game logic) and nothing is drawn yet. Allocates nothing per frame.
 */
export class AnimatorSchedule {
    private readonly _scene: Scene;
    private readonly _items: IScheduled[] = [];
    /** Frame in which each item made its pose. */
    private readonly _posedIn: number[] = [];
    private readonly _byPelvis = new Map<object, IScheduled>();
    private _removeObservers: (() => void)[] = [];
    private _frame = 0;
    private _isDue = false;

    private constructor(scene: Scene) {
        this._scene = scene;
    }

    /**
     * The schedule of a scene.
     *
     * @param scene the scene
     */
    public static Of(scene: Scene): AnimatorSchedule {
        let schedule = Schedules.get(scene);
        if (!schedule) {
            schedule = new AnimatorSchedule(scene);
            Schedules.set(scene, schedule);
        }
        return schedule;
    }

    /**
     * Begins to run something; observes the scene from the first one on.
     *
     * @param item what to run
     */
    public add(item: IScheduled): void {
        if (this._items.length === 0) {
            this._observe();
        }
        this._items.push(item);
        this._posedIn.push(this._frame);
        if (item.ownPelvis) {
            this._byPelvis.set(item.ownPelvis, item);
        }
    }

    /**
     * Runs something no longer; leaves the scene alone after the last one.
     *
     * @param item what was added
     */
    public remove(item: IScheduled): void {
        const at = this._items.indexOf(item);
        if (at < 0) {
            return;
        }
        this._items.splice(at, 1);
        this._posedIn.splice(at, 1);
        if (item.ownPelvis) {
            this._byPelvis.delete(item.ownPelvis);
        }
        if (this._items.length === 0) {
            for (const remove of this._removeObservers.splice(0)) {
                remove();
            }
        }
    }

    private _observe(): void {
        const scene = this._scene;
        this._removeObservers = [
            scene.onBeforeAnimationsObservable.add(() => {
                this._isDue = true;
                for (let i = 0; i < this._items.length; i++) {
                    this._items[i]!.beforeAnimations();
                }
            }),
            scene.onAfterAnimationsObservable.add(() => {
                const seconds = scene.animationsEnabled ? StepOf(scene) : 0;
                for (let i = 0; i < this._items.length; i++) {
                    this._items[i]!.afterAnimations(seconds);
                }
            }),
            // Ahead of the renderer's observer, which skins the Gaussians.
            scene.onBeforeRenderTargetsRenderObservable.add(
                () => {
                    this._poseAll();
                },
                undefined,
                true,
            ),
        ].map((observer) => () => {
            observer.remove();
        });
    }

    private _poseAll(): void {
        if (!this._isDue) {
            return; // every further render target of the frame comes here as well
        }
        this._isDue = false;
        this._frame++;
        for (let i = 0; i < this._items.length; i++) {
            this._pose(this._items[i]!);
        }
    }

    /** Avatars that follow each other in a circle are posed in the order in which they were added. */
    private _pose(item: IScheduled): void {
        const at = this._items.indexOf(item);
        if (this._posedIn[at] === this._frame) {
            return;
        }
        this._posedIn[at] = this._frame;
        const { followedPelvis } = item;
        const leader = followedPelvis ? this._byPelvis.get(followedPelvis) : undefined;
        if (leader) {
            this._pose(leader);
        }
        item.pose();
    }
}

/** Seconds of the scene's last animation step. */
function StepOf(scene: Scene): number {
    const { deltaTime } = scene;
    return (Number.isFinite(deltaTime) ? deltaTime : scene.getEngine().getDeltaTime()) / 1000;
}
