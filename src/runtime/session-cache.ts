import type { Engine } from "./engine.ts";
import type { Graph } from "./graph.ts";
import type { Session } from "./session.ts";
import type { Alone } from "./tuner.ts";
import type { WeightStore } from "./weight-store.ts";

export interface CachedSession {
  readonly record: () => Graph;
  readonly graph: Graph;
  readonly session: Session;
  /** Paths of its kernels that were not measured when it was compiled. */
  readonly unmeasured: number;
}

/** The compiled graphs of one model, one for each size; the one unused for longest makes room. */
export class SessionCache {
  readonly #engine: Engine;
  readonly #weights: WeightStore;
  #capacity: number;
  readonly #byKey = new Map<string, CachedSession>();

  constructor(engine: Engine, weights: WeightStore, capacity: number) {
    this.#engine = engine;
    this.#weights = weights;
    this.#capacity = capacity;
  }

  /** GPU memory taken, in bytes, beside the weights. */
  get bytes(): number {
    return [...this.#byKey.values()].reduce((sum, { session }) => sum + session.bytes, 0);
  }

  /**
   * The compiled graph of a key; recorded and compiled if there is none.
   * @param key everything that the graph depends on
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
    const graph = record();
    this.#makeRoom(1);
    const unmeasured = await this.#engine.takePaths(graph);
    const session = await this.#engine.compile(graph, this.#weights, onProgress);
    const entry = { record, graph, session, unmeasured };
    this.#byKey.set(key, entry);
    return entry;
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
