import { byteLength } from "../../src/runtime/graph/tensor.ts";
import type { Weight } from "../../src/runtime/graph/weight.ts";

/** A weight in f32 that is one tensor of a checkpoint as it is. */
export function weightOf(name: string, shape: readonly number[]): Weight {
  return {
    label: name,
    shape,
    dtype: "f32",
    sources: [{ name, shape }],
    make: (values) => {
      const filled = new Float32Array(byteLength({ shape, dtype: "f32" }) / 4);
      filled.set(values!);
      return filled;
    },
  };
}
