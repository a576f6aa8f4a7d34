import { type IMotion } from "../motion/motion.js";
import { RigPose } from "../motion/rigPose.js";
import { type IRigProfile } from "../rig/rigProfile.js";
import { ContactDetector, type IContactThresholds } from "./contactDetector.js";
import { FindCuts } from "./findCuts.js";
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
    private readonly _frameRate: number;
    private readonly _frames: number;
    /** [F,4] 1 stands, 0 does not, between: lands soon. */
    private readonly _values: Float32Array;
    /** [F] 1 where the motion is cut. */
    private readonly _cuts: Uint8Array;

    /**
     * @param motion the motion
     * @param profile which of its nodes is which joint, and how it rests
     * @param thresholds when a point stands (default: as on a walking person)
     */
    public constructor(motion: IMotion, profile: IRigProfile, thresholds: IContactThresholds = {}) {
        const feet = new SourceFeet(motion.rig, profile);
        feet.learn(motion);
        this._frameRate = motion.frameRate;
        this._frames = Math.round(motion.duration * motion.frameRate) + 1;
        this._values = new Float32Array(this._frames * FootPointCount);
        this._cuts = FindCuts(motion, this._frames);
        const detector = new ContactDetector(thresholds);
        const pose = new RigPose(motion.rig.length);
        for (let frame = 0; frame < this._frames; frame++) {
            motion.sample(frame / this._frameRate, pose);
            feet.update(pose);
            const isCut = this._cuts[frame] === 1;
            if (isCut) {
                detector.reset();
            }
            detector.update(feet, 1 / this._frameRate);
            // Of a single pose, as the T-pose ahead of a recording, only heights are known.
            if ((isCut || frame === 0) && (frame + 1 === this._frames || this._cuts[frame + 1] === 1)) {
                detector.update(feet, 1 / this._frameRate);
            }
            this._values.set(detector.contacts, frame * FootPointCount);
            // Speeds are those of the step to a frame: what stands after the first step stood before it.
            if (frame > 0 && !isCut && (frame === 1 || this._cuts[frame - 1] === 1)) {
                this._values.copyWithin(
                    (frame - 1) * FootPointCount,
                    frame * FootPointCount,
                    (frame + 1) * FootPointCount,
                );
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

    /**
     * Whether the motion is cut between two times: what is seen after has nothing to do with what was before.
     *
     * @param from time of the motion, seconds
     * @param to a later time, seconds
     */
    public isCut(from: number, to: number): boolean {
        const last = Math.min(this._frames - 1, Math.floor(to * this._frameRate + 1e-3));
        for (let frame = Math.floor(from * this._frameRate + 1e-3) + 1; frame <= last; frame++) {
            if (this._cuts[frame] === 1) {
                return true;
            }
        }
        return false;
    }

    /** A foot that leaves the ground for a moment only did not leave it. */
    private _closeGaps(): void {
        const most = Math.round(LongestGap * this._frameRate);
        for (let point = 0; point < FootPointCount; point++) {
            let last = -Infinity;
            for (let frame = 0; frame < this._frames; frame++) {
                if (this._cuts[frame] === 1) {
                    last = -Infinity;
                }
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
            if (this._cuts[Math.floor(i / FootPointCount) + 1] === 1) {
                continue;
            }
            this._values[i] = Math.max(this._values[i]!, this._values[i + FootPointCount]! - step);
        }
    }
}
