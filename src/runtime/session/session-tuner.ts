import type { CallQueue } from "../call-queue.ts";
import type { Graph } from "../graph/graph.ts";
import type { Alone, TuneProgress } from "../paths/tuner.ts";
import type { Engine } from "./engine.ts";
import type { CachedSession, SessionCache } from "./session-cache.ts";

export interface TuneOptions {
  /** Milliseconds of measuring, after which the path that is being measured is the last; 2000 if left out. */
  readonly milliseconds?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: TuneProgress) => void) | undefined;
}

export interface TunerOptions {
  readonly onNotice?: ((notice: string) => void) | undefined;
  /** Aborts what it measures on its own account. */
  readonly stopped?: AbortSignal | undefined;
}

const MILLISECONDS = 2000;

/**
 * Tunes the graphs of one model between its calls: a path is measured, then calls that wait go first. At the end, sessions
 * of which a faster way is known by then are exchanged.
 */
export class SessionTuner {
  readonly #engine: Engine;
  readonly #sessions: SessionCache;
  readonly #calls: CallQueue;
  readonly #options: TunerOptions;
  readonly #alone: Alone;
  /** Keys whose turn it has been, or will be. */
  readonly #keys = new Set<string>();
  #later: Promise<unknown> = Promise.resolve();

  constructor(engine: Engine, sessions: SessionCache, calls: CallQueue, options: TunerOptions = {}) {
    this.#engine = engine;
    this.#sessions = sessions;
    this.#calls = calls;
    this.#options = options;
    this.#alone = (task) => calls.run(task);
  }

  /**
   * Tunes a freshly recorded graph.
   * @throws what the signal says; MachineError if memory runs out. What was measured until then is kept.
   */
  async tune(graph: Graph, options: TuneOptions = {}): Promise<TuneProgress> {
    const progress = await this.#measure(graph, options, async () => {});
    await this.#sessions.renew(this.#alone);
    return progress;
  }

  /** Tunes a compiled graph the next time that no call waits, once for each key. Nobody hears of what goes wrong but by notice. */
  later(key: string, { record, unmeasured }: CachedSession): void {
    if (unmeasured === 0 || this.#keys.has(key)) return;
    this.#keys.add(key);
    const { stopped: signal, onNotice } = this.#options;
    const tune = async () => {
      await this.#calls.idle();
      signal?.throwIfAborted();
      await this.#measure(record(), { signal }, () => this.#calls.idle());
      await this.#sessions.renew(this.#alone);
    };
    this.#later = this.#later.then(tune).catch((error: unknown) => {
      if (signal?.aborted) return;
      onNotice?.(`tuning: stopped by "${error instanceof Error ? error.message : String(error)}".`);
    });
  }

  async #measure(
    graph: Graph,
    { milliseconds = MILLISECONDS, signal, onProgress }: TuneOptions,
    pause: () => Promise<void>,
  ): Promise<TuneProgress> {
    const tuner = await this.#engine.tuner(graph);
    try {
      for (let spent = 0; spent < milliseconds; ) {
        await pause();
        signal?.throwIfAborted();
        const began = performance.now();
        if (!(await tuner.step(this.#alone))) break;
        spent += performance.now() - began;
        onProgress?.(tuner.progress);
      }
      signal?.throwIfAborted();
      return tuner.progress;
    } finally {
      tuner.dispose();
    }
  }
}
