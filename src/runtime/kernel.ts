import type { TensorSpec } from "./tensor.ts";

/**
 * A compute shader as a value: made from shapes alone, without a device. Shapes and parameters are baked into the text,
 * so equal text means one pipeline.
 *
 * The text declares `@group(0)`: `@binding(0)` to `@binding(n - 1)` are the inputs in order, `var<storage, read>`;
 * `@binding(n)` is the output, `var<storage, read_write>`. Its entry point is `main`.
 */
export interface Kernel {
  /** Operator and shapes, as profiler, errors and DevTools show it: `layerNorm [901, 1024]`. */
  readonly label: string;
  readonly inputs: readonly TensorSpec[];
  readonly output: TensorSpec;
  readonly code: string;
  readonly workgroups: readonly [number, number, number];
  /** Floating point operations of the formula: a multiply-add counts 2. */
  readonly flops: number;
}
