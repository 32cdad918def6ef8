import { expect, test } from "vitest";
import { pillowCoefficients } from "../../src/kernels/pillow-coefficients.ts";
import type { Resample } from "../../src/kernels/shared/antialias.ts";

const WEIGHT_BITS = 22;

const FILTERS: readonly Resample[] = [0, 1, 2, 3, 4, 5];
const SIZES = [
  [1, 1],
  [1, 14],
  [14, 1],
  [3, 200],
  [37, 53],
  [53, 37],
  [518, 640],
  [20000, 3],
  [3, 900],
] as const;

test("is Pillow's bilinear, by hand", () => {
  // Halving: support 2, so 4 weights 1/8 3/8 3/8 1/8 inside and 3/7 3/7 1/7 at the border.
  const { bounds, weights, taps } = pillowCoefficients(8, 4, 2);
  const unit = 2 ** WEIGHT_BITS;
  expect([...bounds]).toEqual([0, 3, 1, 4, 3, 4, 5, 3]);
  expect([...weights.subarray(taps, 2 * taps)]).toEqual([1, 3, 3, 1].map((w) => (w * unit) / 8));
  expect([...weights.subarray(0, taps)]).toEqual([...[3, 3, 1].map((w) => Math.round((w * unit) / 7)), 0]);
});

test("rounds negative weights away from zero", () => {
  // Bicubic to twice the size: t = 1/4 from the centre, weights -9 111 29 -3 of 128 (a = -1/2).
  const { bounds, weights, taps } = pillowCoefficients(8, 16, 3);
  expect([bounds[2 * 5], bounds[2 * 5 + 1]]).toEqual([1, 4]);
  expect([...weights.subarray(5 * taps, 6 * taps)].slice(0, 4)).toEqual([-9, 111, 29, -3].map((w) => w * 2 ** 15));
});

test("takes the pixel under the centre for nearest", () => {
  const firsts = ({ bounds }: { bounds: Uint32Array }) => [...bounds].filter((_, i) => i % 2 === 0);
  expect(firsts(pillowCoefficients(3, 7, 0))).toEqual([0, 0, 1, 1, 1, 2, 2]);
  expect(firsts(pillowCoefficients(7, 3, 0))).toEqual([1, 3, 5]);
});

test.each(FILTERS)("filter %i stays inside the line and inside an i32", (filter) => {
  for (const [inSize, outSize] of SIZES) {
    const { taps, bounds, weights } = pillowCoefficients(inSize, outSize, filter);
    expect(bounds.length).toBe(outSize * 2);
    expect(weights.length).toBe(outSize * taps);
    for (let i = 0; i < outSize; i++) {
      const [first, count] = [bounds[2 * i]!, bounds[2 * i + 1]!];
      const row = weights.subarray(i * taps, (i + 1) * taps);
      expect(count).toBeGreaterThan(0);
      expect(first + count).toBeLessThanOrEqual(inSize);
      const sum = row.reduce((total, w) => total + w, 0);
      const worst = row.reduce((total, w) => total + Math.abs(w), 0) * 255 + 2 ** (WEIGHT_BITS - 1);
      expect(Math.abs(sum - 2 ** WEIGHT_BITS)).toBeLessThanOrEqual(Math.max(1, count / 2));
      expect(worst).toBeLessThan(2 ** 31);
      expect(row.subarray(count).every((w) => w === 0)).toBe(true);
    }
  }
});
