import { CheckpointError } from "./checkpointError.js";
import { PickleReader } from "./pickleReader.js";

/** What a pickle may hold here: plain values, lists, tuples, dictionaries, and what the {@link IPickleHost} makes. */
export type PickleValue =
    | null
    | boolean
    | number
    | bigint
    | string
    | Uint8Array
    | PickleValue[]
    | Map<PickleValue, PickleValue>
    | PickleObject
    | PickleGlobal;

/** A Python object as plain data: nothing of its class is ever run. */
export class PickleObject {
    /** `module.Name` of the class or function that would make it. */
    public readonly type: string;
    /** What that would be called with. */
    public readonly args: readonly PickleValue[];
    /** What it would be filled with; null before, and when nothing is. */
    public state: PickleValue = null;

    /**
     * @param type `module.Name`
     * @param args what it is made of
     */
    public constructor(type: string, args: readonly PickleValue[]) {
        this.type = type;
        this.args = args;
    }
}

/** A class or function that a pickle names and the host knows. */
export class PickleGlobal {
    /** `module.Name`. */
    public readonly type: string;
    /** What calling it gives. */
    public readonly call: (args: readonly PickleValue[]) => PickleValue;

    /**
     * @param type `module.Name`
     * @param call what calling it gives; made of this program's own code, never of the file's (default: an inert object)
     */
    public constructor(type: string, call?: (args: readonly PickleValue[]) => PickleValue) {
        this.type = type;
        this.call = call ?? ((args) => new PickleObject(type, args));
    }
}

/** What a pickle needs from outside. */
export interface IPickleHost {
    /** Name of the file, for messages. */
    readonly fileName: string;
    /** The classes and functions that may be named, by `module.Name`. Any other is refused. */
    readonly globals: ReadonlyMap<string, PickleGlobal>;
    /** What stands for something stored elsewhere. */
    readonly persistent?: (id: PickleValue) => PickleValue;
    /**
     * Called when an object was filled; bytes behind it may be taken from the reader.
     *
     * @returns what stands in its place
     */
    readonly built?: (object: PickleObject, reader: PickleReader) => PickleValue;
}

/** Most instructions of a pickle. The published body's has 40,000. */
const MaxInstructions = 4_000_000;

/** Most values that wait at the same time; the largest dictionary has two for each entry. */
const MaxStack = 1_000_000;

type Instruction = (machine: PickleMachine) => void;

/** Where a list, tuple or dictionary begins on the stack. */
const Mark = Symbol("mark");

/**
 * Reads a pickle, protocols 1 to 5, without running any code: values are built from the instructions that make plain data, and
 * the classes and functions that are named come from a fixed list. Every other instruction and name is refused.
 *
 * @param bytes the pickle; what follows its end is left alone
 * @param host what may be named
 * @returns the value
 * @throws {@link CheckpointError} `pickled-code` for a name that is not on the list, `truncated`, `too-large`, or
 * `not-checkpoint` where it is no pickle
 */
export function ReadPickle(bytes: Uint8Array, host: IPickleHost): PickleValue {
    return new PickleMachine(bytes, host).run();
}

/** The stack machine of Python's pickles, as far as it makes data. */
class PickleMachine {
    private readonly _host: IPickleHost;
    private readonly _reader: PickleReader;
    private readonly _stack: (PickleValue | typeof Mark)[] = [];
    private readonly _memo = new Map<number, PickleValue>();

    public constructor(bytes: Uint8Array, host: IPickleHost) {
        this._host = host;
        this._reader = new PickleReader(bytes, host.fileName);
    }

    public run(): PickleValue {
        for (let count = 0; count < MaxInstructions && this._stack.length < MaxStack; count++) {
            const code = this._reader.byte();
            if (code === Stop) {
                return this.pop();
            }
            const instruction = Instructions[code];
            if (!instruction) {
                throw new CheckpointError(
                    "not-checkpoint",
                    `${this._host.fileName}: pickle instruction 0x${code.toString(16)} at byte ${this._reader.at - 1} is not one that stores tensors. ` +
                        "Save the state dictionary alone: torch.save(model.state_dict(), path).",
                );
            }
            instruction(this);
        }
        throw new CheckpointError(
            "too-large",
            `${this._host.fileName}: the pickle has more than ${MaxInstructions} instructions or ${MaxStack} values at once; no checkpoint has.`,
        );
    }

