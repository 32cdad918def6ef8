import type { Layout } from "../../runtime/checkpoints/checkpoint.ts";
import type { StoredTensor } from "../../runtime/checkpoints/stored-tensor.ts";
import { elementCount } from "../../runtime/graph/tensor.ts";
import type { Weight, WeightSource } from "../../runtime/graph/weight.ts";
import { loadPart } from "../../runtime/load-part.ts";

/** A tensor that is not in the file as it is wanted; left over where none is. */
export interface Mismatch {
  readonly name: string;
  readonly wanted?: WeightSource;
  readonly tensor?: StoredTensor | undefined;
}

/**
 * Holds a checkpoint against the weights that a model binds, before any data is read.
 * @param ignored patterns of tensor names that inference never reads
 * @param layout of the checkpoint, so that errors call tensors as the file does
 * @throws FileError listing all that is missing, misshapen or left over
 */
export async function checkWeights(
  tensors: ReadonlyMap<string, StoredTensor>,
  weights: readonly Weight[],
  ignored: readonly RegExp[],
  layout?: Layout,
): Promise<void> {
  const wanted = new Map(weights.flatMap(({ sources }) => sources.map((source) => [source.name, source] as const)));
  const mismatches: Mismatch[] = [];
  for (const [name, source] of wanted) {
    const tensor = tensors.get(name);
    if (!tensor || !hasShape(tensor, source) || !hasType(tensor, source)) {
      mismatches.push({ name, wanted: source, tensor });
    }
  }
  for (const [name, tensor] of tensors) {
    // transformers stores parameters of no numbers, such as no register tokens.
    const isRead = wanted.has(name) || elementCount(tensor.shape) === 0;
    if (!isRead && !ignored.some((pattern) => pattern.test(name))) mismatches.push({ name, tensor });
  }
  if (mismatches.length === 0) return;
  const { mismatchError } = await loadPart(import("./mismatch-error.ts"));
  throw mismatchError(mismatches, tensors, layout);
}

export function hasShape(tensor: StoredTensor, { shape }: WeightSource): boolean {
  return tensor.shape.join() === shape.join();
}

function hasType(tensor: StoredTensor, { dtype }: WeightSource): boolean {
  return dtype ? tensor.dtype === dtype : /^(F|BF)\d+$/.test(tensor.dtype);
}
