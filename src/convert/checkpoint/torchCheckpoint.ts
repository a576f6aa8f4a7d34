import { CheckpointError } from "./checkpointError.js";
import { ReadPickle } from "./pickle.js";
import { type IPickleHost, PickleGlobal, PickleObject, type PickleValue, WholeNumbers } from "./pickleValue.js";
import { type IRandomAccessFile } from "./randomAccessFile.js";
import { CheckTensor, DecodeTensor, type ITorchTensor, TorchTypes } from "./torchTensor.js";
import { ZipArchive } from "./zipArchive.js";

/** Most bytes of the description of all tensors; the published body's has 180 kB. */
const MaxPickleBytes = 64 * 1024 * 1024;

/** Where the description of the tensors stands in the archive, after the archive's own name. */
const PickleName = "/data.pkl";

/**
 * A file of `torch.save`, read tensor by tensor: opening it reads the description alone, a few hundred kilobytes. Nothing in it
 * is run: a pickle that names anything but tensors is refused.
 *
 * @example
 * ```ts
 * const checkpoint = await TorchCheckpoint.OpenAsync(FileOfBytes(bytes, "net.pt"));
 * const tensors = checkpoint.tensors(["avatar_net"]);
 * tensors.get("color_net.style.1.bias")?.shape; // → [512]
 * const numbers = await checkpoint.readAsync("color_net.style.1.bias", tensors.get("color_net.style.1.bias")!);
 * ```
 */
export class TorchCheckpoint {
    /** Name of the file, for messages. */
    public readonly fileName: string;
    /** Bytes of the file. */
    public readonly byteLength: number;

    private readonly _archive: ZipArchive;
    /** Folder of everything in the archive: the name it was saved under. */
    private readonly _folder: string;
    private readonly _root: PickleValue;

    private constructor(file: IRandomAccessFile, archive: ZipArchive, folder: string, root: PickleValue) {
        this.fileName = file.name;
        this.byteLength = file.byteLength;
        this._archive = archive;
        this._folder = folder;
        this._root = root;
    }

    /**
     * Reads what tensors there are.
     *
     * @param file of `torch.save`, since PyTorch 1.6; borrowed as long as tensors are read
     * @returns the checkpoint
     * @throws {@link CheckpointError} naming what is wrong with the file
     */
    public static async OpenAsync(file: IRandomAccessFile): Promise<TorchCheckpoint> {
        CheckStart(await file.readAsync(0, Math.min(file.byteLength, 16)), file.name);
        const archive = await ZipArchive.OpenAsync(file);
        const pickle = archive.names.find((name) => name.endsWith(PickleName));
        if (pickle === undefined) {
            throw new CheckpointError(
                "not-checkpoint",
                `${file.name} is a zip archive without "data.pkl", not a file of torch.save. Give the checkpoint, for example net.pt.`,
            );
        }
        const folder = pickle.slice(0, -PickleName.length);
        if (archive.names.includes(`${folder}/constants.pkl`)) {
            throw new CheckpointError(
                "pickled-code",
                `${file.name} is a TorchScript program, which is not run. Give the checkpoint of the training instead, for example net.pt.`,
            );
        }
        await CheckByteOrderAsync(archive, `${folder}/byteorder`, file.name);
        const root = ReadPickle(await archive.readAsync(pickle, MaxPickleBytes), TorchHost(file.name));
        return new TorchCheckpoint(file, archive, folder, root);
    }

    /**
     * The keys of a dictionary in the checkpoint.
     *
     * @param path keys that lead to it (default: the outermost)
     * @returns its keys; empty when it is no dictionary
     */
    public keys(path: readonly string[] = []): string[] {
        const value = this._find(path);
        return value instanceof Map ? [...value.keys()].filter((key) => typeof key === "string") : [];
    }

    /**
     * The tensors of a dictionary in the checkpoint.
     *
     * @param path keys that lead to it (default: the outermost)
     * @returns tensors by name, in order; those that are no tensors are left out
     */
    public tensors(path: readonly string[] = []): Map<string, ITorchTensor> {
        const value = this._find(path);
        const tensors = new Map<string, ITorchTensor>();
        for (const [key, entry] of value instanceof Map ? value : []) {
            const tensor = TensorOf(entry);
            if (typeof key === "string" && tensor) {
                tensors.set(key, tensor);
            }
        }
        return tensors;
    }

    /** The checkpoint itself, where it is a single tensor; else null. */
    public get tensor(): ITorchTensor | null {
        return TensorOf(this._root);
    }

