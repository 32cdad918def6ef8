import type { ConstantData } from "../../src/runtime/graph.ts";
import type { Kernel } from "../../src/runtime/kernel.ts";

/** A kernel at a shape, with numbers to run it on and the float64 loop that says what comes out. */
export interface KernelCase {
  /** What the kernel does in the model: `query, key, value`. */
  readonly role: string;
  readonly kernel: Kernel;
  readonly inputs: readonly ConstantData[];
  readonly expected: () => ArrayLike<number>;
}
