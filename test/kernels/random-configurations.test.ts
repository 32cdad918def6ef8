import { expect, test } from "vitest";
import { dawnBackend } from "../fuzz/kernels/dawn-backend.ts";
import { OPERATORS } from "../fuzz/kernels/operators.ts";
import { runTrials } from "../fuzz/kernels/run-trials.ts";

/** Eight rounds of all operators; `npm run fuzz -- kernels` makes 10,000 trials. */
const TRIALS = 8 * OPERATORS.length;

test("kernels of random sizes agree with the float64 loops", async () => {
  const { tallies, failures } = await runTrials(await dawnBackend(), 100_001, TRIALS);
  expect(failures).toEqual([]);
  expect(tallies.reduce((sum, { trials }) => sum + trials, 0)).toBe(TRIALS);
}, 300_000);

test("a trial whose answer is off by little more than its bound fails, and is told with its seed", async () => {
  const { run, ...backend } = await dawnBackend();
  const off = async (...args: Parameters<typeof run>) => {
    const bytes = await run(...args);
    const values = new Float32Array(bytes);
    values[0] = values[0]! * (1 + 1e-4);
    return bytes;
  };
  // Seed 600_001: layer norm.
  const { failures } = await runTrials({ ...backend, run: off }, 600_001, 1);
  expect(failures).toEqual([expect.stringMatching(/^seed 600001: layerNorm \{.*\}: [\d.]+ of its bound/)]);
});
