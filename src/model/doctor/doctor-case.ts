import type { InputData } from "../../runtime/graph/graph.ts";
import type { Kernel, Path } from "../../runtime/graph/kernel.ts";
import type { Precision } from "../../runtime/graph/tensor.ts";
import type { Traits } from "../../runtime/graph/traits.ts";

/**
 * One computation of the self-test, with sizes so small that it takes no time and so odd that tiles have ends: last rows and
 * columns that do not fill one, and sums of a length that is no multiple of four.
 */
export interface DoctorCase {
  readonly name: string;
  /** In which it can be stored; both if left out. */
  readonly precisions?: readonly Precision[];
  /** The ways to compute it here. */
  readonly paths: (precision: Precision, traits: Traits) => Promise<readonly Path[]>;
  /** Floats as they are, whatever the kernel stores. */
  readonly inputs: readonly InputData[];
}

/** All ways to compute a kernel here. */
export async function allPaths(kernel: Kernel, traits: Traits): Promise<readonly Path[]> {
  return (await kernel.paths?.(traits)) ?? [ownPath(kernel)];
}

/** A kernel as it runs anywhere. */
export function ownPath(kernel: Kernel): Path {
  return { name: kernel.path ?? "only way", stages: [{ kernel, inputs: kernel.inputs.map((_, i) => i) }] };
}
