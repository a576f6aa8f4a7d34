import { beforeAll, expect, it, jest } from "@jest/globals";
import { unzipSync, zipSync } from "fflate";
import { ZipArchive } from "../../../../src/convert/checkpoint/zipArchive.js";
import { ConvertLiteAsync } from "../../../../src/convert/lite/convertLite.js";
import { type IAvatarAsset } from "../../../../src/format/avatarAsset.js";
import { ReadAvatar } from "../../../../src/format/readAvatar.js";
import { WriteAvatar } from "../../../../src/format/writeAvatar.js";
import { PrintFigure } from "../../../support/motions.js";
import { TinyPerson, TinyPersonArraysAsync, TrainedFile } from "../../../support/tinyPerson.js";

type Entries = Record<string, Uint8Array>;

let avatar: IAvatarAsset;
const notes: string[] = [];

beforeAll(async () => {
    const options = { precision: "float32", onNote: (note: string) => notes.push(note) } as const;
    avatar = await ConvertLiteAsync(TrainedFile(TinyPerson), options);
});

it("makes the pose maps and the network's output that the trainer's own code makes", () => {
    const [, poseMap, output] = /pose maps differ by (\S+) m, the network's output by (\S+) of/.exec(notes[0]!)!;
    PrintFigure(`tiny person, between languages: pose maps ${poseMap!} m, output ${output!} of its range`);
    expect(notes).toEqual([expect.stringMatching(/^2 poses as in the training/)]);
    // Thirty roundings of 32-bit floats, of numbers up to one.
    expect(Number(poseMap)).toBeLessThan(2e-6);
    expect(Number(output)).toBeLessThan(1e-5);
});

it("also does with the network's weights in 16 bits", async () => {
    const found: string[] = [];
    const half = await ConvertLiteAsync(TrainedFile(TinyPerson), { onNote: (note) => found.push(note) });
    expect(found).toEqual([expect.stringMatching(/^2 poses as in the training/)]);
    const size = (asset: IAvatarAsset): number => asset.mapModels[0]!.networks[0]!.byteLength;
    expect(size(half)).toBeLessThan(0.7 * size(avatar));
});

it("keeps what was trained", async () => {
    const model = avatar.mapModels[0]!;
    const bases = ["texels", "positions", "rotations", "colors", "opacities", "morph_deltas"] as const;
    const names = [...bases, "pca/vectors", "pca/limits"] as const;
    const arrays = await TinyPersonArraysAsync(names);
    expect(Array.from(model.texels)).toEqual(Array.from(arrays.texels));
    expect(Array.from(model.positions)).toEqual(Array.from(arrays.positions));
    expect(Array.from(model.decoding.colors)).toEqual(Array.from(arrays.colors));
    expect(Array.from(model.decoding.opacities)).toEqual(Array.from(arrays.opacities));
    expect(Array.from(model.conditioning.projection!.pixels)).toEqual(Array.from(arrays["pca/vectors"]));
    expect(Array.from(model.conditioning.projection!.limits)).toEqual(Array.from(arrays["pca/limits"]));
    expect(model.conditioning).toMatchObject({ size: 8, side: "both", channels: ["offset", "normal"] });
    // Rotations are stored relative to the largest component, and so is what is added to them.
    const largest = arrays.rotations.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    const { rotation, ...gains } = model.decoding.gains;
    expect(gains).toEqual({ position: 0.02, opacity: 1, scale: 0.3, color: 1 });
    expect(rotation).toBeCloseTo(0.2 / largest, 7);
    expect([avatar.name, avatar.credits.license, avatar.credits.notices]).toEqual([
        "Sheet",
        "CC0-1.0",
        ["A sheet of cloth."],
    ]);
    const [smile] = model.morphTargets;
    const moved = [...arrays.texels.keys()].filter((row) => arrays.morph_deltas[row * 3 + 1] !== 0);
    expect(smile!.name).toBe("smile");
    expect(Array.from(smile!.indices)).toEqual(moved);
    // Halves: 0.05 is 0.04998779296875.
    expect(Array.from(smile!.deltas.subarray(0, 3))).toEqual([0, 0.04998779296875, 0]);
});

