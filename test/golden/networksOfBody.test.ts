import { expect, it } from "@jest/globals";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { BuildDualStyleUnet, DualStyleUnetGraph } from "../../src/convert/networks/buildDualStyleUnet.js";
import { CountNodeMacs, CountWeights } from "../../src/convert/networks/countMacs.js";
import { type IGraphNode, NetworkGraph } from "../../src/convert/networks/networkGraph.js";
import { CheckedWeights } from "../../src/convert/networks/networkWeights.js";
import { CameraNodes, SliceNetwork } from "../../src/convert/networks/sliceNetwork.js";
import { AddViewNet } from "../../src/convert/networks/viewNet.js";
import {
    DescribeGolden,
    FixtureFolder,
    GoldenComparison,
    type IGoldenFixture,
    ReadGoldenFixture,
} from "../support/goldenFixture.js";
import { type ITestTensor, RunNetworksAsync } from "../support/networkRun.js";
import { FixtureWeights } from "../support/styleUnetWeights.js";

const Fixture = "body_avatar_pipeline";
/** Of the fixtures' README, for float32. */
const Tolerance = 1e-4;
/** Sides of the pose map and of the Gaussian maps. */
const PoseSize = 512;
const MapSize = 1024;
/** Small enough for several slices of networks with slim channels. */
const SliceMacs = 0.1e9;

/** The front half of the pose map, of its pixels that are not zero. */
function PoseMap(fixture: IGoldenFixture): ITestTensor {
    const data = new Float32Array(3 * PoseSize * PoseSize);
    fixture.values("pose_map_index").forEach((pixel, index) => {
        fixture.row("pose_map_values", index, 6).slice(0, 3).forEach((value, axis) => {
            data[axis * PoseSize * PoseSize + pixel] = value;
        }); // prettier-ignore
    });
    return { shape: [1, 3, PoseSize, PoseSize], data };
}

/** Cosines between posed normals and the direction to the camera, front and back. */
function ViewMaps(fixture: IGoldenFixture): { view_front: ITestTensor; view_back: ITestTensor } {
    const extrinsic = fixture.values("extrinsic");
    const camera = [0, 1, 2].map(
        (axis) => -[0, 1, 2].reduce((sum, row) => sum + extrinsic[row * 4 + axis]! * extrinsic[row * 4 + 3]!, 0),
    );
    const maps = [new Float32Array(PoseSize * PoseSize), new Float32Array(PoseSize * PoseSize)];
    fixture.values("mask_index").forEach((texel, index) => {
        const [v, u] = [Math.floor(texel / (2 * MapSize)), texel % (2 * MapSize)];
        if (v % 2 !== 0 || u % 2 !== 0) {
            return;
        }
        const joints = fixture.row("lbs_index", index, 4);
        const weights = fixture.row("lbs_weight", index, 4);
        const matrix = Array.from({ length: 12 }, (_, element) =>
            joints.reduce(
                (sum, joint, slot) => sum + weights[slot]! * fixture.row("cano2live", joint, 16)[element]!,
                0,
            ),
        );
        const apply = (vector: number[], w: number): number[] =>
            [0, 4, 8].map(
                (row) =>
                    matrix[row]! * vector[0]! + matrix[row + 1]! * vector[1]! + matrix[row + 2]! * vector[2]! + w * matrix[row + 3]!,
            ); // prettier-ignore
        const normal = apply(fixture.row("init_normals", index, 3), 0);
        const point = apply(fixture.row("init_points", index, 3), 1);
        const direction = camera.map((value, axis) => value - point[axis]!);
        const cosine =
            normal.reduce((sum, value, axis) => sum + value * direction[axis]!, 0) / Math.hypot(...direction);
        maps[u < MapSize ? 0 : 1]![(v / 2) * PoseSize + (u % MapSize) / 2] = cosine;
    });
    const shape = [1, 1, PoseSize, PoseSize];
    return { view_front: { shape, data: maps[0]! }, view_back: { shape, data: maps[1]! } };
}

/** What the maps hold at the Gaussians: channels of the front or of the back. */
function AtGaussians(fixture: IGoldenFixture, maps: ITestTensor): Float32Array {
    const texels = fixture.values("mask_index");
    const channels = maps.shape[1]! / 2;
    return Float32Array.from({ length: texels.length * channels }, (_, index) => {
        const [texel, channel] = [texels[Math.floor(index / channels)]!, index % channels];
        const [v, u] = [Math.floor(texel / (2 * MapSize)), texel % (2 * MapSize)];
        const side = u < MapSize ? 0 : channels;
        return maps.data[((side + channel) * MapSize + v) * MapSize + (u % MapSize)]!;
    });
}

/** What the study of the method says a body costs: three networks with the shared halves once, the tail of both sides. */
const OfficialGflop = 1567;
const OfficialTailGflop = 97 + 9;
const OfficialWeights = 202.2e6;

