import { type IMotion } from "../motion/motion.js";
import { RigPose } from "../motion/rigPose.js";
import { type IRigProfile } from "../rig/rigProfile.js";
import { ContactDetector, type IContactThresholds } from "./contactDetector.js";
import { FootPointCount } from "./footPoints.js";
import { SourceFeet } from "./sourceFeet.js";

/** Feet lie flat when they land: they begin to turn this long before, seconds. */
const Preparation = 0.12;

/** Pauses in a contact that are no longer than this are hitches of the recording, seconds. */
const LongestGap = 0.05;

/**
 * The contacts of a whole recorded motion. Knowing what comes, it tells feet that are about to land, so that they land
 * flat instead of turning on the ground.
 */
export class ContactTrack {
    /** How far the source's feet float above its ground while they stand, in lengths of its leg. */
    public readonly float: number;

    private readonly _frameRate: number;
    private readonly _frames: number;
    /** [F,4] 1 stands, 0 does not, between: lands soon. */
    private readonly _values: Float32Array;

    /**
     * @param motion the motion
     * @param profile which of its nodes is which joint, and how it rests
     * @param thresholds when a point stands (default: as on a walking person)
     */
    public constructor(motion: IMotion, profile: IRigProfile, thresholds: IContactThresholds = {}) {
        const feet = new SourceFeet(motion.rig, profile);
        this.float = feet.learn(motion);
        this._frameRate = motion.frameRate;
        this._frames = Math.round(motion.duration * motion.frameRate) + 1;
        this._values = new Float32Array(this._frames * FootPointCount);
        const detector = new ContactDetector(thresholds);
        const pose = new RigPose(motion.rig.length);
        for (let frame = 0; frame < this._frames; frame++) {
            motion.sample(frame / this._frameRate, pose);
            feet.update(pose);
            detector.update(feet, 1 / this._frameRate);
            this._values.set(detector.contacts, frame * FootPointCount);
            // Speeds are those of the step to a frame: what stands after the first step stood before it.
            if (frame === 1) {
                this._values.copyWithin(0, FootPointCount, 2 * FootPointCount);
            }
        }
        this._closeGaps();
        this._announce();
    }

    /**
     * Reads the contacts at a time; allocates nothing.
     *
     * @param seconds time of the motion
     * @param result [4] receives 1 where left ankle, left toes, right ankle, right toes stand, 0 where not, between where
     * they land soon
     */
    public sample(seconds: number, result: Float32Array): void {
        const frame = Math.min(this._frames - 1, Math.max(0, Math.round(seconds * this._frameRate)));
        for (let point = 0; point < FootPointCount; point++) {
            result[point] = this._values[frame * FootPointCount + point]!;
        }
    }

    /** A foot that leaves the ground for a moment only did not leave it. */
    private _closeGaps(): void {
        const most = Math.round(LongestGap * this._frameRate);
        for (let point = 0; point < FootPointCount; point++) {
            let last = -Infinity;
            for (let frame = 0; frame < this._frames; frame++) {
                if (this._values[frame * FootPointCount + point] !== 1) {
                    continue;
                }
                for (let gap = frame - last <= most + 1 ? last + 1 : frame; gap < frame; gap++) {
                    this._values[gap * FootPointCount + point] = 1;
                }
                last = frame;
            }
        }
    }

    /** Rises from 0 to 1 ahead of every contact. */
    private _announce(): void {
        const step = 1 / (Preparation * this._frameRate + 1);
        for (let i = this._values.length - FootPointCount - 1; i >= 0; i--) {
            this._values[i] = Math.max(this._values[i]!, this._values[i + FootPointCount]! - step);
        }
    }
}
