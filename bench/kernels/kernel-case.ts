import type { ConstantData, Graph, Tensor } from "../../src/runtime/graph.ts";
import type { Kernel } from "../../src/runtime/kernel.ts";

/** Several kernels that are timed as one, with the FLOPs of the formula that they compute. */
export interface Sequence extends Pick<Kernel, "label" | "inputs" | "output" | "flops"> {
  readonly record: (graph: Graph, inputs: readonly Tensor[]) => Tensor;
}

/** A kernel at a shape, with numbers to run it on and the float64 loop that says what comes out. */
export interface KernelCase {
  /** What the kernel does in the model: `query, key, value`. */
  readonly role: string;
  readonly kernel: Kernel | Sequence;
  readonly inputs: readonly ConstantData[];
  readonly expected: () => ArrayLike<number>;
}
