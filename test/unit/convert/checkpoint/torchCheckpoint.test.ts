import { describe, expect, it } from "@jest/globals";
import { zipSync } from "fflate";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { WriteTorchCheckpoint } from "../../../../assets/scripts/synthetic/torchFile.js";
import { CheckpointError, type CheckpointErrorCode } from "../../../../src/convert/checkpoint/checkpointError.js";
import {
    FileOfBlob,
    FileOfBytes,
    type IRandomAccessFile,
} from "../../../../src/convert/checkpoint/randomAccessFile.js";
import { TorchCheckpoint } from "../../../../src/convert/checkpoint/torchCheckpoint.js";
import { DescribeGolden, FixtureFolder, RecordGoldenError } from "../../../support/goldenFixture.js";

function FixtureFile(name: string): IRandomAccessFile {
    return FileOfBytes(new Uint8Array(readFileSync(join(FixtureFolder, name))), name);
}

/** Shape, sum and sum of absolute values by tensor. */
type Sums = Readonly<Record<string, readonly [readonly number[], number, number]>>;

/** A zip archive as torch.save makes it, around a pickle written by hand. */
function Archive(
    pickle: string | Uint8Array,
    files: Readonly<Record<string, Uint8Array>> = {},
    level: 0 | 6 = 0,
): Uint8Array {
    const bytes = typeof pickle === "string" ? Uint8Array.from(pickle, (letter) => letter.charCodeAt(0)) : pickle;
    const named = Object.entries(files).map(([name, content]): [string, Uint8Array] => [`net/${name}`, content]);
    return zipSync({ "net/data.pkl": bytes, ...Object.fromEntries(named) }, { level });
}

/** `_rebuild_tensor_v2` of a storage with `count` numbers; sizes and strides below 256. */
function TensorPickle(
    type: string,
    count: number,
    offset: number,
    shape: readonly number[],
    strides: readonly number[],
): string {
    const byte = (value: number): string => `K${String.fromCharCode(value)}`;
    const tuple = (values: readonly number[]): string => `(${values.map(byte).join("")}t`;
    const text = (value: string): string => `X${String.fromCharCode(value.length)}\0\0\0${value}`;
    const storage = `(${text("storage")}ctorch\n${type}\n${text("0")}${text("cuda:0")}${byte(count)}tQ`;
    return `ctorch._utils\n_rebuild_tensor_v2\n(${storage}${byte(offset)}${tuple(shape)}${tuple(strides)}\x89ccollections\nOrderedDict\n)RtR`;
}

/** A tensor whose sizes are tuples of tuples: 2^depth of them to whoever counts them all. */
function NestedSizes(depth: number, wrap = "2\x86"): string {
    const [before, after] = TensorPickle("FloatStorage", 12, 0, [2], [1]).split("(K\x02t") as [string, string];
    return `${before}K\x02${wrap.repeat(depth)}${after}`;
}

async function OpenAsync(bytes: Uint8Array): Promise<TorchCheckpoint> {
    return await TorchCheckpoint.OpenAsync(FileOfBytes(bytes, "net.pt"));
}

async function ErrorOfAsync(bytes: Uint8Array): Promise<CheckpointError> {
    return await OpenAsync(bytes).then(
        () => {
            throw new Error("The file was read.");
        },
        (error: unknown) => error as CheckpointError,
    );
}

async function NumbersAsync(pickle: string, storage: Uint8Array, level: 0 | 6 = 0): Promise<number[]> {
    const checkpoint = await OpenAsync(Archive(`\x80\x02${pickle}.`, { "data/0": storage }, level));
    return [...(await checkpoint.readAsync("tensor", checkpoint.tensor!))];
}

