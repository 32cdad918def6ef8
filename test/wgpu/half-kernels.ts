import { testHalfMaps } from "./half-maps.ts";
import { testHalfProducts } from "./half-products.ts";
import { testHalfRows } from "./half-rows.ts";
import { halfRunner } from "./half-runner.ts";
import type { Wgpu } from "./open-wgpu.ts";

/**
 * Every kernel with f16 storage against the float64 loops, on inputs that are f16 numbers: what is left is the rounding
 * of the answer, and sums in f32.
 */
export function testHalfKernels(wgpu: Wgpu): void {
  const runner = halfRunner(wgpu);
  testHalfProducts(runner);
  testHalfRows(runner);
  testHalfMaps(runner);
}
