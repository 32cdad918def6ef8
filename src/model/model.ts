import type { ResizeMode } from "../kernels/bands.ts";
import { PATH_PREFERENCES } from "../kernels/path-preferences.ts";
import type { WeightFormat } from "../kernels/shared/weight-format.ts";
import { type Convolution, chooseConvolution } from "../kernels/shared/winograd.ts";
import { CallQueue } from "../runtime/call-queue.ts";
import { Engine, type EngineOptions } from "../runtime/engine.ts";
import { NumberError, UsageError } from "../runtime/errors.ts";
import type { Graph, InputData } from "../runtime/graph.ts";
import { type ModelSource, openModelSource } from "../runtime/model-source.ts";
import { type PictureSource, readPixels } from "../runtime/picture.ts";
import { type GraphPlan, planOf } from "../runtime/plan.ts";
import { openPretrained, type PretrainedOptions } from "../runtime/pretrained-source.ts";
import type { NamedTensor } from "../runtime/read-tensors.ts";
import { type CachedSession, SessionCache } from "../runtime/session-cache.ts";
import { SessionTuner, type TuneOptions } from "../runtime/session-tuner.ts";
import { storeFloats } from "../runtime/store-floats.ts";
import { elementCount, type Precision } from "../runtime/tensor.ts";
import type { TuneProgress } from "../runtime/tuner.ts";
import type { WeightStore } from "../runtime/weight-store.ts";
import { checkWeights } from "./check-weights.ts";
import { chooseStorage, type Storage } from "./choose-storage.ts";
import type { ModelConfig, Task } from "./config.ts";
import { type DptWeights, dptWeights, IGNORED_TENSORS } from "./dpt.ts";
import { findOverflow } from "./find-overflow.ts";
import { inPyTorchLayout } from "./forward.ts";
import { openFolder } from "./open-folder.ts";
import type { InF32 } from "./ops.ts";
import {
  checkTasks,
  countOf,
  type DepthMap,
  isNotFinite,
  type NormalMap,
  type Predictions,
  readAnswer,
  type Segmentation,
} from "./predictions.ts";
import type { Processor, Size } from "./processor.ts";
import { type Job, jobOf, type Recordable, type Work } from "./work.ts";

/** What is going on, and how far: bytes from the hub or of the checkpoint, kernels, or ways to compute them. */
export interface Progress {
  readonly phase: "download" | "load" | "compile" | "tune";
  readonly done: number;
  readonly total: number;
}

export interface LoadOptions extends EngineOptions {
  /**
   * How weights and activations are stored; f32 if left out, or what the checkpoint was quantised to. f16 halves memory and
   * traffic, whatever the checkpoint holds, and needs the feature shader-f16; sums, softmax and norms are in f32 all the
   * same, and so are the answers of layers that turn out too large ({@link DPT.keptInF32}). q8 and q4 store the weights of
   * products as numbers of 8 or 4 bits, and all else in f32.
   */
  readonly dtype?: WeightFormat | undefined;
  /**
   * How 3×3 convolutions are computed: by Winograd's algorithm (a quarter of the multiplications, four times the weights) or
   * directly; "auto", which is the default, is the one that is expected to be faster on the adapter.
   */
  readonly convolution?: Convolution | undefined;
  readonly onProgress?: (progress: Progress) => void;
  /**
   * Whether ways to compute are timed on the adapter after the first answer for a size, while no call waits, for two seconds
   * at most; the fastest are taken from then on. "idle" if left out, but "off" where the CPU does the work. What has been
   * measured before ({@link EngineOptions.tuningStore}) counts either way.
   */
  readonly tuning?: "idle" | "off" | undefined;
  readonly signal?: AbortSignal;
}

export interface PredictionOptions {
  /** Size the network works at instead of the processor's: stretched to it, or the picture's own for "native". */
  readonly size?: Size | "native";
  /** How the network's answer is resized to the picture; as transformers does if left out. */
  readonly resize?: ResizeMode;
  /** Whether to measure each kernel. */
  readonly profile?: boolean;
  readonly signal?: AbortSignal;
}

/** How long to time ways to compute, and of what work: a picture of the processor's size if left out. */
export type TuneModelOptions = Work & Pick<TuneOptions, "milliseconds" | "signal">;

/** What some work is going to run and take. */
export interface Plan extends GraphPlan {
  /** What the network works at. */
  readonly network: Size;
}

/** A graph to be run. */
interface Wanted {
  /** What the user called. */
  readonly call: string;
  readonly job: Job;
  readonly inputs: Readonly<Record<string, InputData>>;
}

