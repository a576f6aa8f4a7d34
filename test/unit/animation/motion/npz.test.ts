import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { zipSync } from "fflate";
import { type MotionFileErrorCode } from "../../../../src/animation/motion/motionFileError.js";
import { ReadNpz } from "../../../../src/animation/motion/npz.js";
import { ReadSmplMotion } from "../../../../src/animation/motion/smplMotion.js";

const SharedData = "../shared/data/motion";
const hasData = existsSync(SharedData);
if (!hasData && process.env["CI"]) {
    throw new Error(`${SharedData} is missing; CI must have it.`);
}

/** `it` for tests that read motions from beside the repository; without those the title says why it is skipped. */
function ItWithData(title: string, body: () => void): void {
    if (hasData) {
        it(title, body);
    } else {
        it.skip(`${title} (needs ${SharedData})`, body);
    }
}

/** An array as NumPy saves it, version 1.0. */
function Npy(type: string, shape: string, data: Uint8Array, order = "False"): Uint8Array {
    const text = `{'descr': '${type}', 'fortran_order': ${order}, 'shape': ${shape}, }`;
    const header = `${text.padEnd(64 * Math.ceil((text.length + 11) / 64) - 11)}\n`;
    const bytes = new Uint8Array(10 + header.length + data.length);
    bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8]);
    bytes.set(new TextEncoder().encode(header), 10);
    bytes.set(data, 10 + header.length);
    return bytes;
}

function Floats(shape: readonly number[], at: (index: number) => number = () => 0): Uint8Array {
    const values = new Float32Array(shape.reduce((product, size) => product * size, 1)).map((_, i) => at(i));
    return Npy("<f4", `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`, new Uint8Array(values.buffer));
}

function Npz(arrays: Readonly<Record<string, Uint8Array>>): Uint8Array {
    return zipSync(Object.fromEntries(Object.entries(arrays).map(([name, bytes]) => [`${name}.npy`, bytes])));
}

/** The archive with another number of entries in its end record, which lies at the very end. */
function ClaimEntries(archive: Uint8Array, count: number): Uint8Array {
    new DataView(archive.buffer, archive.byteOffset, archive.byteLength).setUint16(archive.length - 14, count, true);
    return archive;
}

/** A local header's signature, room for nothing, and the three end records of ZIP64. */
function Zip64WithEntries(count: number): Uint8Array {
    const bytes = new Uint8Array(100 + 56 + 20 + 22);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, 0x04034b50, true);
    view.setUint32(100, 0x06064b50, true);
    view.setUint32(132, count, true);
    view.setUint32(156, 0x07064b50, true);
    view.setUint32(164, 100, true);
    view.setUint32(176, 0x06054b50, true);
    view.setUint16(184, 0xffff, true);
    view.setUint32(192, 0xffffffff, true);
    return bytes;
}

function CodeOf(act: () => unknown): string {
    try {
        act();
    } catch (error) {
        return (error as { code: MotionFileErrorCode }).code;
    }
    return "none";
}

