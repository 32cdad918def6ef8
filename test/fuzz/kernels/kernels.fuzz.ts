import { expect, test } from "vitest";
import { fuzzOptions } from "../fuzz-options.ts";
import { dawnBackend } from "./dawn-backend.ts";
import { runTrials } from "./run-trials.ts";
import { tallyTable } from "./tally-table.ts";

test("kernels of random sizes agree with the float64 loops, on Dawn", async () => {
  const { runs, seed } = fuzzOptions(10_000);
  const done = await runTrials(await dawnBackend(), seed, runs);
  console.log(tallyTable(done));
  expect(done.failures).toEqual([]);
});
