import { zipSync } from "fflate";

/** A tensor of a checkpoint. */
export interface ICheckpointTensor {
    /** Its key in the state dictionary. */
    readonly key: string;
    /** Dimensions, outermost first. */
    readonly shape: readonly number[];
    /** Makes its values, row-major; the same ones every time. */
    readonly read: () => Float32Array;
}

/**
 * Writes what `torch.save({ epoch_idx, iter_idx, avatar_net })` writes: a zip archive of a pickle and of one file for each
 * tensor's numbers.
 *
 * @param tensors the state dictionary, in order
 * @returns the file
 */
export function WriteTorchCheckpoint(tensors: readonly ICheckpointTensor[]): Uint8Array {
    const pickle = new Pickle().byte(0x80).byte(2).text("}(");
    pickle.string("epoch_idx").int(1).string("iter_idx").int(1).string("avatar_net");
    return WriteArchive(tensors, PickleState(pickle, tensors).text("u."));
}

/**
 * Writes what `torch.save(state)` writes of a dictionary of tensors alone.
 *
 * @param tensors the state dictionary, in order
 * @returns the file
 */
export function WriteTorchState(tensors: readonly ICheckpointTensor[]): Uint8Array {
    return WriteArchive(tensors, PickleState(new Pickle().byte(0x80).byte(2), tensors).text("."));
}

function WriteArchive(tensors: readonly ICheckpointTensor[], pickle: Pickle): Uint8Array {
    const files: Record<string, Uint8Array> = {};
    files["net/data.pkl"] = pickle.toBytes();
    files["net/byteorder"] = new TextEncoder().encode("little");
    tensors.forEach(({ read }, index) => {
        files[`net/data/${index}`] = new Uint8Array(read().buffer);
    });
    files["net/version"] = new TextEncoder().encode("3\n");
    return zipSync(files, { level: 0 });
}

function PickleState(pickle: Pickle, tensors: readonly ICheckpointTensor[]): Pickle {
    pickle.global("collections", "OrderedDict").text(")R(");
    tensors.forEach(({ key, shape }, index) => {
        const product = (sizes: readonly number[]): number => sizes.reduce((total, size) => total * size, 1);
        const strides = shape.map((_, axis) => product(shape.slice(axis + 1)));
        pickle.string(key).global("torch._utils", "_rebuild_tensor_v2").text("((");
        pickle.string("storage").global("torch", "FloatStorage").string(String(index)).string("cpu");
        pickle.int(product(shape)).text("tQ").int(0).tuple(shape).tuple(strides);
        pickle.byte(0x89).global("collections", "OrderedDict").text(")RtR");
    });
    return pickle.text("u");
}

/** Appends what a pickle of protocol 2 is made of. */
class Pickle {
    private readonly _bytes: number[] = [];

    public byte(value: number): this {
        this._bytes.push(value);
        return this;
    }

    public text(value: string): this {
        this._bytes.push(...new TextEncoder().encode(value));
        return this;
    }

    public string(value: string): this {
        const bytes = new TextEncoder().encode(value);
        return this.byte(0x58)._uint32(bytes.length).text(value);
    }

    public int(value: number): this {
        return this.byte(0x4a)._uint32(value);
    }

    public tuple(values: readonly number[]): this {
        this.text("(");
        for (const value of values) {
            this.int(value);
        }
        return this.text("t");
    }

    public global(module: string, name: string): this {
        return this.text(`c${module}\n${name}\n`);
    }

    public toBytes(): Uint8Array {
        return Uint8Array.from(this._bytes);
    }

    private _uint32(value: number): this {
        this._bytes.push(value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24);
        return this;
    }
}
