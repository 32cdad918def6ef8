import { type Convolution, chooseConvolution } from "../../kernels/shared/choose-convolution.ts";
import { subgroupMatrices } from "../../kernels/shared/subgroup-matrices.ts";
import { subgroupQuads } from "../../kernels/shared/subgroup-quads.ts";
import type { WeightFormat } from "../../kernels/shared/weight-format.ts";
import type { Checkpoint } from "../../runtime/checkpoints/checkpoint.ts";
import { MemoryError } from "../../runtime/errors.ts";
import { loadPart } from "../../runtime/load-part.ts";
import type { Engine } from "../../runtime/session/engine.ts";
import type { LoadOptions as StoreOptions, WeightStore } from "../../runtime/session/weight-store.ts";
import type { ModelConfig } from "../config/config.ts";
import { type DptWeights, dptWeights, IGNORED_TENSORS } from "../network/dpt.ts";
import { checkWeights } from "./check-weights.ts";
import { chooseStorage, type Storage } from "./choose-storage.ts";

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
export type Way = Omit<LoadedWeights, "store">;

/** How the weights lie if the caller asks for that. @throws MachineError for an f16 that the adapter lacks */
export type WayOf = (format: WeightFormat | undefined, how: Convolution | undefined) => Promise<Way>;

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
  if (engine.traits.subgroups) subgroupQuads().catch(() => {});
  if (engine.traits.subgroupMatrices.length > 0) subgroupMatrices().catch(() => {});
  const wayOf: WayOf = async (format, how) => {
    const storage = chooseStorage(checkpoint, format);
    const { precision, quantization } = storage;
    engine.checkPrecision(precision);
    const convolutions = chooseConvolution(how, precision, engine.traits);
    return { storage, weights: await dptWeights(config, precision, convolutions, quantization) };
  };
  const load = async (way: Way): Promise<LoadedWeights> => {
    return { ...way, store: await engine.loadWeights(checkpoint, way.weights.leaves, options) };
  };
  const asked = await wayOf(dtype, convolution);
  await checkWeights(checkpoint.tensors, asked.weights.leaves, IGNORED_TENSORS, checkpoint.layout);
  return load(asked).catch(async (error: unknown) => {
    if (!(error instanceof MemoryError)) throw error;
    const { loadSmaller } = await loadPart(import("./load-smaller.ts"));
    return loadSmaller(asked, error, { dtype, convolution, onNotice, hasHalf: engine.traits.f16, wayOf, load });
  });
}
