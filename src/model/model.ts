import type { WeightFormat } from "../kernels/shared/weight-format.ts";
import { CallQueue } from "../runtime/call-queue.ts";
import type { NamedTensor } from "../runtime/checkpoints/read-tensors.ts";
import type { MapKind } from "../runtime/device/device-map.ts";
import type { KernelTime } from "../runtime/device/profiler.ts";
import { UsageError } from "../runtime/errors.ts";
import type { Precision } from "../runtime/graph/tensor.ts";
import { loadPart } from "../runtime/load-part.ts";
import type { TuneProgress } from "../runtime/paths/tuner.ts";
import type { Picture, PictureSource } from "../runtime/pictures/picture.ts";
import type { Engine } from "../runtime/session/engine.ts";
import type { WeightStore } from "../runtime/session/weight-store.ts";
import type { AnswerContext } from "./answers/answer-context.ts";
import type {
  answerOnDevice,
  DepthMapOnDevice,
  OnDeviceOptions,
  SegmentationOnDevice,
} from "./answers/answer-on-device.ts";
import { answerPictures } from "./answers/answer-pictures.ts";
import type {
  DepthMap,
  NormalMap,
  PredictionOptions,
  Predictions,
  PredictTasksOptions,
  Segmentation,
  SegmentOptions,
} from "./answers/predictions.ts";
import { withPictures } from "./answers/with-pictures.ts";
import type { ModelConfig, Task } from "./config/config.ts";
import type { ModelMethods } from "./model-methods.ts";
import type { ForwardOptions, LoadOptions, Plan, TuneModelOptions } from "./model-options.ts";
import type { ModelParts } from "./model-parts.ts";
import type { DptWeights } from "./network/dpt.ts";
import { checking } from "./options/checking.ts";
import type { Processor } from "./pictures/processor.ts";
import { GraphRunner } from "./runs/graph-runner.ts";
import { type Network, processorOf, type Recordable } from "./runs/job.ts";
import type { Work } from "./runs/work.ts";
import type { StreamSource } from "./stream/open-frames.ts";
import type { StreamedFrame, StreamOptions } from "./stream/stream-frames.ts";

/** A DPT model on a device, in this thread: what the DPT of the library is, and what a worker has. Calls queue in order. {@link ModelMethods} describes them. */
export class Model implements ModelMethods {
  readonly config: ModelConfig;
  readonly processor: Processor | undefined;
  readonly precision: Precision;
  readonly dtype: WeightFormat;
  readonly #network: Network;
  readonly #engine: Engine;
  readonly #weights: DptWeights;
  readonly #store: WeightStore;
  readonly #onProgress: LoadOptions["onProgress"];
  readonly #calls = new CallQueue();
  readonly #runner: GraphRunner;

  constructor({ network, config, processor, engine, loaded: { weights, store, storage }, options }: ModelParts) {
    const { onProgress, onNotice, tuning } = options;
    this.config = config;
    this.processor = processor;
    this.precision = storage.precision;
    this.dtype = storage.quantization?.format ?? storage.precision;
    this.#network = network;
    this.#engine = engine;
    this.#weights = weights;
    this.#store = store;
    this.#onProgress = onProgress;
    const onCompile = (done: number, total: number) => onProgress?.({ phase: "compile", done, total });
    this.#runner = new GraphRunner(engine, store, this.#recordable, this.#calls, { onCompile, onNotice, tuning });
  }

  get adapter(): string {
    return this.#engine.adapter;
  }

  get tasks(): readonly Task[] {
    return this.config.decoders.map(({ task }) => task);
  }