    public get reader(): PickleReader {
        return this._reader;
    }

    public push(value: PickleValue): void {
        this._stack.push(value);
    }

    public pop(): PickleValue {
        const value = this._stack.pop();
        return value === undefined || value === Mark ? this._broken() : value;
    }

    public top(): PickleValue {
        const value = this._stack.at(-1);
        return value === undefined || value === Mark ? this._broken() : value;
    }

    public mark(): void {
        this._stack.push(Mark);
    }

    /** Takes all values above the topmost mark, and the mark. */
    public popToMark(): PickleValue[] {
        const at = this._stack.lastIndexOf(Mark);
        return at < 0 ? this._broken() : (this._stack.splice(at).slice(1) as PickleValue[]);
    }

    public remember(index = this._memo.size): void {
        this._memo.set(index, this.top());
    }

    public recall(index: number): void {
        const value = this._memo.get(index);
        this.push(value === undefined ? this._broken() : value);
    }

    public append(values: readonly PickleValue[]): void {
        const list = this.top();
        if (!Array.isArray(list)) {
            this._broken();
        }
        for (const value of values) {
            list.push(value);
        }
    }

    public setItems(items: readonly PickleValue[]): void {
        const dictionary = this.top();
        if (!(dictionary instanceof Map) || items.length % 2 !== 0) {
            this._broken();
        }
        for (let i = 0; i < items.length; i += 2) {
            dictionary.set(items[i]!, items[i + 1]!);
        }
    }

    public pushGlobal(module: PickleValue, name: PickleValue): void {
        if (typeof module !== "string" || typeof name !== "string") {
            this._broken();
        }
        const type = `${module}.${name}`;
        const known = this._host.globals.get(type);
        if (!known) {
            throw new CheckpointError(
                "pickled-code",
                `${this._host.fileName} holds a Python object "${type}", which is not read because that runs code. ` +
                    "Save the tensors alone: torch.save(model.state_dict(), path).",
            );
        }
        this.push(known);
    }

    public call(): void {
        const args = this.pop();
        const callee = this.pop();
        this.push(callee instanceof PickleGlobal && Array.isArray(args) ? callee.call(args) : this._broken());
    }

    public build(): void {
        const state = this.pop();
        const object = this.pop();
        if (object instanceof PickleObject) {
            object.state = state;
            this.push(this._host.built?.(object, this._reader) ?? object);
        } else if (object instanceof Map) {
            // Attributes of a dictionary, such as the versions of modules: nothing that is read here.
            this.push(object);
        } else {
            this._broken();
        }
    }

    public persistent(): void {
        const id = this.pop();
        this.push(this._host.persistent?.(id) ?? this._broken());
    }

    private _broken(): never {
        throw new CheckpointError(
            "truncated",
            `${this._host.fileName}: the pickle is damaged at byte ${this._reader.at}. Fetch the file again.`,
        );
    }
}

const Stop = 0x2e;