/** What a run gave, and in words how much of it is not finite. */
interface Attempt<Answer> {
  readonly answer: Answer;
  readonly broken: string | undefined;
}

/** Compiled graphs that are kept: a photo and its successor of another size. */
const KEPT_SESSIONS = 2;

/** A DPT model on a device. Calls queue in order. */
export class DPT {
  readonly config: ModelConfig;
  /** `undefined` for a folder without preprocessor_config.json: only {@link DPT.forward} works then. */
  readonly processor: Processor | undefined;
  /** How activations are stored. */
  readonly precision: Precision;
  /** How weights are stored. */
  readonly dtype: WeightFormat;
  readonly #engine: Engine;
  readonly #weights: DptWeights;
  readonly #store: WeightStore;
  readonly #onProgress: LoadOptions["onProgress"];
  readonly #onNotice: LoadOptions["onNotice"];
  readonly #keptInF32 = new Set<string>();
  readonly #sessions: SessionCache;
  readonly #calls = new CallQueue();
  readonly #tuner: SessionTuner;
  readonly #tunesWhenIdle: boolean;

  private constructor(
    config: ModelConfig,
    processor: Processor | undefined,
    engine: Engine,
    weights: DptWeights,
    store: WeightStore,
    storage: Storage,
    { onProgress, onNotice, tuning }: LoadOptions,
  ) {
    this.config = config;
    this.processor = processor;
    this.precision = storage.precision;
    this.dtype = storage.quantization?.format ?? storage.precision;
    this.#engine = engine;
    this.#weights = weights;
    this.#store = store;
    this.#onProgress = onProgress;
    this.#onNotice = onNotice;
    this.#sessions = new SessionCache(engine, store, KEPT_SESSIONS);
    this.#tuner = new SessionTuner(engine, this.#sessions, this.#calls, onNotice);
    this.#tunesWhenIdle = (tuning ?? (engine.traits.software ? "off" : "idle")) === "idle";
  }

  /**
   * Loads a model folder as it lies on the Hugging Face hub: config.json, preprocessor_config.json, weights; or a
   * checkpoint as the paper's authors released it (isl-org/DPT), one `.pt` without a config. The weights stream to the
   * GPU; the whole file is never in memory.
   * @param source the URL of the folder or the `.pt`, the files of a folder that a person picked, or anything that opens
   *   files by name
   * @throws FileError for what is wrong in the folder, MachineError for what the adapter lacks; the signal's reason when
   *   aborted. Nothing stays allocated then.
   */
  static async load(source: ModelSource, options: LoadOptions = {}): Promise<DPT> {
    const files = openModelSource(source);
    const { onProgress, signal } = options;
    const { config, processor, checkpoint } = await openFolder(files, signal);
    const storage = chooseStorage(checkpoint, options.dtype);
    const { precision } = storage;
    signal?.throwIfAborted();
    const engine = await Engine.open(options, PATH_PREFERENCES);
    try {
      engine.checkPrecision(precision);
      const convolution = chooseConvolution(options.convolution, precision, engine.traits);
      const weights = dptWeights(config, precision, convolution, storage.quantization);
      checkWeights(checkpoint.tensors, weights.leaves, IGNORED_TENSORS, checkpoint.layout);
      const store = await engine.loadWeights(checkpoint, weights.leaves, {
        signal,
        onProgress: ({ loaded, total }) => onProgress?.({ phase: "load", done: loaded, total }),
      });
      return new DPT(config, processor, engine, weights, store, storage, options);
    } catch (error) {
      engine.dispose();
      throw error;
    }
  }

  /**
   * Loads a model of the Hugging Face hub by its id, `organisation/name`, with all files of one commit. Anything else is
   * a source as {@link DPT.load} takes it; a relative URL begins with `./`, `../` or `/` here.
   * @throws as {@link DPT.load}; FileError too if the hub refuses or a download is wrong, UsageError for what is no
   *   revision or address
   */
  static async fromPretrained(source: ModelSource, options: LoadOptions & PretrainedOptions = {}): Promise<DPT> {
    const { onProgress, onNotice } = options;
    const onDownload = (done: number, total: number) => onProgress?.({ phase: "download", done, total });
    return DPT.load(openPretrained(source, options, { onDownload, onNotice }), options);
  }

  /** The adapter's name. */
  get adapter(): string {
    return this.#engine.adapter;
  }

  /** What the model can tell of a picture. */
  get tasks(): readonly Task[] {
    return this.config.decoders.map(({ task }) => task);
  }

