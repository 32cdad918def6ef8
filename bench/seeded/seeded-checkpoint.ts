import { planSafetensors } from "../../src/runtime/checkpoints/write-safetensors.ts";
import { bytesPerElement } from "../../src/runtime/floats.ts";
import { storeFloats } from "../../src/runtime/session/store-floats.ts";
import type { ByteSource } from "../../src/runtime/sources/byte-source.ts";
import { checkRange } from "../../src/runtime/sources/check-range.ts";
import type { SeededTensor } from "./seeded-tensors.ts";
import { seededValues } from "./seeded-values.ts";

export interface SeededOptions {
  /** Any whole number; another one gives other weights. */
  readonly seed?: number;
  /** How the file stores its tensors. */
  readonly dtype?: "F32" | "F16";
}

interface Placed extends SeededTensor {
  /** First byte in the file, and one past the last. */
  readonly begin: number;
  readonly end: number;
}

/** A safetensors file that lies nowhere: its bytes are made as they are read. */
export function seededCheckpoint(
  name: string,
  tensors: readonly SeededTensor[],
  { seed = 1, dtype = "F32" }: SeededOptions = {},
): ByteSource {
  const plan = planSafetensors(tensors.map((tensor) => ({ name: tensor.name, shape: tensor.shape, dtype })));
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  let at = plan.header.length;
  const placed = plan.tensors.map((tensor): Placed => {
    const begin = at;
    at += tensor.byteLength;
    return { ...byName.get(tensor.name)!, begin, end: at };
  });
  const file = { name, size: plan.size };
  return {
    ...file,
    async read(begin, end, signal) {
      checkRange(file, begin, end);
      signal?.throwIfAborted();
      const bytes = new Uint8Array(end - begin);
      bytes.set(plan.header.subarray(begin, end));
      for (const tensor of placed) {
        const [from, to] = [Math.max(begin, tensor.begin), Math.min(end, tensor.end)];
        if (from < to) bytes.set(bytesOf(tensor, from - tensor.begin, to - tensor.begin, seed, dtype), from - begin);
      }
      return bytes;
    },
  };
}

/** Bytes `[begin, end)` of a tensor: those of the whole elements around them, cut. */
function bytesOf(tensor: SeededTensor, begin: number, end: number, seed: number, dtype: "F32" | "F16"): Uint8Array {
  const width = bytesPerElement(dtype);
  const [first, last] = [Math.floor(begin / width), Math.ceil(end / width)];
  const values = seededValues(seed, tensor.name, tensor, first, last);
  const { buffer } = storeFloats(values, dtype === "F32" ? "f32" : "f16");
  return new Uint8Array(buffer, begin - first * width, end - begin);
}
