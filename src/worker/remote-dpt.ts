import * as Comlink from "comlink";
import type {
  DepthMap,
  NormalMap,
  PredictionOptions,
  Predictions,
  PredictTasksOptions,
  Segmentation,
  SegmentOptions,
} from "../model/answers/predictions.ts";
import type { Model } from "../model/model.ts";
import type { TuneModelOptions } from "../model/model-options.ts";
import { checking } from "../model/options/checking.ts";
import type { Work } from "../model/runs/work.ts";
import type { StreamSource } from "../model/stream/open-frames.ts";
import { type StreamedFrame, type StreamOptions, streamFrames } from "../model/stream/stream-frames.ts";
import { UsageError } from "../runtime/errors.ts";
import type { PictureSource } from "../runtime/pictures/picture.ts";
import type { ModelSource } from "../runtime/sources/model-source.ts";
import { Connection } from "./connection.ts";
import { crossingPicture } from "./crossing-picture.ts";
import { checkOptions, crossingSource } from "./crossing-source.ts";
import { drawable } from "./drawable.ts";
import { bridgeOf } from "./files-bridge.ts";
import type { ModelMethod, ModelState, Opening } from "./model-host.ts";
import { openWorker } from "./open-worker.ts";
import type { WorkerLoadOptions, WorkerPretrainedOptions } from "./worker-options.ts";

/** What a page can call of a model, wherever it runs; answers that stay on a device are for models on the page. */
export interface ModelMethods
  extends Pick<Model, Exclude<ModelMethod, "segment" | "depth"> | "stream" | "dispose" | keyof ModelState> {
  /** @see DPT.segment */
  segment(source: PictureSource, options?: SegmentOptions): Promise<Segmentation>;
  /** Of several pictures, in their order. @see DPT.segment */
  segment(sources: readonly PictureSource[], options?: SegmentOptions): Promise<Segmentation[]>;
  /** @see DPT.depth */
  depth(source: PictureSource, options?: PredictionOptions): Promise<DepthMap>;
  /** Of several pictures, in their order. @see DPT.depth */
  depth(sources: readonly PictureSource[], options?: PredictionOptions): Promise<DepthMap[]>;
  /** As `dispose`, at the end of the block of `using model = …`. */
  [Symbol.dispose](): void;
}

/**
 * A DPT model in a worker of its own, so that neither loading nor running it keeps the page from drawing. The methods are
 * those of the DPT of `dpt-webgpu`, with the same answers and errors.
 */
export class RemoteDPT implements ModelMethods {
  readonly #connection: Connection;
  #state: ModelState;

  private constructor(connection: Connection, state: ModelState) {
    this.#connection = connection;
    this.#state = state;
  }

  /** @see DPT.load */
  static load(source: ModelSource, options: WorkerLoadOptions = {}): Promise<RemoteDPT> {
    return RemoteDPT.#open("load", source, options);
  }

  /** @see DPT.fromPretrained */
  static fromPretrained(source: ModelSource, options: WorkerPretrainedOptions = {}): Promise<RemoteDPT> {
    return RemoteDPT.#open("fromPretrained", source, options);
  }

