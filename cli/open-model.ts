import { type Antialias, DPT, type ModelFiles, type WeightFormat } from "../src/index.ts";
import { askAdapter } from "./adapter/ask-adapter.ts";
import { openGpu } from "./adapter/open-gpu.ts";
import { TUNING } from "./files/tuning-folder.ts";
import { type ProgressDisplay, progressDisplay } from "./progress.ts";

export interface OpenModelOptions {
  readonly dtype?: WeightFormat | undefined;
  readonly antialias?: Antialias | undefined;
  readonly software?: boolean | undefined;
  readonly profile?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** A model on this machine's adapter, and what to tell about it. */
export interface OpenedModel {
  readonly model: DPT;
  readonly software: boolean;
  /** One line for the user if a software adapter stands in. */
  readonly notice: string | undefined;
  /** Milliseconds to open the adapter and load the weights. */
  readonly load: number;
  readonly progress: ProgressDisplay;
}

/** WebGPU rounds times to 0.1 ms unless told otherwise, which is more than many kernels take. */
const FINE_CLOCK = ["allow_unsafe_apis", "-timestamp_quantization"];

/** Opens the adapter and loads a model; the caller disposes of the model. */
export async function openModel(files: ModelFiles, options: OpenModelOptions): Promise<OpenedModel> {
  const began = performance.now();
  const gpu = await openGpu({ software: options.software ?? false, toggles: options.profile ? FINE_CLOCK : [] });
  const progress = await progressDisplay(options);
  const { software, notice } = gpu;
  const adapter = askAdapter(gpu);
  try {
    const { dtype, antialias } = options;
    const { onProgress, onNotice } = progress;
    const model = await DPT.load(files, { adapter, dtype, antialias, ...TUNING, onProgress, onNotice });
    return { model, software, notice, load: performance.now() - began, progress };
  } finally {
    progress.stop();
  }
}