DescribeGolden("checkpoints of PyTorch (golden)", () => {
    it.each(["body_checkpoint_small", "head_checkpoint_small"])(
        "%s holds the tensors that its list says",
        async (stem) => {
            const isBody = stem.startsWith("body");
            const list = JSON.parse(readFileSync(join(FixtureFolder, `${stem}.json`), "utf8")) as Record<string, Sums>;
            const checkpoint = await TorchCheckpoint.OpenAsync(FixtureFile(`${stem}.pt`));
            const tensors = checkpoint.tensors(isBody ? ["avatar_net"] : []);
            const expected = list[isBody ? "tensors" : `${stem}.pt`]!;
            expect([...tensors.keys()]).toEqual(Object.keys(expected));
            let worst = 0;
            for (const [name, tensor] of tensors) {
                const [shape, sum, absolute] = expected[name]!;
                expect(tensor.shape).toEqual(shape);
                const values = await checkpoint.readAsync(name, tensor);
                const sums = [sum, absolute] as const;
                const found = [values.reduce((a, b) => a + b, 0), values.reduce((a, b) => a + Math.abs(b), 0)] as const;
                worst = Math.max(
                    worst,
                    ...sums.map((value, i) => Math.abs(found[i]! - value) / Math.max(absolute, 1e-9)),
                );
            }
            console.log(`${stem}: ${tensors.size} tensors, sums off by ${worst.toExponential(1)} of the absolute sum`);
            RecordGoldenError(stem, "sums of tensors, relative", worst, 1e-5);
            expect(worst).toBeLessThan(1e-5);
            expect(checkpoint.keys()).toEqual(isBody ? ["epoch_idx", "iter_idx", "avatar_net"] : Object.keys(expected));
        },
    );

    it("reads a bare tensor that requires gradients, from a Blob as well", async () => {
        const bytes = new Uint8Array(readFileSync(join(FixtureFolder, "head_delta_poses_small.pt")));
        const checkpoint = await TorchCheckpoint.OpenAsync(FileOfBlob(new Blob([bytes]), "delta.pt"));
        expect(checkpoint.tensor?.shape).toEqual([5, 6]);
        expect((await checkpoint.readAsync("delta", checkpoint.tensor!)).every(Number.isFinite)).toBe(true);
    });

    it("reads neither the file as a whole nor tensors that nobody asks for", async () => {
        const file = FixtureFile("body_checkpoint_small.pt");
        let read = 0;
        const counting: IRandomAccessFile = {
            ...file,
            readAsync: async (offset, length) => {
                read += length;
                return await file.readAsync(offset, length);
            },
        };
        const checkpoint = await TorchCheckpoint.OpenAsync(counting);
        const opened = read;
        await checkpoint.readAsync("one", checkpoint.tensors(["avatar_net"]).get("color_net.style.1.bias")!);
        console.log(`opening reads ${opened} of ${file.byteLength} bytes, a tensor of 64 bytes ${read - opened}`);
        expect(opened).toBeLessThan(file.byteLength / 3);
        expect(read - opened).toBe(64 + 30);
    });
});

describe("TorchCheckpoint", () => {
    const floats = new Uint8Array(Float32Array.from({ length: 12 }, (_, i) => i).buffer);

    it("honours offsets, strides and shared storages", async () => {
        expect(await NumbersAsync(TensorPickle("FloatStorage", 12, 1, [2, 3], [6, 2]), floats)).toEqual([
            1, 3, 5, 7, 9, 11,
        ]);
        expect(await NumbersAsync(TensorPickle("FloatStorage", 12, 0, [3, 2], [1, 3]), floats)).toEqual([
            0, 3, 1, 4, 2, 5,
        ]);
        expect(await NumbersAsync(TensorPickle("FloatStorage", 12, 2, [2, 2], [0, 1]), floats)).toEqual([2, 3, 2, 3]);
        expect(await NumbersAsync(TensorPickle("FloatStorage", 12, 5, [], []), floats)).toEqual([5]);
    });

    it("reads every type of number, and packed archives", async () => {
        const halves = new Uint8Array(Uint16Array.of(0x3c00, 0xc000, 0x3800).buffer);
        expect(await NumbersAsync(TensorPickle("HalfStorage", 3, 0, [3], [1]), halves)).toEqual([1, -2, 0.5]);
        const brains = new Uint8Array(Uint16Array.of(0x3f80, 0xc000, 0x3f00).buffer);
        expect(await NumbersAsync(TensorPickle("BFloat16Storage", 3, 0, [3], [1]), brains)).toEqual([1, -2, 0.5]);
        const longs = new Uint8Array(BigInt64Array.of(-7n, 9n).buffer);
        expect(await NumbersAsync(TensorPickle("LongStorage", 2, 0, [2], [1]), longs, 6)).toEqual([-7, 9]);
        const doubles = new Uint8Array(Float64Array.of(0.25).buffer);
        expect(await NumbersAsync(TensorPickle("DoubleStorage", 1, 0, [1], [1]), doubles)).toEqual([0.25]);
    });

    it("unwraps parameters", async () => {
        const tensor = TensorPickle("FloatStorage", 12, 0, [2], [1]);
        const parameter = `ctorch._utils\n_rebuild_parameter\n(${tensor}\x88ccollections\nOrderedDict\n)RtR`;
        expect(await NumbersAsync(parameter, floats)).toEqual([0, 1]);
    });

    it("reads what the project's own writer writes", async () => {
        const values = Float32Array.of(1, 2, 3, 4, 5, 6);
        const bytes = WriteTorchCheckpoint([{ key: "a.b", shape: [2, 3], read: () => values }]);
        const checkpoint = await OpenAsync(bytes);
        expect(await checkpoint.readAsync("a.b", checkpoint.tensors(["avatar_net"]).get("a.b")!)).toEqual(values);
    });
});

