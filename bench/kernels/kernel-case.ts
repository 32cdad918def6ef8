import type { ConstantData, Graph, Tensor } from "../../src/runtime/graph/graph.ts";
import type { Kernel } from "../../src/runtime/graph/kernel.ts";

/** Several kernels that are timed as one, with the FLOPs of the formula that they compute. */
export interface Sequence extends Pick<Kernel, "label" | "inputs" | "output" | "flops"> {
  readonly record: (graph: Graph, inputs: readonly Tensor[]) => Tensor;
}

/** Some numbers of an output, or all of them, from the float64 loops: `values[i]` stands at `positions[i]`. */
export interface Expected {
  readonly positions: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

/** Numbers to run a kernel on, not yet rounded to what it stores but numbers that it can store. */
export interface CaseData {
  readonly inputs: readonly ConstantData[];
  readonly expected: () => Expected;
}

/** A kernel at a shape. */
export interface KernelCase {
  /** What the kernel does in the model: `query, key, value`. */
  readonly role: string;
  /** The label under which a recorded model has it: that of the kernel, or of the one a sequence stands for. */
  readonly recordedAs: string;
  readonly kernel: Kernel | Sequence;
  /** Made when its turn comes: the data of all cases together would take gigabytes. */
  readonly data: () => CaseData;
}
