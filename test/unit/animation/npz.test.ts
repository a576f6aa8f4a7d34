import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { zipSync } from "fflate";
import { type MotionFileErrorCode } from "../../../src/animation/motionFileError.js";
import { ReadNpz } from "../../../src/animation/npz.js";
import { ReadSmplMotion } from "../../../src/animation/smplMotion.js";

const SharedData = "../shared/data/motion";
const itWithData = existsSync(SharedData) || process.env["CI"] ? it : it.skip;

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
        expect(arrays.get("single")).toEqual({ shape: [2, 3], values: new Float64Array([0, 0.5, 1, 1.5, 2, 2.5]) });
        expect(arrays.get("double")).toEqual({ shape: [], values: new Float64Array([59.94]) });
        expect(Array.from(arrays.get("long")!.values)).toEqual([-120]);
        expect(Array.from(arrays.get("flags")!.values)).toEqual([1, 0]);
        expect(Array.from(arrays.get("columns")!.values)).toEqual([1, 2, 3, 4, 5, 6]);
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
            "truncated",
            () => Npz({ a: Npy("<f4", "(99999999, 99999999)", new Uint8Array(4)) }),
        ],
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
    itWithData("reads SMPL-X and SMPL files of the same dance alike", () => {
        const smplx = ReadSmplMotion(readFileSync(`${SharedData}/aist_gBR_ch01_smplx.npz`));
        const smpl = ReadSmplMotion(readFileSync(`${SharedData}/aist_gBR_ch01_smpl.npz`));
        expect([smplx.frameCount, smplx.frameRate, smplx.joints.length]).toEqual([720, 60, 55]);
        expect([smpl.frameCount, smpl.frameRate, smpl.joints.length]).toEqual([720, 60, 22]);
        expect(smpl.translations).toEqual(smplx.translations);
        const bodyOf = (rotations: Float64Array, joints: number): Float64Array =>
            rotations.slice(300 * joints * 3, 300 * joints * 3 + 66);
        expect(bodyOf(smpl.rotations, 22)).toEqual(bodyOf(smplx.rotations, 55));
    });

    itWithData("reads the arrays of a body model's parameter file", () => {
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
    ] as const)("refuses %s with code %s", (_, code, arrays) => {
        expect(CodeOf(() => ReadSmplMotion(Npz(arrays)))).toBe(code);
    });

    it("names array, frame and remedy in its messages", () => {
        expect(() => ReadSmplMotion(Npz({ poses: Floats([2, 72], (i) => (i === 80 ? NaN : 0)) }))).toThrow(
            'Array "poses" holds NaN in frame 1.',
        );
        expect(() => ReadSmplMotion(Npz({ poses: Npy("|O", "()", new Uint8Array(3)) }))).toThrow(
            /"poses" holds Python objects \(a pickle\).*numpy\.savez/,
        );
    });
});
