import { checkArgument } from "../check-argument.ts";
import { toFloat32 } from "../floats.ts";
import type { Shape } from "../graph/tensor.ts";
import type { ByteSource } from "../sources/byte-source.ts";
import { readSafetensorsHeader } from "./safetensors.ts";
import { readStoredTensor } from "./stored-tensor.ts";

/** A tensor in PyTorch's layout, float32. */
export interface NamedTensor {
  readonly shape: Shape;
  readonly data: Float32Array;
}

/**
 * All tensors of a safetensors file, for files that fit in memory: inputs and expected answers.
 * @throws UsageError for what cannot be read by ranges; FileError if the file breaks the rules of its format
 */
export async function readTensors(source: ByteSource, signal?: AbortSignal): Promise<Map<string, NamedTensor>> {
  const isSource = Number.isSafeInteger(source?.size) && typeof source.read === "function";
  checkArgument(isSource, "readTensors", "{ name, size, read }", source, "Open a file of a folder, as filesFromUrl's.");
  const { tensors } = await readSafetensorsHeader(source, signal);
  const read = new Map<string, NamedTensor>();
  for (const [name, tensor] of tensors) {
    const data = toFloat32(tensor.dtype, await readStoredTensor(tensor, signal));
    read.set(name, { shape: tensor.shape, data });
  }
  return read;
}
