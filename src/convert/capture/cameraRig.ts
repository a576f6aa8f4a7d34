import { SmplxJointNames } from "../../format/bodyModel.js";
import { type IPinhole } from "../../math/pinhole.js";
import { RotateVector3, type QuaternionTuple } from "../../math/quaternion.js";
import {
    AddVector3,
    CrossVector3,
    DotVector3,
    LerpVector3,
    NormalizeVector3,
    ScaleVector3,
    SubtractVector3,
    type Vector3Tuple,
} from "../../math/vector3.js";

/** What a camera looks at. */
export type CameraTarget = "body" | "upper" | "face" | "leftHand" | "rightHand";

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

/** Where the joints of a posed body are, world space, as forward kinematics leaves them. */
export interface IPosedJoints {
    /** [55,3] metres. */
    readonly positions: ArrayLike<number>;
    /** [55,4] world rotations xyzw; a joint at rest is not rotated. */
    readonly rotations: ArrayLike<number>;
}

/** How a studio is set up. */
export interface ICameraRigOptions {
    /** Turns the ring of cameras, and which of them shoot a frame. */
    readonly seed: number;
    /** Side of the square pictures, pixels. */
    readonly size: number;
    /** [55,3] joints of the subject at rest, metres. */
    readonly restJoints: ArrayLike<number>;
    /** Middle of the room, which the cameras of the whole body look at, metres. */
    readonly center: Vector3Tuple;
    /** Tangent of half the angle that the cameras of the whole body need, see {@link RoomReach}. */
    readonly reach: number;
}

/** How the cameras of one kind stand. */
interface IFraming {
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

/** Side of the pictures for which the scales below are meant, pixels. */
const NominalSize = 512;

/**
 * The kinds of cameras. Five views of the whole body, two of the upper body, one close-up of the face and one of a hand a
 * frame gave the best people per picture: close-ups alone leave the silhouette loose, whole bodies alone leave faces soft.
 * Elevations and scales are those of published rigs (THuman4.0, AvatarReX), which hang between knee and ceiling.
 */
const Framings: Readonly<Record<CameraTarget, IFraming>> = {
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
};

/** Close-ups of the face crowd towards its front, where people look: share of the spread to this power. */
const FaceCrowding = 1.4;

/** Share of half the picture that the whole body may fill, to every side. */
const BodyFill = 0.97;

/** Fractional parts of multiples of the golden ratio: spread evenly however many are taken. */
const GoldenRatio = (Math.sqrt(5) - 1) / 2;

/** Below this distance from the axis of the body, metres, a hand has no outer side. */
const HandAxisRadius = 0.05;

const Up: Vector3Tuple = [0, 1, 0];

/** A camera and the direction in which it stands from what it looks at. */
interface IPlacedCamera extends IRigCamera {
    /** Unit vector target → lens in the frame of the target: of the world, of the head, or of the hand's outer side. */
    readonly direction: Vector3Tuple;
}

/**
 * The cameras of the studio. Those of the whole body stand on a ring about the room; those of the upper body follow the
 * chest without turning; those of the face are fixed to the head; those of a hand stand on the side of the hand that
 * looks away from the body, so that no lens is ever inside it. Held-out cameras stand at azimuths between those for training.
 *
 * @example
 * ```ts
 * const rig = new CameraRig({ seed: 1, size: 512, restJoints, center: [0, 0.9, 0], reach: 0.256 });
 * const shots = rig.shots(7, "train").map((camera) => rig.pinhole(camera, kinematics));
 * ```
 */
export class CameraRig {
    /** The cameras, in the order of their names. */
    public readonly cameras: readonly IRigCamera[];
    private readonly _placed: readonly IPlacedCamera[];
    private readonly _options: ICameraRigOptions;
    private readonly _offsets: Readonly<Record<CameraTarget, Vector3Tuple>>;

    /** @param options how the studio is set up */
    public constructor(options: ICameraRigOptions) {
        this._options = options;
        this._placed = PlaceCameras(options.seed);
        this.cameras = this._placed.map(({ name, target, split }) => ({ name, target, split }));
        this._offsets = TargetOffsets(options.restJoints);
    }

    /** Side of the square pictures, pixels. */
    public get size(): number {
        return this._options.size;
    }

