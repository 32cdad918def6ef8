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
import type { Work } from "../model/runs/work.ts";
import type { StreamSource } from "../model/stream/open-frames.ts";
import {
  type StreamedFrame,
  type StreamingModel,
  type StreamOptions,
  streamFrames,
} from "../model/stream/stream-frames.ts";
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
export type ModelMethods = StreamingModel &
  Pick<Model, Exclude<ModelMethod, "segment" | "depth"> | "stream" | "dispose" | keyof ModelState>;

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

  static async #open(
    way: Opening["way"],
    source: ModelSource,
    { worker, signal, onProgress, onNotice, ...options }: WorkerPretrainedOptions,
  ): Promise<RemoteDPT> {
    checkOptions(options);
    // At once: a drop is empty after its event.
    const crossing = crossingSource(source, way);
    crossing.catch(() => {});
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
  forward(...[pixelValues, { signal, ...options } = {}]: Parameters<Model["forward"]>): ReturnType<Model["forward"]> {
    return this.#call("forward", [pixelValues, options], { signal });
  }

  /** @see DPT.plan */
  plan(work: Work = {}): ReturnType<Model["plan"]> {
    return this.#call("plan", [work]);
  }

  /** @see DPT.tune */
  tune({ signal, ...options }: TuneModelOptions = {}): ReturnType<Model["tune"]> {
    return this.#call("tune", [options], { signal });
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
    { signal, ...options }: PredictionOptions = {},
  ): Promise<Answer> {
    checkOptions(options);
    const isList = Array.isArray(source);
    const sources = isList ? source : source ? [source as PictureSource] : [];
    const crossing = await Promise.all(sources.map(crossingPicture));
    const pictures = crossing.map(({ picture }) => picture);
    const transfer = crossing.flatMap((each) => each.transfer);
    const answer = await this.#call(method, [isList ? pictures : pictures[0], options], { signal, transfer });
    return (await drawable(answer)) as Answer;
  }

  async #call<Answer>(
    method: ModelMethod,
    args: unknown[],
    { signal, transfer = [] }: { signal?: AbortSignal | undefined; transfer?: Transferable[] } = {},
  ): Promise<Answer> {
    const { value, state } = await this.#connection.run(signal, (host, call) =>
      host.call(call, method, Comlink.transfer(args, transfer)),
    );
    this.#state = state;
    return value as Answer;
  }
}
