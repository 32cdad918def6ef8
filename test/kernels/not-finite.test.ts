import { expect, test } from "vitest";
import { dawnBackend } from "../fuzz/kernels/dawn-backend.ts";
import { lostNumbers } from "../fuzz/kernels/lost-numbers.ts";
import { OPERATORS } from "../fuzz/kernels/operators.ts";

test("no kernel makes finite numbers of NaN or infinity", async () => {
  const { lost, concerned } = await lostNumbers(await dawnBackend(), 300_001, 4 * OPERATORS.length);
  expect(lost).toEqual([]);
  expect(concerned.size).toBeGreaterThan(15);
}, 300_000);
