import { SmplxJointNames, type SmplxJointName } from "../../format/bodyModel.js";
import { type ICaptureSubject } from "./captureSubject.js";
import { type IClothNet } from "./clothNet.js";

/** Distance between two folds of an adult's everyday cloth, and of the finer ones between them, metres. */
const Wavelength = 0.052;
const FinerWavelength = 0.037;
/** Share of the finer folds in the whole. */
const FinerShare = 0.25;

/** Height of the head joint of the adult whom lengths are meant for, metres. */
const AdultHeadHeight = 1.55;

/** Waves that bend the folds off straight rings: direction and cycles a metre, and by how many cycles they shift them. */
const Warps: readonly (readonly [number, number, number])[] = [
    [4.1, 2.3, 5.2],
    [-3.7, 3.1, 4.4],
    [2.2, -4.6, -5.9],
];
const WarpCycles = 0.17;

/** Waves along which folds are deeper or shallower. */
const Depths: readonly (readonly [number, number, number])[] = [
    [3.3, 5.1, -2.7],
    [-5.4, 2.9, 3.8],
];
const DepthShare = 0.35;

/** Steps over which the way of the arm's folds turns into that of the trunk's. */
const BlendSteps = 30;

const ArmJoints = /shoulder|elbow|wrist|index|middle|ring|pinky|thumb/;

/** Where folds lie in a cloth, fixed to its material. */
export interface IFoldPattern {
    /** [N,3] unit vectors along the limb in the plane of the cloth: across the folds. */
    readonly across: Float32Array;
    /** [N] height of the cloth in the pattern, 0 (lies on the body) .. 2: 1 + the wave, deeper here, shallower there. */
    readonly heights: Float32Array;
    /** Distance between two folds, metres. */
    readonly wavelength: number;
}

/**
 * Lays folds over a cloth: rings about the limbs, which rest along ±x (arms) and y (trunk and legs), bent and of uneven
 * depth. Whether a fold shows depends on the pose; where it is does not.
 *
 * @param subject its joints at rest
 * @param net the cloth
 */
export function LayFolds({ restJoints }: Pick<ICaptureSubject, "restJoints">, net: IClothNet): IFoldPattern {
    const at = (joint: SmplxJointName, axis: number): number => restJoints[SmplxJointNames.indexOf(joint) * 3 + axis]!;
    const scale = at("head", 1) / AdultHeadHeight;
    const shoulder = [at("left_shoulder", 0), at("left_shoulder", 1)] as const;
    const arms = ArmShares(net);
    const across = new Float32Array(net.count * 3);
    const heights = new Float32Array(net.count);
    for (let n = 0; n < net.count; n++) {
        const point = [0, 1, 2].map((i) => net.positions[n * 3 + i]!) as [number, number, number];
        const normal = [0, 1, 2].map((i) => net.normals[n * 3 + i]!) as [number, number, number];
        const arm = arms[n]!;
        const way = [arm * Math.sign(point[0]), arm - 1, 0] as const;
        const out = way[0] * normal[0] + way[1] * normal[1];
        const tangent = [way[0] - out * normal[0], way[1] - out * normal[1], -out * normal[2]] as const;
        const length = Math.hypot(...tangent);
        tangent.forEach((value, i) => {
            across[n * 3 + i] = length > 1e-6 ? value / length : 0;
        });
        const along = arm * (Math.abs(point[0]) - shoulder[0]) + (1 - arm) * (shoulder[1] - point[1]);
        heights[n] = HeightAt(point.map((value) => value / scale) as [number, number, number], along / scale);
    }
    return { across, heights, wavelength: Wavelength * scale };
}

function HeightAt(point: readonly [number, number, number], along: number): number {
    const wave = (direction: readonly [number, number, number], i: number): number =>
        Math.sin(2 * Math.PI * (direction[0] * point[0] + direction[1] * point[1] + direction[2] * point[2]) + i);
    const warp = Warps.reduce((sum, direction, i) => sum + WarpCycles * wave(direction, i), 0);
    const depth = 1 - DepthShare * (0.5 - Depths.reduce((sum, direction, i) => sum + wave(direction, i) / 4, 0));
    const coarse = Math.sin(2 * Math.PI * (along / Wavelength + warp));
    const fine = Math.sin(2 * Math.PI * (along / FinerWavelength - 1.7 * warp));
    return depth * (1 + (1 - FinerShare) * coarse + FinerShare * fine);
}

/** How much of a place is sleeve, 0..1: its weights on the arm's joints, softened. */
function ArmShares(net: IClothNet): Float32Array {
    const isArm = SmplxJointNames.map((name) => ArmJoints.test(name));
    const shares = new Float32Array(net.count);
    for (let k = 0; k < net.skinWeights.length; k++) {
        shares[k >> 2]! += isArm[net.skinJoints[k]!] ? net.skinWeights[k]! : 0;
    }
    return net.smooth(shares, BlendSteps);
}
