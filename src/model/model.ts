import { type LabelType, labelType } from "../kernels/arg-max-resized.ts";
import type { ResizeMode } from "../kernels/bands.ts";
import type { WeightFormat } from "../kernels/shared/weight-format.ts";
import type { Convolution } from "../kernels/shared/winograd.ts";
import { CallQueue } from "../runtime/call-queue.ts";
import { openCheckpoint } from "../runtime/checkpoint.ts";
import { Engine, type EngineOptions } from "../runtime/engine.ts";
import { FileError, NumberError, UsageError } from "../runtime/errors.ts";
import type { Graph, InputData } from "../runtime/graph.ts";
import { type ModelSource, openModelSource } from "../runtime/model-source.ts";
import { type PictureSource, readPixels } from "../runtime/picture.ts";
import type { KernelTime } from "../runtime/profiler.ts";
import { readJson } from "../runtime/read-json.ts";
import type { NamedTensor } from "../runtime/read-tensors.ts";
import { type CachedSession, SessionCache } from "../runtime/session-cache.ts";
import { storeFloats } from "../runtime/store-floats.ts";
import { elementCount, type Precision } from "../runtime/tensor.ts";
import type { WeightStore } from "../runtime/weight-store.ts";
import { checkWeights } from "./check-weights.ts";
import { chooseStorage, type Storage } from "./choose-storage.ts";
import { type ModelConfig, parseConfig } from "./config.ts";
import { type DptWeights, dptWeights, IGNORED_TENSORS } from "./dpt.ts";
import { findOverflow } from "./find-overflow.ts";
import { forwardGraph, inPyTorchLayout } from "./forward.ts";
import { predictGraph } from "./predict.ts";
import { networkSize, type Processor, parseProcessor, type Size } from "./processor.ts";

/** What is going on, and how far: bytes of the checkpoint, or kernels. */
export interface Progress {
  readonly phase: "load" | "compile";
  readonly done: number;
  readonly total: number;
}

export interface LoadOptions extends EngineOptions {
  /**
   * How weights and activations are stored; f32 if left out, or what the checkpoint was quantised to. f16 halves memory and
   * traffic, whatever the checkpoint holds, and needs the feature shader-f16; sums, softmax and norms are in f32 all the
   * same. q8 and q4 store the weights of products as numbers of 8 or 4 bits, and all else in f32.
   */
  readonly dtype?: WeightFormat | undefined;
  /**
   * How 3×3 convolutions are computed: by Winograd's algorithm (a quarter of the multiplications, four times the weights) or
   * directly; "auto", which is the default, is the faster.
   */
  readonly convolution?: Convolution | undefined;
  readonly onProgress?: (progress: Progress) => void;
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

/** Milliseconds; `compile` is 0 for a size that has been seen before. */
export interface Timing {
  readonly compile: number;
  readonly run: number;
}

interface Prediction extends Size {
  /** The size the network worked at. */
  readonly network: Size;
  readonly timing: Timing;
  /** Time by kernel, if asked for. */
  readonly profile?: readonly KernelTime[] | undefined;
}

export interface Segmentation extends Prediction {
  /** The class of each pixel, row by row from the top. */
  readonly labels: Uint8Array | Uint16Array;
  /** Names of the classes by id. */
  readonly classes: readonly string[];
}

export interface DepthMap extends Prediction {
  /** Row by row from the top. */
  readonly depth: Float32Array;
  /** Metres; or inverse depth in no unit, the nearest largest. */
  readonly unit: "metres" | "relative inverse";
}

type PerPixel = Uint8Array | Uint16Array | Float32Array;

/** What `segment` and `depth` each make of a picture's run. */
interface Task<Answer extends PerPixel> {
  readonly call: string;
  /** Name of the graph's output. */
  readonly output: string;
  readonly read: (bytes: ArrayBuffer, pixels: number) => Answer;
  /** Whether a pixel's value says that the network's was not finite. */
  readonly isBroken: (value: number) => boolean;
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
  readonly #onProgress: ((progress: Progress) => void) | undefined;
  readonly #sessions: SessionCache;
  readonly #calls = new CallQueue();

