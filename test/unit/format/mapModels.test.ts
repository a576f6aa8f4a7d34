/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-argument -- documents are changed here in ways that no type describes */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { type IAvatarAsset } from "../../../src/format/avatarAsset.js";
import { AvatarFormatError } from "../../../src/format/avatarFormatError.js";
import { LoadNetworkAsync } from "../../../src/format/loadNetwork.js";
import { type IAvatarNetwork, type IMapModel } from "../../../src/format/mapModel.js";
import { ReadAvatar, ReadAvatarAsync, ValidateAvatar } from "../../../src/format/readAvatar.js";
import { WriteAvatar, WriteAvatarFiles } from "../../../src/format/writeAvatar.js";
import { AvatarBufferViews, ParseAvatar } from "../../../src/format/parseAvatar.js";
import { JoinGlb, SplitGlb } from "../../../src/format/glbContainer.js";
import { MakeSampleAvatar } from "../../support/avatarSamples.js";
import { type ISampleMapModelOptions, MakeSampleMapModel } from "../../support/mapModels.js";
import { SeededRandom } from "../../support/seededRandom.js";
import { BreakMaps, MakeMapsAvatar, MapsFile } from "./brokenMaps.js";
import { AddAccessor, MutateJson, OpenAvatarFile } from "./fileSurgery.js";

/** A small avatar with one map model. */
function Sample(options: ISampleMapModelOptions = {}): IAvatarAsset {
    const asset = MakeSampleAvatar({ gaussians: 20 });
    return { ...asset, mapModels: [MakeSampleMapModel(asset, options)] };
}

/** Largest difference of two arrays of numbers. */
function Difference(a: Float32Array, b: Float32Array): number {
    expect(a.length).toBe(b.length);
    return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);
}

/** Holds a model to what was written: all but normals and offsets of expressions is the same, bit for bit. */
function ExpectSameModel(read: IMapModel, written: IMapModel): void {
    const inexact = { normals: null, morphTargets: null };
    expect({ ...read, ...inexact }).toEqual({ ...written, ...inexact });
    // Half a step of 1/32767, as docs/format.md states.
    const step = 0.5 / 32767 + 1e-7;
    expect(Difference(read.normals, written.normals)).toBeLessThanOrEqual(step);
    expect(read.morphTargets.map(({ name }) => name)).toEqual(written.morphTargets.map(({ name }) => name));
    read.morphTargets.forEach(({ indices, deltas }, channel) => {
        const target = written.morphTargets[channel]!;
        expect(indices).toEqual(target.indices);
        expect(Difference(deltas, target.deltas)).toBeLessThanOrEqual(step);
    });
}