DescribeGolden("The networks of a body at the official size", () => {
    it("cost what they must, by the shapes of a published checkpoint", () => {
        const manifest = JSON.parse(readFileSync(join(FixtureFolder, "manifest_body_checkpoint.json"), "utf8")) as {
            tensors: { key: string; shape: number[] }[];
        };
        const read = (): never => {
            throw new Error("Shapes alone say what a network costs.");
        };
        const weights = new Map(manifest.tensors.map(({ key, shape }) => [key, { shape, read }]));
        const [trunk, color] = [["position", "other", "color"], ["color"]].map((names) =>
            DualStyleUnetGraph(
                weights,
                names.map((name) => ({ name, prefix: `${name}_net.`, view: name === "color" ? {} : null })),
            ),
        ); // prettier-ignore
        const tail = CameraNodes(color!.nodes);
        const gflop = (nodes: readonly IGraphNode[]): number => (2 * CountNodeMacs(nodes)) / 1e9;
        const weightCount = CountWeights(trunk!.nodes);
        console.log(
            `official size: ${gflop(trunk!.nodes).toFixed(0)} GFLOP, of these ${gflop(tail).toFixed(0)} for the camera; ` +
                `${(weightCount / 1e6).toFixed(1)} M weights; ${trunk!.nodes.length} nodes`,
        );
        // The study leaves the filters and, in the whole, the view net out.
        expect(gflop(trunk!.nodes) / (OfficialGflop + 9)).toBeCloseTo(1, 2);
        expect(gflop(tail) / OfficialTailGflop).toBeCloseTo(1, 1);
        expect(weightCount / OfficialWeights).toBeCloseTo(1, 2);
    });
});

DescribeGolden("The networks of a body equal the published ones", () => {
    const fixture = ReadGoldenFixture(Fixture);
    const weights = FixtureWeights(fixture);
    const pose = PoseMap(fixture);
    const view = ViewMaps(fixture);
    const expectEqual = (quantity: string, actual: ArrayLike<number>, expected: string): void => {
        const comparison = new GoldenComparison(Fixture, quantity, Tolerance);
        comparison.add(actual, fixture.values(expected));
        comparison.expectWithin();
    };

    for (const [name, expected] of [["position", "raw_position"], ["other", "raw_other"]] as const) {
        it(`${name}, without the camera`, async () => {
            const networks = BuildDualStyleUnet(weights, { prefix: `${name}_net.`, name });
            const { tensors } = await RunNetworksAsync(networks, { pose_map: pose });
            expectEqual(name, AtGaussians(fixture, tensors.get(`${name}_map`)!), expected);
        });
    } // prettier-ignore

    it("features of the view direction", async () => {
        const graph = new NetworkGraph();
        for (const side of ["front", "back"] as const) {
            const cosines = graph.input(`view_${side}`, view[`view_${side}`].shape);
            const checked = new CheckedWeights(weights, "viewdir_net.");
            graph.output(AddViewNet(graph, checked, { name: side, cosines, channels: 8, weight: 1 }));
        }
        const { tensors } = await RunNetworksAsync(SliceNetwork(graph, "view"), view);
        for (const side of ["front", "back"]) {
            const { data } = tensors.get(`${side}/2`)!;
            const every4 = Array.from({ length: 8 * 32 * 32 }, (_, index) => {
                const [channel, row, column] = [index >> 10, (index >> 5) & 31, index & 31];
                return data[(channel * 128 + 4 * row) * 128 + 4 * column]!;
            });
            expectEqual("view features", every4, `view_feat_${side}_s4`);
        }
    });

    it("colour in slices, and for another camera by those alone that depend on it", async () => {
        const networks = BuildDualStyleUnet(weights, {
            prefix: "color_net.",
            name: "color",
            view: {},
            sliceMacs: SliceMacs,
        });
        const readsCamera = networks.map(({ inputs }) => inputs.some((input) => input.name.startsWith("view_")));
        const trunk = networks.filter((network) => !network.name.startsWith("color_view"));
        const tail = networks.slice(trunk.length);
        expect(trunk.length).toBeGreaterThan(2);
        expect(readsCamera.indexOf(true)).toBe(trunk.length);
        const { tensors } = await RunNetworksAsync(trunk, { pose_map: pose });
        const kept = Object.fromEntries(tensors);
        // View features of a camera that sees nothing are not zero, so the published "without view" is another network.
        const dark = new Float32Array(PoseSize * PoseSize);
        const nothing = {
            view_front: { ...view.view_front, data: dark },
            view_back: { ...view.view_back, data: dark },
        };
        const blind = await RunNetworksAsync(tail, { ...kept, ...nothing });
        const seen = await RunNetworksAsync(tail, { ...kept, ...view });
        const [without, found] = [blind, seen].map((run) => AtGaussians(fixture, run.tensors.get("color_map")!));
        expect(without!.some((value, index) => Math.abs(value - found![index]!) > 0.01)).toBe(true);
        expectEqual("colour", found!, "raw_color");
    });

    it("colour without the view direction", async () => {
        const networks = BuildDualStyleUnet(weights, { prefix: "color_net.", name: "color" });
        const { tensors } = await RunNetworksAsync(networks, { pose_map: pose });
        expectEqual("colour without view", AtGaussians(fixture, tensors.get("color_map")!), "raw_color_noview");
    });
});
