import { type IAvatarAsset, type IGaussianCloud } from "../../format/avatarAsset.js";
import { SoleStride } from "./solePoints.js";

/** A Gaussian belongs to a foot when ankle and toe joint together move it by at least this weight. */
const LeastWeight = 0.5;
/** Fainter Gaussians are no surface. */
const LeastOpacity = 0.3;
/** A part of the sole needs this many Gaussians to be measured. */
const LeastCount = 12;
/** The lowest of them, as strays: this share, and at least this many. */
const StrayShare = 0.02;
const LeastStrays = 2;
/** Gaussians are seen about this many standard deviations from their middle, and never count for more than this, metres. */
const SeenDeviations = 1;
const MostExtent = 0.01;
/** What is this near the lowest height is sole, metres. */
const SoleThickness = 0.015;
/** Heel and tip are where this share of the sole lies behind and before, so that the foot rests on them, not on its edge. */
const EndShare = 0.05;

/** The Gaussians of one foot, relative to its ankle joint at rest. */
interface IFootSurface {
    readonly x: readonly number[];
    /** Lower ends of the Gaussians. */
    readonly y: readonly number[];
    readonly z: readonly number[];
}

/**
 * Measures where the soles of an avatar are, from the Gaussians that its feet move: so that shoes and heels stand on the
 * ground as they look, a few stray Gaussians apart.
 *
 * @param asset the avatar in rest pose, standing
 * @returns [2,3,3] left foot then right: heel and ball relative to the ankle joint, tip of the toes relative to the toe joint,
 * metres; null when the avatar has no feet, or too few Gaussians there to tell
 *
 * @example
 * ```ts
 * const body = MeasureAvatarBody(asset.joints, MeasureSoles(asset) ?? undefined);
 * ```
 */
export function MeasureSoles(asset: IAvatarAsset): Float64Array | null {
    const points = new Float64Array(2 * SoleStride);
    for (const [side, name] of ["left", "right"].entries()) {
        const ankle = asset.joints.findIndex(({ smplx }) => smplx === `${name}_ankle`);
        const toe = asset.joints.findIndex(({ smplx }) => smplx === `${name}_foot`);
        if (ankle < 0 || toe < 0) {
            return null;
        }
        const inverse = asset.inverseBindMatrices.subarray(ankle * 16, ankle * 16 + 16);
        const sole = MeasureFoot(FootSurface(asset.gaussians, ankle, toe, inverse), asset.joints[toe]!.translation);
        if (!sole) {
            return null;
        }
        points.set(sole, side * SoleStride);
    }
    return points;
}

function FootSurface(cloud: IGaussianCloud, ankle: number, toe: number, inverse: Float32Array): IFootSurface {
    const surface = { x: [] as number[], y: [] as number[], z: [] as number[] };
    for (let i = 0; i < cloud.count; i++) {
        let weight = 0;
        for (let k = i * 4; k < i * 4 + 4; k++) {
            const joint = cloud.jointIndices[k]!;
            weight += joint === ankle || joint === toe ? cloud.jointWeights[k]! : 0;
        }
        if (weight < LeastWeight || cloud.opacities[i]! < LeastOpacity) {
            continue;
        }
        const [x, y, z] = cloud.positions.subarray(i * 3, i * 3 + 3) as unknown as [number, number, number];
        const row = (r: number): number =>
            inverse[r]! * x + inverse[4 + r]! * y + inverse[8 + r]! * z + inverse[12 + r]!;
        surface.x.push(row(0));
        surface.y.push(row(1) - Math.min(MostExtent, SeenDeviations * HeightDeviation(cloud, i)));
        surface.z.push(row(2));
    }
    return surface;
}

/** Standard deviation of a Gaussian along y. */
function HeightDeviation({ rotations, scales }: IGaussianCloud, i: number): number {
    const [x, y, z, w] = rotations.subarray(i * 4, i * 4 + 4) as unknown as [number, number, number, number];
    // Second row of the rotation matrix: how much of each own axis points along y.
    const row = [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)] as const;
    return Math.hypot(row[0] * scales[i * 3]!, row[1] * scales[i * 3 + 1]!, row[2] * scales[i * 3 + 2]!);
}

/** Heel, ball and tip of one foot; null when a part has too few Gaussians. */
function MeasureFoot(
    surface: IFootSurface,
    toe: readonly [number, number, number],
): readonly [number, number, number, number, number, number, number, number, number] | null {
    const half = toe[2] / 2;
    // Behind the ankle, where nothing of the arch is; short heels have the rear half of the foot.
    const heel = MeasurePart(surface, (z) => z < 0, EndShare) ?? MeasurePart(surface, (z) => z < half, EndShare);
    const ball = MeasurePart(surface, (z) => z >= half && z <= toe[2] + half / 2, 0.5);
    const tip = MeasurePart(surface, (z) => z > toe[2], 1 - EndShare);
    if (!heel || !ball || !tip) {
        return null;
    }
    return [
        heel[0],
        heel[1],
        heel[2],
        ball[0],
        ball[1],
        // The ball is below the toe joint, whatever part of it was measured: the foot rolls over it.
        toe[2],
        tip[0] - toe[0],
        tip[1] - toe[1],
        tip[2] - toe[2],
    ];
}

/** Lowest height of a part of the foot, strays apart, and the point of its sole at a share of its length. */
function MeasurePart(
    { x, y, z }: IFootSurface,
    isPart: (z: number) => boolean,
    share: number,
): readonly [number, number, number] | null {
    const part = [...y.keys()].filter((i) => isPart(z[i]!)).sort((a, b) => y[a]! - y[b]!);
    if (part.length < LeastCount) {
        return null;
    }
    const height = y[part[Math.max(LeastStrays, Math.floor(StrayShare * part.length))]!]!;
    const sole = part.filter((i) => Math.abs(y[i]! - height) < SoleThickness).sort((a, b) => z[a]! - z[b]!);
    const across = sole.reduce((sum, i) => sum + x[i]!, 0) / sole.length;
    return [across, height, z[sole[Math.min(sole.length - 1, Math.floor(share * sole.length))]!]!];
}