describe("an avatar file with map models", () => {
    it("gives back what was written, whatever is in it", () => {
        fc.assert(
            fc.property(
                fc.record({
                    tier: fc.constantFrom("lite" as const, "full" as const),
                    texels: fc.integer({ min: 1, max: 100 }),
                    mapSize: fc.constantFrom(8, 16, 256),
                    influences: fc.integer({ min: 1, max: 64 }),
                    covariance: fc.constantFrom("linear" as const, "quaternion" as const),
                    hasProjection: fc.boolean(),
                    hasFixedHands: fc.boolean(),
                    colorActivation: fc.constantFrom("none" as const, "sigmoid" as const),
                    hipAngle: fc.constantFrom(0, 0.4),
                    seed: fc.integer(),
                }),
                fc.record({
                    size: fc.constantFrom(4, 8),
                    side: fc.constantFrom("front" as const, "both" as const),
                    reduction: fc.constantFrom("first" as const, "mean" as const),
                    restJoints: fc.constantFrom(new Uint16Array(0), Uint16Array.of(40, 22)),
                    viewSize: fc.constantFrom(0, 2),
                }),
                (options, conditioning) => {
                    const asset = Sample({ ...options, conditioning });
                    const bytes = WriteAvatar(asset);
                    ExpectSameModel(ReadAvatar(bytes).mapModels[0]!, asset.mapModels[0]!);
                    expect(ValidateAvatar(bytes)).toEqual([]);
                    expect(Buffer.from(WriteAvatar(ReadAvatar(bytes))).equals(bytes)).toBe(true);
                },
            ),
            { numRuns: 10, seed: 3 },
        );
    });

    it("has each network once, whoever runs it, and gives its bytes as a view", () => {
        const bytes = MapsFile();
        const [lite, full] = ReadAvatar(bytes).mapModels;
        expect([lite!.tier, full!.tier]).toEqual(["lite", "full"]);
        ExpectSameModel(lite!, MakeMapsAvatar().mapModels[0]!);
        ExpectSameModel(full!, MakeMapsAvatar().mapModels[1]!);
        lite!.networks.forEach((network, index) => {
            expect(full!.networks[index]).toBe(network);
            expect(network.bytes!.buffer).toBe(bytes.buffer);
        });
        expect(OpenAvatarFile(bytes).extension.networks).toHaveLength(2);
    });

    it("states rows that are all alike once, in its document", () => {
        const asset = Sample();
        const [model] = asset.mapModels;
        const decoding = {
            ...model!.decoding,
            opacities: new Float32Array(60).fill(Math.fround(Math.log(0.1 / 0.9))),
            rotations: new Float32Array(240).map((_, i) => (i % 4 === 3 ? 1 : 0)),
            colors: new Float32Array(180),
        };
        const bytes = WriteAvatar({ ...asset, mapModels: [{ ...model!, decoding }] });
        expect(OpenAvatarFile(bytes).extension.tiers[1].maps.decoding).toMatchObject({
            opacities: [Math.fround(Math.log(0.1 / 0.9))],
            rotations: [0, 0, 0, 1],
            colors: [0, 0, 0],
        });
        expect(ReadAvatar(bytes).mapModels[0]!.decoding).toEqual(decoding);
    });

    it("stores weights and base rotations in 16 bits where that changes nothing", () => {
        const asset = Sample({ texels: 50, influences: 4 });
        const [model] = asset.mapModels;
        const rounded = (values: Float32Array, maximum: number): Float32Array =>
            values.map((value) => Math.round(Math.min(1, Math.max(-1, value)) * maximum) / maximum);
        const formsOf = (weights: Float32Array, rotations: Float32Array): readonly unknown[] => {
            const influences = { ...model!.influences, weights };
            const decoding = { ...model!.decoding, rotations };
            const bytes = WriteAvatar({ ...asset, mapModels: [{ ...model!, influences, decoding }] });
            const [read] = ReadAvatar(bytes).mapModels;
            expect([read!.influences.weights, read!.decoding.rotations]).toEqual([weights, rotations]);
            const { json, extension } = OpenAvatarFile(bytes);
            const { maps } = extension.tiers[1];
            return [maps.influences.weights, maps.decoding.rotations].map(
                (index) => json.accessors[index].componentType as number,
            );
        };
        const { weights } = model!.influences;
        const { rotations } = model!.decoding;
        const [u16, i16, f32] = [5123, 5122, 5126];
        expect(formsOf(rounded(weights, 65535), rounded(rotations, 32767))).toEqual([u16, i16]);
        expect(formsOf(weights, rotations)).toEqual([f32, f32]);
        // The sign of zero is kept as well.
        const negativeZero = rounded(rotations, 32767);
        negativeZero[0] = -0;
        expect(formsOf(rounded(weights, 65535), negativeZero)).toEqual([u16, f32]);
    });

    it("shows its Gaussians where a tier does not say how it makes others", () => {
        const file = BreakMaps((_, { extension }) => {
            delete extension.tiers[1].maps;
            delete extension.tiers[2].maps;
        });
        expect(ReadAvatar(file()).mapModels).toEqual([]);
    });

    it("names the buffer views of the networks that a tier runs, and of no others", () => {
        const { json, extension } = OpenAvatarFile(MapsFile());
        const views: number[] = extension.networks.map(({ bufferView }: { bufferView: number }) => bufferView);
        expect(AvatarBufferViews(json)).toEqual(expect.arrayContaining(views));
        expect(AvatarBufferViews(json)).toHaveLength(json.bufferViews.length);
        extension.tiers.slice(1).forEach((tier: { maps?: object }) => delete tier.maps);
        expect(AvatarBufferViews(json).filter((view) => views.includes(view))).toEqual([]);
    });

    it("is read from the views that it names, whatever its document", () => {
        const random = SeededRandom(15);
        for (let run = 0; run < 100; run++) {
            const { json, binary } = OpenAvatarFile(MapsFile());
            if (run > 0) {
                MutateJson(json.extensions, random);
            }
            try {
                const named = new Set(AvatarBufferViews(json));
                const bufferView = (index: number): Uint8Array => {
                    // No format error, so that it comes through.
                    if (!named.has(index)) {
                        throw new Error(`view ${index} was not named`);
                    }
                    const { byteOffset, byteLength } = json.bufferViews[index] as {
                        byteOffset: number;
                        byteLength: number;
                    };
                    return binary.subarray(byteOffset, byteOffset + byteLength);
                };
                expect(ParseAvatar({ json, fileName: "", bufferView }).gaussians.count).toBe(20);
            } catch (error) {
                expect(error).toBeInstanceOf(AvatarFormatError);
                expect(run).toBeGreaterThan(0);
            }
        }
    });

    it("reads as .gltf with a side file, the embedded networks with it", async () => {
        const { json: text, binary } = SplitGlb(MapsFile());
        const json = JSON.parse(new TextDecoder().decode(text));
        json.buffers[0].uri = "ada.bin";
        const read = await ReadAvatarAsync(new TextEncoder().encode(JSON.stringify(json)), async () => {
            return await Promise.resolve(binary!);
        });
        expect(read).toEqual(ReadAvatar(MapsFile()));
    });

    it("gives an avatar or a format error after 200 changes of its document", () => {
        const random = SeededRandom(14);
        let refused = 0;
        for (let run = 0; run < 200; run++) {
            const file = OpenAvatarFile(MapsFile());
            MutateJson(file.json.extensions, random);
            const bytes = JoinGlb(file.json, file.binary);
            try {
                ReadAvatar(bytes);
            } catch (error) {
                expect(error).toBeInstanceOf(AvatarFormatError);
                refused++;
            }
            expect(ValidateAvatar(bytes).length).toBeLessThanOrEqual(200);
        }
        // Some fields take any number, and some changes hit what a reader does not need.
        expect(refused).toBeGreaterThan(130);
    });

    it("cannot make a reader ask for far more memory than it has bytes", () => {
        const count = 6000;
        const file = (tiers: number): Uint8Array =>
            BreakMaps((maps, open) => {
                // 4 is a joint as well as a weight: 64 · 4 / 255 is about 1.
                const rows = { type: "SCALAR", componentType: 5121, count: count * 64 };
                const joints = AddAccessor(open, new Uint8Array(count * 64).fill(4), rows);
                const accessor = (normalized: boolean): number =>
                    open.json.accessors.push({ ...open.json.accessors[joints], normalized }) - 1;
                const positions = { type: "VEC3", componentType: 5126, count };
                maps.positions = maps.normals = AddAccessor(open, new Float32Array(count * 3), positions);
                const texels = new Uint32Array(count).map((_, i) => i);
                maps.texels = AddAccessor(open, texels, { type: "SCALAR", componentType: 5125, count });
                maps.size = 256;
                const base = { opacities: [0], scales: [0, 0, 0], rotations: [0, 0, 0, 1], colors: [0, 0, 0] };
                maps.decoding = { ...maps.decoding, ...base };
                delete maps.decoding.fixedHands;
                delete maps.targets;
                open.extension.tiers.length = 1 + tiers;
                for (const tier of open.extension.tiers.slice(1)) {
                    tier.maps = {
                        ...maps,
                        influences: { count: 64, joints: accessor(false), weights: accessor(true) },
                    };
                }
            })();
        expect(ReadAvatar(file(1)).mapModels[0]!.influences.weights).toHaveLength(count * 64);
        expect(() => ReadAvatar(file(2))).toThrow(expect.objectContaining({ code: "too-large" }));
    });
});

