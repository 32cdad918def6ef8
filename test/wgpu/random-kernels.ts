import { expect, test } from "vitest";
import { lostNumbers } from "../fuzz/kernels/lost-numbers.ts";
import { OPERATORS } from "../fuzz/kernels/operators.ts";
import { runTrials } from "../fuzz/kernels/run-trials.ts";
import { wgpuBackend } from "../fuzz/kernels/wgpu-backend.ts";
import type { Wgpu } from "./open-wgpu.ts";

/** Five rounds of all operators; `npm run fuzz -- wgpu` makes 10,000 trials. */
export function testRandomKernels(wgpu: Wgpu): void {
  test("kernels of random sizes, in f32 and f16, agree with the float64 loops", async () => {
    const { failures } = await runTrials(wgpuBackend(wgpu), 200_001, 5 * OPERATORS.length);
    expect(failures).toEqual([]);
  }, 300_000);

  test("no kernel makes finite numbers of NaN or infinity, in f32 and f16", async () => {
    const { lost, concerned } = await lostNumbers(wgpuBackend(wgpu), 300_001, 2 * OPERATORS.length);
    expect(lost).toEqual([]);
    expect(concerned.size).toBeGreaterThan(10);
  }, 300_000);
}
