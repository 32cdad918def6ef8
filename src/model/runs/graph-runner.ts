import type { CallQueue } from "../../runtime/call-queue.ts";
import { checkLimits, checkSize } from "../../runtime/device/device.ts";
import type { Graph } from "../../runtime/graph/graph.ts";
import { loadPart } from "../../runtime/load-part.ts";
import type { TuneProgress } from "../../runtime/paths/tuner.ts";
import type { Engine } from "../../runtime/session/engine.ts";
import { plannedBytes, type RunInputs } from "../../runtime/session/session.ts";
import { type CachedSession, SessionCache } from "../../runtime/session/session-cache.ts";
import type { SessionTuner, TuneOptions } from "../../runtime/session/session-tuner.ts";
import type { WeightStore } from "../../runtime/session/weight-store.ts";
import type { Job, Recordable } from "./job.ts";

/** A graph to be run. */
export interface Wanted {
  /** What the user called. */
  readonly call: string;
  readonly job: Job;
  readonly inputs: RunInputs;
}

/** What a run gave, and in words how much of it is not finite. */
export interface Attempt<Answer> {
  readonly answer: Answer;
  readonly notFinite: string | undefined;
}

export interface GraphRunnerOptions {
  readonly onCompile: (done: number, total: number) => void;
  readonly onNotice?: ((notice: string) => void) | undefined;
  readonly tuning?: "idle" | "off" | undefined;
}

/** Compiled graphs that are kept: a photo and its successor of another size. */
const KEPT_SESSIONS = 2;
/** Compiled graphs without weights that are kept: as many windows as meet in one place, in most pictures. */
const KEPT_BLENDS = 4;

/** Runs the graphs of one model, and sees to it that what comes out is finite. */
export class GraphRunner {
  readonly #engine: Engine;
  readonly #store: WeightStore;
  readonly #model: Recordable;
  readonly #calls: CallQueue;
  readonly #keptInF32 = new Set<string>();
  readonly #sessions: SessionCache;
  readonly #blends: SessionCache;
  /** Loaded with the first tuning. */
  #tuner: Promise<SessionTuner> | undefined;
  readonly #stopped = new AbortController();
  readonly #tunesWhenIdle: boolean;
  readonly #options: GraphRunnerOptions;

  constructor(engine: Engine, store: WeightStore, model: Recordable, calls: CallQueue, options: GraphRunnerOptions) {
    this.#engine = engine;
    this.#store = store;
    this.#model = model;
    this.#calls = calls;
    this.#options = options;
    const { onNotice } = options;
    this.#sessions = new SessionCache(engine, store, KEPT_SESSIONS, {
      onNotice,
      onShort: () => this.#blends.dispose(),
    });
    this.#blends = new SessionCache(engine, store, KEPT_BLENDS, { onNotice, onShort: () => this.#sessions.dispose() });
    this.#tunesWhenIdle = (options.tuning ?? (engine.traits.software ? "off" : "idle")) === "idle";
  }

  /** GPU memory taken beside the weights, in bytes. */
  get bytes(): number {
    return this.#sessions.bytes + this.#blends.bytes;
  }

  get keptInF32(): readonly string[] {
    return [...this.#keptInF32];
  }

  /** Begins anew on another device if the last one is lost, with the weights from where they came. */
  async #onDevice(): Promise<void> {
    if (this.#engine.loss.aborted) {
      this.#sessions.dispose();
      this.#blends.dispose();
    }
    await this.#engine.restore(this.#store);
    // The adapter may be another one.
    this.#engine.checkPrecision(this.#model.precision);
  }

  /** Tells people what is otherwise than they would expect. */
  notify(notice: string): void {
    this.#options.onNotice?.(notice);
  }

  /**
   * Bytes that a job takes on the GPU beside the weights, if memory is planned as usual.
   * @throws MemoryError for a tensor that is larger than a buffer may be
   */
  plannedBytes(job: Job): number {
    const graph = this.record(job);
    checkLimits(this.#engine.device, graph);
    return plannedBytes(graph);
  }

  /** @throws MemoryError for pixels that a buffer cannot hold, at once: what is so large takes long to record */
  record({ pixels, record }: Job): Graph {
    for (const spec of pixels) checkSize(this.#engine.device, "pixels", spec);
    return record((layer) => this.#keptInF32.has(layer));
  }

  /** The compiled graph of a key that reads no weights. */
  async blend(key: string, record: () => Graph): Promise<CachedSession> {
    await this.#onDevice();
    return this.#blends.get(key, record, this.#options.onCompile);
  }

  /** Keeps that many graphs compiled while a task takes turns with them. */
  async withRoom<Result>(graphs: number, task: () => Promise<Result>): Promise<Result> {
    this.#sessions.resize(Math.max(graphs, KEPT_SESSIONS));
    try {
      return await task();
    } finally {
      this.#sessions.resize(KEPT_SESSIONS);
    }
  }

  /**
   * Runs a graph until its answer is finite: after each answer that is not, the layers that f16 cannot hold are kept in f32.
   * Every round adds one of the model's layers at least, so there is an end; as a rule it takes one.
   */
  async finite<Answer>(wanted: Wanted, run: (compiled: CachedSession) => Promise<Attempt<Answer>>): Promise<Answer> {
    const { job } = wanted;
    for (;;) {
      await this.#onDevice();
      const compiled = await this.#sessions.get(job.key, () => this.record(job), this.#options.onCompile);
      const { answer, notFinite } = await run(compiled);
      if (notFinite === undefined) {
        if (this.#tunesWhenIdle && compiled.unmeasured > 0) void this.#tuneLater(job.key, compiled);
        return answer;
      }
      await this.#keepInF32(wanted, notFinite);
    }
  }

  /** @see SessionTuner.tune */
  async tune(job: Job, options: TuneOptions): Promise<TuneProgress> {
    await this.#calls.run(() => this.#onDevice());
    return (await this.#tuning()).tune(this.record(job), options);
  }

  async #tuneLater(key: string, compiled: CachedSession): Promise<void> {
    try {
      (await this.#tuning()).later(key, compiled);
    } catch (error) {
      this.#tuner = undefined;
      this.notify(`tuning: put off, since ${(error as Error).message}`);
    }
  }

  #tuning(): Promise<SessionTuner> {
    const open = async () => {
      const { SessionTuner } = await loadPart(import("../../runtime/session/session-tuner.ts"));
      const { onNotice } = this.#options;
      return new SessionTuner(this.#engine, this.#sessions, this.#calls, { onNotice, stopped: this.#stopped.signal });
    };
    this.#tuner ??= open();
    return this.#tuner;
  }

  /** No more measuring on its own account. */
  stop(): void {
    this.#stopped.abort();
  }

  dispose(): void {
    this.#sessions.dispose();
    this.#blends.dispose();
  }

  /** @throws as {@link layersToKeep} */
  async #keepInF32({ call, job, inputs }: Wanted, notFinite: string): Promise<void> {
    // The search needs as much memory as they do, and they are of no use any more.
    this.#sessions.dispose();
    const { layersToKeep } = await loadPart(import("../weights/layers-to-keep.ts"));
    const { precision } = this.#model;
    const search = { engine: this.#engine, store: this.#store, record: job.record, inputs };
    const more = await layersToKeep(search, { call, precision, notFinite, kept: this.#keptInF32 });
    for (const layer of more) this.#keptInF32.add(layer);
    const listed = [...more.slice(0, 3), ...(more.length > 3 ? [`${more.length - 3} more`] : [])].join(", ");
    this.#options.onNotice?.(`f16 cannot hold the numbers of these layers, from now on they are in f32: ${listed}`);
  }
}
