import { IdentityPacked, RotatePacked } from "../../math/packedQuaternion.js";
import { ShortestRotationPacked } from "../../math/packedRotation.js";
import { Damped } from "./damped.js";
import { type GroundAt, type IGroundPoint, SampleGround } from "./ground.js";
import { type PointMotion } from "./pointMotion.js";

/** How fast a swinging foot follows the ground below it, Hz. */
const SwingFrequency = 5;
/** How fast a foot takes on the slope of the ground, Hz. */
const SlopeFrequency = 3;
/** A swinging foot looks this far ahead of itself, seconds: it has to be up before it gets to a step. */
const LookAhead = 0.15;
const Up = Float64Array.of(0, 1, 0);

/** The ground under one foot, as its heel and ball feel it. */
export class FootGround {
    /** Height of the ground that the foot stands on or swings over, metres, smoothed while it swings. */
    public height = 0;
    /** Rotation from level ground to the slope under the foot, xyzw, smoothed. */
    public readonly slope = new Float64Array(4);

    private readonly _sole: Float64Array;
    private readonly _smooth = new Damped(SwingFrequency);
    private readonly _normal = Float64Array.of(0, 1, 0);
    private readonly _point: IGroundPoint = { height: 0, normalX: 0, normalY: 1, normalZ: 0 };
    private readonly _offset = new Float64Array(3);
    private _felt = 0;

    /** @param sole heel and ball relative to the ankle at rest, three numbers each */
    public constructor(sole: Float64Array) {
        this._sole = sole;
        IdentityPacked(this.slope, 0);
    }

    /** Begins under a foot, at rest. */
    public start(groundAt: GroundAt, { position, rotation }: PointMotion): void {
        this.support(groundAt, position[0]!, position[2]!, rotation);
        this.stand();
        this._sample(groundAt, position[0]!, position[2]!);
        this._normal[0] = this._point.normalX;
        this._normal[1] = this._point.normalY;
        this._normal[2] = this._point.normalZ;
        ShortestRotationPacked(Up, 0, this._normal, 0, this.slope, 0);
    }

    /** How high the ankle is when the sole, turned like this, rests on the ground with its lowest part. */
    public support(groundAt: GroundAt, x: number, z: number, rotation: Float64Array): number {
        let ankle = -Infinity;
        this._felt = -Infinity;
        for (let at = 0; at < 6; at += 3) {
            RotatePacked(rotation, 0, this._sole, at, this._offset, 0);
            const height = this._sample(groundAt, x + this._offset[0]!, z + this._offset[2]!);
            ankle = Math.max(ankle, height - this._offset[1]!);
            this._felt = Math.max(this._felt, height);
        }
        return ankle;
    }

    /** The foot stands: the ground is what {@link support} felt last. */
    public stand(): void {
        this._smooth.reset(this._felt);
        this.height = this._felt;
    }

    /** The foot swings: follows the ground below it and ahead of it. */
    public swing(
        groundAt: GroundAt,
        motion: PointMotion,
        x: number,
        z: number,
        rotation: Float64Array,
        dt: number,
    ): void {
        this.support(groundAt, x, z, rotation);
        const ahead = this._sample(
            groundAt,
            x + this._offset[0]! + motion.speed[0]! * LookAhead,
            z + this._offset[2]! + motion.speed[2]! * LookAhead,
        );
        this._smooth.advance(Math.max(this._felt, ahead), dt);
        this.height = this._smooth.value;
    }

    /** Follows the slope at a point. */
    public tilt(groundAt: GroundAt, x: number, z: number, dt: number): void {
        this._sample(groundAt, x, z);
        const { normalX, normalY, normalZ } = this._point;
        const share = 1 - Math.exp(-2 * Math.PI * SlopeFrequency * dt);
        this._normal[0]! += (normalX - this._normal[0]!) * share;
        this._normal[1]! += (normalY - this._normal[1]!) * share;
        this._normal[2]! += (normalZ - this._normal[2]!) * share;
        ShortestRotationPacked(Up, 0, this._normal, 0, this.slope, 0);
    }

    /** Height of the ground under a point. */
    public under(groundAt: GroundAt, point: Float64Array): number {
        return this._sample(groundAt, point[0]!, point[2]!);
    }

    /** The ground moved up by y. */
    public move(y: number): void {
        this.height += y;
        this._smooth.value += y;
    }

    private _sample(groundAt: GroundAt, x: number, z: number): number {
        SampleGround(groundAt, x, z, this._point);
        return this._point.height;
    }
}
