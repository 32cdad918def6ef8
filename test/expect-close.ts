import { expect } from "vitest";
import { compare } from "../src/runtime/compare.ts";
import type { Shape } from "../src/runtime/graph/tensor.ts";

/** Fails with shape, place, both values, the worst error and the count unless every value is within `tolerance`. */
export function expectClose(
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  shape: Shape,
  tolerance: number | ArrayLike<number>,
  what = "values",
): void {
  const c = compare(got, want, shape, tolerance);
  const story = `${what} [${shape}]: ${c.over} values over tolerance, ${c.notFinite} not finite, worst ${c.maxError} at [${c.at}]: want ${c.want}, got ${c.got}`;
  expect(c.ok, story).toBe(true);
}
