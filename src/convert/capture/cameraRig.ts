import { SmplxJointNames } from "../../format/bodyModel.js";
import { type IPinhole } from "../../math/pinhole.js";
import { RotateVector3, type QuaternionTuple } from "../../math/quaternion.js";
import { AddVector3, LerpVector3, SubtractVector3, type Vector3Tuple } from "../../math/vector3.js";
import {
    BodyFill,
    BustFill,
    EvenFraction,
    Framings,
    NominalSize,
    PlaceCameras,
    TargetsOf,
    type CameraTarget,
    type CaptureSplit,
    type CaptureSubjectKind,
    type ICaptureBounds,
    type IPlacedCamera,
    type IRigCamera,
} from "./cameraPlacement.js";
import { LookAt, Up } from "./lookAt.js";

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
    /** What is captured (default: a whole person). */
    readonly of?: CaptureSubjectKind;
}

/** Below this distance from the axis of the body, metres, a hand has no outer side. */
const HandAxisRadius = 0.05;

/**
 * The cameras of the studio. Those of the whole body stand on a ring about the room; those of the upper body follow the
 * chest without turning; those of face and head are fixed to the head; those of a hand stand on the side of the hand that
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
        this._placed = PlaceCameras(options.seed, options.of);
        this.cameras = this._placed.map(({ name, target, split }) => ({ name, target, split }));
        this._offsets = TargetOffsets(options.restJoints);
    }

    /** Side of the square pictures, pixels. */
    public get size(): number {
        return this._options.size;
    }

    /**
     * All that is captured of a subject whose head is; null: everything. A body that ends where each picture does would end
     * elsewhere in every picture. This ball is in all of them, whole.
     */
    public get bust(): ICaptureBounds | null {
        if (this._options.of !== "head") {
            return null;
        }
        const { distance, metresPerPixel } = Framings.head;
        const half = (metresPerPixel * NominalSize) / 2;
        const joint = SmplxJointNames.indexOf(FollowedJoints.head);
        return {
            center: AddVector3(Triple(this._options.restJoints, joint), this._offsets.head),
            radius: distance * Math.sin(Math.atan((half * BustFill) / distance)),
        };
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
        for (const target of TargetsOf[this._options.of ?? "body"]) {
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
        if (kind === "face" || kind === "head") {
            return { target, direction: RotateVector3(rotation, direction), up: RotateVector3(rotation, Up) };
        }
        if (kind === "upper") {
            return { target, direction, up: Up };
        }
        return { target, direction: RotateVector3(OuterSide(target, joints), direction), up: Up };
    }
}

/** The middle of a head's pictures lies below that of the skull, metres: there is more below it than above. */
const HeadDrop = 0.07;

/** The joint that moves what a camera looks at. */
const FollowedJoints: Readonly<Record<CameraTarget, (typeof SmplxJointNames)[number]>> = {
    body: "pelvis",
    upper: "spine3",
    face: "head",
    head: "head",
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
        head: from("head", AddVector3(LerpVector3(at("head"), eyes, 0.5), [0, -HeadDrop, 0])),
        leftHand: from("leftHand", at("left_middle1")),
        rightHand: from("rightHand", at("right_middle1")),
    };
}

/** `count` of the indices, evenly apart, beginning elsewhere each frame. */
function Spread(indices: readonly number[], count: number, frame: number, seed: number): number[] {
    const start = Math.floor(EvenFraction(frame + 1 + seed * 31) * indices.length);
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

function Triple(values: ArrayLike<number>, index: number): Vector3Tuple {
    return [values[index * 3]!, values[index * 3 + 1]!, values[index * 3 + 2]!];
}

function PositionAt({ positions }: IPosedJoints, joint: number): Vector3Tuple {
    return Triple(positions, joint);
}

function RotationAt({ rotations }: IPosedJoints, joint: number): QuaternionTuple {
    return [rotations[joint * 4]!, rotations[joint * 4 + 1]!, rotations[joint * 4 + 2]!, rotations[joint * 4 + 3]!];
}
