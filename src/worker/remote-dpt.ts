import * as Comlink from "comlink";
import type { PredictionOptions } from "../model/answers/predictions.ts";
import type { ModelMethods, ModelState } from "../model/model-methods.ts";
import { checking } from "../model/options/checking.ts";
import { streamFrames } from "../model/stream/stream-frames.ts";
import { UsageError } from "../runtime/errors.ts";
import type { PictureSource } from "../runtime/pictures/picture.ts";
import type { ModelSource } from "../runtime/sources/model-source.ts";
import { Connection } from "./connection.ts";
import { crossingPicture } from "./crossing-picture.ts";
import { checkOptions, crossingSource } from "./crossing-source.ts";
import { drawable } from "./drawable.ts";
import { bridgeOf } from "./files-bridge.ts";
import type { ModelMethod, Opening } from "./model-host.ts";
import { openWorker } from "./open-worker.ts";
import type { WorkerLoadOptions, WorkerPretrainedOptions } from "./worker-options.ts";

/**
 * A DPT model in a worker of its own, so that neither loading nor running it keeps the page from drawing. {@link ModelMethods}
 * describes its methods: those of the DPT of `dpt-webgpu`, with the same answers and errors.
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

  get adapter(): ModelState["adapter"] {
    return this.#state.adapter;
  }

  get tasks(): ModelState["tasks"] {
    return this.#state.tasks;
  }

  get memory(): ModelState["memory"] {
    return this.#state.memory;
  }

  get keptInF32(): ModelState["keptInF32"] {
    return this.#state.keptInF32;
  }

  readonly segment: ModelMethods["segment"] = (...args: Asked) => this.#see<never>("segment", args);
  readonly depth: ModelMethods["depth"] = (...args: Asked) => this.#see<never>("depth", args);
  readonly normals: ModelMethods["normals"] = (...args: Asked) => this.#see<never>("normals", args);
  readonly predict: ModelMethods["predict"] = (...args: Asked) => this.#see<never>("predict", args);
  readonly profile: ModelMethods["profile"] = (...args: Asked) => this.#see("profile", args);
  readonly stream: ModelMethods["stream"] = (source, options = {}) => streamFrames(this, source, options);
  readonly plan: ModelMethods["plan"] = (work) => this.#call("plan", work);
  readonly tune: ModelMethods["tune"] = (options) => this.#call("tune", options);

  readonly forward: ModelMethods["forward"] = (pixelValues, options) => {
    const data = pixelValues?.data;
    // Copied at once: the caller may use its own for the next picture.
    const given = { ...pixelValues, data: data?.length ? data.slice?.() : data };
    return this.#call("forward", options, Promise.resolve({ args: [given], transfer: [] }));
  };

  /** Ends the worker, and with it frees the GPU's memory. Calls that have not ended are rejected with a UsageError. */
  dispose(): void {
    this.#connection.close(new UsageError("model: want a model in use, got one disposed. Load it again."));
  }

  /** As {@link dispose}, at the end of the block of `using model = …`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  async #see<Answer>(method: ModelMethod, [source, options]: Asked): Promise<Answer> {
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

/** Pictures, and how they are answered. */
type Asked = readonly [source?: PictureSource | readonly PictureSource[], options?: PredictionOptions];

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
