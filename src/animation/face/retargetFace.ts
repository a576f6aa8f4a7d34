import { type IAnimationClip } from "../../format/avatarAsset.js";
import { ExpressionMapper } from "./space/expressionMapper.js";
import { type IExpressionSpace } from "./space/expressionSpace.js";
import { type IFaceTrack } from "./tracks/faceTrack.js";
import { ArkitCount } from "./vocabulary/arkit.js";
import { FaceError } from "./faceError.js";
import { type FaceShapes, type FaceStatements } from "./vocabulary/faceMapping.js";
import { FaceMixer } from "./vocabulary/faceMixer.js";
import { MapFaceChannels } from "./vocabulary/mapFaceChannels.js";

/** How a recorded face is turned into a clip of an avatar. */
export interface IRetargetFaceOptions {
    /** What channels mean, by name, where it is known better: an ARKit shape, shapes with weights, or null for nothing. */
    readonly shapes?: Readonly<Record<string, FaceShapes>>;
    /** What the model that it was made for says about its expressions: `ReadVrmExpressions`. */
    readonly channels?: FaceStatements;
}

/**
 * Makes a clip of an avatar's expression channels from a recorded face.
 *
 * @param track the recording
 * @param space the avatar's channels
 * @param options what is known better of its names
 * @returns a clip with one track of weights, a key a frame of the recording
 * @throws FaceError `face-unknown-shape` when no name of the recording is known, or an option names what is not there
 *
 * @example
 * ```ts
 * const clip = RetargetFace(ReadLiveLinkCsv(text, "take 3"), NamedExpressionSpace("ada", channels));
 * ```
 */
export function RetargetFace(
    track: IFaceTrack,
    space: IExpressionSpace,
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
    const mixer = new FaceMixer(mapping);
    const mapper = new ExpressionMapper(space);
    const face = new Float32Array(ArkitCount);
    const turns = new Float64Array(space.joints.length * 4);
    const [frames, count] = [track.times.length, space.channels.length];
    const values = new Float32Array(frames * count);
    for (let frame = 0; frame < frames; frame++) {
        mixer.mix(track.values, frame * track.channels.length, face);
        mapper.map(face, values.subarray(frame * count, (frame + 1) * count), turns);
    }
    return {
        name: track.name,
        tracks: [{ joint: -1, path: "weights", times: Float32Array.from(track.times), values }],
    };
}