describe("ReadNpz", () => {
    it("reads every kind of number, scalars and both memory orders", () => {
        const bytes = Npz({
            single: Floats([2, 3], (i) => i / 2),
            double: Npy("<f8", "()", new Uint8Array(new Float64Array([59.94]).buffer)),
            long: Npy("<i8", "(1,)", new Uint8Array(new BigInt64Array([-120n]).buffer)),
            flags: Npy("|b1", "(2,)", new Uint8Array([1, 0])),
            columns: Npy("<i2", "(2, 3)", new Uint8Array(new Int16Array([1, 4, 2, 5, 3, 6]).buffer), "True"),
        });
        const arrays = ReadNpz(bytes, ["single", "double", "long", "flags", "columns", "absent"]);
        expect([...arrays.keys()].sort()).toEqual(["columns", "double", "flags", "long", "single"]);
        const valuesOf = (name: string): number[] => {
            const { count, at } = arrays.get(name)!;
            return Array.from({ length: count }, (_, i) => at(i));
        };
        expect(arrays.get("single")!.shape).toEqual([2, 3]);
        expect(valuesOf("single")).toEqual([0, 0.5, 1, 1.5, 2, 2.5]);
        expect(arrays.get("double")!.shape).toEqual([]);
        expect(valuesOf("double")).toEqual([59.94]);
        expect(valuesOf("long")).toEqual([-120]);
        expect(valuesOf("flags")).toEqual([1, 0]);
        expect(valuesOf("columns")).toEqual([1, 2, 3, 4, 5, 6]);
    });

    it("leaves arrays alone that nobody asked for, pickles included", () => {
        const bytes = Npz({ poses: Floats([1, 72]), gender: Npy("|O", "()", new Uint8Array([0x80, 4, 0x2e])) });
        expect([...ReadNpz(bytes, ["poses"]).keys()]).toEqual(["poses"]);
    });

    it.each([
        ["no archive", "not-npz", () => new TextEncoder().encode("not a zip")],
        ["an archive cut off", "truncated", () => Npz({ a: Floats([9, 9]) }).subarray(0, 120)],
        ["an entry that is no array", "not-npz", () => Npz({ a: new Uint8Array(200) })],
        ["a pickle", "pickled-array", () => Npz({ a: Npy("|O", "()", new Uint8Array([0x80, 4, 0x2e])) })],
        ["text", "unsupported-type", () => Npz({ a: Npy("<U3", "()", new Uint8Array(12)) })],
        ["big-endian numbers", "unsupported-type", () => Npz({ a: Npy(">f4", "(1,)", new Uint8Array(4)) })],
        ["less data than the shape says", "truncated", () => Npz({ a: Npy("<f4", "(8, 8)", new Uint8Array(12)) })],
        [
            "a shape beyond all memory",
            "too-large",
            () => Npz({ a: Npy("<f4", "(99999999, 99999999)", new Uint8Array(4)) }),
        ],
        ["more frames than a motion has", "too-large", () => Npz({ a: Npy("|u1", "(1000001, 1)", new Uint8Array(0)) })],
        [
            "more numbers than a motion has",
            "too-large",
            () => Npz({ a: Npy("|u1", "(900000, 72)", new Uint8Array(0)) }),
        ],
        ["nine dimensions", "wrong-shape", () => Npz({ a: Npy("|u1", "(1,1,1,1,1,1,1,1,1)", new Uint8Array(1)) })],
        ["an archive without a list", "truncated", () => new Uint8Array([0x50, 0x4b, 3, 4, 0, 0])],
        ["more entries than the file can hold", "too-large", () => ClaimEntries(Npz({ a: Floats([1]) }), 60)],
        ["more entries than ZIP without extensions can count", "too-large", () => Zip64WithEntries(0xfffffff0)],
        ["a header without a shape", "unsupported-type", () => Npz({ a: Npy("<f4", "None", new Uint8Array(4)) })],
    ] as const)("refuses %s with code %s", (_, code, make) => {
        expect(CodeOf(() => ReadNpz(make(), ["a"]))).toBe(code);
    });

    it("refuses an entry that claims to unpack to more than deflate can make", () => {
        const bytes = Npz({ a: Floats([64, 64]) });
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        // The central directory's signature; its field at 24 is the unpacked size.
        const entry = bytes.findIndex((_, i) => i + 4 <= bytes.length && view.getUint32(i, true) === 0x02014b50);
        view.setUint32(entry + 24, 0x7fffffff, true);
        expect(CodeOf(() => ReadNpz(bytes, ["a"]))).toBe("too-large");
    });
});