    /**
     * The cameras that shoot a frame: for training a few of each kind, spread over the azimuths and in turn; when held out
     * all that are held out. Of the hands, frames take turns.
     *
     * @param frame number of the frame in its split
     * @param split what the frame is for
     * @returns indices into {@link cameras}, ascending
     */
    public shots(frame: number, split: CaptureSplit): number[] {
        const chosen: number[] = [];
        for (const target of Object.keys(Framings) as CameraTarget[]) {
            const indices = [...this.cameras.keys()].filter(
                (i) => this.cameras[i]!.target === target && this.cameras[i]!.split === split,
            );
            if (split === "heldOut") {
                chosen.push(...indices);
            } else if (target !== (frame % 2 === 0 ? "rightHand" : "leftHand")) {
                chosen.push(...Spread(indices, Framings[target].counts.shots, frame, this._options.seed));
            }
        }
        return chosen.sort((a, b) => a - b);
    }

    /**
     * Where a camera is.
     *
     * @param camera index into {@link cameras}
     * @param joints the body in the pose of the frame; null for a camera that stands
     * @returns the calibrated camera
     * @throws RangeError when a camera that follows is asked for without joints
     */
    public pinhole(camera: number, joints: IPosedJoints | null): IPinhole {
        const placed = this._placed[camera]!;
        const { size, center, reach } = this._options;
        const { distance, metresPerPixel } = Framings[placed.target];
        const scale = (NominalSize / size) * metresPerPixel;
        if (placed.target === "body") {
            const focal = Math.min(distance / scale, ((size / 2) * BodyFill) / reach);
            return LookAt(center, placed.direction, Up, distance, focal, size);
        }
        if (!joints) {
            throw new RangeError(`Camera ${placed.name} follows the body: where its joints are must be given.`);
        }
        const { target, direction, up } = this._follow(placed, joints);
        return LookAt(target, direction, up, distance, distance / scale, size);
    }

