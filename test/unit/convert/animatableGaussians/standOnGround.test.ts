import { expect, it } from "@jest/globals";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { JointMatrices } from "../../../../assets/scripts/synthetic/jointMatrices.js";
import { CanonicalInverseBindMatrices } from "../../../../src/convert/animatableGaussians/jointMatrices.js";
import { AvatarJoints, RestInverseBindMatrices } from "../../../../src/convert/animatableGaussians/restSkeleton.js";
import { StandOnGround } from "../../../../src/convert/animatableGaussians/standOnGround.js";
import { type IAnimationTrack, type IAvatarAsset } from "../../../../src/format/avatarAsset.js";
import { type IMapModel } from "../../../../src/format/mapModel.js";
import { ReadAvatar } from "../../../../src/format/readAvatar.js";
import { QuaternionFromAxisAngle, type QuaternionTuple } from "../../../../src/math/quaternion.js";
import { ConditioningPose } from "../../../../src/pipeline/1-pose/conditioningPose.js";
import { BuildPoseMapTable, EvaluatePoseMap } from "../../../../src/pipeline/2-maps/poseMapTable.js";
import { SkinDecoded } from "../../../reference/skinDecoded.js";
import { type IGaussian } from "../../../reference/skinGaussian.js";
import { MakeSampleAvatar } from "../../../support/avatarSamples.js";
import { BodyFixtureModel } from "../../../support/conditioningModels.js";
import {
    DescribeGolden,
    GoldenComparison,
    type IGoldenFixture,
    ReadGoldenFixture,
} from "../../../support/goldenFixture.js";

const Fixture = "body_avatar_pipeline";
/** Of the fixtures' README, metres. */
const Tolerance = 1e-5;

/** What the fixture's pose map leaves out: root, eyes and hands. */
const Held = Uint16Array.from([0, 23, 24, ...Array.from({ length: 30 }, (_, i) => 25 + i)]);

/** The body of the fixture as an avatar, with the origin of the body model. */
function FixtureAvatar(fixture: IGoldenFixture): { asset: IAvatarAsset; model: IMapModel } {
    const sample = MakeSampleAvatar();
    const rest = fixture.values("rest_joints");
    const plain = BodyFixtureModel(fixture);
    const model: IMapModel = {
        ...plain,
        inverseBindMatrices: CanonicalInverseBindMatrices(rest),
        covariance: "quaternion",
        conditioning: { ...plain.conditioning, side: "front", restJoints: Held },
    };
    const positions = Float32Array.from(fixture.values("init_points"));
    const way: IAnimationTrack = {
        joint: 0,
        path: "translation",
        times: Float32Array.of(0),
        values: Float32Array.from(rest.slice(0, 3)),
    };
    const asset: IAvatarAsset = {
        ...sample,
        joints: AvatarJoints(rest),
        inverseBindMatrices: RestInverseBindMatrices(rest),
        // Too few of them are on feet to measure soles by.
        gaussians: { ...sample.gaussians, positions, opacities: new Float32Array(positions.length / 3) },
        mapModels: [model],
        animations: [{ name: "way", tracks: [way] }],
    };
    return { asset, model };
}

function Rotations(fixture: IGoldenFixture): QuaternionTuple[] {
    return Array.from({ length: 55 }, (_, joint) => {
        const axis = fixture.row("full_pose", joint, 3) as [number, number, number];
        return QuaternionFromAxisAngle(axis, Math.hypot(...axis));
    });
}

function PoseMap({ joints }: IAvatarAsset, model: IMapModel, rotations: readonly QuaternionTuple[]): Float32Array {
    const pose = new ConditioningPose(joints, model);
    pose.compute(Float32Array.from(rotations.flat()));
    const table = BuildPoseMapTable(model);
    const map = new Float32Array(table.channelCount * table.size ** 2);
    EvaluatePoseMap(table, pose.matrices, map);
    return map;
}

/** What the networks of the fixture made, posed. */
function Posed(
    fixture: IGoldenFixture,
    { joints }: IAvatarAsset,
    model: IMapModel,
    rotations: readonly QuaternionTuple[],
): IGaussian[] {
    const bound = { joints, inverseBindMatrices: model.inverseBindMatrices } as IAvatarAsset;
    const matrices = JointMatrices(bound, new Map(rotations.entries()));
    const skinMatrices = matrices.flatMap((matrix) =>
        Array.from({ length: 12 }, (_, at) => matrix[(at % 4) * 4 + Math.floor(at / 4)]!),
    );
    const decoded = Array.from(model.texels, (_, row) => {
        const [w, x, y, z] = fixture.row("cano_rotations", row, 4) as [number, number, number, number];
        return {
            position: fixture.row("cano_positions", row, 3),
            rotation: [x, y, z, w],
            scale: fixture.row("cano_scales", row, 3),
            opacity: 1,
            color: [0, 0, 0],
        };
    });
    return SkinDecoded(model, decoded, { skinMatrices, morphWeights: [], opacity: 1 });
}

