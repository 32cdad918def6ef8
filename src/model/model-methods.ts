import type { WeightFormat } from "../kernels/shared/weight-format.ts";
import type { NamedTensor } from "../runtime/checkpoints/read-tensors.ts";
import type { KernelTime } from "../runtime/device/profiler.ts";
import type { Precision } from "../runtime/graph/tensor.ts";
import type { TuneProgress } from "../runtime/paths/tuner.ts";
import type { PictureSource } from "../runtime/pictures/picture.ts";
import type {
  DepthMap,
  NormalMap,
  PredictionOptions,
  Predictions,
  PredictTasksOptions,
  Segmentation,
  SegmentOptions,
} from "./answers/predictions.ts";
import type { ModelConfig, Task } from "./config/config.ts";
import type { ForwardOptions, Plan, TuneModelOptions } from "./model-options.ts";
import type { Processor } from "./pictures/processor.ts";
import type { Work } from "./runs/work.ts";
import type { StreamSource } from "./stream/open-frames.ts";
import type { StreamedFrame, StreamOptions } from "./stream/stream-frames.ts";

/**
 * What a page can call of a model, wherever it runs: on the page ({@link DPT}) or in a worker ({@link RemoteDPT}). Answers
 * that stay on a device are for models on the page.
 */
export interface ModelMethods extends ModelState {
  /**
   * Labels every pixel of a picture `[height, width]`, row by row from the top.
   * @throws UsageError if the model is not one for segmentation or is disposed, or for an empty picture or options that
   *   make no sense; FileError without preprocessor_config.json; MachineError for what the adapter lacks; the signal's
   *   reason when aborted
   * @throws NumberError naming the first layer that is not finite, if the network's answer is not
   */
  segment(source: PictureSource, options?: SegmentOptions): Promise<Segmentation>;
  /** Of several pictures, in their order. */
  segment(sources: readonly PictureSource[], options?: SegmentOptions): Promise<Segmentation[]>;

  /**
   * Depth at every pixel of a picture `[height, width]`: metres, or inverse depth in no unit, as `unit` says.
   * @throws as {@link segment}, of a model for depth
   */
  depth(source: PictureSource, options?: PredictionOptions): Promise<DepthMap>;
  /** Of several pictures, in their order. */
  depth(sources: readonly PictureSource[], options?: PredictionOptions): Promise<DepthMap[]>;

  /**
   * The surface normal at every pixel of a picture, `[height, width, 3]`.
   * @throws as {@link segment}, of a model for normals
   */
  normals(source: PictureSource, options?: PredictionOptions): Promise<NormalMap>;
  /** Of several pictures, in their order. */
  normals(sources: readonly PictureSource[], options?: PredictionOptions): Promise<NormalMap[]>;

  /**
   * All that the model can tell of a picture, or some of it (`tasks`), in one pass: the backbone runs once for all tasks, and
   * their answers share one timing and profile. Through windows and views each task has passes of its own.
   * @throws as {@link segment}, for a task that the model does not have
   */
  predict(source: PictureSource, options?: PredictTasksOptions): Promise<Predictions>;
  /** Of several pictures, in their order. */
  predict(sources: readonly PictureSource[], options?: PredictTasksOptions): Promise<Predictions[]>;

  /**
   * Answers for a video, a camera or any pictures as they come: the newest frame each time, those between are dropped and
   * counted. The loop ends with the source, by `break`, or by an abort.
   * @example for await (const { segmentation, fps } of model.stream(video)) draw(segmentation)
   * @throws in the loop: as {@link segment}; UsageError for a source without frames; the signal's reason when aborted
   */
  stream(source: StreamSource, options?: StreamOptions): AsyncGenerator<StreamedFrame, void, undefined>;

  /**
   * Milliseconds on the GPU by kernel, for one picture: a black one of the processor's size if left out. The same as the option
   * `profile` of other calls, for all that the model can tell.
   * @throws as {@link segment}; MachineError where the adapter has no timestamps
   */
  profile(source?: PictureSource, options?: Omit<PredictTasksOptions, "profile">): Promise<readonly KernelTime[]>;

  /**
   * The network alone on `pixel_values` `[N, 3, H, W]`, prepared as the processor would.
   * @returns tensors by name, f32, in PyTorch's layout: `logits` `[N, classes, H, W]`, `predicted_depth` `[N, H, W]`, `normals`
   *   `[N, 3, H, W]`, and with `stages` what the necks receive and make
   * @throws UsageError for a shape that does not fit or a model that is disposed; MachineError for what the adapter lacks
   * @throws NumberError naming the first layer that is not finite, if one of the tensors is not
   */
  forward(pixelValues: NamedTensor, options?: ForwardOptions): Promise<Map<string, NamedTensor>>;

  /**
   * What the model is going to run, in what way and why, and what memory that takes, in bytes; nothing is compiled.
   * @throws as the call whose work it is, for sizes that it would refuse; UsageError if the model is disposed
   */
  plan(work?: Work): Promise<Plan>;

  /**
   * Times the ways to compute each kernel of some work on this adapter, the most expensive kernel first, and takes the
   * fastest from then on. What is measured is kept for the next time, and not measured again. Calls may go on meanwhile.
   * @throws as the call whose work it is, for sizes that it would refuse; MachineError if memory runs out; UsageError if
   *   the model is disposed; the signal's reason when aborted. What was measured until then is kept.
   */
  tune(options?: TuneModelOptions): Promise<TuneProgress>;

  /**
   * Frees the GPU's memory, and the device or the worker if it was not given. Calls that have not ended are rejected with a
   * UsageError; if one is running, the memory is freed when it has let go of it.
   */
  dispose(): void;
  /** As {@link dispose}, at the end of the block of `using model = …`. */
  [Symbol.dispose](): void;
}

/** What a model tells at once; of a model in a worker as of its last answer. */
export interface ModelState {
  readonly config: ModelConfig;
  /** `undefined` for a folder without preprocessor_config.json: only `forward` works then. */
  readonly processor: Processor | undefined;
  /** How activations are stored. */
  readonly precision: Precision;
  /** How weights are stored. */
  readonly dtype: WeightFormat;
  /** The adapter's name. */
  readonly adapter: string;
  /** What the model can tell of a picture. */
  readonly tasks: readonly Task[];
  /** GPU memory taken, in bytes. */
  readonly memory: { readonly weights: number; readonly activations: number };
  /**
   * Layers whose answers are stored in f32 though the model is in f16, by the names of their weights: those that were too
   * large for f16, or nearly, in a picture that had no finite answer otherwise. They stay so.
   */
  readonly keptInF32: readonly string[];
}
