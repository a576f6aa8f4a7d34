import { ContactDetector } from "../adjust/contactDetector.js";
import { FootMeter, type IFootMetrics } from "../adjust/footMetrics.js";
import { FootPointCount } from "../adjust/footPoints.js";
import { SourceFeet } from "../adjust/sourceFeet.js";
import { type IMotion } from "../motion/motion.js";
import { type RigPose } from "../motion/rigPose.js";
import { type IAvatarBody } from "../pose/avatarBody.js";
import { type BodyKinematics } from "../pose/bodyKinematics.js";
import { type IRigProfile } from "../rig/rigProfile.js";
import { ErrorStatistics, type IStatistics } from "./errorStatistics.js";

/** Fastest slide that is told apart, cm/s. */
const FastestSlide = 500;

/** How the feet of a body stand next to those of the source, over the contacts of the source. */
export class ComparedFeet {
    private readonly _feet: SourceFeet;
    private readonly _detector = new ContactDetector();
    private readonly _meter: FootMeter;
    private readonly _slides = new ErrorStatistics(FastestSlide);
    private readonly _lastPositions = new Float64Array(FootPointCount * 3);
    private readonly _lastContacts = new Uint8Array(FootPointCount);
    /** Centimetres of the body for one unit of the source. */
    private readonly _scale: number;
    private _lastSeconds = NaN;

    /**
     * @param motion the source; it is run through once, to learn how high its feet are while they stand
     * @param profile which of its nodes is which joint
     * @param body the body, whose ground is y = 0
     */
    public constructor(motion: IMotion, profile: IRigProfile, body: IAvatarBody) {
        this._feet = new SourceFeet(motion.rig, profile);
        this._feet.learn(motion);
        this._meter = new FootMeter(body);
        this._scale = (100 * body.legLength) / Math.max(this._feet.legLength, 1e-9);
    }

    /** Takes the next frame. */
    public add(source: RigPose, kinematics: BodyKinematics, seconds: number): void {
        const { positions } = this._feet;
        const dt = seconds - this._lastSeconds;
        this._feet.update(source);
        this._detector.update(this._feet, dt > 0 ? dt : 0);
        const { contacts } = this._detector;
        for (let point = 0; point < FootPointCount && dt > 0; point++) {
            if (contacts[point] === 1 && this._lastContacts[point] === 1) {
                const x = positions[point * 3]! - this._lastPositions[point * 3]!;
                const z = positions[point * 3 + 2]! - this._lastPositions[point * 3 + 2]!;
                this._slides.add((this._scale * Math.hypot(x, z)) / dt);
            }
        }
        this._meter.add(kinematics, contacts, seconds);
        this._lastPositions.set(positions);
        this._lastContacts.set(contacts);
        this._lastSeconds = seconds;
    }

    /** Figures of the body, and the slide of the source, cm/s at the size of the body. */
    public read(): { feet: IFootMetrics; sourceSlide: IStatistics } {
        return { feet: this._meter.measure(), sourceSlide: this._slides.read() };
    }
}