  /** GPU memory taken, in bytes. */
  get memory(): { readonly weights: number; readonly activations: number } {
    return { weights: this.#store.bytes, activations: this.#sessions.bytes };
  }

  /**
   * Layers whose answers are stored in f32 though the model is in f16, by the names of their weights: those that were too
   * large for f16, or nearly, in a picture that had no finite answer otherwise. They stay so.
   */
  get keptInF32(): readonly string[] {
    return [...this.#keptInF32];
  }

  /**
   * Labels every pixel of a picture.
   * @throws UsageError if the model is not one for segmentation or is disposed, or for an empty picture; FileError without
   *   preprocessor_config.json; MachineError for what the adapter lacks; the signal's reason when aborted
   * @throws NumberError naming the first layer that is not finite, if the network's answer is not
   */
  async segment(source: PictureSource, options: PredictionOptions = {}): Promise<Segmentation> {
    return (await this.#predict("segment", source, ["segmentation"], options)).segmentation!;
  }

  /**
   * Depth at every pixel of a picture.
   * @throws as {@link DPT.segment}, of a model for depth
   */
  async depth(source: PictureSource, options: PredictionOptions = {}): Promise<DepthMap> {
    return (await this.#predict("depth", source, ["depth"], options)).depth!;
  }

  /**
   * The surface normal at every pixel of a picture.
   * @throws as {@link DPT.segment}, of a model for normals
   */
  async normals(source: PictureSource, options: PredictionOptions = {}): Promise<NormalMap> {
    return (await this.#predict("normals", source, ["normals"], options)).normals!;
  }

  /**
   * All that the model can tell of a picture, or some of it, in one pass: the backbone runs once for all tasks. Their
   * answers share one timing and profile.
   * @throws as {@link DPT.segment}, for a task that the model does not have
   */
  async predict(
    source: PictureSource,
    { tasks = this.tasks, ...options }: PredictionOptions & { readonly tasks?: readonly Task[] } = {},
  ): Promise<Predictions> {
    return this.#predict("predict", source, tasks, options);
  }

  /**
   * The network alone on `pixel_values`; see {@link forwardGraph}.
   * @returns tensors by name, in PyTorch's layout
   * @throws UsageError for a shape that does not fit or a model that is disposed; MachineError for what the adapter lacks
   * @throws NumberError naming the first layer that is not finite, if one of the tensors is not
   */
  async forward(pixelValues: NamedTensor, { stages = false } = {}): Promise<Map<string, NamedTensor>> {
    const { shape, data } = pixelValues;
    if (data.length !== elementCount(shape)) {
      const want = `want ${elementCount(shape)} values for [${shape.join(", ")}]`;
      throw new UsageError(`forward: ${want}, got ${data.length}. Check the shape.`);
    }
    // A copy: the caller may use its own for the next picture while this one waits its turn.
    const pixels = storeFloats(data.slice(), this.precision);
    return this.#calls.run(async () => {
      const inputs = { pixel_values: pixels };
      const job = jobOf(this.#recordable, { pixelValues: shape, stages });
      return this.#finite({ call: "forward", job, inputs }, async (compiled) => {
        const { outputs } = await compiled.session.run(inputs);
        const tensors = [...compiled.graph.outputs].map(
          ([name, tensor]) => [name, inPyTorchLayout(tensor, outputs.get(name)!)] as const,
        );
        const broken = tensors
          .map(([name, { data: values }]) => ({ name, values, count: countOf(values, isNotFinite) }))
          .find(({ count }) => count > 0);
        return {
          answer: new Map(tensors),
          broken: broken && `${broken.count} of ${broken.values.length} values of ${broken.name}`,
        };
      });
    });
  }

  /**
   * What the model is going to run, in what way and why, and what memory that takes; nothing is compiled.
   * @throws as the call whose work it is, for sizes that it would refuse
   */
  async plan(work: Work = {}): Promise<Plan> {
    const job = jobOf(this.#recordable, work);
    const graph = this.#record(job);
    await this.#engine.takePaths(graph);
    return { network: job.network, ...planOf(graph) };
  }

  /**
   * Times the ways to compute each kernel of some work on this adapter, the most expensive kernel first, and takes the
   * fastest from then on. What is measured is kept for the next time, and not measured again. Calls may go on meanwhile.
   * @throws as the call whose work it is, for sizes that it would refuse; MachineError if memory runs out; UsageError if
   *   the model is disposed; the signal's reason when aborted. What was measured until then is kept.
   */
  async tune({ milliseconds, signal, ...work }: TuneModelOptions = {}): Promise<TuneProgress> {
    const job = jobOf(this.#recordable, work);
    return this.#tuner.tune(this.#record(job), {
      milliseconds,
      signal,
      onProgress: (progress) => this.#onProgress?.({ phase: "tune", ...progress }),
    });
  }

  /**
   * Frees the GPU's memory, and the device if it was not given. Calls that have not ended are rejected with a UsageError;
   * if one is running, the memory is freed when it has let go of it.
   */
  dispose(): void {
    const reason = new UsageError("model: want a model in use, got one disposed. Load it again.");
    this.#tuner.stop();
    this.#calls.close(reason, () => {
      this.#sessions.dispose();
      this.#store.dispose();
      this.#engine.dispose();
    });
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  async #predict(
    call: string,
    source: PictureSource,
    tasks: readonly Task[],
    { size, resize, profile = false, signal }: PredictionOptions,
  ): Promise<Predictions> {
    checkTasks(call, this.config, tasks);
    const { words, ...picture } = readPixels(source);
    const job = jobOf(this.#recordable, { picture, size, resize, tasks });
    const { network } = job;
    return this.#calls.run(async () => {
      signal?.throwIfAborted();
      const began = performance.now();
      const inputs = { pixels: words };
      return this.#finite({ call, job, inputs }, async ({ session }) => {
        signal?.throwIfAborted();
        const compiled = performance.now();
        const { outputs, times } = await session.run(inputs, { profile });
        const timing = { compile: compiled - began, run: performance.now() - compiled };
        const prediction = { ...picture, network, timing, keptInF32: this.keptInF32, profile: times };
        const answers = tasks.map((task) => readAnswer(this.config, task, outputs, prediction));
        const wrong = answers.find(({ broken }) => broken > 0);
        return {
          answer: Object.assign({}, ...answers.map(({ predictions }) => predictions)) as Predictions,
          broken: wrong && `${wrong.broken} of ${wrong.of} ${wrong.what}`,
        };
      });
    });
  }

  /**
   * Runs a graph until its answer is finite: after each answer that is not, the layers that f16 cannot hold are kept in f32.
   * Every round adds one of the model's layers at least, so there is an end; as a rule it takes one.
   */
  async #finite<Answer>(wanted: Wanted, run: (compiled: CachedSession) => Promise<Attempt<Answer>>): Promise<Answer> {
    const { job } = wanted;
    for (;;) {
      const compiled = await this.#sessions.get(
        job.key,
        () => this.#record(job),
        (done, total) => this.#onProgress?.({ phase: "compile", done, total }),
      );
      const { answer, broken } = await run(compiled);
      if (broken === undefined) {
        if (this.#tunesWhenIdle) this.#tuner.later(job.key, compiled);
        return answer;
      }
      await this.#keepInF32(wanted, broken);
    }
  }

  /** @throws NumberError if that is no help: the weights, the picture or numbers in f32 are not finite either */
  async #keepInF32({ call, job, inputs }: Wanted, broken: string): Promise<void> {
    // The search needs as much memory as they do, and they are of no use any more.
    this.#sessions.dispose();
    const search = (inF32: InF32) => findOverflow(this.#engine, this.#store, job.record(inF32), inputs);
    // In f32 it shows at once all that is too large for f16.
    const { first, large } = await search(() => true);
    const isHalf = this.precision === "f16" && first === undefined;
    const more = isHalf ? large.filter((layer) => !this.#keptInF32.has(layer)) : [];
    if (more.length === 0) {
      const began = first === undefined ? "" : `, first in ${first}`;
      const advice = {
        f32: "Check the weights with verify.",
        f16: "Its weights may go past 65504, f16's largest: load the model with dtype f32.",
      }[this.precision];
      throw new NumberError(
        `${call}: want a finite answer of the network, got NaN or infinity at ${broken}${began}. ${advice}`,
      );
    }
    for (const layer of more) this.#keptInF32.add(layer);
    const listed = [...more.slice(0, 3), ...(more.length > 3 ? [`${more.length - 3} more`] : [])].join(", ");
    this.#onNotice?.(`f16 cannot hold the numbers of these layers, from now on they are in f32: ${listed}`);
  }

  get #recordable(): Recordable {
    return { config: this.config, processor: this.processor, weights: this.#weights, precision: this.precision };
  }

  #record({ record }: Job): Graph {
    return record((layer) => this.#keptInF32.has(layer));
  }
}
