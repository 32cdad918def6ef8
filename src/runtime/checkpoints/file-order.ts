import type { Weight } from "../graph/weight.ts";
import type { ByteSource } from "../sources/byte-source.ts";
import type { Checkpoint } from "./checkpoint.ts";
import type { StoredTensor } from "./stored-tensor.ts";

/** Where a tensor lies in a file that is read on its own; about, if it lies in a member of a zip. */
export function placeOf({ source, begin, end }: StoredTensor): { file: ByteSource; begin: number; end: number } {
  const { within } = source;
  if (!within) return { file: source, begin, end };
  const header = within.end - within.begin - source.size;
  return { file: within.file, begin: within.begin + begin, end: within.begin + header + end };
}

/**
 * The weights in the order in which the first tensor of each lies in the files: names sort "layer.10" before "layer.2", so
 * the model's own order would jump to and fro.
 */
export function inFileOrder({ tensors }: Checkpoint, weights: readonly Weight[]): readonly Weight[] {
  const numbers = new Map<ByteSource, number>();
  const keyed = weights.map((weight) => {
    const [first] = weight.sources;
    if (!first) return { weight, number: -1, begin: 0 };
    const { file, begin } = placeOf(tensors.get(first.name)!);
    if (!numbers.has(file)) numbers.set(file, numbers.size);
    return { weight, number: numbers.get(file)!, begin };
  });
  return keyed.sort((a, b) => a.number - b.number || a.begin - b.begin).map(({ weight }) => weight);
}
