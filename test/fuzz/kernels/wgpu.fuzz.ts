import { afterAll, expect, test } from "vitest";
import { openWgpu } from "../../wgpu/open-wgpu.ts";
import { fuzzOptions } from "../fuzz-options.ts";
import { runTrials } from "./run-trials.ts";
import { tallyTable } from "./tally-table.ts";
import { wgpuBackend } from "./wgpu-backend.ts";

const wgpu = await openWgpu();
// A long run that cannot run has failed: nobody starts it to have it skipped.
if (typeof wgpu === "string") throw new Error(wgpu);
afterAll(() => wgpu.close());

test("kernels of random sizes agree with the float64 loops, on wgpu", async () => {
  const { runs, seed } = fuzzOptions(10_000);
  const done = await runTrials(wgpuBackend(wgpu), seed, runs);
  console.log(tallyTable(done));
  expect(done.failures).toEqual([]);
});
