import { expect, test } from "vitest";
import { logAddSoftmax } from "../../src/kernels/log-add-softmax.ts";
import { expectClose } from "../expect-close.ts";
import { randomNormal } from "../random.ts";
import { logAddSoftmax as loop } from "../reference/log-add-softmax.ts";
import { runFloat } from "../run-kernel.ts";

test.each([
  [1, 1, 3],
  [63, 5, 3],
  [65, 150, 30],
  [130, 7, 1],
  [17, 257, 3],
])("[%i, %i], deviation %d", async (rows, channels, deviation) => {
  const [x, y] = [1, 2].map((seed) => randomNormal(rows * channels, seed, { deviation })) as [
    Float32Array,
    Float32Array,
  ];
  // Roundings of the logarithm's own magnitude: some deviations.
  const tolerance = 4e-6 * (1 + deviation);
  const first = await runFloat(logAddSoftmax({ rows, channels, adds: false }), x);
  expectClose(first, loop(x, channels), [rows, channels], tolerance, "alone");
  const both = await runFloat(logAddSoftmax({ rows, channels, adds: true }), y, first);
  const want = loop(y, channels, loop(x, channels));
  expectClose(both, want, [rows, channels], tolerance, "added");
  // Two distributions: e to each sums up to 2.
  const sums = Array.from({ length: rows }, (_, row) =>
    both.subarray(row * channels, (row + 1) * channels).reduce((sum, value) => sum + Math.exp(value), 0),
  );
  for (const sum of sums) expect(sum).toBeCloseTo(2, 4);
});

test("past 65,535 workgroups", async () => {
  const rows = 65_536 * 64 + 3;
  const x = randomNormal(rows, 1);
  // The only class there is has probability 1.
  const got = await runFloat(logAddSoftmax({ rows, channels: 1, adds: false }), x);
  expect(got.every((value) => Math.abs(value) <= 1e-6)).toBe(true);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
  "a row with %f is not finite, alone and added",
  async (value) => {
    const [x, y] = [1, 2].map((seed) => randomNormal(3 * 5, seed)) as [Float32Array, Float32Array];
    const broken = x.with(7, value);
    const kernel = (adds: boolean) => logAddSoftmax({ rows: 3, channels: 5, adds });
    const isOther = Array.from(x, (_, i) => i < 5 || i >= 10);
    expect(Array.from(await runFloat(kernel(false), broken), Number.isFinite)).toEqual(isOther);
    expect(Array.from(await runFloat(kernel(true), broken, y), Number.isFinite)).toEqual(isOther);
    const sum = Array.from(await runFloat(kernel(true), y, broken), Number.isFinite);
    expect(sum).toEqual(Array.from(x, (_, i) => i !== 7));
  },
);
