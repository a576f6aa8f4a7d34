import { SmplxJointNames } from "../../format/bodyModel.js";

/** How much of the body a joint moves: what is seen of a difference. Fingers and face count for nothing. */
const Weights: Readonly<Partial<Record<(typeof SmplxJointNames)[number], number>>> = {
    pelvis: 1,
    spine1: 1,
    spine2: 1,
    spine3: 1,
    neck: 0.4,
    head: 0.4,
    left_hip: 1,
    right_hip: 1,
    left_knee: 0.6,
    right_knee: 0.6,
    left_ankle: 0.15,
    right_ankle: 0.15,
    left_collar: 0.6,
    right_collar: 0.6,
    left_shoulder: 1,
    right_shoulder: 1,
    left_elbow: 0.6,
    right_elbow: 0.6,
    left_wrist: 0.2,
    right_wrist: 0.2,
};

const Weighted = Object.entries(Weights).map(
    ([name, weight]) => [SmplxJointNames.indexOf(name as keyof typeof Weights) * 4, weight] as const,
);
const TotalWeight = Weighted.reduce((sum, [, weight]) => sum + weight, 0);

/**
 * How different two poses look: the weighted root mean square of the angles between the local rotations of their joints.
 *
 * @param a [55,4] rotations xyzw
 * @param b [55,4] rotations xyzw
 * @returns radians
 */
export function PoseDistance(a: Float32Array, b: Float32Array): number {
    let sum = 0;
    for (const [at, weight] of Weighted) {
        const dot = Math.abs(
            a[at]! * b[at]! + a[at + 1]! * b[at + 1]! + a[at + 2]! * b[at + 2]! + a[at + 3]! * b[at + 3]!,
        );
        const angle = 2 * Math.acos(Math.min(1, dot));
        sum += weight * angle * angle;
    }
    return Math.sqrt(sum / TotalWeight);
}

/**
 * Chooses items that are far from each other and from others (farthest point sampling). Those that are nearer than
 * `minDistance` to what was chosen are never taken.
 *
 * @param candidates poses to choose from
 * @param count most to choose
 * @param minDistance radians
 * @param others poses that count as chosen already
 * @returns indices of candidates, in the order of choice
 */
export function ChooseFarApart(
    candidates: readonly Float32Array[],
    count: number,
    minDistance: number,
    others: readonly Float32Array[] = [],
): number[] {
    const nearest = candidates.map((candidate) =>
        others.reduce((least, other) => Math.min(least, PoseDistance(candidate, other)), Infinity),
    );
    const chosen: number[] = [];
    while (chosen.length < count) {
        // The first of all when nothing has been chosen: all are infinitely far.
        const next = nearest.reduce((best, distance, i) => (distance > (nearest[best] ?? -1) ? i : best), -1);
        if (next < 0 || nearest[next]! < minDistance) {
            break;
        }
        chosen.push(next);
        candidates.forEach((candidate, i) => {
            nearest[i] = Math.min(nearest[i]!, PoseDistance(candidate, candidates[next]!));
        });
        nearest[next] = -1;
    }
    return chosen;
}
