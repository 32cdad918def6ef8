import type { PickleBytes } from "./pickle-bytes.ts";
import type { PickleMachine } from "./pickle-machine.ts";

/** What an opcode does; `bytes` are behind it, where its argument lies. */
type Opcode = (machine: PickleMachine, bytes: PickleBytes) => void;

/** Ends a pickle: what it comes to is on the stack. */
export const STOP = 0x2e;

const VALUES: Readonly<Record<number, Opcode>> = {
  78: (machine) => machine.push(null), // NONE
  136: (machine) => machine.push(true), // NEWTRUE
  137: (machine) => machine.push(false), // NEWFALSE
  74: (machine, bytes) => machine.push(bytes.int32()), // BININT
  75: (machine, bytes) => machine.push(bytes.uint8()), // BININT1
  77: (machine, bytes) => machine.push(bytes.uint16()), // BININT2
  138: (machine, bytes) => machine.push(bytes.long(bytes.uint8())), // LONG1
  71: (machine, bytes) => machine.push(bytes.float64()), // BINFLOAT
  140: (machine, bytes) => machine.push(bytes.text(bytes.uint8())), // SHORT_BINUNICODE
  88: (machine, bytes) => machine.push(bytes.text(bytes.uint32())), // BINUNICODE
  141: (machine, bytes) => machine.push(bytes.text(bytes.uint64())), // BINUNICODE8
};

const COLLECTIONS: Readonly<Record<number, Opcode>> = {
  41: (machine) => machine.push([]), // EMPTY_TUPLE
  93: (machine) => machine.push([]), // EMPTY_LIST
  116: (machine) => machine.push(machine.popMark()), // TUPLE
  133: (machine) => machine.push(machine.popMany(1)), // TUPLE1
  134: (machine) => machine.push(machine.popMany(2)), // TUPLE2
  135: (machine) => machine.push(machine.popMany(3)), // TUPLE3
  97: (machine) => machine.append(machine.popMany(1)), // APPEND
  101: (machine) => machine.append(machine.popMark()), // APPENDS
  125: (machine) => machine.push(new Map()), // EMPTY_DICT
  115: (machine) => machine.setItems(machine.popMany(2)), // SETITEM
  117: (machine) => machine.setItems(machine.popMark()), // SETITEMS
};

const STACK: Readonly<Record<number, Opcode>> = {
  128: (machine, bytes) => machine.checkProtocol(bytes.uint8()), // PROTO
  149: (_, bytes) => bytes.skip(8), // FRAME: a hint for buffering
  40: (machine) => machine.mark(), // MARK
  48: (machine) => machine.pop(), // POP
  49: (machine) => machine.popMark(), // POP_MARK
  50: (machine) => machine.push(machine.top()), // DUP
  113: (machine, bytes) => machine.memoize(bytes.uint8()), // BINPUT
  114: (machine, bytes) => machine.memoize(bytes.uint32()), // LONG_BINPUT
  148: (machine) => machine.memoize(), // MEMOIZE
  104: (machine, bytes) => machine.recall(bytes.uint8()), // BINGET
  106: (machine, bytes) => machine.recall(bytes.uint32()), // LONG_BINGET
};

const OBJECTS: Readonly<Record<number, Opcode>> = {
  99: (machine, bytes) => machine.pushGlobal(bytes.line(), bytes.line()), // GLOBAL
  147: (machine) => {
    // STACK_GLOBAL
    const [module, name] = machine.popMany(2);
    machine.pushGlobal(module, name);
  },
  81: (machine) => machine.loadPersistent(), // BINPERSID
  82: (machine) => machine.reduce(), // REDUCE
  98: (machine) => machine.build(), // BUILD
};

/** All that checkpoints of tensors need, but STOP; as in https://docs.python.org/3/library/pickletools.html. */
export const PICKLE_OPCODES: Readonly<Record<number, Opcode>> = { ...VALUES, ...COLLECTIONS, ...STACK, ...OBJECTS };
