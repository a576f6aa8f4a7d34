import { RigPose } from "../../animation/motion/rigPose.js";
import { type IAvatarBody } from "../../animation/pose/avatarBody.js";
import { BodyPose } from "../../animation/pose/bodyPose.js";
import { Retargeter } from "../../animation/retarget/retargeter.js";
import { type IAnimationClip, type IAnimationTrack } from "../../format/avatarAsset.js";
import { SmplxJointNames } from "../../format/bodyModel.js";
import { ComposeMatrix4, type Matrix4, RotationOf, TranslationOf } from "../../math/matrix4.js";
import {
    IdentityQuaternion,
    InvertQuaternion,
    MultiplyQuaternion,
    type QuaternionTuple,
} from "../../math/quaternion.js";
import { SubtractVector3, type Vector3Tuple } from "../../math/vector3.js";
import { type IBindPose, WorldMatrices } from "./bindPose.js";
import { type ICanonicalPose, SceneToMetres } from "./canonicalPose.js";
import { SampleChannel } from "./sampleChannel.js";
import { type ICharacterChannel, type ICharacterClip, type IRiggedCharacter } from "./riggedCharacter.js";

/** Keys closer than this, in seconds, are one key written twice. */
const SameTime = 1e-4;
/** Values closer than this are the same: a thousandth of a degree, a hundredth of a millimetre. */
const SameValue = 1e-5;

/** World transforms of all nodes of a character at a time of a clip. */
export function PoseCharacter(character: IRiggedCharacter, clip: ICharacterClip, time: number): Matrix4[] {
    const channels = new Map(clip.channels.map((channel) => [`${channel.node} ${channel.path}`, channel]));
    const locals = character.nodes.map((node, i) => {
        const value = (path: ICharacterChannel["path"], rest: readonly number[]): readonly number[] => {
            const channel = channels.get(`${i} ${path}`);
            return channel ? SampleChannel(channel, time) : rest;
        };
        return ComposeMatrix4(
            value("translation", node.translation) as Vector3Tuple,
            value("rotation", node.rotation) as QuaternionTuple,
            value("scale", node.scale) as Vector3Tuple,
        );
    });
    return WorldMatrices(character.nodes, locals);
}

/**
 * Converts the character's clips to the avatar's joints. The avatar rests in the T-pose that the rig's calibration
 * made, so world rotations carry over exactly; bone translations other than the root's and scales are dropped.
 *
 * @param origin scene point below the hips at rest, canonical axes, metres: the avatar's origin
 * @param morphNames expression channels of the avatar
 */
export function BakeClip(
    character: IRiggedCharacter,
    bind: IBindPose,
    pose: ICanonicalPose,
    clip: ICharacterClip,
    origin: Vector3Tuple,
    morphNames: readonly string[],
): IAnimationClip {
    const moving = clip.channels.filter((channel) => channel.path !== "weights");
    const times = KeyTimes(moving);
    // The pose was made with these corrections, whatever family the rig is of.
    const profile = { mapping: pose.mapping, calibration: { ...pose.calibration, isSmpl: false } };
    const options = { spine: "oneToOne", forearmTwist: 0 } as const;
    const retargeter = new Retargeter(bind.rig, profile, BodyInCanonicalPose(pose), options);
    const toBind = MultiplyQuaternion(InvertQuaternion(pose.calibration.heading), pose.sceneRotation);
    const [source, posed] = [new RigPose(character.nodes.length), new BodyPose()];
    const moved = SmplxJointNames.flatMap((name, joint) => (pose.mapping.nodes[name] === undefined ? [] : [joint]));
    const rotations = moved.map(() => new Float32Array(times.length * 4));
    const translation = new Float32Array(times.length * 3);
    times.forEach((time, frame) => {
        const world = PoseCharacter(character, clip, time);
        world.forEach((matrix, node) => {
            source.rotations.set(MultiplyQuaternion(toBind, RotationOf(matrix)), node * 4);
        });
        retargeter.solve(source, posed);
        moved.forEach((joint, i) => {
            rotations[i]!.set(posed.rotations.subarray(joint * 4, joint * 4 + 4), frame * 4);
        });
        const pelvis = SceneToMetres(pose, TranslationOf(world[pose.mapping.nodes.pelvis!]!));
        translation.set(SubtractVector3(pelvis, origin), frame * 3);
    });
    const tracks: IAnimationTrack[] = [];
    if (times.length > 0) {
        tracks.push(...Compact({ joint: 0, path: "translation", times, values: translation }, 3, null));
        rotations.forEach((values, i) => {
            tracks.push(...Compact({ joint: moved[i]!, path: "rotation", times, values }, 4, [0, 0, 0, 1]));
        });
    }
    return { name: clip.name, tracks: [...tracks, ...BakeWeights(character, clip, morphNames)] };
}

/** The avatar that the canonical pose becomes: a perfect T-pose. The pelvis is placed by its own node, not by legs. */
function BodyInCanonicalPose({ posePositions }: ICanonicalPose): IAvatarBody {
    return {
        restPositions: Float64Array.from(posePositions.flat()),
        jointIndices: Int16Array.from(SmplxJointNames.keys()),
        origin: [0, 0, 0],
        corrections: SmplxJointNames.map(() => IdentityQuaternion),
        legLength: 0,
        soles: new Float64Array(4),
        solePoints: new Float64Array(18),
    };
}

function KeyTimes(channels: readonly ICharacterChannel[]): Float32Array {
    const all = channels.flatMap((channel) => [...channel.times]).sort((a, b) => a - b);
    return Float32Array.from(all.filter((time, i) => time >= 0 && (i === 0 || time - all[i - 1]! > SameTime)));
}

/** Drops a track that stays at rest; leaves one key of a track that does not change. */
function Compact(track: IAnimationTrack, size: number, rest: readonly number[] | null): IAnimationTrack[] {
    const { values } = track;
    const isConstant = values.every((value, i) => Math.abs(value - values[i % size]!) < SameValue);
    if (isConstant && rest?.every((value, i) => Math.abs(value - values[i]!) < SameValue)) {
        return [];
    }
    return isConstant ? [{ ...track, times: track.times.slice(0, 1), values: values.slice(0, size) }] : [track];
}

function BakeWeights(
    character: IRiggedCharacter,
    clip: ICharacterClip,
    morphNames: readonly string[],
): IAnimationTrack[] {
    const channels = clip.channels.filter((channel) => channel.path === "weights");
    const times = KeyTimes(channels);
    if (times.length === 0 || morphNames.length === 0) {
        return [];
    }
    const values = new Float32Array(times.length * morphNames.length);
    for (const channel of channels) {
        const names = character.meshes.find((mesh) => mesh.node === channel.node)?.morphs.map((morph) => morph.name);
        times.forEach((time, frame) => {
            SampleChannel(channel, time).forEach((weight, i) => {
                const target = morphNames.indexOf(names?.[i] ?? "");
                if (target >= 0) {
                    values[frame * morphNames.length + target] = weight;
                }
            });
        });
    }
    return [{ joint: -1, path: "weights", times, values }];
}
