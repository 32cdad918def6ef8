import type { InputData } from "../../runtime/graph.ts";
import type { Kernel, Path } from "../../runtime/kernel.ts";
import { familyOf } from "../../runtime/switched-off.ts";
import type { Precision } from "../../runtime/tensor.ts";
import type { Traits } from "../../runtime/traits.ts";

/** One computation of the self-test, with sizes so small that it takes no time and so odd that tiles have ends. */
export interface DoctorCase {
  readonly name: string;
  /** In which it can be stored; both if left out. */
  readonly precisions?: readonly Precision[];
  /** The ways to compute it here. */
  readonly paths: (precision: Precision, traits: Traits) => Promise<readonly Path[]>;
  /** Floats as they are, whatever the kernel stores. */
  readonly inputs: readonly InputData[];
}

/**
 * A kernel with all of its ways; where the CPU does the work, one of each kind, since its compiler would take longer than
 * anybody waits, and the others are the same text with other counts.
 */
export async function allPaths(kernel: Kernel, traits: Traits): Promise<readonly Path[]> {
  const paths = (await kernel.paths?.(traits)) ?? [ownPath(kernel)];
  if (!traits.software) return paths;
  const kindOf = (path: Path) => `${familyOf(path)} ${path.stages.length}`;
  return [...new Map(paths.toReversed().map((path) => [kindOf(path), path])).values()].reverse();
}

/** A kernel as it runs anywhere. */
export function ownPath(kernel: Kernel): Path {
  return { name: kernel.path ?? "only way", stages: [{ kernel, inputs: kernel.inputs.map((_, i) => i) }] };
}