it("shows the pose at rest without networks", () => {
    const { count, positions, colors } = avatar.gaussians;
    const model = avatar.mapModels[0]!;
    expect(count).toBe(model.texels.length);
    const far = positions.reduce((most, value, i) => Math.max(most, Math.abs(value - model.positions[i]!)), 0);
    // The network moves texels by centimetres, also at rest.
    expect(far).toBeGreaterThan(0.001);
    expect(far).toBeLessThan(0.15);
    expect(colors.every((value) => value >= 0 && value <= 1)).toBe(true);
});

it("comes back from a file", () => {
    const back = ReadAvatar(WriteAvatar(avatar));
    expect(back.mapModels.map(({ tier }) => tier)).toEqual(["lite"]);
    expect(back.mapModels[0]!.texels).toEqual(avatar.mapModels[0]!.texels);
    expect(back.mapModels[0]!.networks[0]!.bytes).toEqual(avatar.mapModels[0]!.networks[0]!.bytes);
    expect(back.joints).toEqual(avatar.joints);
    expect(back.credits).toEqual(avatar.credits);
});

/** The person with some of her arrays changed; undefined leaves one out. */
function Changed(changes: Record<string, (entry: Uint8Array, all: Entries) => Uint8Array | undefined>): Uint8Array {
    const entries = unzipSync(TinyPerson);
    for (const [name, change] of Object.entries(changes)) {
        const changed = change(entries[`${name}.npy`]!, entries);
        if (changed) {
            entries[`${name}.npy`] = new Uint8Array(changed);
        } else {
            delete entries[`${name}.npy`];
        }
    }
    return zipSync(entries, { level: 0 });
}

/** Sets the last bytes of an array. */
function WithEnd(...end: number[]): (entry: Uint8Array) => Uint8Array {
    return (entry) => {
        const changed = entry.slice();
        changed.set(end, changed.length - end.length);
        return changed;
    };
}

/** The header of an array with a part of its text changed, and other data. */
function Rewritten(entry: Uint8Array, from: RegExp, to: string, data: ArrayBufferView): Uint8Array {
    const end = 10 + entry[8]! + 256 * entry[9]!;
    const text = new TextDecoder("latin1").decode(entry.subarray(10, end)).replace(from, to);
    const header = new TextEncoder().encode(`${text.trimEnd().padEnd(end - 11)}\n`);
    const body = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return Uint8Array.from([...entry.subarray(0, 10), ...header, ...body]);
}

/** The numbers of an array as they lie in the file. */
function Data(entry: Uint8Array): ArrayBuffer {
    return entry.slice(10 + entry[8]! + 256 * entry[9]!).buffer;
}

const AsInt32 =
    (added: number) =>
    (entry: Uint8Array): Uint8Array =>
        Rewritten(
            entry,
            /<u2/,
            "<i4",
            Int32Array.from(new Uint16Array(Data(entry)), (joint) => joint + added),
        );
const AsFloats = (entry: Uint8Array): Uint8Array =>
    Rewritten(
        entry,
        /<u4/,
        "<f4",
        Float32Array.from(new Uint32Array(Data(entry)), (texel) => texel + 0.5),
    );