describe("TorchCheckpoint with bad input", () => {
    const tensor = TensorPickle("FloatStorage", 12, 0, [2], [1]);
    const good = Archive(`\x80\x02${tensor}.`, { "data/0": new Uint8Array(48) });
    const text = (value: string): Uint8Array => new TextEncoder().encode(value);
    const overlong = TensorPickle("FloatStorage", 12, 8, [2, 3], [3, 1]);

    const cases: readonly (readonly [string, Uint8Array, CheckpointErrorCode, RegExp])[] = [
        ["a text", text("hello, this is a text"), "not-checkpoint", /no zip archive/],
        ["a pointer of Git LFS", text("version https://git-lfs"), "not-checkpoint", /git lfs pull/],
        ["a web page", text("<!DOCTYPE html><html>"), "not-checkpoint", /web page/],
        ["an empty file", new Uint8Array(0), "not-checkpoint", /no zip archive/],
        ["the old format", Uint8Array.of(0x80, 2, 0x8a, 10, 0x6c, 0xfc), "legacy-format", /before 1\.6/],
        ["another archive", zipSync({ "a.txt": text("a") }), "not-checkpoint", /data\.pkl/],
        ["a program", Archive("}.", { "constants.pkl": text("x") }), "pickled-code", /TorchScript/],
        ["half a file", good.subarray(0, good.length >> 1), "truncated", /cut off/],
        ["code", Archive("cposix\nsystem\n(X\x02\0\0\0lstR."), "pickled-code", /"posix\.system"/],
        ["code by the stack", Archive("\x80\x04\x8c\x08builtins\x8c\x04eval\x93."), "pickled-code", /"builtins\.eval"/],
        ["a module", Archive("\x80\x02cmodel\nAvatarNet\n)\x81}b."), "pickled-code", /"model\.AvatarNet"/],
        ["an unknown instruction", Archive("\x80\x02\x99."), "not-checkpoint", /0x99/],
        ["an empty stack", Archive("t."), "truncated", /damaged/],
        ["a missing memo", Archive("h\x07."), "truncated", /damaged/],
        ["a pickle without an end", Archive("}"), "truncated", /cut off/],
        ["a text beyond the end", Archive("X\xff\xff\xff\x7fa."), "truncated", /cut off/],
        ["a tensor beyond its storage", Archive(`${overlong}.`), "truncated", /reaches beyond/],
        [
            "numbers that repeat without end",
            Archive(`${TensorPickle("FloatStorage", 1, 0, [255, 255, 255], [0, 0, 0])}.`),
            "too-large",
            /repeats the 1 numbers/,
        ],
        ["sizes that are lists", Archive(`${NestedSizes(22)}.`), "unsupported-type", /described in a way/],
        [
            "sizes within sizes within sizes",
            Archive(`${NestedSizes(200_000, "\x85")}.`),
            "unsupported-type",
            /described in a way/,
        ],
        ["a call of a dictionary", Archive("})R."), "truncated", /damaged/],
        ["other bytes", Archive("}.", { byteorder: text("big") }), "unsupported-type", /"big"/],
    ];
    it.each(cases)("refuses %s", async (_, bytes, code, message) => {
        const error = await ErrorOfAsync(bytes);
        expect(error).toBeInstanceOf(CheckpointError);
        expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
        expect(error.message).toContain("net.pt");
    });

    it("names the tensor whose numbers are missing or cut off", async () => {
        const lacking = await OpenAsync(Archive(`${tensor}.`));
        await expect(lacking.readAsync("a.weight", lacking.tensor!)).rejects.toThrow(/"a\.weight" are missing/);
        const short = await OpenAsync(Archive(`${tensor}.`, { "data/0": new Uint8Array(4) }));
        await expect(short.readAsync("a.weight", short.tensor!)).rejects.toThrow(/has 4 bytes where 8/);
    });

    it("takes no more memory than the file has bytes for", async () => {
        const bytes = Uint8Array.from(good);
        const view = new DataView(bytes.buffer);
        const end = bytes.length - 22;
        const list = view.getUint32(end + 16, true);
        // The pickle says that it has 4 GB.
        view.setUint32(list + 24, 0xfffffff0, true);
        expect((await ErrorOfAsync(bytes)).code).toBe("too-large");
        view.setUint16(end + 10, 0xffff, true);
        expect((await ErrorOfAsync(bytes)).code).toBe("too-large");
    });

    it("unpacks no more of a packed storage than a tensor needs", async () => {
        const storage = new Uint8Array(16 * 1024 * 1024);
        storage[4] = 0x80;
        storage[5] = 0x3f;
        storage[6] = 0x80;
        storage[7] = 0x3f;
        const checkpoint = await OpenAsync(Archive(`\x80\x02${tensor}.`, { "data/0": storage }, 6));
        const before = process.memoryUsage().arrayBuffers;
        const values = await checkpoint.readAsync("t", checkpoint.tensor!);
        const grown = process.memoryUsage().arrayBuffers - before;
        console.log(`8 bytes of 16 MiB that are packed: ${(grown / 1048576).toFixed(1)} MiB`);
        expect(values).toHaveLength(2);
        expect(grown).toBeLessThan(storage.length / 2);
    });

    it("survives any single byte that is wrong", async () => {
        for (let at = 0; at < good.length; at++) {
            const bytes = Uint8Array.from(good);
            bytes[at] = bytes[at]! ^ 0x5a;
            const outcome = await OpenAsync(bytes)
                .then(async (checkpoint) => checkpoint.tensor && (await checkpoint.readAsync("t", checkpoint.tensor)))
                .catch((error: unknown) => error);
            expect(outcome === null || outcome instanceof Float32Array || outcome instanceof CheckpointError).toBe(
                true,
            );
        }
    });
});