    /**
     * Reads the numbers of a tensor.
     *
     * @param name for messages
     * @param tensor one of {@link tensors}
     * @returns its numbers, row-major, as 32-bit floats whatever their type in the file
     * @throws {@link CheckpointError} `truncated`, with the name
     */
    public async readAsync(name: string, tensor: ITorchTensor): Promise<Float32Array> {
        const { bytes } = TorchTypes[tensor.storage.type]!;
        const span = CheckTensor(tensor, `${this.fileName}, "${name}"`);
        const file = `${this._folder}/data/${tensor.storage.key}`;
        if (this._archive.sizeOf(file) === undefined) {
            throw new CheckpointError(
                "truncated",
                `${this.fileName}: the numbers of tensor "${name}" are missing (${file}). Fetch it again.`,
            );
        }
        const part = await this._archive.readPartAsync(file, tensor.offset * bytes, span * bytes);
        return DecodeTensor(tensor, part);
    }

    private _find(path: readonly string[]): PickleValue {
        return path.reduce<PickleValue>(
            (value, key) => (value instanceof Map ? (value.get(key) ?? null) : null),
            this._root,
        );
    }
}

/** A tensor on the stack of the pickle. */
class TensorObject extends PickleObject {
    public readonly tensor: ITorchTensor;

    public constructor(tensor: ITorchTensor) {
        super("torch.Tensor", []);
        this.tensor = tensor;
    }
}

function TensorOf(value: PickleValue): ITorchTensor | null {
    return value instanceof TensorObject ? value.tensor : null;
}

/** What describes tensors in a pickle; all else that it may name is refused. */
function TorchHost(fileName: string): IPickleHost {
    const globals = [
        ...Object.keys(TorchTypes).map((type) => new PickleGlobal(`torch.${type}`)),
        new PickleGlobal("collections.OrderedDict", () => new Map()),
        new PickleGlobal("torch.Size", ([sizes]) => (Array.isArray(sizes) ? sizes : [])),
        new PickleGlobal("torch._utils._rebuild_tensor_v2", (args) => RebuildTensor(args, fileName)),
        new PickleGlobal("torch._utils._rebuild_parameter", ([tensor]) => tensor ?? null),
    ];
    return {
        fileName,
        remedy: "Save the state dictionary alone: torch.save(model.state_dict(), path).",
        globals: new Map(globals.map((global) => [global.type, global])),
        persistent: (id) => {
            const [kind, type, key, , count] = Array.isArray(id) ? id : [];
            if (kind !== "storage" || !(type instanceof PickleGlobal) || typeof key !== "string") {
                throw Malformed(fileName);
            }
            // Where it was, on which graphics card say, is of no interest.
            return new PickleObject("storage", [type.type.replace("torch.", ""), key, count ?? null]);
        },
    };
}

function RebuildTensor(args: readonly PickleValue[], fileName: string): PickleValue {
    const [storage, offset, shape, strides] = args;
    const [type, key, count] = storage instanceof PickleObject ? storage.args : [];
    if (
        typeof type !== "string" ||
        typeof key !== "string" ||
        !Object.hasOwn(TorchTypes, type) ||
        /[^\w.-]/.test(key)
    ) {
        throw Malformed(fileName);
    }
    const [total, first] = WholeNumbers([count ?? null, offset ?? null]) ?? [];
    const [sizes, steps] = [WholeNumbers(shape), WholeNumbers(strides)];
    if (total === undefined || first === undefined || !sizes || !steps) {
        throw Malformed(fileName);
    }
    const tensor: ITorchTensor = { storage: { type, key, count: total }, offset: first, shape: sizes, strides: steps };
    CheckTensor(tensor, fileName);
    return new TensorObject(tensor);
}

function Malformed(fileName: string): CheckpointError {
    return new CheckpointError(
        "unsupported-type",
        `${fileName}: a tensor is described in a way that is not read. Save the state dictionary as float32 with a PyTorch of 1.6 or later.`,
    );
}

/** Tells what a file is that is no zip archive. */
function CheckStart(start: Uint8Array, name: string): void {
    if (start[0] === 0x50 && start[1] === 0x4b) {
        return;
    }
    if (start[0] === 0x80 && start[2] === 0x8a) {
        throw new CheckpointError(
            "legacy-format",
            `${name} is in the format of PyTorch before 1.6. Save it again in Python: torch.save(torch.load("${name}", map_location="cpu"), "new.pt").`,
        );
    }
    const text = new TextDecoder("latin1").decode(start);
    const found = text.startsWith("version https")
        ? "a pointer of Git LFS, not the file itself: fetch it with git lfs pull"
        : /^\s*<(!|html)/i.test(text)
          ? "a web page: what was downloaded is a notice of the site, not the file"
          : "no zip archive, as torch.save writes it";
    throw new CheckpointError("not-checkpoint", `${name} is ${found}. Give the checkpoint, for example net.pt.`);
}

async function CheckByteOrderAsync(archive: ZipArchive, file: string, name: string): Promise<void> {
    const isStated = archive.sizeOf(file) !== undefined;
    const order = isStated ? new TextDecoder().decode(await archive.readAsync(file, 64)).trim() : "little";
    if (order !== "little") {
        throw new CheckpointError(
            "unsupported-type",
            `${name} has numbers in "${order}" byte order; "little" is read. Save it again on an ordinary computer.`,
        );
    }
}
