import { FileError } from "../errors.ts";
import { quote } from "../quote.ts";

/** Far above any checkpoint (35 opcodes a tensor), far below what exhausts memory: no opcode makes more than one object. */
const MAX_OPCODES = 2 ** 21;

/** What a pickle may name, such as `torch.FloatStorage`. It is never Python that runs, only `call`, if there is one. */
export interface PickleGlobal {
  readonly pythonName: string;
  /** What REDUCE makes of it; without it the global can only be mentioned. */
  readonly call?: (args: readonly unknown[]) => unknown;
}

export interface PickleOptions {
  /** What errors call the pickle. */
  readonly where: string;
  /** All that GLOBAL may name; anything else is refused. */
  readonly globals: readonly PickleGlobal[];
  /** Resolves a persistent id. */
  readonly persistentLoad: (id: unknown) => unknown;
}

/**
 * Reads a Python pickle of protocols 2 to 5, as far as checkpoints need it, without running anything.
 * Python's None, bool, int, float, str become null, boolean, number (bigint beyond 2^53), number, string;
 * tuples and lists become arrays; dicts become Maps. BUILD is accepted on Maps only (the attributes of an OrderedDict)
 * and ignored. Opcodes as in https://docs.python.org/3/library/pickletools.html.
 * @throws FileError for anything else: other opcodes and globals, underflow, truncation, more than 2^21 opcodes.
 */
export function unpickle(bytes: Uint8Array, options: PickleOptions): unknown {
  return new PickleMachine(bytes, options).run();
}

class PickleMachine {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #options: PickleOptions;
  readonly #globals: ReadonlyMap<string, PickleGlobal>;
  readonly #stack: unknown[] = [];
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, unknown>();
  #at = 0;

