import { subgroupMatrices } from "../kernels/shared/subgroup-matrices.ts";
import type { WeightFormat } from "../kernels/shared/weight-format.ts";
import { type Convolution, chooseConvolution } from "../kernels/shared/winograd.ts";
import type { Checkpoint } from "../runtime/checkpoint.ts";
import type { Engine } from "../runtime/engine.ts";
import { MemoryError } from "../runtime/errors.ts";
import { megabytes } from "../runtime/megabytes.ts";
import { byteLength } from "../runtime/tensor.ts";
import type { LoadOptions as StoreOptions, WeightStore } from "../runtime/weight-store.ts";
import { checkWeights } from "./check-weights.ts";
import { chooseStorage, type Storage } from "./choose-storage.ts";
import type { ModelConfig } from "./config.ts";
import { type DptWeights, dptWeights, IGNORED_TENSORS } from "./dpt.ts";

export interface FittingOptions extends StoreOptions {
  /** What the caller asks for; what is left out may be chosen so that the weights fit. */
  readonly dtype: WeightFormat | undefined;
  readonly convolution: Convolution | undefined;
  readonly onNotice: ((notice: string) => void) | undefined;
}

/** Weights on the device, and how they lie there. */
export interface LoadedWeights {
  readonly storage: Storage;
  readonly weights: DptWeights;
  readonly store: WeightStore;
}

/** A way to store the weights. */
interface Way extends Omit<LoadedWeights, "store"> {
  readonly name: string;
  readonly bytes: number;
}

/**
 * Loads weights as asked. As far as nothing is asked, they are tried again smaller where memory is too small: for direct
 * convolutions, in f16 if the adapter has it, in q8.
 * @throws MachineError for an f16 that the adapter lacks; FileError for weights that are not the model's; MemoryError if
 *   nothing fits; else as {@link Engine.loadWeights}
 */
export async function loadFitting(
  engine: Engine,
  config: ModelConfig,
  checkpoint: Checkpoint,
  { dtype, convolution, onNotice, ...options }: FittingOptions,
): Promise<LoadedWeights> {
  // Fetched beside the weights, for the first plan; what goes wrong is told there.
  if (engine.traits.subgroupMatrices.length > 0) subgroupMatrices().catch(() => {});
  const wayOf = async (format: WeightFormat | undefined, how: Convolution | undefined): Promise<Way> => {
    const storage = chooseStorage(checkpoint, format);
    const { precision, quantization } = storage;
    engine.checkPrecision(precision);
    const weights = await dptWeights(config, precision, chooseConvolution(how, precision, engine.traits), quantization);
    const bytes = weights.leaves.reduce((sum, leaf) => sum + byteLength(leaf), 0);
    return { storage, weights, name: quantization?.format ?? precision, bytes };
  };
  const asked = await wayOf(dtype, convolution);
  checkWeights(checkpoint.tensors, asked.weights.leaves, IGNORED_TENSORS, checkpoint.layout);
  const smaller = (formats: readonly (WeightFormat | undefined)[]) =>
    formats.map((format) => () => wayOf(format, convolution ?? "direct"));
  const isOpen = dtype === undefined && !asked.storage.quantization;
  const half: readonly WeightFormat[] = engine.traits.f16 ? ["f16"] : [];
  let [way, error] = [asked, undefined as MemoryError | undefined];
  for (const next of [async () => asked, ...smaller(isOpen ? [dtype, ...half, "q8"] : [dtype])]) {
    const { bytes, name, storage, weights } = await next();
    if (error) {
      if (bytes >= way.bytes) continue;
      onNotice?.(`${shortOf(way, error)}. They are tried again in ${megabytes(bytes)}, stored as ${name}.`);
    }
    way = { bytes, name, storage, weights };
    try {
      return { storage, weights, store: await engine.loadWeights(checkpoint, weights.leaves, options) };
    } catch (cause) {
      if (!(cause instanceof MemoryError)) throw cause;
      error = cause;
    }
  }
  const others = asked.storage.quantization?.stored
    ? []
    : await Promise.all(smaller([...half, "q8", "q4"]).map((other) => other()));
  const fewer = others
    .filter(({ bytes }) => bytes < way.bytes)
    .map(({ name, bytes }) => `${name} (${megabytes(bytes)})`);
  const help = fewer.length > 0 ? `Load it with dtype ${fewer.join(" or ")}, c` : "C";
  throw new MemoryError(
    `${shortOf(way, error!)}. ${help}lose other tabs, or take a smaller model or another adapter.`,
    {
      allocated: error!.allocated,
      cause: error,
    },
  );
}

function shortOf({ bytes, name }: Way, { allocated, message }: MemoryError): string {
  const got = allocated === undefined ? `got: ${message}` : `got no more than ${megabytes(allocated)}`;
  return `GPU memory: want ${megabytes(bytes)} for the weights in ${name}, ${got}`;
}