  private constructor(
    config: ModelConfig,
    processor: Processor | undefined,
    engine: Engine,
    weights: DptWeights,
    store: WeightStore,
    storage: Storage,
    onProgress: ((progress: Progress) => void) | undefined,
  ) {
    this.config = config;
    this.processor = processor;
    this.precision = storage.precision;
    this.dtype = storage.quantization?.format ?? storage.precision;
    this.#engine = engine;
    this.#weights = weights;
    this.#store = store;
    this.#onProgress = onProgress;
    this.#sessions = new SessionCache(engine, store, KEPT_SESSIONS);
  }

  /**
   * Loads a model folder as it lies on the Hugging Face hub: config.json, preprocessor_config.json, weights. The weights
   * stream to the GPU; the whole file is never in memory.
   * @param source the folder's URL, the files of a folder that a person picked, or anything that opens files by name
   * @throws FileError for what is wrong in the folder, MachineError for what the adapter lacks; the signal's reason when
   *   aborted. Nothing stays allocated then.
   */
  static async load(source: ModelSource, options: LoadOptions = {}): Promise<DPT> {
    const files = openModelSource(source);
    const { onProgress, signal } = options;
    const config = parseConfig(await readJson(files, "config.json", { required: true, signal }));
    const processorJson = await readJson(files, "preprocessor_config.json", { signal });
    const processor = processorJson && parseProcessor(processorJson);
    const checkpoint = await openCheckpoint(files, signal);
    const storage = chooseStorage(checkpoint, options.dtype);
    const { precision } = storage;
    const weights = dptWeights(config, precision, options.convolution, storage.quantization);
    checkWeights(checkpoint.tensors, weights.leaves, IGNORED_TENSORS);
    signal?.throwIfAborted();
    const engine = await Engine.open(options);
    try {
      engine.checkPrecision(precision);
      const store = await engine.loadWeights(checkpoint, weights.leaves, {
        signal,
        onProgress: ({ loaded, total }) => onProgress?.({ phase: "load", done: loaded, total }),
      });
      return new DPT(config, processor, engine, weights, store, storage, onProgress);
    } catch (error) {
      engine.dispose();
      throw error;
    }
  }

  /** The adapter's name. */
  get adapter(): string {
    return this.#engine.adapter;
  }

  /** GPU memory taken, in bytes. */
  get memory(): { readonly weights: number; readonly activations: number } {
    return { weights: this.#store.bytes, activations: this.#sessions.bytes };
  }

  /**
   * Labels every pixel of a picture.
   * @throws UsageError if the model is not one for segmentation or is disposed, or for an empty picture; FileError without
   *   preprocessor_config.json; MachineError for what the adapter lacks; the signal's reason when aborted
   * @throws NumberError naming the first layer that is not finite, if the network's answer is not
   */
  async segment(source: PictureSource, options: PredictionOptions = {}): Promise<Segmentation> {
    const { head } = this.config;
    if (head.kind !== "segmentation") throw this.#wrongTask("segment", "DPTForSemanticSegmentation", "depth");
    const type = labelType(head.labels.length);
    const { answer, ...prediction } = await this.#predict(source, "bilinear", options, {
      call: "segment",
      output: "labels",
      read: (bytes, pixels) => readLabels(bytes, pixels, type),
      isBroken: (label) => label === type.none,
    });
    return { ...prediction, labels: answer, classes: head.labels };
  }

