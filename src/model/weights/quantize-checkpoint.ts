import type { QuantizedFormat } from "../../kernels/shared/weight-format.ts";
import type { Checkpoint } from "../../runtime/checkpoints/checkpoint.ts";
import { byteLengthOf } from "../../runtime/checkpoints/stored-tensor.ts";
import type { TensorToWrite } from "../../runtime/checkpoints/write-safetensors.ts";
import { FileError } from "../../runtime/errors.ts";
import { makerOf, type Weight } from "../../runtime/graph/weight.ts";
import type { ModelConfig } from "../config/config.ts";
import { dptWeights, IGNORED_TENSORS } from "../network/dpt.ts";
import { checkWeights } from "./check-weights.ts";
import { chooseStorage, quantizedMetadata } from "./choose-storage.ts";
import type { Moments } from "./quantized-weight.ts";

/** A checkpoint to be written. */
export interface CheckpointToWrite {
  readonly tensors: readonly TensorToWrite[];
  /** The row-major little-endian bytes of one of them. */
  readonly bytesOf: (tensor: TensorToWrite) => Promise<Uint8Array<ArrayBuffer>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * A checkpoint as `DPT.load` quantises it: weights of products in the parts that `quantizedTensors` names, merged and
 * folded as the network runs them; all others that inference reads as they were.
 * @param moments from `inputMoments`; with them the weights are others than `DPT.load` makes, and better
 * @throws FileError if the checkpoint is not one of the config, is quantised already, or holds NaN or infinity
 */
export async function quantizeCheckpoint(
  config: ModelConfig,
  checkpoint: Checkpoint,
  format: QuantizedFormat,
  moments?: Moments,
): Promise<CheckpointToWrite> {
  const where = checkpoint.files.join();
  if (chooseStorage(checkpoint, undefined).quantization) {
    throw new FileError(
      `${where}: want weights that are not quantised, got some that are. Take the original checkpoint.`,
    );
  }
  const weights = (await dptWeights(config, "f32", undefined, { format, stored: false, moments })).leaves;
  await checkWeights(checkpoint.tensors, weights, IGNORED_TENSORS, checkpoint.layout);
  const parts = (await dptWeights(config, "f32", undefined, { format, stored: true })).leaves;

  const tensors = new Map<string, TensorToWrite>();
  const readers = new Map<string, () => Promise<Uint8Array<ArrayBuffer>>>();
  for (const [i, weight] of weights.entries()) {
    if (makerOf(parts[i]!, (name) => checkpoint.tensors.get(name)!.dtype)) {
      for (const { name } of weight.sources) {
        const { dtype, shape } = checkpoint.tensors.get(name)!;
        tensors.set(name, { name, dtype, shape });
        readers.set(name, () => checkpoint.read(name));
      }
      continue;
    }
    const words = once(() => wordsOf(checkpoint, weight));
    let at = 0;
    for (const { name, dtype, shape } of parts[i]!.sources) {
      const [begin, end] = [at, at + byteLengthOf(dtype!, shape)!];
      tensors.set(name, { name, dtype: dtype!, shape });
      readers.set(name, async () => new Uint8Array((await words()).buffer, begin, end - begin));
      at = end;
    }
  }
  return {
    tensors: [...tensors.values()],
    bytesOf: ({ name }) => readers.get(name)!(),
    metadata: quantizedMetadata(format),
  };
}

/** The bytes of a weight that is quantised while it loads. */
async function wordsOf(checkpoint: Checkpoint, { sources, make }: Weight): Promise<Uint32Array<ArrayBuffer>> {
  const floats = await Promise.all(sources.map(({ name }) => checkpoint.readFloats(name)));
  return make!(...floats) as Uint32Array<ArrayBuffer>;
}

/** A file has the parts of one weight far apart, in the order of their types; quantising thrice would cost more than memory. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
