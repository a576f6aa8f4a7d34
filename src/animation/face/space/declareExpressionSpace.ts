import { type IAvatarAsset } from "../../../format/avatarAsset.js";
import { type IFaceJointTurns } from "../../../format/morphTarget.js";
import { FaceError } from "../faceError.js";
import { ArkitNames } from "../vocabulary/arkit.js";
import { type IExpressionSpace } from "./expressionSpace.js";

/** Weights smaller than this are none. */
const LeastWeight = 1e-5;

/**
 * Puts an expression space into an avatar, for its file: how ARKit's shapes move its channels and joints.
 *
 * @param asset the avatar
 * @param space of its channels, in their order; they rest at 0
 * @returns the avatar with the declaration; nothing is copied
 * @throws FaceError `expression-space-invalid` when the channels are not those of the avatar, or do not rest at 0
 *
 * @example
 * ```ts
 * const { space } = FitExpressionMap({ shapes: arkitDeltas, basis });
 * const bytes = WriteAvatar(DeclareExpressionSpace(asset, space));
 * ```
 */
export function DeclareExpressionSpace(asset: IAvatarAsset, space: IExpressionSpace): IAvatarAsset {
    const { channels, fromArkit, joints, least, greatest, rest, compounds = [] } = space;
    const named = new Set(compounds.map(({ channel }) => channel));
    const own = asset.morphTargets.map(({ name }) => name);
    if (channels.length !== own.length || channels.some((name, d) => name !== own[d])) {
        throw new FaceError(
            "expression-space-invalid",
            `The expression space has the channels ${channels.slice(0, 8).join(", ")} (${channels.length}), the avatar ` +
                `"${asset.name}" ${own.slice(0, 8).join(", ")} (${own.length}): they must be the same, in one order.`,
        );
    }
    if (rest.some((weight) => weight !== 0)) {
        throw new FaceError(
            "expression-space-invalid",
            `The expression space of "${asset.name}" does not rest at 0, as channels that are morph targets do.`,
        );
    }
    const without = least.findIndex((weight, d) => weight > 0 || greatest[d]! < 0);
    if (without >= 0) {
        throw new FaceError(
            "expression-space-invalid",
            `Channel "${channels[without]!}" goes from ${least[without]!} to ${greatest[without]!}, without 0, where it rests.`,
        );
    }
    return {
        ...asset,
        morphTargets: asset.morphTargets.map((target, d) => ({
            ...target,
            // What several shapes move together is told by the channel's name.
            ...(named.has(d)
                ? {}
                : {
                      follows: ByShape((shape) => {
                          const weight = fromArkit[shape * channels.length + d]!;
                          return Math.abs(weight) < LeastWeight ? null : weight;
                      }),
                  }),
            range: [least[d]!, greatest[d]!],
        })),
        faceJoints: joints.map(({ joint, turns }): IFaceJointTurns => ({
            joint,
            turns: ByShape((shape) => {
                const turn = [turns[3 * shape]!, turns[3 * shape + 1]!, turns[3 * shape + 2]!] as const;
                return turn.every((angle) => Math.abs(angle) < LeastWeight) ? null : turn;
            }),
        })),
    };
}

/** What each shape has; shapes that have nothing are left out. */
function ByShape<T>(of: (shape: number) => T | null): Partial<Record<(typeof ArkitNames)[number], T>> {
    const entries = ArkitNames.flatMap((name, shape) => {
        const value = of(shape);
        return value === null ? [] : [[name, value] as const];
    });
    return Object.fromEntries(entries);
}
