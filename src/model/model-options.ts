import type { Convolution } from "../kernels/shared/choose-convolution.ts";
import type { WeightFormat } from "../kernels/shared/weight-format.ts";
import type { EngineOptions } from "../runtime/session/engine.ts";
import type { GraphPlan } from "../runtime/session/plan.ts";
import type { TuneOptions } from "../runtime/session/session-tuner.ts";
import type { Antialias, Size } from "./pictures/processor.ts";
import type { Work } from "./runs/work.ts";

/**
 * What is going on, and how far: bytes from the hub or of the checkpoint, kernels, windows and views of a picture, or ways
 * to compute kernels.
 */
export interface Progress {
  readonly phase: "download" | "load" | "compile" | "run" | "tune";
  readonly done: number;
  readonly total: number;
}

/** How a model is loaded: on which device, stored how, computed how, and who is told meanwhile. */
export interface LoadOptions extends Omit<EngineOptions, "device"> {
  /** The app's own GPUDevice, which stays when the model goes; or "webgpu" for one of the model's own, as if left out. */
  readonly device?: EngineOptions["device"] | "webgpu" | undefined;
  /**
   * How weights and activations are stored. If left out, as the checkpoint was quantised, or f32; and f16 or q8 where the
   * GPU's memory is too small for that, which `onNotice` tells. f16 halves memory and
   * traffic, whatever the checkpoint holds, and needs the feature shader-f16; sums, softmax and norms are in f32 all the
   * same, and so are the answers of layers that turn out too large (`keptInF32`). q8 and q4 store the weights of
   * products as numbers of 8 or 4 bits, and all else in f32.
   */
  readonly dtype?: WeightFormat | undefined;
  /**
   * How 3×3 convolutions are computed: by Winograd's algorithm (a quarter of the multiplications; four times the weights,
   * unless they are quantised) or directly; "auto", which is the default, is the one that is expected to be faster on the adapter.
   */
  readonly convolution?: Convolution | undefined;
  /**
   * Whose way of resizing pictures, each to the bit: "pil" is Pillow's and the default, "torchvision" that of DPTImageProcessor
   * in transformers 5 on a CPU, and the default where preprocessor_config.json names a class that has no other
   * (DPTImageProcessorFast and TIPSv2's). They differ by about one level of 256.
   */
  readonly antialias?: Antialias | undefined;
  /** Called as loading, compiling and long calls go on. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /**
   * Whether ways to compute are timed on the adapter after the first answer for a size, while no call waits, for two seconds
   * at most; the fastest are taken from then on. "idle" if left out, but "off" where the CPU does the work. What has been
   * measured before (`tuningStore`) counts either way.
   */
  readonly tuning?: "idle" | "off" | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Of the network alone. */
export interface ForwardOptions {
  /** Whether what the neck receives and makes comes out too. */
  readonly stages?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How long to time ways to compute, and of what work: a picture of the processor's size if left out. */
export type TuneModelOptions = Work & Pick<TuneOptions, "milliseconds" | "signal">;

/** What some work is going to run and take. */
export interface Plan extends GraphPlan {
  /** What the network works at. */
  readonly network: Size;
}
