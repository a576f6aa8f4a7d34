import { type IConditioning, type IMapModel } from "../../src/format/mapModel.js";
import { MakeSampleAvatar } from "./avatarSamples.js";
import { type IGoldenFixture } from "./goldenFixture.js";
import { MakeSampleMapModel } from "./mapModels.js";

const Asset = MakeSampleAvatar();

/** Map models of every kind of conditioning, by what they show. */
export const ConditioningSamples: Readonly<Record<string, IMapModel>> = {
    "means of both sides": MakeSampleMapModel(Asset, { texels: 300 }),
    "first texels of the front": MakeSampleMapModel(Asset, {
        texels: 300,
        conditioning: { side: "front", reduction: "first" },
    }),
    "all channels": MakeSampleMapModel(Asset, {
        texels: 200,
        conditioning: { channels: ["normal", "offset", "position"], viewSize: 8 },
    }),
    "a projection": MakeSampleMapModel(Asset, { texels: 200, hasProjection: true }),
    "a projection of several channels": WithVectorsProjected(
        MakeSampleMapModel(Asset, { texels: 200, conditioning: { channels: ["offset", "normal"] } }),
    ),
    "no texels": MakeSampleMapModel(Asset, { texels: 0, conditioning: { viewSize: 8 } }),
};

function WithConditioning(model: IMapModel, changes: Partial<IMapModel>, conditioning: IConditioning): IMapModel {
    return { ...model, ...changes, conditioning };
}

/** With two components over some offsets of the front side and normals of the back. */
function WithVectorsProjected(model: IMapModel): IMapModel {
    const { conditioning } = model;
    const plane = conditioning.size ** 2;
    // Vectors: front offsets, front normals, back offsets, back normals; x, y, z each.
    const pixels = [0, 9].flatMap((first) => Array.from({ length: plane / 2 }, (_, i) => first * plane + 2 * i));
    const length = pixels.length * 3;
    const components = Float32Array.from({ length: 2 * length }, (_, i) => Math.sin(i + 1) / Math.sqrt(length / 2));
    const projection = {
        pixels: Uint32Array.from(pixels),
        mean: Float32Array.from({ length }, (_, i) => 0.2 * Math.cos(i)),
        components,
        limits: Float32Array.of(0.3, 20),
    };
    return WithConditioning(model, {}, { ...conditioning, projection });
}

/** A joint for each of the fixture's points, which lies at the origin: the translations of the joints are the pose map. */
export function ProjectionFixtureModel(fixture: IGoldenFixture, sigma: number): IMapModel {
    const sample = MakeSampleMapModel(Asset);
    const count = 300;
    const size = 18;
    const rows = Uint32Array.from({ length: count }, (_, i) => i);
    return WithConditioning(
        sample,
        {
            mapSize: size,
            texels: rows.map((i) => Math.floor(i / size) * 2 * size + (i % size)),
            positions: new Float32Array(count * 3),
            normals: new Float32Array(count * 3),
            influences: { count: 1, joints: Uint16Array.from(rows), weights: new Float32Array(count).fill(1) },
            inverseBindMatrices: new Float32Array(count * 16),
        },
        {
            size,
            side: "front",
            channels: ["position"],
            reduction: "first",
            restJoints: new Uint16Array(0),
            projection: {
                pixels: rows,
                mean: fixture.values("mean") as Float32Array,
                components: fixture.values("components") as Float32Array,
                limits: (fixture.values("explained_variance") as Float32Array).map((value) => sigma * Math.sqrt(value)),
            },
            viewSize: 0,
        },
    );
}

/** Joint matrices that put the points of {@link ProjectionFixtureModel} where an input of the fixture has them. */
export function ProjectionFixtureMatrices(fixture: IGoldenFixture, input: number): Float32Array {
    const points = fixture.row("inputs", input, 900);
    const matrices = new Float32Array(300 * 12);
    points.forEach((value, i) => (matrices[Math.floor(i / 3) * 12 + (i % 3) * 4 + 3] = value));
    return matrices;
}

/** The body of the fixture `body_avatar_pipeline`, with a pose map of both sides. */
export function BodyFixtureModel(fixture: IGoldenFixture): IMapModel {
    const sample = MakeSampleMapModel(Asset);
    return WithConditioning(
        sample,
        {
            mapSize: 1024,
            texels: Uint32Array.from(fixture.values("mask_index")),
            positions: fixture.values("init_points") as Float32Array,
            normals: fixture.values("init_normals") as Float32Array,
            influences: {
                count: 4,
                joints: Uint16Array.from(fixture.values("lbs_index")),
                weights: fixture.values("lbs_weight") as Float32Array,
            },
            inverseBindMatrices: new Float32Array(55 * 16),
        },
        { ...sample.conditioning, size: 512, side: "both", channels: ["position"], reduction: "first" },
    );
}

/** [J,12] of a fixture's [J,4,4]. */
export function FixtureMatrices(fixture: IGoldenFixture, name: string): Float32Array {
    const values = fixture.values(name) as Float32Array;
    return values.filter((_, i) => i % 16 < 12);
}