describe("networks in side files", () => {
    it("are not loaded with the avatar, and come by their names when asked for", async () => {
        const { avatar, sideFiles } = WriteAvatarFiles(MakeMapsAvatar(), "ada");
        expect([...sideFiles.keys()]).toEqual(["ada.trunk.onnx", "ada.tail.onnx"]);
        const refuseAsync = async (): Promise<Uint8Array> => await Promise.reject(new Error("asked"));
        const [lite] = (await ReadAvatarAsync(avatar, refuseAsync)).mapModels;
        const [trunk] = lite!.networks;
        expect(trunk).toMatchObject({ bytes: null, uri: "ada.trunk.onnx", byteLength: 40 });
        const asked: string[] = [];
        const bytes = await LoadNetworkAsync(trunk!, async (uri) => {
            asked.push(uri);
            return await Promise.resolve(sideFiles.get(uri)!);
        });
        expect(bytes).toEqual(new Uint8Array(40).fill(1));
        expect(asked).toEqual(["ada.trunk.onnx"]);
        await expect(LoadNetworkAsync(trunk!, async () => await Promise.resolve(bytes.subarray(1)))).rejects.toThrow(
            /^ada\.trunk\.onnx: network "trunk" has 40 bytes by the avatar, its file has 39/,
        );
    });

    it("stay side files when the avatar is written again", () => {
        const { avatar } = WriteAvatarFiles(MakeMapsAvatar(), "ada");
        expect(Buffer.from(WriteAvatar(ReadAvatar(avatar))).equals(avatar)).toBe(true);
        const again = WriteAvatarFiles(ReadAvatar(avatar), "bea");
        expect(Buffer.from(again.avatar).equals(avatar)).toBe(true);
        expect(again.sideFiles.size).toBe(0);
    });

    it("have names that every file system takes, each its own", () => {
        const asset = MakeMapsAvatar();
        const network = { ...asset.mapModels[0]!.networks[0]! };
        const names = ["a/b", "a\\b", "../A B", "Ä%"];
        const networks: IAvatarNetwork[] = names.map((name, i) => ({
            ...network,
            name,
            outputs: [{ ...network.outputs[0]!, name: `o${i}` }],
        }));
        const decoding = { ...asset.mapModels[0]!.decoding, outputs: [] };
        const mapModels = [{ ...asset.mapModels[0]!, networks, decoding }];
        const { avatar, sideFiles } = WriteAvatarFiles({ ...asset, mapModels }, "my ada");
        expect([...sideFiles.keys()]).toEqual([
            "my-ada.a-b.onnx",
            "my-ada.a-b-2.onnx",
            "my-ada...-A-B.onnx",
            "my-ada.Ä-.onnx",
        ]);
        expect(ReadAvatar(avatar).mapModels[0]!.networks.map(({ uri }) => uri)).toEqual([...sideFiles.keys()]);
    });
});

