import { expect, test } from "vitest";
import { addResized } from "../../src/kernels/add-resized.ts";
import { type Band, composeBands, resizeBand } from "../../src/kernels/bands.ts";
import { expectClose } from "../expect-close.ts";
import { randomNormal } from "../random.ts";
import { applyBands } from "../reference/apply-bands.ts";
import { runFloat } from "../run-kernel.ts";

const HALF_PIXEL = { mode: "bilinear", alignCorners: false } as const;
const CUBIC = { mode: "bicubic", alignCorners: false } as const;

function twice(size: number, end: number, rule: typeof HALF_PIXEL | typeof CUBIC = HALF_PIXEL): Band {
  return composeBands(
    resizeBand(size, 2 * size, { mode: "bilinear", alignCorners: true }),
    resizeBand(2 * size, end, rule),
  );
}

test.each([
  [1, 5, 6, 7, 9],
  [2, 5, 7, 11, 13],
  [4, 1, 1, 3, 1],
  [7, 12, 11, 31, 45],
  [150, 6, 5, 9, 14],
  [152, 6, 5, 9, 14],
  [257, 4, 3, 2, 5],
])("%i channels, %i×%i to %i×%i", async (channels, h, w, H, W) => {
  for (const rule of [HALF_PIXEL, CUBIC]) {
    const [rows, columns] = [twice(h, H, rule), twice(w, W, rule)];
    const x = randomNormal(h * w * channels, 1);
    const sum = randomNormal(H * W * channels, 2);
    const params = { channels, rows, columns, precision: "f32" } as const;
    const bands = [rows.start, rows.weights, columns.start, columns.weights] as const;
    const want = applyBands(x, channels, rows, columns);
    const shape = [1, H, W, channels];
    // A few taps, of values within 5 of 0: some roundings of those.
    const alone = await runFloat(addResized({ ...params, adds: false }), x, ...bands);
    expectClose(alone, want, shape, 1e-5, "alone");
    const added = await runFloat(addResized({ ...params, adds: true }), x, ...bands, sum);
    expectClose(
      added,
      want.map((value, i) => value + sum[i]!),
      shape,
      1e-5,
      "added",
    );
  }
});

test("what weighs nothing adds nothing", async () => {
  const rows = { inSize: 2, outSize: 3, taps: 1, start: Uint32Array.of(0, 1, 1), weights: Float32Array.of(1, 0, 0.5) };
  const columns = { inSize: 1, outSize: 1, taps: 1, start: Uint32Array.of(0), weights: Float32Array.of(1) };
  const kernel = addResized({ channels: 1, rows, columns, precision: "f32", adds: false });
  const bands = [rows.start, rows.weights, columns.start, columns.weights] as const;
  expect([...(await runFloat(kernel, Float32Array.of(3, 4), ...bands))]).toEqual([3, 0, 2]);
});
