import { type IAvatarAsset } from "../../format/avatarAsset.js";
import { SmplxJointNames } from "../../format/bodyModel.js";
import { SlerpPacked } from "../../math/packedQuaternion.js";
import { BodyOfAsset } from "../pose/bodyOfAsset.js";
import { BodyJointCount, BodyPose } from "../pose/bodyPose.js";
import { type IPoseSource } from "../pose/poseSource.js";
import { BodyPoints } from "./bodyPoints.js";
import { type IPointFilterOptions, PointFilter } from "./pointFilter.js";
import { PoseFromPositions } from "./poseFromPositions.js";
import { BodyGround } from "./bodyGround.js";
import { TrackedScale } from "./trackedScale.js";

/** How a tracked person becomes an avatar's pose. */
export interface ITrackedBodyOptions {
    /** Name for messages (default: `"tracked body"`). */
    readonly name?: string;
    /**
     * Where the body is. `"ground"`: its lower foot stands on y = 0 of the avatar, for cameras, which do not tell where the
     * person is. `"points"`: where the points are, for headsets whose space has its floor at y = 0. (default: `"ground"`)
     */
    readonly place?: "ground" | "points";
    /** Metres of the avatar for a metre of the person (default: measured from the legs while they are seen). */
    readonly scale?: number;
    /** Calm against lag. */
    readonly filter?: IPointFilterOptions;
    /** Seconds without the person until she counts as lost, and the avatar holds its pose (default: 0.5). */
    readonly patience?: number;
}

/** Trackers that are slower than this do not make the body slower, seconds. */
const LongestGlide = 0.1;
/** First and last joint of each hand's fingers, and one that only trackers of hands see. */
const Hands = (["left", "right"] as const).map((side) => ({
    from: SmplxJointNames.indexOf(`${side}_index1`),
    to: SmplxJointNames.indexOf(`${side}_thumb3`),
    seen: SmplxJointNames.indexOf(`${side}_middle2`),
}));
const Face = (["jaw", "left_eye", "right_eye"] as const).map((name) => SmplxJointNames.indexOf(name));

/**
 * A person seen by a camera or headset, for `avatar.animator.follow`: points are filtered, the pose is found from them, and
 * glides from one detection to the next, so that trackers may be slower than the picture. Fingers are moved once a hand was
 * seen, jaw and eyes never. Allocates nothing per frame.
 *
 * @example
 * ```ts
 * // MediaPipe: const landmarker = await PoseLandmarker.createFromOptions(…, { runningMode: "VIDEO" });
 * const person = new TrackedBody(avatar.asset);
 * avatar.animator.follow(person);
 * scene.onBeforeAnimationsObservable.add(() => {
 *     const [landmarks] = landmarker.detectForVideo(video, performance.now()).worldLandmarks;
 *     if (landmarks) {
 *         ReadPoseLandmarks(landmarks, person.points);
 *         person.commit();
 *     }
 * });
 * ```
 */
export class TrackedBody implements IPoseSource {
    /** Name for messages. */
    public readonly name: string;
    /** Receives the points of a detection, ahead of {@link commit}; cleared once they are used. */
    public readonly points = new BodyPoints();
    /** [55] 1 for each joint that is posed. */
    public readonly drives = new Uint8Array(BodyJointCount).fill(1);

    private readonly _solver: PoseFromPositions;
    private readonly _filter: PointFilter;
    private readonly _scale: TrackedScale;
    private readonly _ground: BodyGround | null;
    private readonly _patience: number;
    private readonly _from = new BodyPose();
    private readonly _now = new BodyPose();
    private readonly _target = new BodyPose();
    private _isNew = false;
    /** Seconds since the last detection, from there to the one before, and how far the glide is. */
    private _since = Infinity;
    private _interval = 0;
    private _progress = 1;

    /**
     * @param asset the avatar that is posed, `avatar.asset`
     * @param options place, scale, filter
     */
    public constructor(asset: IAvatarAsset, options: ITrackedBodyOptions = {}) {
        const body = BodyOfAsset(asset);
        this.name = options.name ?? "tracked body";
        this._solver = new PoseFromPositions(body);
        this._filter = new PointFilter(options.filter);
        this._scale = new TrackedScale(body, options.scale);
        this._ground = options.place === "points" ? null : new BodyGround(body);
        this._patience = options.patience ?? 0.5;
        for (const joint of Face) {
            this.drives[joint] = 0;
        }
        for (const { from, to } of Hands) {
            this.drives.fill(0, from, to + 1);
        }
    }

    /** Whether the person is seen. */
    public get isTracked(): boolean {
        return this._since <= this._patience;
    }

    /** States that {@link points} holds a new detection. */
    public commit(): void {
        this._isNew = true;
    }

    /** {@inheritDoc IPoseSource.readPose} */
    public readPose(pose: BodyPose, seconds: number): boolean {
        const wasTracked = this.isTracked;
        this._since += seconds;
        if (this._isNew) {
            this._isNew = false;
            this._detect(wasTracked);
        }
        if (!this.isTracked) {
            return false;
        }
        this._progress = this._interval > 0 ? Math.min(1, this._progress + seconds / this._interval) : 1;
        this._glide();
        pose.copyFrom(this._now);
        return true;
    }

    private _detect(wasTracked: boolean): void {
        const { points, _target: target } = this;
        this._filter.apply(points, this._since);
        this._solver.scale = this._scale.learn(points);
        for (let side = 0; side < Hands.length; side++) {
            const { from, to, seen } = Hands[side]!;
            if (points.known[seen] === 1) {
                this.drives.fill(1, from, to + 1);
            }
        }
        if (this._solver.solve(points, target)) {
            this._ground?.stand(target);
            this._from.copyFrom(wasTracked ? this._now : target);
            this._interval = wasTracked ? Math.min(LongestGlide, this._since) : 0;
            this._progress = 0;
            this._since = 0;
        }
        points.clear();
    }

    private _glide(): void {
        const { _from: from, _target: target, _now: now, _progress: amount } = this;
        for (let at = 0; at < BodyJointCount * 4; at += 4) {
            SlerpPacked(from.rotations, at, target.rotations, at, amount, now.rotations, at);
        }
        for (let i = 0; i < 3; i++) {
            now.pelvis[i] = from.pelvis[i]! + (target.pelvis[i]! - from.pelvis[i]!) * amount;
        }
    }
}
