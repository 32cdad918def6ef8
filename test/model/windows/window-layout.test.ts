import fc from "fast-check";
import { expect, test } from "vitest";
import {
  blendWeights,
  checkOverlap,
  windowAxis,
  windowSize,
  windowsOver,
} from "../../../src/model/windows/window-layout.ts";

test.each([
  [480, 480, 0.25, [0]],
  [481, 480, 0.25, [0, 1]],
  [840, 480, 0.25, [0, 360]],
  [1000, 480, 0.25, [0, 360, 520]],
  [96, 32, 0, [0, 32, 64]],
  [97, 32, 0, [0, 32, 64, 65]],
  [5, 1, 0.8, [0, 1, 2, 3, 4]],
])("%i pixels in windows of %i that share %d begin at %j", (side, tile, overlap, starts) => {
  expect(windowAxis(side, tile, overlap).starts).toEqual(starts);
});

const axis = fc
  .record({
    side: fc.integer({ min: 1, max: 300 }),
    tile: fc.integer({ min: 1, max: 90 }),
    overlap: fc.double({ min: 0, max: 0.8, noNaN: true }),
  })
  .map(({ side, tile, overlap }) => windowAxis(side, Math.min(side, tile), overlap));

test("windows cover every pixel, and their weights are above 0 and sum to 1", () => {
  fc.assert(
    fc.property(axis, (windows) => {
      const { side, tile, starts } = windows;
      const sums = new Float64Array(side);
      for (const [i, weights] of blendWeights(windows).entries()) {
        expect(starts[i]! + tile).toBeLessThanOrEqual(side);
        for (const [k, weight] of weights.entries()) {
          expect(weight).toBeGreaterThan(0);
          sums[starts[i]! + k]! += weight;
        }
      }
      for (const sum of sums) expect(sum).toBeCloseTo(1, 12);
      for (let pixel = 0; pixel < side; pixel += 7) {
        const over = starts.flatMap((start, i) => (start <= pixel && pixel < start + tile ? [i] : []));
        expect(windowsOver(windows, pixel, pixel + 1)).toEqual(over);
      }
    }),
  );
});

test("weights of neighbours cross smoothly where they share pixels", () => {
  // 8 pixels, 4 of them shared: sin² of odd sixteenths of π.
  const [first, second] = blendWeights(windowAxis(12, 8, 0.5));
  const ramp = [1, 3, 5, 7].map((k) => Math.sin((k * Math.PI) / 16) ** 2);
  expect([...first!]).toEqual([1, 1, 1, 1, ...ramp.toReversed()].map((w) => expect.closeTo(w, 12)));
  expect([...second!]).toEqual([...ramp, 1, 1, 1, 1].map((w) => expect.closeTo(w, 12)));
});

test("a tile is no larger than the picture, and not less than a pixel", () => {
  expect(windowSize({ width: 100, height: 20 }, 48)).toEqual({ width: 48, height: 20 });
  expect(windowSize({ width: 100, height: 20 }, { width: 7, height: 9 })).toEqual({ width: 7, height: 9 });
  for (const tile of [0, -1, 1.5, Number.NaN])
    expect(() => windowSize({ width: 9, height: 9 }, tile)).toThrow(`got ${tile}`);
  for (const overlap of [-0.1, 0.81, 1, Number.NaN]) expect(() => checkOverlap(overlap)).toThrow(`got ${overlap}`);
});