  static async #open(way: Opening["way"], source: ModelSource, given: WorkerPretrainedOptions): Promise<RemoteDPT> {
    const { worker, signal, onProgress, onNotice, ...options } = { ...given };
    checkOptions(options);
    // At once: a drop is empty after its event.
    const crossing = crossingSource(source, way);
    crossing.catch(() => {});
    await checking(way, given);
    signal?.throwIfAborted();
    const connection = new Connection(openWorker(worker));
    try {
      const crossed = await crossing;
      const bridge = "files" in crossed ? Comlink.proxy(bridgeOf(crossed.files)) : undefined;
      const opening = { way, options, ...("source" in crossed && crossed) };
      const state = await connection.run(signal, (host, call) =>
        host.open(call, opening, bridge, onProgress && Comlink.proxy(onProgress), onNotice && Comlink.proxy(onNotice)),
      );
      return new RemoteDPT(connection, state);
    } catch (error) {
      connection.close(new UsageError("model: want a model in use, got one that failed to load. Load it again."));
      throw error;
    }
  }

  get config(): ModelState["config"] {
    return this.#state.config;
  }

  get processor(): ModelState["processor"] {
    return this.#state.processor;
  }

  get precision(): ModelState["precision"] {
    return this.#state.precision;
  }

  get dtype(): ModelState["dtype"] {
    return this.#state.dtype;
  }

  get adapter(): string {
    return this.#state.adapter;
  }

  get tasks(): ModelState["tasks"] {
    return this.#state.tasks;
  }

  /** As of the last answer. */
  get memory(): ModelState["memory"] {
    return this.#state.memory;
  }

  /** As of the last answer. */
  get keptInF32(): readonly string[] {
    return this.#state.keptInF32;
  }

  /** @see DPT.segment */
  segment(source: PictureSource, options?: SegmentOptions): Promise<Segmentation>;
  segment(sources: readonly PictureSource[], options?: SegmentOptions): Promise<Segmentation[]>;
  segment(source: PictureSource | readonly PictureSource[], options?: SegmentOptions): Promise<never> {
    return this.#see("segment", source, options);
  }

  /** @see DPT.depth */
  depth(source: PictureSource, options?: PredictionOptions): Promise<DepthMap>;
  depth(sources: readonly PictureSource[], options?: PredictionOptions): Promise<DepthMap[]>;
  depth(source: PictureSource | readonly PictureSource[], options?: PredictionOptions): Promise<never> {
    return this.#see("depth", source, options);
  }

  /** @see DPT.normals */
  normals(source: PictureSource, options?: PredictionOptions): Promise<NormalMap>;
  normals(sources: readonly PictureSource[], options?: PredictionOptions): Promise<NormalMap[]>;
  normals(source: PictureSource | readonly PictureSource[], options?: PredictionOptions): Promise<never> {
    return this.#see("normals", source, options);
  }

  /** @see DPT.predict */
  predict(source: PictureSource, options?: PredictTasksOptions): Promise<Predictions>;
  predict(sources: readonly PictureSource[], options?: PredictTasksOptions): Promise<Predictions[]>;
  predict(source: PictureSource | readonly PictureSource[], options?: PredictTasksOptions): Promise<never> {
    return this.#see("predict", source, options);
  }

  /** @see DPT.stream */
  stream(source: StreamSource, options: StreamOptions = {}): AsyncGenerator<StreamedFrame, void, undefined> {
    return streamFrames(this, source, options);
  }

  /** @see DPT.profile */
  profile(source?: PictureSource, options?: Parameters<Model["profile"]>[1]): ReturnType<Model["profile"]> {
    return this.#see("profile", source, options);
  }

  /** @see DPT.forward */
  forward(...[pixelValues, options]: Parameters<Model["forward"]>): ReturnType<Model["forward"]> {
    const data = pixelValues?.data;
    // Copied at once: the caller may use its own for the next picture.
    const given = { ...pixelValues, data: data?.length ? data.slice?.() : data };
    return this.#call("forward", options, Promise.resolve({ args: [given], transfer: [] }));
  }

  /** @see DPT.plan */
  plan(work?: Work): ReturnType<Model["plan"]> {
    return this.#call("plan", work);
  }

  /** @see DPT.tune */
  tune(options?: TuneModelOptions): ReturnType<Model["tune"]> {
    return this.#call("tune", options);
  }

  /** Ends the worker, and with it frees the GPU's memory. Calls that have not ended are rejected with a UsageError. */
  dispose(): void {
    this.#connection.close(new UsageError("model: want a model in use, got one disposed. Load it again."));
  }

  /** As {@link dispose}, at the end of the block of `using model = …`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  async #see<Answer>(
    method: ModelMethod,
    source: PictureSource | readonly PictureSource[] | undefined,
    options: PredictionOptions | undefined,
  ): Promise<Answer> {
    checkOptions({ ...options });
    return (await drawable(await this.#call(method, options, crossingPictures(source)))) as Answer;
  }

  async #call<Answer>(
    method: ModelMethod,
    given: object | undefined,
    crossing: Promise<Crossing> = Promise.resolve({ args: [], transfer: [] }),
  ): Promise<Answer> {
    crossing.catch(() => {});
    try {
      await checking(method === "profile" ? "predict" : method, given);
      const { signal, ...options }: { readonly signal?: AbortSignal | undefined } = { ...given };
      const { args, transfer } = await crossing;
      const { value, state } = await this.#connection.run(signal, (host, call) =>
        host.call(call, method, Comlink.transfer([...args, options], [...transfer])),
      );
      this.#state = state;
      return value as Answer;
    } finally {
      // What has not gone to the worker; what has is closed here.
      crossing.then(({ transfer }) => transfer.forEach(closeIt)).catch(() => {});
    }
  }
}

/** What goes with a call before its options. */
interface Crossing {
  readonly args: readonly unknown[];
  readonly transfer: readonly Transferable[];
}

async function crossingPictures(source: PictureSource | readonly PictureSource[] | undefined): Promise<Crossing> {
  const isList = Array.isArray(source);
  const sources: readonly PictureSource[] = isList ? source : source === undefined ? [] : [source];
  const crossed = await Promise.all(Array.from(sources, crossingPicture));
  const pictures = crossed.map(({ picture }) => picture);
  return { args: [isList ? pictures : pictures[0]], transfer: crossed.flatMap(({ transfer }) => transfer) };
}

function closeIt(transferred: Transferable): void {
  if ("close" in transferred) transferred.close();
}
