import type { StoredDType } from "../floats.ts";
import type { Precision, Shape, TensorSpec } from "./tensor.ts";

/** A tensor of the checkpoint by its name, with the shape it must have there. */
export interface WeightSource {
  readonly name: string;
  readonly shape: Shape;
  /** The element type that it must have, for a tensor taken as it is; any floating point if left out. */
  readonly dtype?: StoredDType;
}

/**
 * A weight as the kernels want it, and how it comes from the checkpoint: repacked, merged or folded one at a time, so
 * that loading never holds more than a few of them in JS memory.
 */
export interface Weight extends TensorSpec {
  readonly label: string;
  /** u32: words that only the kernel knows how to read. */
  readonly dtype: Precision | "u32";
  readonly sources: readonly WeightSource[];
  /**
   * From the sources, in float32 and PyTorch's layout, to the elements of this weight. If left out, the sources' own bytes
   * are the weight, one behind the other.
   */
  readonly make?: (...sources: Float32Array[]) => Float32Array | Uint32Array<ArrayBuffer>;
  /** Instead of `make`, where it depends on the types that the sources are stored in. */
  readonly makeFor?: (...stored: StoredDType[]) => (...sources: Float32Array[]) => Float32Array;
}

/**
 * What makes a weight of its sources; `undefined` if their bytes are the weight.
 * @param typeOf the type that a tensor is stored in, by its name
 */
export function makerOf({ make, makeFor, sources }: Weight, typeOf: (name: string) => StoredDType): Weight["make"] {
  return make ?? makeFor?.(...sources.map(({ name }) => typeOf(name)));
}
