import { PATH_PREFERENCES } from "../kernels/path-preferences.ts";
import { UsageError } from "../runtime/errors.ts";
import { loadPart } from "../runtime/load-part.ts";
import { openPretrained, type PretrainedOptions } from "../runtime/pretrained-source.ts";
import { Engine, type EngineOptions } from "../runtime/session/engine.ts";
import { type ModelSource, openModelSource } from "../runtime/sources/model-source.ts";
import type { ModelConfig } from "./config/config.ts";
import type { LoadOptions } from "./model-options.ts";
import { openFolder } from "./open-folder.ts";
import type { Processor } from "./pictures/processor.ts";
import type { Network } from "./runs/work.ts";
import { chooseStorage } from "./weights/choose-storage.ts";
import type { LoadedWeights } from "./weights/load-fitting.ts";
import { quantizing } from "./weights/quantizing.ts";

/** What a model is made of, on its device. */
export interface ModelParts {
  readonly network: Network;
  readonly config: ModelConfig;
  readonly processor: Processor | undefined;
  readonly engine: Engine;
  readonly loaded: LoadedWeights;
  readonly options: LoadOptions;
}

/**
 * Opens a device and loads a model's weights there.
 * @throws as {@link DPT.load}; nothing stays allocated then
 */
export async function modelParts(source: ModelSource, options: LoadOptions): Promise<ModelParts> {
  const files = openModelSource(source);
  const { onProgress, signal, dtype, convolution, onNotice } = options;
  const [network, { config, processor, checkpoint }] = await Promise.all([
    loadPart(import("./network.ts")),
    openFolder(files, options),
  ]);
  // Fetched while the device opens; what goes wrong is told where it is needed.
  if (chooseStorage(checkpoint, dtype).quantization) quantizing().catch(() => {});
  signal?.throwIfAborted();
  const engine = await Engine.open({ ...options, device: givenDevice(options.device) }, PATH_PREFERENCES);
  try {
    const loaded = await network.loadFitting(engine, config, checkpoint, {
      dtype,
      convolution,
      onNotice,
      signal,
      onProgress: (progress) => onProgress?.({ phase: "load", done: progress.loaded, total: progress.total }),
    });
    return { network, config, processor, engine, loaded, options };
  } catch (error) {
    engine.dispose();
    throw error;
  }
}

/**
 * The same of a model of the hub, or of any other source as {@link DPT.fromPretrained} takes it.
 * @throws as {@link DPT.fromPretrained}; nothing stays allocated then
 */
export async function pretrainedParts(
  source: ModelSource,
  options: LoadOptions & PretrainedOptions,
): Promise<ModelParts> {
  const { onProgress, onNotice } = options;
  const onDownload = (done: number, total: number) => onProgress?.({ phase: "download", done, total });
  return modelParts(openPretrained(source, options, { onDownload, onNotice }), options);
}

/** @throws UsageError for a word of transformers.js that is not for here */
function givenDevice(device: LoadOptions["device"]): EngineOptions["device"] {
  if (typeof device !== "string") return device;
  if (device === "webgpu") return undefined;
  throw new UsageError(`device: want "webgpu" or a GPUDevice, got "${device}". There is no other way to compute here.`);
}
