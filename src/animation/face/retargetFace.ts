import { type IAnimationClip, type IAnimationTrack, type IAvatarJoint } from "../../format/avatarAsset.js";
import { ExpressionMapper } from "./space/expressionMapper.js";
import { type IExpressionSpace } from "./space/expressionSpace.js";
import { type IFaceTrack } from "./tracks/faceTrack.js";
import { ArkitCount } from "./vocabulary/arkit.js";
import { FaceError } from "./faceError.js";
import { type FaceShapes, type FaceStatements } from "./vocabulary/faceMapping.js";
import { FaceMixer } from "./vocabulary/faceMixer.js";
import { MapFaceChannels } from "./vocabulary/mapFaceChannels.js";

/** Cosine of half the angle that a joint must turn by to be moved: a twentieth of a degree. */
const LeastTurn = 1 - 1e-7;

/** How a recorded face is turned into a clip of an avatar. */
export interface IRetargetFaceOptions {
    /** What channels mean, by name, where it is known better: an ARKit shape, shapes with weights, or null for nothing. */
    readonly shapes?: Readonly<Record<string, FaceShapes>>;
    /** What the model that it was made for says about its expressions: `ReadVrmExpressions`. */
    readonly channels?: FaceStatements;
}

/**
 * Makes a clip of an avatar's expression channels, and of its jaw and eyes where these are joints, from a recorded face.
 *
 * @param track the recording
 * @param space the avatar's channels and joints
 * @param joints of the avatar
 * @param options what is known better of its names
 * @returns a clip with a track of weights and a track a joint that moves, a key a frame of the recording
 * @throws FaceError `face-unknown-shape` when no name of the recording is known, or an option names what is not there,
 * `expression-space-invalid` when the avatar has nothing that a face could move
 *
 * @example
 * ```ts
 * const clip = RetargetFace(ReadLiveLinkCsv(text, "take 3"), DescribeExpressionSpace(asset), asset.joints);
 * ```
 */
export function RetargetFace(
    track: IFaceTrack,
    space: IExpressionSpace,
    joints: readonly Pick<IAvatarJoint, "smplx">[],
    { shapes = {}, channels = {} }: IRetargetFaceOptions = {},
): IAnimationClip {
    const mapping = MapFaceChannels(track.channels, { name: track.name, shapes, channels });
    if (mapping.channels.length === 0) {
        throw new FaceError(
            "face-unknown-shape",
            `None of the channels of "${track.name}" (${track.channels.slice(0, 8).join(", ")}) has a name that is known: say ` +
                "what they are with the option `shapes`.",
        );
    }
    if (space.channels.length === 0 && space.joints.length === 0) {
        throw new FaceError(
            "expression-space-invalid",
            `"${track.name}" cannot be put on an avatar that has neither expression channels nor joints of a face.`,
        );
    }
    const mixer = new FaceMixer(mapping);
    const mapper = new ExpressionMapper(space);
    const face = new Float32Array(ArkitCount);
    const turns = new Float64Array(space.joints.length * 4);
    const [frames, count] = [track.times.length, space.channels.length];
    const values = new Float32Array(frames * count);
    const rotations = space.joints.map(() => new Float32Array(frames * 4));
    for (let frame = 0; frame < frames; frame++) {
        mixer.mix(track.values, frame * track.channels.length, face);
        mapper.map(face, values.subarray(frame * count, (frame + 1) * count), turns);
        rotations.forEach((rows, k) => {
            rows.set(turns.subarray(k * 4, k * 4 + 4), frame * 4);
        });
    }
    const times = Float32Array.from(track.times);
    // Joints of the body model rest unturned, with axes of the avatar's space.
    const turned = space.joints.flatMap(({ joint: name }, k): IAnimationTrack[] => {
        const joint = joints.findIndex(({ smplx }) => smplx === name);
        const moves = rotations[k]!.some((value, i) => i % 4 === 3 && Math.abs(value) < LeastTurn);
        return joint >= 0 && moves ? [{ joint, path: "rotation", times, values: rotations[k]! }] : [];
    });
    const weights: IAnimationTrack[] = count > 0 ? [{ joint: -1, path: "weights", times, values }] : [];
    return { name: track.name, tracks: [...weights, ...turned] };
}