    private _follow(
        { target: kind, direction }: IPlacedCamera,
        joints: IPosedJoints,
    ): { target: Vector3Tuple; direction: Vector3Tuple; up: Vector3Tuple } {
        const joint = SmplxJointNames.indexOf(FollowedJoints[kind]);
        const rotation = RotationAt(joints, joint);
        const target = AddVector3(PositionAt(joints, joint), RotateVector3(rotation, this._offsets[kind]));
        if (kind === "face") {
            return { target, direction: RotateVector3(rotation, direction), up: RotateVector3(rotation, Up) };
        }
        if (kind === "upper") {
            return { target, direction, up: Up };
        }
        return { target, direction: RotateVector3(OuterSide(target, joints), direction), up: Up };
    }
}

/** The joint that moves what a camera looks at. */
const FollowedJoints: Readonly<Record<CameraTarget, (typeof SmplxJointNames)[number]>> = {
    body: "pelvis",
    upper: "spine3",
    face: "head",
    leftHand: "left_wrist",
    rightHand: "right_wrist",
};

/** From the followed joint to the middle of what is looked at, at rest. */
function TargetOffsets(rest: ArrayLike<number>): Record<CameraTarget, Vector3Tuple> {
    const at = (name: (typeof SmplxJointNames)[number]): Vector3Tuple => Triple(rest, SmplxJointNames.indexOf(name));
    const from = (kind: CameraTarget, target: Vector3Tuple): Vector3Tuple =>
        SubtractVector3(target, at(FollowedJoints[kind]));
    const eyes = LerpVector3(at("left_eye"), at("right_eye"), 0.5);
    return {
        body: [0, 0, 0],
        upper: from("upper", LerpVector3(at("spine3"), at("neck"), 0.5)),
        // Half way between the neck's end and the eyes is the middle of the skull; hair needs room above, the chin below.
        face: from("face", LerpVector3(at("head"), eyes, 0.65)),
        leftHand: from("leftHand", at("left_middle1")),
        rightHand: from("rightHand", at("right_middle1")),
    };
}

function PlaceCameras(seed: number): IPlacedCamera[] {
    const placed: Omit<IPlacedCamera, "name">[] = [];
    for (const target of Object.keys(Framings) as CameraTarget[]) {
        const { counts, elevation, spread } = Framings[target];
        for (const split of ["train", "heldOut"] as const) {
            for (let i = 0; i < counts[split]; i++) {
                // Held-out cameras stand in the middle of gaps between those for training.
                const gap = Math.floor(((i + 0.5) * counts.train) / counts.heldOut);
                const share = (split === "train" ? i + 0.25 : gap + 0.75) / counts.train;
                const turn = spread === 180 ? Fraction(seed * GoldenRatio) / counts.train : 0;
                const across = 2 * (share + turn) - 1;
                const azimuth =
                    target === "face" ? Math.sign(across) * Math.abs(across) ** FaceCrowding * spread : across * spread;
                const height = Fraction((i + 1) * GoldenRatio + (split === "train" ? 0 : 0.5));
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

/** `count` of the indices, evenly apart, beginning elsewhere each frame. */
function Spread(indices: readonly number[], count: number, frame: number, seed: number): number[] {
    const start = Math.floor(Fraction((frame + 1 + seed * 31) * GoldenRatio) * indices.length);
    return Array.from(
        { length: count },
        (_, k) => indices[(start + Math.round((k * indices.length) / count)) % indices.length]!,
    );
}

/** Turn about the vertical that brings +z to where the hand's outer side looks: away from the axis of the body. */
function OuterSide(hand: Vector3Tuple, joints: IPosedJoints): QuaternionTuple {
    const pelvis = PositionAt(joints, SmplxJointNames.indexOf("pelvis"));
    let [x, , z] = SubtractVector3(hand, pelvis);
    if (Math.hypot(x, z) < HandAxisRadius) {
        [x, , z] = RotateVector3(RotationAt(joints, 0), [0, 0, 1]);
    }
    const half = Math.atan2(x, z) / 2;
    return [0, Math.sin(half), 0, Math.cos(half)];
}

/** Unit vector: azimuth 0 is +z, positive goes to +x, degrees; elevation above the horizon. */
function Direction(azimuth: number, elevation: number): Vector3Tuple {
    const [a, e] = [(azimuth * Math.PI) / 180, (elevation * Math.PI) / 180];
    return [Math.sin(a) * Math.cos(e), Math.sin(e), Math.cos(a) * Math.cos(e)];
}

function LookAt(
    target: Vector3Tuple,
    direction: Vector3Tuple,
    up: Vector3Tuple,
    distance: number,
    focal: number,
    size: number,
): IPinhole {
    const forward = ScaleVector3(direction, -1);
    const right = NormalizeVector3(CrossVector3(forward, up));
    const down = CrossVector3(forward, right);
    const t = [right, down, forward].map((axis) => -DotVector3(axis, target));
    t[2]! += distance;
    return {
        width: size,
        height: size,
        K: [focal, 0, size / 2, 0, focal, size / 2, 0, 0, 1],
        R: [...right, ...down, ...forward],
        t,
    };
}

/** Finds out how wide the cameras of the whole body must see for a person to stay inside in every pose. */
export class RoomReach {
    /** Tangent of half the angle needed so far; never less than what the nominal scale sees. */
    public reach = (NominalSize / 2) * (Framings.body.metresPerPixel / Framings.body.distance) * BodyFill;
    private readonly _center: Vector3Tuple;
    private readonly _cameras: readonly IPinhole[];

    /**
     * @param seed that of the rig
     * @param center middle of the room
     */
    public constructor(seed: number, center: Vector3Tuple) {
        this._center = center;
        this._cameras = PlaceCameras(seed)
            .filter(({ target }) => target === "body")
            .map(({ direction }) => LookAt(this._center, direction, Up, Framings.body.distance, 1, 0));
    }

    /**
     * Takes a posed person into account.
     *
     * @param positions [V,3] vertices, metres
     * @param stride look at every so-manieth vertex only (default: 1)
     */
    public add(positions: ArrayLike<number>, stride = 1): void {
        for (const { R: r, t } of this._cameras) {
            for (let i = 0; i < positions.length; i += 3 * stride) {
                const [x, y, z] = [positions[i]!, positions[i + 1]!, positions[i + 2]!];
                const depth = r[6]! * x + r[7]! * y + r[8]! * z + t[2]!;
                const across = Math.abs(r[0]! * x + r[1]! * y + r[2]! * z + t[0]!);
                const along = Math.abs(r[3]! * x + r[4]! * y + r[5]! * z + t[1]!);
                this.reach = Math.max(this.reach, across / depth, along / depth);
            }
        }
    }
}

function Fraction(value: number): number {
    return value - Math.floor(value);
}

function Triple(values: ArrayLike<number>, index: number): Vector3Tuple {
    return [values[index * 3]!, values[index * 3 + 1]!, values[index * 3 + 2]!];
}

function PositionAt({ positions }: IPosedJoints, joint: number): Vector3Tuple {
    return Triple(positions, joint);
}

function RotationAt({ rotations }: IPosedJoints, joint: number): QuaternionTuple {
    return [rotations[joint * 4]!, rotations[joint * 4 + 1]!, rotations[joint * 4 + 2]!, rotations[joint * 4 + 3]!];
}