describe("ReadSmplMotion", () => {
    ItWithData("reads SMPL-X and SMPL files of the same dance alike", () => {
        const smplx = ReadSmplMotion(readFileSync(`${SharedData}/aist_gBR_ch01_smplx.npz`));
        const smpl = ReadSmplMotion(readFileSync(`${SharedData}/aist_gBR_ch01_smpl.npz`));
        expect([smplx.frameCount, smplx.frameRate, smplx.joints.length]).toEqual([720, 60, 55]);
        expect([smpl.frameCount, smpl.frameRate, smpl.joints.length]).toEqual([720, 60, 22]);
        expect(smpl.translations).toEqual(smplx.translations);
        const bodyOf = (rotations: Float64Array, joints: number): Float64Array =>
            rotations.slice(300 * joints * 3, 300 * joints * 3 + 66);
        expect(bodyOf(smpl.rotations, 22)).toEqual(bodyOf(smplx.rotations, 55));
    });

    ItWithData("reads the arrays of a body model's parameter file", () => {
        const motion = ReadSmplMotion(readFileSync("../shared/fixtures/smpl_params_small.npz"));
        expect(motion.frameCount).toBe(5);
        expect(motion.joints.slice(0, 3)).toEqual(["pelvis", "left_hip", "right_hip"]);
        expect(motion.joints).toHaveLength(1 + 21 + 1 + 30);
        // Values listed beside the fixture.
        expect(motion.rotations[0]).toBeCloseTo(-0.10815702, 6);
        expect(motion.rotations[3]).toBeCloseTo(0.56379175, 6);
        expect(motion.translations[0]).toBeCloseTo(-0.83196807, 6);
    });

    it("puts the hands of an SMPL-H file where SMPL-X has them", () => {
        const { joints, rotations } = ReadSmplMotion(Npz({ poses: Floats([1, 156], (i) => i) }));
        expect(joints).toHaveLength(52);
        expect(joints.slice(22, 24)).toEqual(["left_index1", "left_index2"]);
        expect(rotations[joints.indexOf("left_index1") * 3]).toBe(66);
        expect(rotations[joints.indexOf("right_thumb3") * 3 + 2]).toBe(155);
    });

    it.each([
        ["no pose at all", "missing-array", { betas: Floats([10]) }],
        ["a pose of unknown width", "wrong-shape", { poses: Floats([4, 70]) }],
        ["a pose without frames", "wrong-shape", { poses: Floats([0, 72]) }],
        ["a pose without frames in split arrays", "wrong-shape", { pose_body: Floats([9, 0]) }],
        ["a single number for a pose", "wrong-shape", { root_orient: Floats([]) }],
        ["arrays of different lengths", "wrong-shape", { root_orient: Floats([4, 3]), pose_body: Floats([3, 63]) }],
        ["a translation of another length", "wrong-shape", { poses: Floats([4, 72]), trans: Floats([5, 3]) }],
        ["a number that is none", "non-finite", { poses: Floats([2, 72], (i) => (i === 80 ? NaN : 0)) }],
        ["no frame rate", "wrong-shape", { poses: Floats([2, 72]), mocap_framerate: Floats([1]) }],
        ["a rate near zero", "wrong-shape", { poses: Floats([2, 72]), mocap_framerate: Floats([1], () => 1e-30) }],
        ["two frame rates", "wrong-shape", { poses: Floats([2, 72]), mocap_framerate: Floats([2], () => 30) }],
        ["two roots", "duplicate-joint", { root_orient: Floats([2, 3]), global_orient: Floats([2, 3]) }],
        ["a hand twice", "duplicate-joint", { pose_hand: Floats([2, 90]), left_hand_pose: Floats([2, 45]) }],
    ] as const)("refuses %s with code %s", (_, code, arrays) => {
        expect(CodeOf(() => ReadSmplMotion(Npz(arrays)))).toBe(code);
    });

    it("names array, frame and remedy in its messages", () => {
        expect(() => ReadSmplMotion(Npz({ poses: Floats([2, 72], (i) => (i === 80 ? NaN : 0)) }), "dance.npz")).toThrow(
            'dance.npz: Array "poses" holds NaN in frame 1, counted from 0: cut that frame out, or fill it in',
        );
        expect(() => ReadSmplMotion(Npz({ poses: Floats([4]) }))).toThrow(
            'Array "poses" has the shape (4,): (T, 72), (T, 156) or (T, 165) with T ≥ 1 is expected.',
        );
        expect(() => ReadSmplMotion(Npz({ root_orient: Floats([2, 3]), global_orient: Floats([2, 3]) }))).toThrow(
            'Arrays "root_orient" and "global_orient" both turn the joint "pelvis": save the file with one of them.',
        );
        expect(() => ReadSmplMotion(Npz({ poses: Npy("|O", "()", new Uint8Array(3)) }))).toThrow(
            /"poses" holds Python objects \(a pickle\).*numpy\.savez/,
        );
    });
});