  get memory(): { readonly weights: number; readonly activations: number } {
    return { weights: this.#store.bytes, activations: this.#runner.bytes };
  }

  get keptInF32(): readonly string[] {
    return this.#runner.keptInF32;
  }

  /** The device that the model runs on, for an app that draws what it answers. */
  get device(): Engine["device"] {
    return this.#engine.device;
  }

  /** Labels that stay on the device, as the option `output` says. @throws as {@link ModelMethods.segment} */
  segment<Kind extends MapKind>(
    source: PictureSource,
    options: OnDeviceOptions<Kind>,
  ): Promise<SegmentationOnDevice<Kind>>;
  segment(source: PictureSource, options?: SegmentOptions): Promise<Segmentation>;
  segment(sources: readonly PictureSource[], options?: SegmentOptions): Promise<Segmentation[]>;
  async segment(
    source: OneOrMore<PictureSource>,
    options: SegmentOptions | OnDeviceOptions<MapKind> = {},
  ): Promise<OneOrMore<Segmentation> | Awaited<ReturnType<typeof answerOnDevice<"segmentation">>>> {
    if (isOnDevice(options)) return this.#onDevice("segment", source, "segmentation", options);
    const answer = await this.#predict(source, "segment", options, ["segmentation"]);
    return eachOf(answer, ({ segmentation }) => segmentation!);
  }

  /** Depth that stays on the device, as the option `output` says. @throws as {@link ModelMethods.depth} */
  depth<Kind extends MapKind>(source: PictureSource, options: OnDeviceOptions<Kind>): Promise<DepthMapOnDevice<Kind>>;
  depth(source: PictureSource, options?: PredictionOptions): Promise<DepthMap>;
  depth(sources: readonly PictureSource[], options?: PredictionOptions): Promise<DepthMap[]>;
  async depth(
    source: OneOrMore<PictureSource>,
    options: PredictionOptions | OnDeviceOptions<MapKind> = {},
  ): Promise<OneOrMore<DepthMap> | Awaited<ReturnType<typeof answerOnDevice<"depth">>>> {
    if (isOnDevice(options)) return this.#onDevice("depth", source, "depth", options);
    const answer = await this.#predict(source, "depth", options, ["depth"]);
    return eachOf(answer, ({ depth }) => depth!);
  }

  normals(source: PictureSource, options?: PredictionOptions): Promise<NormalMap>;
  normals(sources: readonly PictureSource[], options?: PredictionOptions): Promise<NormalMap[]>;
  async normals(source: OneOrMore<PictureSource>, options: PredictionOptions = {}): Promise<OneOrMore<NormalMap>> {
    const answer = await this.#predict(source, "normals", options, ["normals"]);
    return eachOf(answer, ({ normals }) => normals!);
  }

  predict(source: PictureSource, options?: PredictTasksOptions): Promise<Predictions>;
  predict(sources: readonly PictureSource[], options?: PredictTasksOptions): Promise<Predictions[]>;
  async predict(source: OneOrMore<PictureSource>, options: PredictTasksOptions = {}): Promise<OneOrMore<Predictions>> {
    return this.#predict(source, "predict", options, options?.tasks ?? this.tasks);
  }

  async *stream(source: StreamSource, options: StreamOptions = {}): AsyncGenerator<StreamedFrame, void, undefined> {
    const { streamFrames } = await loadPart(import("./stream/stream-frames.ts"));
    yield* streamFrames(this, source, options);
  }

  async profile(
    source?: PictureSource,
    options: Omit<PredictTasksOptions, "profile"> = {},
  ): Promise<readonly KernelTime[]> {
    const { width, height } = processorOf(this.#recordable).size;
    const black = { width, height, data: new Uint8Array(3 * width * height) };
    const { segmentation, depth, normals } = await this.predict(source ?? black, { ...options, profile: true });
    return (segmentation ?? depth ?? normals)?.profile ?? [];
  }

  async forward(pixelValues: NamedTensor, options: ForwardOptions = {}): Promise<Map<string, NamedTensor>> {
    const checked = checking("forward", options);
    const { stages = false, signal } = { ...options };
    // A copy: the caller may use its own for the next picture while this one waits its turn.
    const data = pixelValues?.data;
    // What has gone elsewhere cannot be copied.
    const given = { ...pixelValues, data: data?.length ? data.slice?.() : data };
    const heard = signal?.addEventListener ? signal : undefined;
    return this.#calls.run(async () => {
      await checked;
      const { runForward } = await loadPart(import("./answers/run-forward.ts"));
      return runForward(this.#context, given, stages);
    }, heard);
  }

  async plan(work: Work = {}): Promise<Plan> {
    this.#calls.throwIfClosed();
    await checking("plan", work);
    const [{ jobOf }, { planOf }] = await loadPart(
      Promise.all([import("./runs/job-of.ts"), import("../runtime/session/plan.ts")]),
    );
    const job = jobOf(this.#recordable, work);
    const graph = this.#runner.record(job);
    await this.#engine.takePaths(graph);
    return { network: job.network, ...planOf(graph) };
  }

  async tune(options: TuneModelOptions = {}): Promise<TuneProgress> {
    await checking("tune", options);
    const { milliseconds, signal, ...work } = options;
    const { jobOf } = await loadPart(import("./runs/job-of.ts"));
    const job = jobOf(this.#recordable, work);
    return this.#runner.tune(job, {
      milliseconds,
      signal,
      onProgress: (progress) => this.#onProgress?.({ phase: "tune", ...progress }),
    });
  }

  dispose(): void {
    const reason = new UsageError("model: want a model in use, got one disposed. Load it again.");
    this.#runner.stop();
    this.#calls.close(reason, () => {
      this.#runner.dispose();
      this.#store.dispose();
      this.#engine.dispose();
    });
  }

  /** As {@link dispose}, at the end of the block of `using model = …`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  async #predict(
    source: OneOrMore<PictureSource>,
    call: "segment" | "depth" | "normals" | "predict",
    options: PredictTasksOptions,
    tasks: readonly Task[],
  ): Promise<OneOrMore<Predictions>> {
    const checked = checking(call, options, { config: this.config, tasks, isList: isList(source) });
    const question = { ...options, call, tasks };
    const answer = (pictures: readonly Picture[]) => answerPictures(this.#context, pictures, question);
    const sources = isList(source) ? source : [source];
    const { signal } = question;
    const answers = await withPictures(this.#engine, this.#calls, sources, answer, { checked, signal });
    return isList(source) ? answers : answers[0]!;
  }

  async #onDevice<Name extends "segmentation" | "depth">(
    call: "segment" | "depth",
    source: OneOrMore<PictureSource>,
    task: Name,
    options: OnDeviceOptions<MapKind>,
  ) {
    const checked = checking(call, options, { config: this.config, tasks: [task], isList: isList(source) });
    const { output, signal } = options;
    const question = { ...options, call, tasks: [task] };
    // Fetched while the picture is read, which has to begin at once.
    const part = loadPart(import("./answers/answer-on-device.ts"));
    part.catch(() => {});
    const answer = async ([picture]: readonly Picture[]) =>
      (await part).answerOnDevice(this.#context, picture!, task, output, question);
    return withPictures(this.#engine, this.#calls, [source as PictureSource], answer, { checked, signal });
  }

  get #context(): AnswerContext {
    const onPass = (done: number, total: number) => this.#onProgress?.({ phase: "run", done, total });
    return { runner: this.#runner, model: this.#recordable, onPass };
  }

  get #recordable(): Recordable {
    const { config, processor, precision } = this;
    return { config, processor, weights: this.#weights, precision, network: this.#network };
  }
}

type OneOrMore<Item> = Item | readonly Item[];

function isList<Item>(source: OneOrMore<Item>): source is readonly Item[] {
  return Array.isArray(source);
}

function isOnDevice(options: object): options is OnDeviceOptions<MapKind> {
  return (options as { readonly output?: unknown } | null)?.output !== undefined;
}

function eachOf<Item, Answer>(items: OneOrMore<Item>, of: (item: Item) => Answer): OneOrMore<Answer> {
  return isList(items) ? items.map(of) : of(items);
}
