import type { TensorSpec } from "./tensor.ts";
import type { Traits } from "./traits.ts";

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
  /** How it is computed, where there is more than one way: `registers 8×8`. */
  readonly path?: string;
  /**
   * All ways to compute it on a device, the most promising first; this kernel, which runs anywhere, is one of them. Only
   * this one if left out. Made when asked for, since texts take time, and some are loaded for the devices that can run them.
   */
  readonly paths?: (traits: Traits) => Promise<readonly Path[]>;
}

/** A way to compute what a kernel computes: from the same inputs, the same output up to rounding. */
export interface Path {
  /** The kind of way, then its sizes: `workgroup tiles 64×64×16`. Unique among a kernel's. */
  readonly name: string;
  /** One kernel, or several one after the other; the last one's output is the whole's. Made when first read, if texts take time. */
  readonly stages: readonly Stage[];
}

export interface Stage {
  readonly kernel: Kernel;
  /** Where each input comes from: the whole's input of that number, and counting on, the answers of earlier stages. */
  readonly inputs: readonly number[];
}
