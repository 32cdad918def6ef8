import type { Precision, Shape, TensorSpec } from "./tensor.ts";

/** A tensor of the checkpoint by its name, with the shape it must have there. */
export interface WeightSource {
  readonly name: string;
  readonly shape: Shape;
}

/**
 * A weight as the kernels want it, and how it comes from the checkpoint: repacked, merged or folded one at a time, so
 * that loading never holds more than a few of them in JS memory.
 */
export interface Weight extends TensorSpec {
  readonly label: string;
  readonly dtype: Precision;
  readonly sources: readonly WeightSource[];
  /** From the sources, in float32 and PyTorch's layout, to the elements of this weight. */
  make(...sources: Float32Array[]): Float32Array;
}
