import { IdentityPacked, NormalizePacked } from "../../math/packedQuaternion.js";

/** A goal for a hand or foot: where its wrist or ankle joint shall be. Off (weight 0) until one is set. */
export class Effector {
    /** How far the limb goes to the goal: 0 not at all, 1 all the way. */
    public weight = 0;
    /** Goal of the wrist or ankle joint, avatar space, metres. */
    public readonly position = new Float64Array(3);
    /** Goal of the joint's world rotation, xyzw, avatar space; used when {@link hasRotation}. */
    public readonly rotation = new Float64Array(4);
    /** Whether the hand or foot is turned as well; it keeps its pose otherwise. */
    public hasRotation = false;

    /** Starts without a goal. */
    public constructor() {
        IdentityPacked(this.rotation, 0);
    }

    /** Whether the goal takes effect: its weight is above 0 and its position is a number. */
    public get isActive(): boolean {
        return this.weight > 0 && Number.isFinite(this.position[0]! + this.position[1]! + this.position[2]!);
    }

    /**
     * Sets the goal.
     *
     * @param position where the wrist or ankle shall be, avatar space, metres; out of reach, the limb stretches towards it
     * @param rotation world rotation of the hand or foot, xyzw, avatar space; null keeps its pose
     * @param weight how far the limb goes there, 0..1
     */
    public set(position: ArrayLike<number>, rotation: ArrayLike<number> | null = null, weight = 1): void {
        this.position.set(position);
        this.hasRotation =
            rotation !== null && Number.isFinite(rotation[0]! + rotation[1]! + rotation[2]! + rotation[3]!);
        if (rotation && this.hasRotation) {
            this.rotation.set(rotation);
            NormalizePacked(this.rotation, 0);
        }
        this.weight = Number.isFinite(weight) ? Math.min(1, Math.max(0, weight)) : 0;
    }

    /** Lets go. */
    public clear(): void {
        this.weight = 0;
    }
}
