import { type IAvatarAsset } from "../../../format/avatarAsset.js";
import { ArkitCount, ArkitIndices, type ArkitName, ArkitNames } from "../vocabulary/arkit.js";
import { FaceJointNames, type FaceJointName, type IFaceJointTurns } from "../../../format/morphTarget.js";
import { type IExpressionSpace, type IFaceJoint } from "./expressionSpace.js";
import { NamedExpressionSpace } from "./namedExpressionSpace.js";

const Degrees = Math.PI / 180;

/** A joint carries a part of the body when at least so many Gaussians hang on it by more than half. */
const LeastGaussians = 16;

/** Rotation vectors at weight 1: what a jaw does in statistical models of faces, what eyes do that look as far as they can. */
const Turns: Readonly<Record<FaceJointName, readonly (readonly [ArkitName, x: number, y: number])[]>> = {
    jaw: [
        ["jawOpen", 17 * Degrees, 0],
        ["jawLeft", 0, 5.7 * Degrees],
        ["jawRight", 0, -5.7 * Degrees],
    ],
    left_eye: [
        ["eyeLookOutLeft", 0, 30 * Degrees],
        ["eyeLookInLeft", 0, -30 * Degrees],
        ["eyeLookUpLeft", -22 * Degrees, 0],
        ["eyeLookDownLeft", 28 * Degrees, 0],
    ],
    right_eye: [
        ["eyeLookInRight", 0, 30 * Degrees],
        ["eyeLookOutRight", 0, -30 * Degrees],
        ["eyeLookUpRight", -22 * Degrees, 0],
        ["eyeLookDownRight", 28 * Degrees, 0],
    ],
};

/**
 * What an avatar's face can do: as its file declares it; where that says nothing, its channels by their names, and its jaw and
 * eyes by their joints where Gaussians hang on these and no channel does the same.
 *
 * @param asset the avatar
 *
 * @example
 * ```ts
 * const space = DescribeExpressionSpace(avatar.asset);
 * console.log(space.channels, space.joints.map(({ joint }) => joint));
 * ```
 */
export function DescribeExpressionSpace(asset: IAvatarAsset): IExpressionSpace {
    const { morphTargets, faceJoints } = asset;
    const named = NamedExpressionSpace(
        asset.name,
        morphTargets.map(({ name }) => name),
    );
    morphTargets.forEach(({ follows, range }, d) => {
        if (follows) {
            for (let shape = 0; shape < ArkitCount; shape++) {
                named.fromArkit[shape * morphTargets.length + d] = follows[ArkitNames[shape]!] ?? 0;
            }
        }
        [named.least[d], named.greatest[d]] = range ?? [0, 1];
    });
    // What the file says of a channel is all that moves it.
    const compounds = (named.compounds ?? []).filter(({ channel }) => !morphTargets[channel]!.follows);
    const { channels, rest, least, greatest, fromArkit } = named;
    return {
        channels,
        rest,
        least,
        greatest,
        fromArkit,
        ...(compounds.length > 0 ? { compounds } : {}),
        joints: faceJoints
            ? faceJoints.map(DeclaredJoint)
            : FaceJointNames.flatMap((joint) => UsualJoint(asset, named, joint)),
    };
}

function DeclaredJoint({ joint, turns }: IFaceJointTurns): IFaceJoint {
    const rows = new Float32Array(ArkitCount * 3);
    for (const [shape, turn] of Object.entries(turns)) {
        rows.set(turn, ArkitIndices[shape as ArkitName] * 3);
    }
    return { joint, turns: rows };
}

/**
 * Whether a part of an avatar moves with a joint.
 *
 * @param asset the avatar
 * @param joint name of the joint
 */
export function CarriesGaussians({ joints, gaussians }: IAvatarAsset, joint: FaceJointName): boolean {
    const index = joints.findIndex(({ name }) => name === joint);
    const { jointIndices, jointWeights } = gaussians;
    let carried = 0;
    for (let i = 0; index >= 0 && i < jointIndices.length && carried < LeastGaussians; i++) {
        carried += jointIndices[i] === index && jointWeights[i]! > 0.5 ? 1 : 0;
    }
    return carried >= LeastGaussians;
}

function UsualJoint(
    asset: IAvatarAsset,
    { channels, fromArkit, compounds = [] }: IExpressionSpace,
    joint: FaceJointName,
): IFaceJoint[] {
    const isDone = Turns[joint].some(([shape]) => {
        const row = ArkitIndices[shape] * channels.length;
        return (
            fromArkit.subarray(row, row + channels.length).some((weight) => weight !== 0) ||
            compounds.some(({ shapes }) => shapes[ArkitIndices[shape]] !== 0)
        );
    });
    if (isDone || !CarriesGaussians(asset, joint)) {
        return [];
    }
    return [
        DeclaredJoint({ joint, turns: Object.fromEntries(Turns[joint].map(([shape, x, y]) => [shape, [x, y, 0]])) }),
    ];
}
