import { PATH_PREFERENCES } from "../kernels/path-preferences.ts";
import { loadPart } from "../runtime/load-part.ts";
import { openPretrained, type PretrainedOptions } from "../runtime/pretrained-source.ts";
import { Engine } from "../runtime/session/engine.ts";
import type { ModelFiles } from "../runtime/sources/byte-source.ts";
import { type ModelSource, openModelSource } from "../runtime/sources/model-source.ts";
import type { ModelConfig } from "./config/config.ts";
import type { LoadOptions } from "./model-options.ts";
import { openFolder } from "./open-folder.ts";
import { checking } from "./options/checking.ts";
import type { Processor } from "./pictures/processor.ts";
import type { Network } from "./runs/job.ts";
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
  return partsOf(openModelSource(source), options, checking("load", options));
}

async function partsOf(files: ModelFiles, options: LoadOptions, checked: Promise<void>): Promise<ModelParts> {
  const { onProgress, signal, dtype, convolution, onNotice } = { ...options };
  const opening = Promise.all([loadPart(import("./network.ts")), openFolder(files, options)]);
  opening.catch(() => {});
  await checked;
  const [network, { config, processor, checkpoint }] = await opening;
  // Fetched while the device opens; what goes wrong is told where it is needed.
  if (chooseStorage(checkpoint, dtype).quantization) quantizing().catch(() => {});
  signal?.throwIfAborted();
  const device = options.device === "webgpu" ? undefined : options.device;
  const engine = await Engine.open({ ...options, device }, PATH_PREFERENCES);
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
  const { onProgress, onNotice } = { ...options };
  const onDownload = (done: number, total: number) => onProgress?.({ phase: "download", done, total });
  const files = openPretrained(source, options, { onDownload, onNotice });
  return partsOf(files, options, checking("fromPretrained", options));
}
