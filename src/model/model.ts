import { type LabelType, labelType } from "../kernels/arg-max-resized.ts";
import type { ResizeMode } from "../kernels/bands.ts";
import { CallQueue } from "../runtime/call-queue.ts";
import { openCheckpoint } from "../runtime/checkpoint.ts";
import { Engine, type EngineOptions } from "../runtime/engine.ts";
import { FileError, NumberError, UsageError } from "../runtime/errors.ts";
import type { Graph } from "../runtime/graph.ts";
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
import { type ModelConfig, parseConfig } from "./config.ts";
import { type DptWeights, dptWeights, IGNORED_TENSORS } from "./dpt.ts";
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
   * How weights and activations are stored; f32 if left out. f16 halves memory and traffic, whatever the checkpoint holds,
   * and needs the feature shader-f16; sums, softmax and norms are in f32 all the same.
   */
  readonly dtype?: Precision | undefined;
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

/** Compiled graphs that are kept: a photo and its successor of another size. */
const KEPT_SESSIONS = 2;

/** A DPT model on a device. Calls queue in order. */
export class DPT {
  readonly config: ModelConfig;
  /** `undefined` for a folder without preprocessor_config.json: only {@link DPT.forward} works then. */
  readonly processor: Processor | undefined;
  readonly precision: Precision;
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
    precision: Precision,
    onProgress: ((progress: Progress) => void) | undefined,
  ) {
    this.config = config;
    this.processor = processor;
    this.precision = precision;
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
    const { onProgress, signal, dtype: precision = "f32" } = options;
    const config = parseConfig(await readJson(files, "config.json", { required: true, signal }));
    const processorJson = await readJson(files, "preprocessor_config.json", { signal });
    const processor = processorJson && parseProcessor(processorJson);
    const weights = dptWeights(config, precision);
    const checkpoint = await openCheckpoint(files, signal);
    checkWeights(checkpoint.tensors, weights.leaves, IGNORED_TENSORS);
    signal?.throwIfAborted();
    const engine = await Engine.open(options);
    try {
      engine.checkPrecision(precision);
      const store = await engine.loadWeights(checkpoint, weights.leaves, {
        signal,
        onProgress: ({ loaded, total }) => onProgress?.({ phase: "load", done: loaded, total }),
      });
      return new DPT(config, processor, engine, weights, store, precision, onProgress);
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
   * @throws NumberError if the network's answer is not finite
   */
  async segment(source: PictureSource, options: PredictionOptions = {}): Promise<Segmentation> {
    const { head } = this.config;
    if (head.kind !== "segmentation") throw this.#wrongTask("segment", "DPTForSemanticSegmentation", "depth");
    const { bytes, ...prediction } = await this.#predict(source, "labels", "bilinear", options);
    const type = labelType(head.labels.length);
    const labels = readLabels(bytes, prediction.width * prediction.height, type);
    let unlabelled = 0;
    for (const label of labels) if (label === type.none) unlabelled++;
    if (unlabelled > 0) throw notFinite("segment", unlabelled, labels.length);
    return { ...prediction, labels, classes: head.labels };
  }

  /**
   * Depth at every pixel of a picture.
   * @throws UsageError if the model is not one for depth or is disposed, or for an empty picture; FileError without
   *   preprocessor_config.json; MachineError for what the adapter lacks; the signal's reason when aborted
   * @throws NumberError if the network's answer is not finite
   */
  async depth(source: PictureSource, options: PredictionOptions = {}): Promise<DepthMap> {
    const { head } = this.config;
    if (head.kind === "segmentation") throw this.#wrongTask("depth", "a depth model", "segment");
    const { bytes, ...prediction } = await this.#predict(source, "depth", "bicubic", options);
    const depth = new Float32Array(bytes, 0, prediction.width * prediction.height);
    const broken = depth.reduce((count, value) => count + (Number.isFinite(value) ? 0 : 1), 0);
    if (broken > 0) throw notFinite("depth", broken, depth.length);
    const isMetric = head.kind === "depth-anything" && head.metric;
    return { ...prediction, depth, unit: isMetric ? "metres" : "relative inverse" };
  }

  /**
   * The network alone on `pixel_values`; see {@link forwardGraph}.
   * @returns tensors by name, in PyTorch's layout
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
      const { outputs } = await session.run({ pixel_values: pixels });
      return new Map([...graph.outputs].map(([name, tensor]) => [name, inPyTorchLayout(tensor, outputs.get(name)!)]));
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

  async #predict(source: PictureSource, output: string, otherwise: ResizeMode, options: PredictionOptions) {
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
      const { session } = await this.#compiled(key, () =>
        predictGraph(this.config, this.#weights, this.precision, { processor, picture, network, resize }),
      );
      signal?.throwIfAborted();
      const compiled = performance.now();
      const { outputs, times } = await session.run({ pixels: words }, { profile });
      const timing = { compile: compiled - began, run: performance.now() - compiled };
      const worked = { width: network.width, height: network.height };
      return { ...picture, network: worked, timing, bytes: outputs.get(output)!, profile: times };
    });
  }

  #compiled(key: string, record: () => Graph): Promise<CachedSession> {
    return this.#sessions.get(key, record, (done, total) => this.#onProgress?.({ phase: "compile", done, total }));
  }

  #wrongTask(call: string, want: string, other: string): UsageError {
    return new UsageError(`${call}: want ${want}, got ${this.config.architecture}. Call ${other}() with this model.`);
  }
}

function readLabels(bytes: ArrayBuffer, count: number, { dtype }: LabelType): Uint8Array | Uint16Array {
  return dtype === "u8" ? new Uint8Array(bytes, 0, count) : new Uint16Array(bytes, 0, count);
}

function notFinite(call: string, count: number, of: number): NumberError {
  const got = `got NaN or infinity at ${count} of ${of} pixels`;
  return new NumberError(`${call}: want a finite answer of the network, ${got}. Check the weights with verify.`);
}
