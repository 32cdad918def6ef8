import type { Engine } from "./engine.ts";
import type { Graph } from "./graph.ts";
import type { Session } from "./session.ts";
import type { WeightStore } from "./weight-store.ts";

export interface CachedSession {
  readonly graph: Graph;
  readonly session: Session;
}

/** The compiled graphs of one model, one for each size; the one unused for longest makes room. */
export class SessionCache {
  readonly #engine: Engine;
  readonly #weights: WeightStore;
  readonly #capacity: number;
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
    for (const [oldest, { session }] of this.#byKey) {
      if (this.#byKey.size < this.#capacity) break;
      session.dispose();
      this.#byKey.delete(oldest);
    }
    const entry = { graph, session: await this.#engine.compile(graph, this.#weights, onProgress) };
    this.#byKey.set(key, entry);
    return entry;
  }

  dispose(): void {
    for (const { session } of this.#byKey.values()) session.dispose();
    this.#byKey.clear();
  }
}
