import type { Engine } from "./engine.ts";
import { MemoryError } from "./errors.ts";
import type { Graph } from "./graph.ts";
import { megabytes } from "./megabytes.ts";
import { plannedBytes, type Session } from "./session.ts";
import type { Alone } from "./tuner.ts";
import type { WeightStore } from "./weight-store.ts";

export interface CachedSession {
  readonly record: () => Graph;
  readonly graph: Graph;
  readonly session: Session;
  /** Paths of its kernels that were not measured when it was compiled. */
  readonly unmeasured: number;
}

export interface CacheOptions {
  /** Called when memory is short, to free what else there is. */
  readonly onShort?: (() => void) | undefined;
  readonly onNotice?: ((notice: string) => void) | undefined;
}

/** The compiled graphs of one model, one for each size; the one unused for longest makes room. */
export class SessionCache {
  readonly #engine: Engine;
  readonly #weights: WeightStore;
  readonly #options: CacheOptions;
  #capacity: number;
  readonly #byKey = new Map<string, CachedSession>();

  constructor(engine: Engine, weights: WeightStore, capacity: number, options: CacheOptions = {}) {
    this.#engine = engine;
    this.#weights = weights;
    this.#capacity = capacity;
    this.#options = options;
  }

  /** GPU memory taken, in bytes, beside the weights. */
  get bytes(): number {
    return [...this.#byKey.values()].reduce((sum, { session }) => sum + session.bytes, 0);
  }

  /**
   * The compiled graph of a key; recorded and compiled if there is none. Where memory is too small, all others go first,
   * then paths are taken that need less.
   * @param key everything that the graph depends on
   * @throws MemoryError if that is no help
   */
  async get(
    key: string,
    record: () => Graph,
    onProgress?: (done: number, total: number) => void,
  ): Promise<CachedSession> {
    const known = this.#byKey.get(key);
    if (known) {
      // Insertion order is the order of use.
      this.#byKey.delete(key);
      this.#byKey.set(key, known);
      return known;
    }
    this.#makeRoom(1);
    const entry = await this.#compile(record, onProgress).catch((error: unknown) => {
      if (!(error instanceof MemoryError)) throw error;
      return this.#compileSmaller(record, error, onProgress);
    });
    this.#byKey.set(key, entry);
    return entry;
  }

  async #compile(record: () => Graph, onProgress?: (done: number, total: number) => void, lean = false) {
    const graph = record();
    const unmeasured = await this.#engine.takePaths(graph, lean);
    const session = await this.#engine.compile(graph, this.#weights, onProgress);
    return { record, graph, session, unmeasured };
  }

  async #compileSmaller(
    record: () => Graph,
    short: MemoryError,
    onProgress?: (done: number, total: number) => void,
  ): Promise<CachedSession> {
    const [usual, lean] = [record(), record()];
    await this.#engine.takePaths(usual);
    await this.#engine.takePaths(lean, true);
    const [usualBytes, leanBytes] = [plannedBytes(usual), plannedBytes(lean)];
    this.dispose();
    this.#options.onShort?.();
    let error = short;
    for (const isLean of leanBytes < usualBytes ? [false, true] : [false]) {
      try {
        const entry = await this.#compile(record, onProgress, isLean);
        const [bytes, how] = isLean ? [leanBytes, "by paths that take less"] : [usualBytes, "after all else was freed"];
        this.#options.onNotice?.(`GPU memory is short: ${megabytes(bytes)} were to be had ${how}.`);
        return entry;
      } catch (cause) {
        if (!(cause instanceof MemoryError)) throw cause;
        error = cause;
      }
    }
    const { allocated, message } = error;
    const want = `want ${megabytes(Math.min(usualBytes, leanBytes))} beside ${megabytes(this.#weights.bytes)} of weights`;
    const got = allocated === undefined ? "got less" : `got no more than ${megabytes(allocated)} in all`;
    throw new MemoryError(`GPU memory: ${want}, ${got} (${message})`, { allocated, cause: error });
  }

  /** Keeps so many from now on. */
  resize(capacity: number): void {
    this.#capacity = capacity;
    this.#makeRoom(0);
  }

  #makeRoom(more: number): void {
    for (const [oldest, { session }] of this.#byKey) {
      if (this.#byKey.size + more <= this.#capacity) break;
      session.dispose();
      this.#byKey.delete(oldest);
    }
  }

  /**
   * Exchanges the sessions of which a faster way was measured since they were compiled. Only the exchange itself stops
   * calls, for as long as memory takes: both at once may not fit.
   */
  async renew(alone: Alone): Promise<void> {
    for (const [key, kept] of [...this.#byKey]) {
      const graph = kept.record();
      const unmeasured = await this.#engine.takePaths(graph);
      if (runsTheSame(kept.graph, graph)) continue;
      const release = await this.#engine.compileKernels(graph);
      try {
        await alone(async () => {
          // It may have gone meanwhile, or have been recorded otherwise.
          if (this.#byKey.get(key) !== kept) return;
          kept.session.dispose();
          this.#byKey.delete(key);
          const session = await this.#engine.compile(graph, this.#weights);
          this.#byKey.set(key, { ...kept, graph, session, unmeasured });
        });
      } finally {
        release();
      }
    }
  }

  dispose(): void {
    for (const { session } of this.#byKey.values()) session.dispose();
    this.#byKey.clear();
  }
}

function runsTheSame(a: Graph, b: Graph): boolean {
  const textsOf = ({ dispatches }: Graph) => dispatches.map(({ kernel }) => kernel.code);
  const [one, other] = [textsOf(a), textsOf(b)];
  return one.length === other.length && one.every((code, i) => code === other[i]);
}
