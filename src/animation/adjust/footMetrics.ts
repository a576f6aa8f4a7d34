import { SmplxJointNames } from "../../format/bodyModel.js";
import { RotatePacked } from "../../math/packedQuaternion.js";
import { type IAvatarBody } from "../pose/avatarBody.js";
import { type BodyKinematics } from "../pose/bodyKinematics.js";
import { FlatGround, type GroundAt, type IGroundPoint, SampleGround } from "./ground.js";

/** How well feet stand: figures over all frames in which the source's feet are in contact. */
export interface IFootMetrics {
    /** Horizontal speed of standing ankles and toe joints, mean, cm/s. */
    readonly slideMean: number;
    /** … which 95 % of them stay below, cm/s. */
    readonly slideP95: number;
    /** Horizontal speed of standing points, weighted 2 − 2^(h/H) by their height h below H = 3.3 cm, mean, cm/s. */
    readonly skateScore: number;
    /** Share of standing points that move faster than 5 cm/s, 0..1. */
    readonly skatingRatio: number;
    /** Distance of the lowest point of standing soles from the ground, mean, mm. */
    readonly soleHeightError: number;
    /** Depth of soles under the ground over all frames, mean, mm. */
    readonly penetrationMean: number;
    /** … and at worst, mm. */
    readonly penetrationMax: number;
    /** Number of points and frames of contact that the figures are about; the figures are 0 when there are none. */
    readonly contactCount: number;
}

/** Height above which a point cannot skate, metres. */
const SkateHeight = 0.033;
/** Speed from which a standing point visibly slides, cm/s. */
const VisibleSlide = 5;

const FootJoints = (["left_ankle", "left_foot", "right_ankle", "right_foot"] as const).map((name) =>
    SmplxJointNames.indexOf(name),
);

/**
 * Measures how well a body's feet stand. Contacts come from the source of the motion (`ContactDetector`), so that a body
 * cannot look better by not standing.
 */
export class FootMeter {
    private readonly _body: IAvatarBody;
    private readonly _groundAt: GroundAt;
    private readonly _slides: number[] = [];
    private readonly _skates: number[] = [];
    private readonly _soleErrors: number[] = [];
    private readonly _depths: number[] = [];
    private readonly _last = new Float64Array(12);
    private readonly _lastContacts = new Uint8Array(4);
    private readonly _offset = new Float64Array(3);
    private readonly _ground: IGroundPoint = { height: 0, normalX: 0, normalY: 1, normalZ: 0 };
    private _lastSeconds = NaN;

    /**
     * @param body the body that moves
     * @param groundAt the ground (default: level, at height 0)
     */
    public constructor(body: IAvatarBody, groundAt: GroundAt = FlatGround) {
        this._body = body;
        this._groundAt = groundAt;
    }

    /**
     * Takes the next frame.
     *
     * @param kinematics of the body, up to date
     * @param contacts [4] 1 where the source's left ankle, left toes, right ankle, right toes stand
     * @param seconds time of the frame
     */
    public add({ positions, rotations }: BodyKinematics, contacts: ArrayLike<number>, seconds: number): void {
        const dt = seconds - this._lastSeconds;
        for (let point = 0; point < FootJoints.length; point++) {
            const at = FootJoints[point]! * 3;
            if (dt > 0) {
                const x = positions[at]! - this._last[point * 3]!;
                const z = positions[at + 2]! - this._last[point * 3 + 2]!;
                const speed = (100 * Math.sqrt(x * x + z * z)) / dt;
                if (contacts[point] === 1 && this._lastContacts[point] === 1) {
                    const height = positions[at + 1]! + this._body.soles[point]! - this._under(positions, at);
                    this._slides.push(speed);
                    this._skates.push(speed * Math.max(0, 2 - 2 ** (Math.max(0, height) / SkateHeight)));
                }
            }
            for (let i = 0; i < 3; i++) {
                this._last[point * 3 + i] = positions[at + i]!;
            }
        }
        for (let side = 0; side < 2; side++) {
            const clearance = this._clearance(positions, rotations, side);
            this._depths.push(1000 * Math.max(0, -clearance));
            if (contacts[side * 2] === 1 || contacts[side * 2 + 1] === 1) {
                this._soleErrors.push(1000 * Math.abs(clearance));
            }
        }
        this._lastContacts.set(contacts);
        this._lastSeconds = seconds;
    }

    /** The figures over all frames so far. */
    public measure(): IFootMetrics {
        const sorted = Float64Array.from(this._slides).sort();
        return {
            slideMean: Mean(this._slides),
            slideP95: sorted[Math.min(sorted.length - 1, Math.floor(0.95 * sorted.length))] ?? 0,
            skateScore: Mean(this._skates),
            skatingRatio: Mean(this._slides.map((speed) => (speed > VisibleSlide ? 1 : 0))),
            soleHeightError: Mean(this._soleErrors),
            penetrationMean: Mean(this._depths),
            penetrationMax: this._depths.reduce((most, depth) => Math.max(most, depth), 0),
            contactCount: this._slides.length,
        };
    }

    /** Height of the lowest of heel, ball and tip of one foot above the ground below it. */
    private _clearance(positions: Float64Array, rotations: Float64Array, side: number): number {
        let lowest = Infinity;
        for (let part = 0; part < 3; part++) {
            const joint = FootJoints[side * 2 + (part === 2 ? 1 : 0)]!;
            RotatePacked(rotations, joint * 4, this._body.solePoints, side * 9 + part * 3, this._offset, 0);
            for (let i = 0; i < 3; i++) {
                this._offset[i]! += positions[joint * 3 + i]!;
            }
            lowest = Math.min(lowest, this._offset[1]! - this._under(this._offset, 0));
        }
        return lowest;
    }

    private _under(points: Float64Array, at: number): number {
        SampleGround(this._groundAt, points[at]!, points[at + 2]!, this._ground);
        return this._ground.height;
    }
}

function Mean(values: readonly number[]): number {
    return values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : 0;
}
