import { CheckpointError } from "./checkpointError.js";
import { PickleMachine } from "./pickleMachine.js";
import { type IPickleHost, type PickleValue } from "./pickleValue.js";

/** Most instructions of a pickle. The published body's has 40,000. */
const MaxInstructions = 4_000_000;

/** Most values that wait at the same time; the largest dictionary has two for each entry. */
const MaxStack = 1_000_000;

const Stop = 0x2e;

/** Instructions by their code, under the names that Python has for them. */
const Instructions: Readonly<Record<number, (machine: PickleMachine) => void>> = {
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
    const machine = new PickleMachine(bytes, host);
    for (let count = 0; count < MaxInstructions && machine.depth < MaxStack; count++) {
        const code = machine.reader.byte();
        if (code === Stop) {
            return machine.pop();
        }
        const instruction = Instructions[code];
        if (!instruction) {
            throw new CheckpointError(
                "not-checkpoint",
                `${host.fileName}: pickle instruction 0x${code.toString(16)} at byte ${machine.reader.at - 1} is not one that stores numbers. ${host.remedy}`,
            );
        }
        instruction(machine);
    }
    throw new CheckpointError(
        "too-large",
        `${host.fileName}: the pickle has more than ${MaxInstructions} instructions or ${MaxStack} values at once; no such file has.`,
    );
}