/** Changes the first model of the sample, and says how that is refused. */
const Wrong: readonly (readonly [
    title: string,
    code: string,
    path: string,
    change: (model: IMapModel) => Partial<IMapModel>,
])[] = [
    ["a normal that is no number", "non-finite", "normals", ({ normals }) => ({ normals: normals.fill(NaN, 4, 5) })],
    ["a point too few", "invalid-accessor", "positions", ({ positions }) => ({ positions: positions.slice(3) })],
    [
        "a joint that is not there",
        "invalid-joint-index",
        "influences/joints",
        ({ influences }) => ({ influences: { ...influences, joints: influences.joints.fill(300, 0, 1) } }),
    ],
    [
        "a rest joint that is not there",
        "invalid-joint-index",
        "restJoints",
        ({ conditioning }) => ({ conditioning: { ...conditioning, restJoints: Uint16Array.of(55) } }),
    ],
    [
        "base colours for fewer texels",
        "invalid-accessor",
        "decoding/colors",
        ({ decoding }) => ({ decoding: { ...decoding, colors: decoding.colors.slice(3) } }),
    ],
    [
        "fixed hands for fewer texels",
        "invalid-accessor",
        "fixedHands/shares",
        ({ decoding }) => ({
            decoding: {
                ...decoding,
                fixedHands: { ...decoding.fixedHands!, shares: decoding.fixedHands!.shares.slice(1) },
            },
        }),
    ],
    [
        "a projection with a mean of other pixels",
        "invalid-accessor",
        "projection/mean",
        ({ conditioning }) => ({
            conditioning: {
                ...conditioning,
                projection: { ...conditioning.projection!, mean: conditioning.projection!.mean.slice(3) },
            },
        }),
    ],
    [
        "expressions that are not the avatar's",
        "invalid-morph-target",
        "morphTargets",
        ({ morphTargets }) => ({ morphTargets: [...morphTargets].reverse() }),
    ],
    [
        "an expression of rows that are not there",
        "invalid-morph-target",
        "morphTargets/0/indices",
        ({ morphTargets: [first, ...others] }) => ({
            morphTargets: [{ ...first!, indices: first!.indices.map((row) => row + 20) }, ...others],
        }),
    ],
    [
        "two networks of one name",
        "duplicate-name",
        "networks/1/name",
        ({ networks }) => ({ networks: networks.map((network) => ({ ...network, name: "one" })) }),
    ],
    [
        "a network of another length",
        "invalid-network",
        "networks/0/byteLength",
        ({ networks }) => ({ networks: networks.map((network) => ({ ...network, byteLength: 7 })) }),
    ],
    [
        "a network without bytes",
        "invalid-network",
        "networks/0",
        ({ networks }) => ({ networks: networks.map((network) => ({ ...network, bytes: null })) }),
    ],
    [
        "a network in another folder",
        "unsafe-uri",
        "networks/0/uri",
        ({ networks }) => ({ networks: networks.map((network) => ({ ...network, bytes: null, uri: "../n.onnx" })) }),
    ],
    ["maps of an odd size", "invalid-map-model", "decoding/outputs/0/tensor", () => ({ mapSize: 12 })],
];

describe("a map model that cannot be written", () => {
    it.each(Wrong)("%s is refused as %s, naming the field", (_, code, path, change) => {
        const asset = MakeMapsAvatar();
        const [model] = asset.mapModels;
        let thrown: unknown;
        try {
            WriteAvatar({ ...asset, mapModels: [{ ...model!, ...change(model!) }] });
        } catch (error) {
            thrown = error;
        }
        expect(thrown).toBeInstanceOf(AvatarFormatError);
        expect((thrown as AvatarFormatError).code).toBe(code);
        expect((thrown as AvatarFormatError).path).toContain(path);
        expect((thrown as AvatarFormatError).message).toMatch(/^sample: \//);
    });
});
