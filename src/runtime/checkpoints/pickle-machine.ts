import type { FileError } from "../errors.ts";
import { quote } from "../quote.ts";
import { describePickled } from "./describe-pickled.ts";
import type { PickleGlobal, PickleOptions } from "./pickle.ts";
import { pickleError } from "./pickle-error.ts";

/** The stack, the marks in it and the memo that a pickle's opcodes work on. @throws FileError for what they may not do */
export class PickleMachine {
  readonly #options: PickleOptions;
  readonly #globals: ReadonlyMap<string, PickleGlobal>;
  readonly #stack: unknown[] = [];
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, unknown>();

  constructor(options: PickleOptions) {
    this.#options = options;
    this.#globals = new Map(options.globals.map((global) => [global.pythonName, global]));
  }

  checkProtocol(protocol: number): void {
    if (protocol < 2 || protocol > 5) throw this.#error("pickle protocol 2 to 5", `${protocol}`);
  }

  push(value: unknown): void {
    this.#stack.push(value);
  }

  mark(): void {
    this.#marks.push(this.#stack.length);
  }

  top(): unknown {
    const [top] = this.popMany(1);
    this.#stack.push(top);
    return top;
  }

  pop(): unknown {
    return this.popMany(1)[0];
  }

  /** Not past a mark. */
  popMany(count: number): unknown[] {
    const floor = this.#marks.at(-1) ?? 0;
    if (this.#stack.length - count < floor) throw this.#error("a value on the stack", "an empty stack");
    return this.#stack.splice(this.#stack.length - count, count);
  }

  /** All above the last mark. */
  popMark(): unknown[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw this.#error("a mark on the stack", "none");
    return this.#stack.splice(mark);
  }

  /** @param key the next number, if left out */
  memoize(key = this.#memo.size): void {
    this.#memo.set(key, this.top());
  }

  recall(key: number): void {
    if (!this.#memo.has(key)) throw this.#error("a memo that was stored", `number ${key}`);
    this.push(this.#memo.get(key));
  }

  /** Appends to the list on the stack. */
  append(items: readonly unknown[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw this.#error("a list to append to", describePickled(list));
    for (const item of items) list.push(item);
  }

  /** Puts keys and values by turns into the dict on the stack. */
  setItems(items: readonly unknown[]): void {
    const dict = this.top();
    if (!(dict instanceof Map)) throw this.#error("a dict to put items into", describePickled(dict));
    if (items.length % 2 !== 0) throw this.#error("keys with values", "a key without");
    for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
  }

  /** Pushes what a name stands for: one of the globals that are known. */
  pushGlobal(module: unknown, name: unknown): void {
    if (typeof module !== "string" || typeof name !== "string") throw this.#error("names of a global", "other values");
    const pythonName = `${module}.${name}`;
    const global = this.#globals.get(pythonName);
    if (!global) throw this.#error("tensors, dicts, lists, numbers and text", `the Python object ${quote(pythonName)}`);
    this.push(global);
  }

  /** Pushes what a persistent id stands for. */
  loadPersistent(): void {
    this.push(this.#options.persistentLoad(this.pop()));
  }

  /** Calls a global that is known, if it can be called. */
  reduce(): void {
    const [callee, args] = this.popMany(2);
    const global = [...this.#globals.values()].find((known) => known === callee);
    if (!global?.call) {
      throw this.#error("a call that makes a tensor", `a call of ${global?.pythonName ?? describePickled(callee)}`);
    }
    if (!Array.isArray(args)) throw this.#error("a tuple of arguments", describePickled(args));
    this.push(global.call(args));
  }

  /** Drops the attributes of an OrderedDict. */
  build(): void {
    const [object, state] = this.popMany(2);
    if (!(object instanceof Map && state instanceof Map)) {
      throw this.#error("attributes of an OrderedDict", `attributes (BUILD) of ${describePickled(object)}`);
    }
    this.push(object);
  }

  #error(want: string, got: string): FileError {
    return pickleError(this.#options.where, want, got);
  }
}
