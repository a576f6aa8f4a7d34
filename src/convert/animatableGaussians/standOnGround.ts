import { MeasureSoles } from "../../animation/pose/measureSoles.js";
import { SoleStride } from "../../animation/pose/solePoints.js";
import { type IAnimationTrack, type IAvatarAsset } from "../../format/avatarAsset.js";

/** Share of the Gaussians that are strays where no soles are found. */
const StrayShare = 1e-3;

/**
 * Lifts an avatar so that it stands at y = 0. Its map models stay as they are: their canonical space has an origin of its own, that
 * of the body model near the pelvis, and networks see poses there.
 *
 * @param asset an avatar at rest, wherever it is
 * @returns the avatar with the lowest point of its soles at y = 0; arrays that did not change are shared
 */
export function StandOnGround(asset: IAvatarAsset): IAvatarAsset {
    const lift = -GroundHeight(asset);
    const { joints, inverseBindMatrices, gaussians } = asset;
    return {
        ...asset,
        joints: joints.map((joint) => {
            const [x, y, z] = joint.translation;
            return joint.parent < 0 ? { ...joint, translation: [x, y + lift, z] as const } : joint;
        }),
        inverseBindMatrices: MoveBinds(inverseBindMatrices, lift),
        gaussians: { ...gaussians, positions: Raise(gaussians.positions, lift) },
        animations: asset.animations.map((clip) => ({
            ...clip,
            tracks: clip.tracks.map((track): IAnimationTrack => {
                const isWay = track.path === "translation" && joints[track.joint]!.parent < 0;
                return isWay ? { ...track, values: Raise(track.values, lift) } : track;
            }),
        })),
    };
}

/** Height of the soles as they look; where there are none to be seen, of the lowest Gaussians. */
function GroundHeight(asset: IAvatarAsset): number {
    const soles = MeasureSoles(asset);
    if (soles === null) {
        return LowestHeight(asset.gaussians.positions);
    }
    // Heel and ball are relative to the ankle joint, the tip to the toe joint.
    const heights = Array.from({ length: soles.length / 3 }, (_, point) => {
        const side = point < SoleStride / 3 ? "left" : "right";
        const joint = `${side}_${point % 3 === 2 ? "foot" : "ankle"}`;
        return RestHeight(asset, joint) + soles[point * 3 + 1]!;
    });
    return Math.min(...heights);
}

/** Height of a joint at rest. All joints of the body model rest unturned. */
function RestHeight({ joints }: IAvatarAsset, name: string): number {
    let height = 0;
    for (let at = joints.findIndex(({ smplx }) => smplx === name); at >= 0; at = joints[at]!.parent) {
        height += joints[at]!.translation[1];
    }
    return height;
}

function LowestHeight(positions: Float32Array): number {
    const heights = positions.filter((_, i) => i % 3 === 1).sort();
    return heights[Math.floor(StrayShare * heights.length)] ?? 0;
}

function Raise(positions: Float32Array, lift: number): Float32Array {
    return positions.map((value, i) => (i % 3 === 1 ? value + lift : value));
}

/** B · T(0, −lift, 0) for each. */
function MoveBinds(matrices: Float32Array, lift: number): Float32Array {
    return matrices.map((value, i) => {
        const row = i % 4;
        return i % 16 >= 12 && row < 3 ? value - lift * matrices[i - (i % 16) + 4 + row]! : value;
    });
}