DescribeGolden("a body that was lifted to the ground", () => {
    const fixture = ReadGoldenFixture(Fixture);
    const { asset: original, model } = FixtureAvatar(fixture);
    // The fixture's feet are near 0.
    const asset = Lowered(original, 1.25);
    const rotations = Rotations(fixture);
    const standing = StandOnGround(asset);
    const lift = standing.joints[0]!.translation[1] - asset.joints[0]!.translation[1];

    it("stands with its lowest points at 0, and shares its networks' data", () => {
        expect(lift).toBeGreaterThan(1.25);
        // One in a thousand may be a stray.
        const heights = standing.gaussians.positions.filter((_, i) => i % 3 === 1).sort();
        expect(heights[Math.floor(heights.length / 1000)]).toBeCloseTo(0, 6);
        expect(standing.mapModels).toBe(asset.mapModels);
        expect(standing.joints.slice(1)).toEqual(asset.joints.slice(1));
        const values = standing.animations[0]!.tracks[0]!.values;
        values.forEach((value, axis) => expect(value).toBeCloseTo(standing.joints[0]!.translation[axis]!, 6));
        // At rest every Gaussian stays in its place.
        for (const matrix of JointMatrices(standing, new Map())) {
            matrix.forEach((value, k) => expect(value).toBeCloseTo(k % 5 === 0 ? 1 : 0, 6));
        }
    });

    it("has the published pose map, wherever it stands", () => {
        const comparison = new GoldenComparison(Fixture, "pose map of a lifted avatar, metres", Tolerance);
        const expected = new Float32Array(3 * 512 * 512);
        fixture.values("pose_map_index").forEach((pixel, row) => {
            const values = fixture.row("pose_map_values", row, 6).slice(0, 3);
            values.forEach((value, c) => (expected[c * 512 * 512 + pixel] = value));
        });
        const map = PoseMap(standing, model, rotations);
        comparison.add(map, expected);
        comparison.expectWithin();
        expect(map).toEqual(PoseMap(original, model, rotations));
    });

    it("is posed as published, higher by the lift and not otherwise", () => {
        const means = new GoldenComparison(Fixture, "posed positions of a lifted avatar, m", Tolerance);
        const [before, after] = [original, standing].map((one) => Posed(fixture, one, model, rotations));
        const transl = fixture.values("transl");
        after!.forEach(({ position, covariance }, row) => {
            const live = fixture.row("live_positions", row, 3);
            means.add(
                position,
                live.map((value, axis) => value - transl[axis]! + (axis === 1 ? lift - 1.25 : 0)),
            );
            expect(covariance).toEqual(before![row]!.covariance);
        });
        means.expectWithin();
    });
});

it("stands on its soles as they look, not on a stray below them", () => {
    const ada = ReadAvatar(new Uint8Array(readFileSync(join("assets", "ada.avatar.glb"))));
    const sunk = Lowered(ada, 1.25);
    sunk.gaussians.positions[1] = -5;
    const [found, expected] = [StandOnGround(sunk), ada].map(({ joints }) => joints[0]!.translation[1]);
    console.log(
        `soles of a baked character within ${(1000 * Math.abs(found! - expected!)).toFixed(1)} mm of the ground`,
    );
    // A twentieth of each part of a sole counts as strays, and Gaussians are seen a deviation below their middles.
    expect(found).toBeCloseTo(expected!, 2);
});

/** The avatar lower by some metres. */
function Lowered(asset: IAvatarAsset, depth: number): IAvatarAsset {
    const lower = (values: Float32Array): Float32Array => values.map((value, i) => value - (i % 3 === 1 ? depth : 0));
    return {
        ...asset,
        joints: asset.joints.map((joint) => {
            const [x, y, z] = joint.translation;
            return joint.parent < 0 ? { ...joint, translation: [x, y - depth, z] as const } : joint;
        }),
        inverseBindMatrices: asset.inverseBindMatrices.map((value, i) => value + (i % 16 === 13 ? depth : 0)),
        gaussians: { ...asset.gaussians, positions: lower(asset.gaussians.positions) },
        animations: asset.animations.map((clip) => ({
            ...clip,
            tracks: clip.tracks.map((track) =>
                track.path === "translation" ? { ...track, values: lower(track.values) } : track,
            ),
        })),
    };
}
