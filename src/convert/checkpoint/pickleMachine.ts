import { CheckpointError } from "./checkpointError.js";
import { PickleReader } from "./pickleReader.js";
import { type IPickleHost, PickleGlobal, PickleObject, type PickleValue } from "./pickleValue.js";

/** Where a list, tuple or dictionary begins on the stack. */
const Mark = Symbol("mark");

/** The stack machine of Python's pickles, as far as it makes data. */
export class PickleMachine {
    private readonly _host: IPickleHost;
    private readonly _reader: PickleReader;
    private readonly _stack: (PickleValue | typeof Mark)[] = [];
    private readonly _memo = new Map<number, PickleValue>();

    /**
     * @param bytes the pickle
     * @param host what may be named
     */
    public constructor(bytes: Uint8Array, host: IPickleHost) {
        this._host = host;
        this._reader = new PickleReader(bytes, host.fileName);
    }

    /** Values that wait, marks among them. */
    public get depth(): number {
        return this._stack.length;
    }

    /** Where the instructions and their data come from. */
    public get reader(): PickleReader {
        return this._reader;
    }

    /** Puts a value on the stack. */
    public push(value: PickleValue): void {
        this._stack.push(value);
    }

    /** Takes the topmost value. */
    public pop(): PickleValue {
        const value = this._stack.pop();
        return value === undefined || value === Mark ? this._broken() : value;
    }

    /** The topmost value, which stays. */
    public top(): PickleValue {
        const value = this._stack.at(-1);
        return value === undefined || value === Mark ? this._broken() : value;
    }

    /** Says that a list, tuple or dictionary begins. */
    public mark(): void {
        this._stack.push(Mark);
    }

    /** Takes all values above the topmost mark, and the mark. */
    public popToMark(): PickleValue[] {
        const at = this._stack.lastIndexOf(Mark);
        return at < 0 ? this._broken() : (this._stack.splice(at).slice(1) as PickleValue[]);
    }

    /** Keeps the topmost value under a number. */
    public remember(index = this._memo.size): void {
        this._memo.set(index, this.top());
    }

    /** Puts a kept value on the stack. */
    public recall(index: number): void {
        const value = this._memo.get(index);
        this.push(value === undefined ? this._broken() : value);
    }

    /** Adds to the list on top. */
    public append(values: readonly PickleValue[]): void {
        const list = this.top();
        if (!Array.isArray(list)) {
            this._broken();
        }
        for (const value of values) {
            list.push(value);
        }
    }

    /** Adds keys and values in turn to the dictionary on top. */
    public setItems(items: readonly PickleValue[]): void {
        const dictionary = this.top();
        if (!(dictionary instanceof Map) || items.length % 2 !== 0) {
            this._broken();
        }
        for (let i = 0; i < items.length; i += 2) {
            dictionary.set(items[i]!, items[i + 1]!);
        }
    }

    /** Puts a class or function on the stack, when the host knows it. */
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
                    this._host.remedy,
            );
        }
        this.push(known);
    }

    /** Calls what the host made of a class or function. */
    public call(): void {
        const args = this.pop();
        const callee = this.pop();
        this.push(callee instanceof PickleGlobal && Array.isArray(args) ? callee.call(args) : this._broken());
    }

    /** Fills an object. */
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

    /** Puts what stands for something stored elsewhere on the stack. */
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
