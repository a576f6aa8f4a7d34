import { type AnimationGroup } from "@babylonjs/core/Animations/animationGroup.js";
import { type Scene } from "@babylonjs/core/scene.js";

/**
 * The one time of a scene: its clips follow it, and so does whatever the scene moves by itself. It runs, stands still, or
 * is frozen by the address; in the last case the same address gives the same picture.
 */
export class SceneClock {
    /** Speed of time; 1 is real time. */
    public speed = 1;
    /** Whether time runs. */
    public isRunning = true;
    /** Seconds since the scene began. */
    public seconds: number;
    private readonly _isFrozen: boolean;

    /** @param frozenAt seconds to stand still at, or null to run */
    public constructor(frozenAt: number | null) {
        this.seconds = frozenAt ?? 0;
        this._isFrozen = frozenAt !== null;
        this.isRunning = !this._isFrozen;
    }

    /** Whether the address has frozen time: no inertia, no surprises. */
    public get isFrozen(): boolean {
        return this._isFrozen;
    }

    /**
     * Makes a scene follow this clock.
     *
     * @param scene the scene; its disposal ends it
     */
    public drive(scene: Scene): void {
        scene.onBeforeAnimationsObservable.add(() => {
            scene.animationTimeScale = this.isRunning ? this.speed : 0;
            this.seconds += (scene.getEngine().getDeltaTime() / 1000) * scene.animationTimeScale;
        });
    }

    /**
     * Brings the clips that play to a point of time.
     *
     * @param groups the clips
     * @param seconds the time; clips repeat
     */
    public seek(groups: readonly AnimationGroup[], seconds: number): void {
        this.seconds = seconds;
        for (const group of groups) {
            if (group.isStarted) {
                group.goToFrame(FrameAt(group, seconds + PhaseOf(group)), true); // where clips blend, each by its weight
                if (this._isFrozen && !this.isRunning) {
                    group.pause();
                }
            }
        }
    }

    /**
     * Lets clips go on that {@link seek} has paused in a frozen scene.
     *
     * @param groups the clips
     */
    public release(groups: readonly AnimationGroup[]): void {
        for (const group of groups) {
            group.restart();
        }
    }
}

/**
 * Frame of a clip at a point of time, the clip repeated as Babylon repeats it; the very end is the last frame, not the
 * first again.
 *
 * @param group the clip
 * @param seconds the time since its first frame
 * @returns the frame, from `group.from` to `group.to`
 */
export function FrameAt(group: AnimationGroup, seconds: number): number {
    const frame = Math.max(0, seconds * FramesPerSecond(group));
    const length = group.to - group.from;
    return group.from + (length > 0 && frame > length ? frame % length : Math.min(frame, length));
}

/**
 * How far a clip has played.
 *
 * @param group the clip, playing
 * @returns seconds since its first frame
 */
export function SecondsInto(group: AnimationGroup): number {
    return (group.getCurrentFrame() - group.from) / FramesPerSecond(group);
}

/**
 * Length of a clip.
 *
 * @param group the clip
 * @returns seconds
 */
export function SecondsOf(group: AnimationGroup): number {
    return (group.to - group.from) / FramesPerSecond(group);
}

/**
 * Lets a clip run ahead of the clock, so that the people of a crowd are not in step.
 *
 * @param group the clip, playing
 * @param seconds how far ahead
 */
export function SetPhase(group: AnimationGroup, seconds: number): void {
    group.metadata = { phase: seconds };
    group.goToFrame(FrameAt(group, seconds));
}

function PhaseOf(group: AnimationGroup): number {
    return (group.metadata as { phase?: number } | null)?.phase ?? 0;
}

function FramesPerSecond(group: AnimationGroup): number {
    return group.targetedAnimations[0]?.animation.framePerSecond ?? 60;
}