const Emptied = (entry: Uint8Array): Uint8Array => Rewritten(entry, /\(2,/, "(0,", new Uint8Array(0));
const Overflowing = (entry: Uint8Array): Uint8Array =>
    Rewritten(
        entry,
        /^/,
        "",
        new Float32Array(Data(entry)).map((_, i) => (i % 2 ? 3e38 : -3e38)),
    );

/** An array of 32-bit floats with some of its numbers changed. */
function Floats(change: (values: Float32Array) => void): (entry: Uint8Array) => Uint8Array {
    return (entry) => {
        const values = new Float32Array(Data(entry));
        change(values);
        return Rewritten(entry, /^/, "", values);
    };
}

/** A description with some of its fields changed. */
function Meta(change: (meta: IMeta) => unknown): Uint8Array {
    return Changed({
        meta: (entry) => {
            const meta = JSON.parse(new TextDecoder().decode(Data(entry))) as IMeta;
            const bytes = new TextEncoder().encode(JSON.stringify(change(meta) === null ? null : meta));
            return Rewritten(entry, /\(\d+,\)/, `(${bytes.length},)`, bytes);
        },
    });
}

/** The fields that tests change. */
interface IMeta {
    name: string;
    mapSize: number;
    channels: string[];
    expressions: string[];
    readonly gains: { position: number };
    readonly joints: { name: string; parent: number }[];
}

/** Whole numbers with the first one below none. */
const Negative = (entry: Uint8Array): Uint8Array =>
    Rewritten(
        entry,
        /<u4/,
        "<i4",
        Int32Array.from(new Uint32Array(Data(entry)), (value, i) => (i === 0 ? -1 : value)),
    );

const Nan = [0, 0, 0xc0, 0x7f];

it.each([
    ["cut off", TinyPerson.slice(0, 30_000), /tiny\.model\.npz/],
    ["no archive", new Uint8Array(100), /tiny\.model\.npz/],
    ["without a network", Changed({ "net/in.weight": () => undefined }), /"net\/in\.weight" is missing/],
    [
        "with NaN",
        Changed({ scales: WithEnd(...Nan) }),
        /"scales" holds NaN or infinity \(NaN\) in row 583\. The training/,
    ],
    ["with texels beyond the maps", Changed({ texels: WithEnd(255, 255, 0, 0) }), /beyond the 1152 of the maps/],
    ["with joints beyond the skeleton", Changed({ joints: WithEnd(99, 0) }), /beyond the 55 of the skeleton/],
    ["of other shapes", Changed({ positions: (_, all) => all["weights.npy"] }), /"positions" has the shape/],
    ["of another trainer", Changed({ meta: WithEnd(0x20) }), /"meta" is no JSON/],
    ["with joints that wrap around", Changed({ joints: AsInt32(65_536) }), /beyond the 55 of the skeleton/],
    ["with NaN in an expression", Changed({ morph_deltas: WithEnd(0, 0x7e) }), /"morph_deltas" holds NaN or infinity/],
    [
        "with texels between texels",
        Changed({ texels: AsFloats }),
        /"texels" holds 107\.5 in row 0, which is no whole number/,
    ],
    [
        "whose samples are empty",
        Changed({ "sample/rotations": Emptied, "sample/input": Emptied, "sample/output": Emptied }),
        /"sample\/rotations" holds no pose/,
    ],
    [
        "with another network",
        Changed({ "net/out.bias": WithEnd(0, 0, 0xa0, 0x41) }),
        /does not do what the trainer does/,
    ],
])("refuses a model %s, and says what is wrong", async (_, bytes, message) => {
    await expect(ConvertLiteAsync(TrainedFile(bytes))).rejects.toThrow(message);
});

it("refuses a network that makes NaN, which is larger than no tolerance", async () => {
    const file = TrainedFile(Changed({ "net/in.weight": Overflowing }));
    // In 16 bits such weights are refused earlier.
    await expect(ConvertLiteAsync(file, { precision: "float32" })).rejects.toThrow(/does not do what the trainer does/);
});

it.each([
    ["sizes", "scales", (x: Float32Array) => x.fill(100, 3, 4), /"scales" has 100, .* in row 1, which .* diverged/],
    [
        "places",
        "positions",
        (x: Float32Array) => x.fill(1e20, 6, 7),
        /"positions" has 100000000000000000000, .* row 2,/,
    ],
    ["sums of weights", "weights", (x: Float32Array) => x.fill(1, 4, 8), /"weights" has 1, 1, 1, 1 in row 1,/],
    ["weights", "weights", (x: Float32Array) => x.set([2, -1, 0, 0], 8), /"weights" has 2, -1, 0, 0 in row 2,/],
    ["normals", "normals", (x: Float32Array) => x.fill(0, 9, 12), /"normals" has 0, 0, 0 in row 3,/],
    ["rotations", "rotations", (x: Float32Array) => x.fill(1e30, 0, 1), /"rotations" has 1e\+30, .* in row 0,/],
    ["no rotations", "rotations", (x: Float32Array) => x.fill(0, 0, 4), /"rotations" has 0, 0, 0, 0 in row 0,/],
    ["logits", "colors", (x: Float32Array) => x.fill(-1e9, 3, 4), /"colors" has -1000000000, .* in row 1,/],
    ["limits", "pca/limits", (x: Float32Array) => x.fill(-1, 2, 3), /"pca\/limits" has -1 in row 2,/],
    ["axes", "pca/components", (x: Float32Array) => x.fill(7), /"pca\/components" has 7, 7, 7, 7, … in row 0,/],
])("refuses %s that no training ends with, and names array, row and value", async (_, name, change, message) => {
    const file = TrainedFile(Changed({ [name]: Floats(change) }));
    await expect(ConvertLiteAsync(file)).rejects.toThrow(message);
});

it.each([
    ["gains of nothing", Meta((meta) => (meta.gains.position = 0)), /meta\.gains\.position .*received 0/],
    ["empty names", Meta((meta) => (meta.name = "")), /meta\.name /],
    ["two roots", Meta((meta) => (meta.joints[5]!.parent = -1)), /two roots: joint 5, "right_knee", has the parent -1/],
    ["no fields", Meta(() => null), /: meta is not as this version reads it/],
    ["maps that no pose map fits", Meta((meta) => (meta.mapSize = 25)), /meta\.mapSize is 25, which .*, 8, does not/],
    ["other channels", Meta((meta) => (meta.channels = ["offset"])), /tiny\.model\.npz: meta\.channels lists 1 /],
    ["expressions twice", Meta((meta) => (meta.expressions = ["a", "a"])), /meta\.expressions lists "a" twice/],
    ["joints twice", Meta((meta) => (meta.joints[5]!.name = "left_knee")), /meta\.joints lists "left_knee" twice/],
    ["no such joint", Meta((meta) => (meta.joints[5]!.name = "knee")), /meta\.joints has no "right_knee"/],
    ["no expressions' offsets", Changed({ morph_deltas: () => undefined }), /"morph_deltas" is missing/],
    ["half a projection", Changed({ "pca/vectors": () => undefined }), /"pca\/vectors" is missing/],
    ["texels below none", Changed({ texels: Negative }), /"texels" holds -1 in row 0/],
    ["vectors below none", Changed({ "pca/vectors": Negative }), /"pca\/vectors" holds -1 in row 0/],
])("refuses a description with %s", async (_, bytes, message) => {
    await expect(ConvertLiteAsync(TrainedFile(bytes))).rejects.toThrow(message);
});

it("judges an array by its header before it unpacks it", async () => {
    // Zeros pack to a thousandth: of what is refused, only the header may have been unpacked.
    const entries = unzipSync(TinyPerson);
    const bomb = new Uint8Array(5_000_000);
    bomb.set(Rewritten(entries["scales.npy"]!, /\(\d+, 3\)/, "(4000000, 3)", new Uint8Array(0)));
    const bytes = zipSync({ ...entries, "scales.npy": bomb }, { level: 1 });
    const unpack = jest.spyOn(ZipArchive.prototype, "readPartAsync");
    await expect(ConvertLiteAsync(TrainedFile(bytes))).rejects.toThrow(/"scales" has the shape \(4000000, 3\)/);
    const lengths = unpack.mock.calls.filter(([name]) => name === "scales.npy").map(([, , length]) => length);
    unpack.mockRestore();
    expect(lengths).toEqual([10_012]);
});

it("does not speak of frames to those who train", async () => {
    const bytes = Changed({
        texels: (entry) => Rewritten(entry, /\(\d+,\)/, "(99999999,)", new Uint8Array(0)),
    });
    await expect(ConvertLiteAsync(TrainedFile(bytes))).rejects.toThrow(
        /array "texels" has the shape \(99999999,\); up to 1152 numbers are read\. Fetch or export/,
    );
});
