import { type Vector3Tuple } from "../../math/vector3.js";

/** What a camera looks at. */
export type CameraTarget = "body" | "upper" | "face" | "leftHand" | "rightHand" | "head";

/** What a capture is of: a whole person, or a head and nothing else. */
export type CaptureSubjectKind = "body" | "head";

/** Whether a camera or a frame is for training, or kept to measure with. */
export type CaptureSplit = "train" | "heldOut";

/** A camera of the studio. */
export interface IRigCamera {
    /** Name of its folder: `cam00`, `cam01`, … */
    readonly name: string;
    /** What it looks at. Cameras of the whole body stand, all others follow. */
    readonly target: CameraTarget;
    /** Whether it is for training. */
    readonly split: CaptureSplit;
}

/** How the cameras of one kind stand. */
export interface IFraming {
    /** Metres between the middle of what is looked at and the lens. */
    readonly distance: number;
    /** Metres that a pixel covers there in a picture of {@link NominalSize}. */
    readonly metresPerPixel: number;
    /** Cameras for training, those kept for measuring, and how many of the former shoot one frame. */
    readonly counts: { readonly train: number; readonly heldOut: number; readonly shots: number };
    /** Lowest and highest elevation, degrees above the horizon of the frame the camera lives in. */
    readonly elevation: readonly [number, number];
    /** Degrees to either side that the cameras spread over. */
    readonly spread: number;
}

/** Side of the pictures for which the scales of {@link Framings} are meant, pixels. */
export const NominalSize = 512;

/**
 * The kinds of cameras. Five views of the whole body, two of the upper body, one close-up of the face and one of a hand a
 * frame gave the best people per picture: close-ups alone leave the silhouette loose, whole bodies alone leave faces soft.
 * Elevations and scales are those of published rigs (THuman4.0, AvatarReX), which hang between knee and ceiling.
 */
export const Framings: Readonly<Record<CameraTarget, IFraming>> = {
    body: {
        distance: 4,
        metresPerPixel: 0.004,
        counts: { train: 12, heldOut: 4, shots: 5 },
        elevation: [-9, 29],
        spread: 180,
    },
    upper: {
        distance: 3,
        metresPerPixel: 0.002,
        counts: { train: 8, heldOut: 3, shots: 2 },
        elevation: [-9, 25],
        spread: 180,
    },
    face: {
        distance: 1.3,
        metresPerPixel: 0.0008,
        counts: { train: 10, heldOut: 3, shots: 1 },
        elevation: [-15, 25],
        spread: 150,
    },
    leftHand: {
        distance: 1,
        metresPerPixel: 0.001,
        counts: { train: 6, heldOut: 2, shots: 1 },
        elevation: [-25, 50],
        spread: 100,
    },
    rightHand: {
        distance: 1,
        metresPerPixel: 0.001,
        counts: { train: 6, heldOut: 2, shots: 1 },
        elevation: [-25, 50],
        spread: 100,
    },
    // With hair above it, neck and shoulders below: what a picture spans is what networks that see whole pictures are trained with.
    head: {
        distance: 1.6,
        metresPerPixel: 0.001,
        counts: { train: 16, heldOut: 4, shots: 4 },
        elevation: [-15, 25],
        spread: 165,
    },
};

/** The kinds of cameras that take part in a capture. */
export const TargetsOf: Readonly<Record<CaptureSubjectKind, readonly CameraTarget[]>> = {
    body: ["body", "upper", "face", "leftHand", "rightHand"],
    head: ["head"],
};

/** Close-ups of face and head crowd towards the front, where people look: share of the spread to this power. */
const FaceCrowding = 1.4;

/** Share of half the picture that the whole body may fill, to every side. */
export const BodyFill = 0.97;

/** The same of the bust that is left of a body when its head is captured; the head turns, and the cameras with it. */
export const BustFill = 0.94;

/** A ball; what is outside of it is not captured. */
export interface ICaptureBounds {
    /** Metres. */
    readonly center: Vector3Tuple;
    /** Metres. */
    readonly radius: number;
}

/** A camera and the direction in which it stands from what it looks at. */
export interface IPlacedCamera extends IRigCamera {
    /** Unit vector target → lens in the frame of the target: of the world, of the head, or of the hand's outer side. */
    readonly direction: Vector3Tuple;
}

/** Fractional parts of its multiples are spread evenly however many are taken. */
const GoldenRatio = (Math.sqrt(5) - 1) / 2;

/**
 * Places the cameras of a studio.
 *
 * @param seed turns the ring
 * @param of what the capture is of
 * @returns the cameras, in the order of their names
 */
export function PlaceCameras(seed: number, of: CaptureSubjectKind = "body"): IPlacedCamera[] {
    const placed: Omit<IPlacedCamera, "name">[] = [];
    for (const target of TargetsOf[of]) {
        const { counts, elevation, spread } = Framings[target];
        for (const split of ["train", "heldOut"] as const) {
            for (let i = 0; i < counts[split]; i++) {
                // Held-out cameras stand in the middle of gaps between those for training.
                const gap = Math.floor(((i + 0.5) * counts.train) / counts.heldOut);
                const share = (split === "train" ? i + 0.25 : gap + 0.75) / counts.train;
                const turn = spread === 180 ? EvenFraction(seed) / counts.train : 0;
                const across = 2 * (share + turn) - 1;
                const azimuth =
                    target === "face" || target === "head"
                        ? Math.sign(across) * Math.abs(across) ** FaceCrowding * spread
                        : across * spread;
                const height = Fraction(EvenFraction(i + 1) + (split === "train" ? 0 : 0.5));
                placed.push({
                    target,
                    split,
                    direction: Direction(azimuth, elevation[0] + height * (elevation[1] - elevation[0])),
                });
            }
        }
    }
    return placed.map((camera, i) => ({ name: `cam${String(i).padStart(2, "0")}`, ...camera }));
}

/**
 * The n-th number of a sequence that fills 0..1 evenly.
 *
 * @param n its place, any number
 * @returns 0 ≤ x < 1
 */
export function EvenFraction(n: number): number {
    return Fraction(n * GoldenRatio);
}

/** Unit vector: azimuth 0 is +z, positive goes to +x, degrees; elevation above the horizon. */
function Direction(azimuth: number, elevation: number): Vector3Tuple {
    const [a, e] = [(azimuth * Math.PI) / 180, (elevation * Math.PI) / 180];
    return [Math.sin(a) * Math.cos(e), Math.sin(e), Math.cos(a) * Math.cos(e)];
}

function Fraction(value: number): number {
    return value - Math.floor(value);
}
