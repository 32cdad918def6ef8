import type { NamedTensor } from "../../src/index.ts";
import { type Comparison, compare } from "../../src/runtime/compare.ts";
import type { Golden } from "./read-golden.ts";

/** Of the number itself, as `torch.allclose` takes it: the numbers are written with a few digits. */
const RELATIVE = 1e-5;

/** How an answer agrees with golden numbers. */
export interface GoldenReport {
  readonly got: readonly (readonly number[])[];
  /** `undefined` if there was nothing to compare. */
  readonly comparison: Comparison | undefined;
  /** What is wrong; `undefined` if nothing is. */
  readonly problem: string | undefined;
}

/** Compares the beginning of an answer with golden numbers. */
export function compareGolden(
  tensors: ReadonlyMap<string, NamedTensor>,
  { output, shape, slice }: Golden,
  tolerance: number,
): GoldenReport {
  const tensor = tensors.get(output);
  if (!tensor || tensor.shape.join() !== shape.join()) {
    const got = tensor ? `[${tensor.shape.join(", ")}]` : `only ${[...tensors.keys()].join(", ")}`;
    return { got: [], comparison: undefined, problem: `want ${output} [${shape.join(", ")}], got ${got}` };
  }
  const width = shape.at(-1)!;
  const got = slice.map((row, y) => row.map((_, x) => tensor.data[y * width + x]!));
  const [values, wanted] = [got.flat(), slice.flat()];
  const limits = wanted.map((value) => tolerance + RELATIVE * Math.abs(value));
  const comparison = compare(values, wanted, [wanted.length], limits);
  const { ok, over } = comparison;
  const problem = ok ? undefined : `${over} of ${wanted.length} numbers over tolerance`;
  return { got, comparison, problem };
}
