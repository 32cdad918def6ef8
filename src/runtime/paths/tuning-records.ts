import type { Kernel } from "../graph/kernel.ts";
import type { Choice } from "./path-choices.ts";
import { isMeasured, NO_TIMES, type PathTimes, parsePathTimes } from "./path-times.ts";
import { familyOf, switchedOff } from "./switched-off.ts";
import { TEXTS_DIGEST } from "./texts-digest.ts";
import type { TuningStore } from "./tuning-store.ts";

/** What was measured on one adapter: in memory, and in a store if there is one. A store that fails is told of once. */
export class TuningRecords {
  readonly #adapter: string;
  readonly #onNotice: ((notice: string) => void) | undefined;
  /** By the text of the kernel's own way. */
  readonly #byCode = new Map<string, PathTimes>();
  #store: TuningStore | undefined;
  /** Kinds of paths that are not to be taken; asked for once. */
  #off: Promise<readonly string[] | undefined> | undefined;
  #hasTold = false;

  constructor(adapter: string, store?: TuningStore, onNotice?: (notice: string) => void) {
    this.#adapter = adapter;
    this.#store = store;
    this.#onNotice = onNotice;
  }

  /** Gets from the store what is not in memory yet. */
  async load(choices: Iterable<Choice>): Promise<void> {
    const unknown = [...choices].filter(({ kernel, paths }) => paths.length > 1 && !this.#byCode.has(kernel.code));
    await Promise.all(unknown.map((choice) => this.#load(choice)));
  }

  async #load(choice: Choice): Promise<void> {
    const value = await this.#ask(async (store) => store.get(await keyOf(this.#adapter, choice)));
    const times = parsePathTimes(value);
    if (value !== undefined && !times) this.#tell("got something else under a key");
    this.#byCode.set(choice.kernel.code, await this.#withoutThoseOff(choice, times ?? NO_TIMES));
  }

  /** Refuses what the doctor has found to be wrong, whatever was measured. */
  async #withoutThoseOff({ paths }: Choice, { seconds, refused }: PathTimes): Promise<PathTimes> {
    this.#off ??= this.#ask((store) => switchedOff(store, this.#adapter));
    const off = (await this.#off) ?? [];
    const found = paths.filter((path) => off.includes(familyOf(path)));
    const why = Object.fromEntries(found.map(({ name }) => [name, "was wrong in the self-test on this adapter"]));
    return { seconds, refused: { ...refused, ...why } };
  }

  of({ code }: Kernel): PathTimes {
    return this.#byCode.get(code) ?? NO_TIMES;
  }

  /** How many paths have not been measured. */
  missing({ kernel, paths }: Choice): number {
    return paths.length === 1 ? 0 : paths.filter(({ name }) => !isMeasured(this.of(kernel), name)).length;
  }

  /** Adds a path's time, or what is wrong with it. */
  async keep(choice: Choice, name: string, found: { seconds: number } | { refused: string }): Promise<void> {
    const { seconds, refused } = this.of(choice.kernel);
    const times =
      "seconds" in found
        ? { seconds: { ...seconds, [name]: found.seconds }, refused }
        : { seconds, refused: { ...refused, [name]: found.refused } };
    this.#byCode.set(choice.kernel.code, times);
    await this.#ask(async (store) => store.set(await keyOf(this.#adapter, choice), times));
  }

  async #ask<Answer>(question: (store: TuningStore) => Promise<Answer>): Promise<Answer | undefined> {
    if (!this.#store) return undefined;
    try {
      return await question(this.#store);
    } catch (error) {
      this.#store = undefined;
      this.#tell(`got "${error instanceof Error ? error.message : String(error)}"`);
      return undefined;
    }
  }

  #tell(got: string): void {
    if (this.#hasTold) return;
    this.#hasTold = true;
    this.#onNotice?.(
      `tuning: want to keep what is measured for the next time, ${got}. It is measured again where needed.`,
    );
  }
}

/** Adapter and kernel: what a new release changes is measured anew. The texts of its ways are not made for it. */
async function keyOf(adapter: string, { kernel }: Choice): Promise<string> {
  const bytes = new TextEncoder().encode(TEXTS_DIGEST + kernel.code);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return `${adapter} ${Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