  /**
   * Depth at every pixel of a picture.
   * @throws UsageError if the model is not one for depth or is disposed, or for an empty picture; FileError without
   *   preprocessor_config.json; MachineError for what the adapter lacks; the signal's reason when aborted
   * @throws NumberError naming the first layer that is not finite, if the network's answer is not
   */
  async depth(source: PictureSource, options: PredictionOptions = {}): Promise<DepthMap> {
    const { head } = this.config;
    if (head.kind === "segmentation") throw this.#wrongTask("depth", "a depth model", "segment");
    const { answer, ...prediction } = await this.#predict(source, "bicubic", options, {
      call: "depth",
      output: "depth",
      read: (bytes, pixels) => new Float32Array(bytes, 0, pixels),
      isBroken: isNotFinite,
    });
    const isMetric = head.kind === "depth-anything" && head.metric;
    return { ...prediction, depth: answer, unit: isMetric ? "metres" : "relative inverse" };
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
      const record = () => forwardGraph(this.config, this.#weights, this.precision, shape, { stages });
      const { graph, session } = await this.#compiled(`forward ${shape} ${stages}`, record);
      const inputs = { pixel_values: pixels };
      const { outputs } = await session.run(inputs);
      const tensors = [...graph.outputs].map(
        ([name, tensor]) => [name, inPyTorchLayout(tensor, outputs.get(name)!)] as const,
      );
      for (const [name, { data: values }] of tensors) {
        const broken = countOf(values, isNotFinite);
        const got = `got NaN or infinity at ${broken} of ${values.length} values of ${name}`;
        if (broken > 0) throw await this.#notFinite("forward", got, record(), inputs);
      }
      return new Map(tensors);
    });
  }

  /**
   * Frees the GPU's memory, and the device if it was not given. Calls that have not ended are rejected with a UsageError;
   * if one is running, the memory is freed when it has let go of it.
   */
  dispose(): void {
    const reason = new UsageError("model: want a model in use, got one disposed. Load it again.");
    this.#calls.close(reason, () => {
      this.#sessions.dispose();
      this.#store.dispose();
      this.#engine.dispose();
    });
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  async #predict<Answer extends PerPixel>(
    source: PictureSource,
    otherwise: ResizeMode,
    options: PredictionOptions,
    { call, output, read, isBroken }: Task<Answer>,
  ) {
    const { size, resize = otherwise, profile = false, signal } = options;
    const { processor } = this;
    if (!processor) {
      throw new FileError(
        "model: want preprocessor_config.json beside config.json, got none. Add the checkpoint's own, or prepare pixel_values and call forward.",
      );
    }
    const { words, ...picture } = readPixels(source);
    const network = networkSize(processor, picture, size);
    const { patch } = this.config.backbone;
    if (network.width < patch || network.height < patch) {
      const got = `got ${network.width}x${network.height}`;
      throw new UsageError(`picture: want at least one ${patch}x${patch} patch for the network, ${got}. Give a size.`);
    }
    return this.#calls.run(async () => {
      signal?.throwIfAborted();
      const began = performance.now();
      const key = JSON.stringify([picture, network, resize]);
      const wanted = { processor, picture, network, resize };
      const record = () => predictGraph(this.config, this.#weights, this.precision, wanted);
      const { session } = await this.#compiled(key, record);
      signal?.throwIfAborted();
      const compiled = performance.now();
      const { outputs, times } = await session.run({ pixels: words }, { profile });
      const timing = { compile: compiled - began, run: performance.now() - compiled };
      const answer = read(outputs.get(output)!, picture.width * picture.height);
      const broken = countOf(answer, isBroken);
      const got = `got NaN or infinity at ${broken} of ${answer.length} pixels`;
      if (broken > 0) throw await this.#notFinite(call, got, record(), { pixels: words });
      const worked = { width: network.width, height: network.height };
      return { ...picture, network: worked, timing, answer, profile: times };
    });
  }

  #compiled(key: string, record: () => Graph): Promise<CachedSession> {
    return this.#sessions.get(key, record, (done, total) => this.#onProgress?.({ phase: "compile", done, total }));
  }

  /** The error for an answer that is not finite; a second run tells in which layer that began. */
  async #notFinite(call: string, got: string, graph: Graph, inputs: Readonly<Record<string, InputData>>) {
    // The search needs as much memory as they do, and the answer is lost anyway.
    this.#sessions.dispose();
    const first = await findOverflow(this.#engine, this.#store, graph, inputs);
    const began = first === undefined ? "" : `, first in ${first}`;
    const advice = {
      f32: "Check the weights with verify.",
      f16: "Its numbers may go past 65504, f16's largest: load the model with dtype f32.",
    }[this.precision];
    return new NumberError(`${call}: want a finite answer of the network, ${got}${began}. ${advice}`);
  }

  #wrongTask(call: string, want: string, other: string): UsageError {
    return new UsageError(`${call}: want ${want}, got ${this.config.architecture}. Call ${other}() with this model.`);
  }
}

function readLabels(bytes: ArrayBuffer, count: number, { dtype }: LabelType): Uint8Array | Uint16Array {
  return dtype === "u8" ? new Uint8Array(bytes, 0, count) : new Uint16Array(bytes, 0, count);
}

function countOf(values: PerPixel, test: (value: number) => boolean): number {
  let count = 0;
  for (const value of values) if (test(value)) count++;
  return count;
}

function isNotFinite(value: number): boolean {
  return !Number.isFinite(value);
}