  constructor(bytes: Uint8Array, options: PickleOptions) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#options = options;
    this.#globals = new Map(options.globals.map((global) => [global.pythonName, global]));
  }

  run(): unknown {
    for (let count = 0; count < MAX_OPCODES; count++) {
      const at = this.#at;
      const opcode = this.#view.getUint8(this.#skip(1));
      if (opcode === 0x2e) return this.#pop(); // STOP
      this.#step(opcode, at);
    }
    throw this.#error(`at most ${MAX_OPCODES} opcodes`, "more");
  }

  #step(opcode: number, at: number): void {
    const stack = this.#stack;
    switch (opcode) {
      case 0x80: // PROTO
        this.#checkProtocol(this.#view.getUint8(this.#skip(1)));
        return;
      case 0x95: // FRAME: a hint for buffering
        this.#skip(8);
        return;
      case 0x28: // MARK
        this.#marks.push(stack.length);
        return;
      case 0x30: // POP
        this.#pop();
        return;
      case 0x31: // POP_MARK
        this.#popMark();
        return;
      case 0x32: // DUP
        stack.push(this.#top());
        return;

      case 0x4e: // NONE
        stack.push(null);
        return;
      case 0x88: // NEWTRUE
        stack.push(true);
        return;
      case 0x89: // NEWFALSE
        stack.push(false);
        return;
      case 0x4a: // BININT
        stack.push(this.#view.getInt32(this.#skip(4), true));
        return;
      case 0x4b: // BININT1
        stack.push(this.#view.getUint8(this.#skip(1)));
        return;
      case 0x4d: // BININT2
        stack.push(this.#view.getUint16(this.#skip(2), true));
        return;
      case 0x8a: // LONG1
        stack.push(this.#long(this.#view.getUint8(this.#skip(1))));
        return;
      case 0x47: // BINFLOAT
        stack.push(this.#view.getFloat64(this.#skip(8), false));
        return;
      case 0x8c: // SHORT_BINUNICODE
        stack.push(this.#text(this.#view.getUint8(this.#skip(1))));
        return;
      case 0x58: // BINUNICODE
        stack.push(this.#text(this.#view.getUint32(this.#skip(4), true)));
        return;
      case 0x8d: // BINUNICODE8
        stack.push(this.#text(Number(this.#view.getBigUint64(this.#skip(8), true))));
        return;

      case 0x29: // EMPTY_TUPLE
      case 0x5d: // EMPTY_LIST
        stack.push([]);
        return;
      case 0x74: // TUPLE
        stack.push(this.#popMark());
        return;
      case 0x85: // TUPLE1
        stack.push(this.#popMany(1));
        return;
      case 0x86: // TUPLE2
        stack.push(this.#popMany(2));
        return;
      case 0x87: // TUPLE3
        stack.push(this.#popMany(3));
        return;
      case 0x61: // APPEND
        this.#append(this.#popMany(1));
        return;
      case 0x65: // APPENDS
        this.#append(this.#popMark());
        return;
      case 0x7d: // EMPTY_DICT
        stack.push(new Map());
        return;
      case 0x73: // SETITEM
        this.#setItems(this.#popMany(2));
        return;
      case 0x75: // SETITEMS
        this.#setItems(this.#popMark());
        return;

      case 0x71: // BINPUT
        this.#memo.set(this.#view.getUint8(this.#skip(1)), this.#top());
        return;
      case 0x72: // LONG_BINPUT
        this.#memo.set(this.#view.getUint32(this.#skip(4), true), this.#top());
        return;
      case 0x94: // MEMOIZE
        this.#memo.set(this.#memo.size, this.#top());
        return;
      case 0x68: // BINGET
        stack.push(this.#recall(this.#view.getUint8(this.#skip(1))));
        return;
      case 0x6a: // LONG_BINGET
        stack.push(this.#recall(this.#view.getUint32(this.#skip(4), true)));
        return;

      case 0x63: // GLOBAL
        stack.push(this.#global(this.#line(), this.#line()));
        return;
      case 0x93: {
        // STACK_GLOBAL
        const [module, name] = this.#popMany(2);
        stack.push(this.#global(module, name));
        return;
      }
      case 0x51: // BINPERSID
        stack.push(this.#options.persistentLoad(this.#pop()));
        return;
      case 0x52: // REDUCE
        this.#reduce();
        return;
      case 0x62: // BUILD
        this.#build();
        return;
      default:
        throw this.#error(
          "only opcodes that checkpoints of tensors need",
          `opcode 0x${opcode.toString(16)} at byte ${at}`,
        );
    }
  }

  #error(want: string, got: string): FileError {
    return new FileError(
      `${this.#options.where}: want ${want}, got ${got}. ` +
        "Nothing was run. Save the tensors alone, best as safetensors: save_file(model.state_dict(), path).",
    );
  }

  /** Moves on by `count` bytes and returns where they begin. */
  #skip(count: number): number {
    const begin = this.#at;
    if (!(count <= this.#bytes.length - begin)) throw this.#error("a whole pickle", "its end too early");
    this.#at += count;
    return begin;
  }

  #text(length: number): string {
    const begin = this.#skip(length);
    return decode(this.#bytes.subarray(begin, begin + length));
  }

  #line(): string {
    const begin = this.#at;
    const end = this.#bytes.indexOf(0x0a, begin);
    if (end < 0) throw this.#error("a line", "no end of it");
    this.#at = end + 1;
    return decode(this.#bytes.subarray(begin, end));
  }

  /** Little-endian two's complement of up to 255 bytes. */
  #long(length: number): number | bigint {
    const begin = this.#skip(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.#bytes[begin + i]!);
    value = BigInt.asIntN(length * 8, value);
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }

  #top(): unknown {
    const [top] = this.#popMany(1);
    this.#stack.push(top);
    return top;
  }

  #pop(): unknown {
    return this.#popMany(1)[0];
  }

  #popMany(count: number): unknown[] {
    const floor = this.#marks.at(-1) ?? 0;
    if (this.#stack.length - count < floor) throw this.#error("a value on the stack", "an empty stack");
    return this.#stack.splice(this.#stack.length - count, count);
  }

  #popMark(): unknown[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw this.#error("a mark on the stack", "none");
    return this.#stack.splice(mark);
  }

  #recall(key: number): unknown {
    if (!this.#memo.has(key)) throw this.#error("a memo that was stored", `number ${key}`);
    return this.#memo.get(key);
  }

  #checkProtocol(protocol: number): void {
    if (protocol < 2 || protocol > 5) throw this.#error("pickle protocol 2 to 5", `${protocol}`);
  }

  #append(items: readonly unknown[]): void {
    const list = this.#top();
    if (!Array.isArray(list)) throw this.#error("a list to append to", describe(list));
    for (const item of items) list.push(item);
  }

  #setItems(items: readonly unknown[]): void {
    const dict = this.#top();
    if (!(dict instanceof Map)) throw this.#error("a dict to put items into", describe(dict));
    if (items.length % 2 !== 0) throw this.#error("keys with values", "a key without");
    for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
  }

  #global(module: unknown, name: unknown): PickleGlobal {
    if (typeof module !== "string" || typeof name !== "string") throw this.#error("names of a global", "other values");
    const pythonName = `${module}.${name}`;
    const global = this.#globals.get(pythonName);
    if (!global) throw this.#error("tensors, dicts, lists, numbers and text", `the Python object ${quote(pythonName)}`);
    return global;
  }

  #reduce(): void {
    const [callee, args] = this.#popMany(2);
    const global = [...this.#globals.values()].find((known) => known === callee);
    if (!global?.call)
      throw this.#error("a call that makes a tensor", `a call of ${global?.pythonName ?? describe(callee)}`);
    if (!Array.isArray(args)) throw this.#error("a tuple of arguments", describe(args));
    this.#stack.push(global.call(args));
  }

  #build(): void {
    const [object, state] = this.#popMany(2);
    if (!(object instanceof Map && state instanceof Map)) {
      throw this.#error("attributes of an OrderedDict", `attributes (BUILD) of ${describe(object)}`);
    }
    this.#stack.push(object);
  }
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Names a value's kind; its content may be endless, since a pickled list can hold itself. */
export function describe(value: unknown): string {
  if (value === null) return "None";
  if (Array.isArray(value)) return `a list or tuple of ${value.length}`;
  if (value instanceof Map) return `a dict of ${value.size}`;
  if (typeof value === "string" || typeof value === "number") return quote(value);
  return typeof value === "object" && "pythonName" in value ? String(value.pythonName) : `a ${typeof value}`;
}
