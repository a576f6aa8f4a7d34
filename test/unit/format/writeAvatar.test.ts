import { describe, expect, it } from "@jest/globals";
import { type IAnimationTrack, type IAvatarAsset, type IGaussianCloud } from "../../../src/format/avatarAsset.js";
import { AvatarFormatError } from "../../../src/format/avatarFormatError.js";
import { ReadAvatar } from "../../../src/format/readAvatar.js";
import { WriteAvatar } from "../../../src/format/writeAvatar.js";
import { MakeSampleAvatar } from "../../support/avatarSamples.js";

const Sample = (): IAvatarAsset => MakeSampleAvatar({ gaussians: 20 });

/** The sample with one number of its Gaussians replaced. */
function WithNumber(array: Exclude<keyof IGaussianCloud, "count">, at: number, value: number): IAvatarAsset {
    const asset = Sample();
    asset.gaussians[array][at] = value;
    return asset;
}

/** The sample with its first track, the bob of the pelvis, changed. */
function WithTrack(change: (track: IAnimationTrack) => Partial<IAnimationTrack>): IAvatarAsset {
    const asset = Sample();
    const [clip] = asset.animations;
    const [track, ...others] = clip!.tracks;
    return { ...asset, animations: [{ ...clip!, tracks: [{ ...track!, ...change(track!) }, ...others] }] };
}

/** The sample with one joint changed. */
function WithJoint(index: number, change: Partial<IAvatarAsset["joints"][number]>): IAvatarAsset {
    const asset = Sample();
    return { ...asset, joints: asset.joints.map((joint, at) => (at === index ? { ...joint, ...change } : joint)) };
}

/** The sample with other offsets of its first channel. */
function WithDeltas(change: (deltas: Float32Array) => Float32Array): IAvatarAsset {
    const asset = Sample();
    const [first, ...others] = asset.morphTargets;
    return { ...asset, morphTargets: [{ ...first!, deltas: change(first!.deltas.slice()) }, ...others] };
}

const Wrong: readonly (readonly [title: string, code: string, path: string, asset: () => IAvatarAsset])[] = [
    ["a joint past 8 bits", "invalid-joint-index", "jointIndices", () => WithNumber("jointIndices", 0, 300)],
    ["a joint that is not there", "invalid-joint-index", "jointIndices", () => WithNumber("jointIndices", 3, 55)],
    ["a rotation that is no number", "non-finite", "/gaussians/rotations", () => WithNumber("rotations", 5, NaN)],
    ["an infinite rotation", "non-finite", "/gaussians/rotations", () => WithNumber("rotations", 4, Infinity)],
    ["a rotation that clamping would bend", "invalid-rotation", "rotations", () => WithNumber("rotations", 4, 1.5)],
    ["a weight that is no number", "non-finite", "/gaussians/jointWeights", () => WithNumber("jointWeights", 0, NaN)],
    [
        "a negative weight",
        "invalid-weights",
        "/gaussians/jointWeights",
        () => {
            const asset = Sample();
            asset.gaussians.jointWeights.set([1.5, -0.5, 0, 0]);
            return asset;
        },
    ],
    ["weights that miss one", "invalid-weights", "jointWeights", () => WithNumber("jointWeights", 0, 9)],
    ["an offset that is no number", "non-finite", "/morphTargets/0/deltas", () => WithDeltas((d) => d.fill(NaN, 0, 1))],
    ["an offset too many", "invalid-accessor", "/morphTargets/0/deltas", () => WithDeltas((d) => d.slice(1))],
    [
        "an array of another length",
        "invalid-accessor",
        "/gaussians/scales",
        () => {
            const asset = Sample();
            return { ...asset, gaussians: { ...asset.gaussians, scales: new Float32Array(63).fill(1) } };
        },
    ],
    [
        "a matrix too many",
        "invalid-accessor",
        "/inverseBindMatrices",
        () => ({ ...Sample(), inverseBindMatrices: new Float32Array(56 * 16) }),
    ],
    ["a parent that is not there", "invalid-skeleton", "/joints/9/parent", () => WithJoint(9, { parent: 99 })],
    ["a joint ahead of its parent", "invalid-skeleton", "/joints/1/parent", () => WithJoint(1, { parent: 2 })],
    ["a joint at no place", "non-finite", "/joints/4/translation", () => WithJoint(4, { translation: [0, NaN, 0] })],
    ["a track of no joint", "invalid-animation", "/tracks/0/joint", () => WithTrack(() => ({ joint: -1 }))],
    ["a track of a joint too far", "invalid-animation", "/tracks/0/joint", () => WithTrack(() => ({ joint: 55 }))],
    [
        "values for other keys",
        "invalid-accessor",
        "/tracks/0/values",
        () => WithTrack(({ values }) => ({ values: values.slice(3) })),
    ],
];

describe("an avatar that cannot be written", () => {
    it.each(Wrong)("%s is refused as %s, naming the field", (_, code, path, make) => {
        let thrown: unknown;
        try {
            WriteAvatar(make());
        } catch (error) {
            thrown = error;
        }
        expect(thrown).toBeInstanceOf(AvatarFormatError);
        expect((thrown as AvatarFormatError).code).toBe(code);
        expect((thrown as AvatarFormatError).path).toContain(path);
        expect((thrown as AvatarFormatError).message).toMatch(/^sample: \//);
    });
});

describe("an avatar that can be written", () => {
    it("keeps rotations whose length is a little off", () => {
        const asset = Sample();
        asset.gaussians.rotations.set([1.03, 0.02, 0, 0]);
        const [x, y] = ReadAvatar(WriteAvatar(asset)).gaussians.rotations;
        const length = Math.hypot(1.03, 0.02);
        // One step of 16 bits and the rounding of making the length one again.
        expect(Math.abs(x! - 1.03 / length)).toBeLessThan(4e-5);
        expect(Math.abs(y! - 0.02 / length)).toBeLessThan(4e-5);
    });

    it("keeps a rest rotation whose last number is one", () => {
        // So small that the matrix of a joint at rest identity still fits.
        const rotation = [0.0003, 0, 0, 1] as const;
        const asset = WithJoint(54, { smplx: null, name: "tail", rotation });
        const joint = ReadAvatar(WriteAvatar({ ...asset, bodyModel: "custom" })).joints[54]!;
        expect(joint.rotation[0]).toBeCloseTo(0.0003, 6);
    });
});
