import { type BodyPointName, type BodyPoints } from "./bodyPoints.js";
import { PointIndex } from "./pointFrames.js";

/** One landmark as trackers give it. */
export interface ILandmark {
    /** To the right of the picture. */
    readonly x: number;
    /** Downwards. */
    readonly y: number;
    /** Away from the camera. */
    readonly z: number;
    /** How likely it is seen, 0..1. */
    readonly visibility?: number | undefined;
}

/** How landmarks are read. */
export interface ILandmarkOptions {
    /**
     * Whether the picture was mirrored before it was tracked, as in a selfie view: x is flipped and sides are swapped, so
     * that the person's left hand is the avatar's left hand. (default: false)
     */
    readonly isMirrored?: boolean;
    /** Landmarks that are less likely seen are taken as unknown (default: 0.5). */
    readonly minVisibility?: number;
}

/** Points of the 33 pose landmarks in the order of MediaPipe; null for those of no use. */
const PosePoints: readonly (BodyPointName | null)[] = [
    "nose",
    null,
    "left_eye",
    null,
    null,
    "right_eye",
    null,
    "left_ear",
    "right_ear",
    null,
    null,
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
    "left_pinky1",
    "right_pinky1",
    "left_index1",
    "right_index1",
    "left_thumb2",
    "right_thumb2",
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
    "left_ankle",
    "right_ankle",
    "left_heel",
    "right_heel",
    "left_toe",
    "right_toe",
];

const Fingers = ["thumb", "index", "middle", "ring", "pinky"] as const;

type Side = "left" | "right";

function Swapped(name: BodyPointName | null): BodyPointName | null {
    const other = name?.replace(/^(left|right)_/, (side) => (side === "left_" ? "right_" : "left_"));
    return (other as BodyPointName | undefined) ?? null;
}

const Index = (name: BodyPointName | null): number => (name === null ? -1 : PointIndex(name));

const PoseIndices = PosePoints.map(Index);
const SwappedPoseIndices = PosePoints.map((name) => Index(Swapped(name)));

/** Wrist, then each finger's three joints and tip, from the thumb. */
function HandIndices(side: Side): readonly number[] {
    const chain = (finger: string): number[] =>
        ["1", "2", "3", "_tip"].map((part) => PointIndex(`${side}_${finger}${part}` as BodyPointName));
    return [PointIndex(`${side}_wrist`), ...Fingers.flatMap(chain)];
}

const HandPoints = { left: HandIndices("left"), right: HandIndices("right") } as const;

/** Where landmarks of a pose, and of a hand, are counted from. */
const Nowhere = new Float64Array(3);
const Origin = new Float64Array(3);

/**
 * Reads the 33 world landmarks of MediaPipe's pose tracker: a person before a camera becomes a body that faces +z.
 * Landmarks not seen are unknown afterwards. Allocates nothing.
 *
 * @param landmarks metres about the middle of the hips
 * @param result receives the points; those that landmarks do not tell are left as they are
 */
export function ReadPoseLandmarks(
    landmarks: readonly ILandmark[],
    result: BodyPoints,
    options: ILandmarkOptions = {},
): void {
    const indices = options.isMirrored === true ? SwappedPoseIndices : PoseIndices;
    const least = options.minVisibility ?? 0.5;
    for (let i = 0; i < indices.length; i++) {
        const landmark = landmarks[i];
        if (indices[i]! >= 0) {
            result.known[indices[i]!] = 0;
            if (landmark && !((landmark.visibility ?? 1) < least)) {
                SetLandmark(landmark, indices[i]!, options, Nowhere, result);
            }
        }
    }
}

/**
 * Reads the 21 world landmarks of MediaPipe's hand tracker and hangs them on the wrist, if that is known. Allocates nothing.
 *
 * @param landmarks metres about the middle of the hand
 * @param side the hand of the picture, as the tracker calls it for a picture that is not mirrored
 * @param result receives the points
 */
export function ReadHandLandmarks(
    landmarks: readonly ILandmark[],
    side: Side,
    result: BodyPoints,
    options: ILandmarkOptions = {},
): void {
    const isMirrored = options.isMirrored === true;
    const indices = HandPoints[isMirrored ? (side === "left" ? "right" : "left") : side];
    const wrist = indices[0]!;
    const origin = landmarks[0];
    if (!origin || landmarks.length < indices.length) {
        return;
    }
    const flip = isMirrored ? -1 : 1;
    const isKnown = result.known[wrist] === 1;
    Origin[0] = isKnown ? result.positions[wrist * 3]! - flip * origin.x : 0;
    Origin[1] = isKnown ? result.positions[wrist * 3 + 1]! + origin.y : 0;
    Origin[2] = isKnown ? result.positions[wrist * 3 + 2]! + origin.z : 0;
    for (let i = 0; i < indices.length; i++) {
        SetLandmark(landmarks[i]!, indices[i]!, options, Origin, result);
    }
}

/** y and z turn round: down becomes up, away from the camera becomes towards it. Numbers go in arrays: arguments are boxed. */
function SetLandmark(
    landmark: ILandmark,
    point: number,
    { isMirrored }: ILandmarkOptions,
    origin: Float64Array,
    result: BodyPoints,
): void {
    const { positions } = result;
    const at = point * 3;
    positions[at] = (isMirrored === true ? -landmark.x : landmark.x) + origin[0]!;
    positions[at + 1] = origin[1]! - landmark.y;
    positions[at + 2] = origin[2]! - landmark.z;
    result.known[point] = Number.isFinite(positions[at] + positions[at + 1]! + positions[at + 2]!) ? 1 : 0;
}
