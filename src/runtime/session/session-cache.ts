import { MemoryError } from "../errors.ts";
import type { Graph } from "../graph/graph.ts";
import { loadPart } from "../load-part.ts";
import type { Alone } from "../paths/tuner.ts";
import type { Engine } from "./engine.ts";
import { plannedBytes, type Session } from "./session.ts";
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
    const entry = await this.#compile(record, onProgress).catch(async (error: unknown) => {
      if (!(error instanceof MemoryError)) throw error;
      const { compileSmaller } = await loadPart(import("./compile-smaller.ts"));
      const usual = await this.#planned(record);
      const lean = await this.#planned(record, true);
      return compileSmaller({ usual, lean, weights: this.#weights.bytes }, error, {
        compile: (isLean) => this.#compile(record, onProgress, isLean),
        makeRoom: () => {
          this.dispose();
          this.#options.onShort?.();
        },
        onNotice: this.#options.onNotice,
      });
    });
    this.#byKey.set(key, entry);
    return entry;
  }

  /** Bytes that a graph takes beside the weights. */
  async #planned(record: () => Graph, lean = false): Promise<number> {
    const graph = record();
    await this.#engine.takePaths(graph, lean);
    return plannedBytes(graph);
  }

  async #compile(record: () => Graph, onProgress?: (done: number, total: number) => void, lean = false) {
    const graph = record();
    const unmeasured = await this.#engine.takePaths(graph, lean);
    const session = await this.#engine.compile(graph, this.#weights, onProgress);
    return { record, graph, session, unmeasured };
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
          // Meanwhile the session may have been freed, or its key recorded anew.
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
