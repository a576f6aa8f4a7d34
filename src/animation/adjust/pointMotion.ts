import { MultiplyPacked, RotatePacked } from "../../math/packedQuaternion.js";
import { ToRotationVectorPacked } from "../../math/packedRotation.js";

/** Where something is, how it is turned, and how fast both change: remembered from frame to frame. */
export class PointMotion {
    /** Position, metres. */
    public readonly position = new Float64Array(3);
    /** Rotation, xyzw. */
    public readonly rotation = new Float64Array(4);
    /** Speed over the last step, m/s. */
    public readonly speed = new Float64Array(3);
    /** Spin over the last step, rotation vector, rad/s. */
    public readonly spin = new Float64Array(3);

    private readonly _turn = new Float64Array(4);

    /** Begins at rest. */
    public start(position: Float64Array, at: number, rotation: Float64Array, rotationAt: number): void {
        this._copy(position, at, rotation, rotationAt);
        this.speed.fill(0);
        this.spin.fill(0);
    }

    /** Goes on to where it is after `dt` seconds; a step of no time keeps the speeds. */
    public advance(position: Float64Array, at: number, rotation: Float64Array, rotationAt: number, dt: number): void {
        if (dt > 0) {
            for (let i = 0; i < 3; i++) {
                this.speed[i] = (position[at + i]! - this.position[i]!) / dt;
                this._turn[i] = -this.rotation[i]!;
            }
            this._turn[3] = this.rotation[3]!;
            MultiplyPacked(rotation, rotationAt, this._turn, 0, this._turn, 0);
            ToRotationVectorPacked(this._turn, 0, this.spin, 0);
            for (let i = 0; i < 3; i++) {
                this.spin[i]! /= dt;
            }
        }
        this._copy(position, at, rotation, rotationAt);
    }

    /** How far a point is from here. */
    public distanceTo(point: Float64Array, at: number): number {
        const x = point[at]! - this.position[0]!;
        const y = point[at + 1]! - this.position[1]!;
        const z = point[at + 2]! - this.position[2]!;
        return Math.sqrt(x * x + y * y + z * z);
    }

    /** Moves it rigidly: turned about the origin, then shifted. */
    public move(turn: Float64Array, x: number, y: number, z: number): void {
        RotatePacked(turn, 0, this.position, 0, this.position, 0);
        MultiplyPacked(turn, 0, this.rotation, 0, this.rotation, 0);
        this.position[0]! += x;
        this.position[1]! += y;
        this.position[2]! += z;
    }

    private _copy(position: Float64Array, at: number, rotation: Float64Array, rotationAt: number): void {
        for (let i = 0; i < 3; i++) {
            this.position[i] = position[at + i]!;
        }
        for (let i = 0; i < 4; i++) {
            this.rotation[i] = rotation[rotationAt + i]!;
        }
    }
}
