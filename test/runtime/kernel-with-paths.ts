import type { Kernel, Path } from "../../src/runtime/graph/kernel.ts";
import { sumKernel } from "./kernel-of.ts";

const LENGTH = 256;

/** `y = x + 1` in several ways: its own, one that takes long (26 ms on SwiftShader, by its turns), one that adds 2, one that no compiler reads, one in two steps. */
export function kernelWithPaths(names: readonly (keyof typeof WAYS)[], slowTurns = 200_000): Kernel {
  const own = sumKernel(1, LENGTH, 1);
  const only = (kernel: Kernel): Path["stages"] => [{ kernel, inputs: [0] }];
  return {
    ...own,
    flops: 1e6,
    path: "own",
    paths: async () => names.map((name) => ({ name, stages: WAYS[name]({ own, only, slowTurns }) })),
  };
}

interface Parts {
  readonly own: Kernel;
  readonly only: (kernel: Kernel) => Path["stages"];
  readonly slowTurns: number;
}

const WAYS = {
  own: ({ own, only }: Parts) => only(own),
  slow: ({ own, only, slowTurns }: Parts) =>
    only({
      ...own,
      code: own.code.replace(
        "y[id.x] =",
        `var z = 0f; for (var i = 0u; i < ${slowTurns}u; i++) { z = fract(z * 1.7 + 0.3); } y[id.x] = min(z, 0f) +`,
      ),
    }),
  wrong: ({ only }: Parts) => only(sumKernel(1, LENGTH, 2)),
  broken: ({ own, only }: Parts) => only({ ...own, code: `${own.code} no WGSL` }),
  // Half of it at a time, and the second step reads both x and the answer of the first.
  twice: (_: Parts): Path["stages"] => [
    { kernel: sumKernel(1, LENGTH, 1), inputs: [0] },
    {
      kernel: { ...sumKernel(2, LENGTH), code: sumKernel(2, LENGTH).code.replace("x0[id.x] +", "0f * x0[id.x] +") },
      inputs: [0, 1],
    },
  ],
} as const;
