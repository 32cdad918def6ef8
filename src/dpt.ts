import { Model } from "./model/model.ts";
import type { ModelMethods } from "./model/model-methods.ts";
import type { LoadOptions } from "./model/model-options.ts";
import { type ModelParts, modelParts, pretrainedParts } from "./model/model-parts.ts";
import type { PretrainedOptions } from "./runtime/pretrained-source.ts";
import type { ModelSource } from "./runtime/sources/model-source.ts";
import { inWorker } from "./worker/in-worker.ts";
import type { RemoteDPT } from "./worker/remote-dpt.ts";
import type {
  InWorker,
  OnPage,
  PerhapsInWorker,
  WorkerLoadOptions,
  WorkerPretrainedOptions,
} from "./worker/worker-options.ts";

/**
 * A DPT model on a device. Calls queue in order. With the option `worker` it lives in a worker, so that neither loading nor
 * running it keeps the page from drawing, and what one gets is a {@link RemoteDPT}: the same methods, answers and errors.
 */
export class DPT extends Model {
  private constructor(parts: ModelParts) {
    super(parts);
  }

  /**
   * Loads a model folder as it lies on the Hugging Face hub: config.json, preprocessor_config.json, weights; or a
   * checkpoint as the paper's authors released it (isl-org/DPT), one `.pt` without a config. The weights stream to the
   * GPU; the whole file is never in memory.
   * @param source the URL of the folder or the `.pt`, what a person picked or dropped, a folder of the File System API, or
   *   anything that opens files by name
   * @throws FileError for what is wrong in the folder, MachineError for what the adapter lacks or a worker that does not
   *   start, MemoryError if the weights do not fit, DeviceLostError; UsageError for an option that cannot go to a worker;
   *   the signal's reason when aborted. Nothing stays allocated then.
   */
  static load(source: ModelSource, options: InWorker<WorkerLoadOptions>): Promise<RemoteDPT>;
  static load(source: ModelSource, options: PerhapsInWorker<WorkerLoadOptions>): Promise<ModelMethods>;
  static load(source: ModelSource, options?: OnPage<LoadOptions>): Promise<DPT>;
  static async load(source: ModelSource, given: Anywhere<LoadOptions> = {}): Promise<ModelMethods> {
    if (given?.worker) return inWorker("load", source, given);
    return new DPT(await modelParts(source, given));
  }

  /**
   * Loads a model of the Hugging Face hub by its id, `organisation/name`, with all files of one commit. Anything else is
   * a source as {@link DPT.load} takes it; a relative URL begins with `./`, `../` or `/` here.
   * A browser keeps what it reads of an id or a URL for the next time ({@link models}).
   * @throws as {@link DPT.load}; FileError too if the hub refuses or a download is wrong, UsageError for what is no
   *   revision or address
   */
  static fromPretrained(source: ModelSource, options: InWorker<WorkerPretrainedOptions>): Promise<RemoteDPT>;
  static fromPretrained(source: ModelSource, options: PerhapsInWorker<WorkerPretrainedOptions>): Promise<ModelMethods>;
  static fromPretrained(source: ModelSource, options?: OnPage<LoadOptions & PretrainedOptions>): Promise<DPT>;
  static async fromPretrained(
    source: ModelSource,
    given: Anywhere<LoadOptions & PretrainedOptions> = {},
  ): Promise<ModelMethods> {
    if (given?.worker) return inWorker("fromPretrained", source, given);
    return new DPT(await pretrainedParts(source, given));
  }
}

type Anywhere<Options> = Options & { readonly worker?: Worker | boolean | undefined };