/** Instructions by their code, under the names that Python has for them. */
const Instructions: Readonly<Record<number, Instruction>> = {
    /* PROTO */ 0x80: ({ reader }) => void reader.byte(),
    /* FRAME */ 0x95: ({ reader }) => void reader.skip(8),
    /* MARK */ 0x28: (machine) => machine.mark(),
    /* POP */ 0x30: (machine) => void machine.pop(),
    /* POP_MARK */ 0x31: (machine) => void machine.popToMark(),
    /* DUP */ 0x32: (machine) => machine.push(machine.top()),
    /* NONE */ 0x4e: (machine) => machine.push(null),
    /* NEWTRUE */ 0x88: (machine) => machine.push(true),
    /* NEWFALSE */ 0x89: (machine) => machine.push(false),
    /* BININT */ 0x4a: (machine) => machine.push(machine.reader.int32()),
    /* BININT1 */ 0x4b: (machine) => machine.push(machine.reader.byte()),
    /* BININT2 */ 0x4d: (machine) => machine.push(machine.reader.uint16()),
    /* LONG1 */ 0x8a: (machine) => machine.push(machine.reader.long(machine.reader.byte())),
    /* LONG4 */ 0x8b: (machine) => machine.push(machine.reader.long(machine.reader.uint32())),
    /* BINFLOAT */ 0x47: (machine) => machine.push(machine.reader.float64()),
    /* BINUNICODE */ 0x58: (machine) => machine.push(machine.reader.text(machine.reader.uint32())),
    /* SHORT_BINUNICODE */ 0x8c: (machine) => machine.push(machine.reader.text(machine.reader.byte())),
    /* BINUNICODE8 */ 0x8d: (machine) => machine.push(machine.reader.text(machine.reader.uint64())),
    /* BINSTRING */ 0x54: (machine) => machine.push(machine.reader.text(machine.reader.uint32())),
    /* SHORT_BINSTRING */ 0x55: (machine) => machine.push(machine.reader.text(machine.reader.byte())),
    /* BINBYTES */ 0x42: (machine) => machine.push(machine.reader.bytes(machine.reader.uint32())),
    /* SHORT_BINBYTES */ 0x43: (machine) => machine.push(machine.reader.bytes(machine.reader.byte())),
    /* BINBYTES8 */ 0x8e: (machine) => machine.push(machine.reader.bytes(machine.reader.uint64())),
    /* EMPTY_LIST */ 0x5d: (machine) => machine.push([]),
    /* LIST */ 0x6c: (machine) => machine.push(machine.popToMark()),
    /* APPEND */ 0x61: (machine) => {
        const value = machine.pop();
        machine.append([value]);
    },
    /* APPENDS */ 0x65: (machine) => {
        const values = machine.popToMark();
        machine.append(values);
    },
    /* EMPTY_TUPLE */ 0x29: (machine) => machine.push([]),
    /* TUPLE */ 0x74: (machine) => machine.push(machine.popToMark()),
    /* TUPLE1 */ 0x85: (machine) => machine.push([machine.pop()]),
    /* TUPLE2 */ 0x86: (machine) => machine.push([machine.pop(), machine.pop()].reverse()),
    /* TUPLE3 */ 0x87: (machine) => machine.push([machine.pop(), machine.pop(), machine.pop()].reverse()),
    /* EMPTY_DICT */ 0x7d: (machine) => machine.push(new Map()),
    /* DICT */ 0x64: (machine) => {
        const items = machine.popToMark();
        machine.push(new Map());
        machine.setItems(items);
    },
    /* SETITEM */ 0x73: (machine) => {
        const value = machine.pop();
        const key = machine.pop();
        machine.setItems([key, value]);
    },
    /* SETITEMS */ 0x75: (machine) => {
        const items = machine.popToMark();
        machine.setItems(items);
    },
    /* GLOBAL */ 0x63: (machine) => machine.pushGlobal(machine.reader.line(), machine.reader.line()),
    /* STACK_GLOBAL */ 0x93: (machine) => {
        const name = machine.pop();
        machine.pushGlobal(machine.pop(), name);
    },
    /* REDUCE */ 0x52: (machine) => machine.call(),
    /* NEWOBJ */ 0x81: (machine) => machine.call(),
    /* BUILD */ 0x62: (machine) => machine.build(),
    /* BINPERSID */ 0x51: (machine) => machine.persistent(),
    /* BINPUT */ 0x71: (machine) => machine.remember(machine.reader.byte()),
    /* LONG_BINPUT */ 0x72: (machine) => machine.remember(machine.reader.uint32()),
    /* MEMOIZE */ 0x94: (machine) => machine.remember(),
    /* BINGET */ 0x68: (machine) => machine.recall(machine.reader.byte()),
    /* LONG_BINGET */ 0x6a: (machine) => machine.recall(machine.reader.uint32()),
};
