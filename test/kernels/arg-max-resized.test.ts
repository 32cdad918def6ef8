import { expect, test } from "vitest";
import { argMaxResized } from "../../src/kernels/arg-max-resized.ts";
import { composeBands, resizeBand } from "../../src/kernels/bands.ts";
import { labelType } from "../../src/kernels/shared/label-type.ts";
import { randomNormal } from "../random.ts";
import { argMax } from "../reference/arg-max.ts";
import { resize } from "../reference/resize.ts";
import { runKernel } from "../run-kernel.ts";

const ALIGNED = { mode: "bilinear", alignCorners: true } as const;
const HALF_PIXEL = { mode: "bilinear", alignCorners: false } as const;

function twice(size: number, end: number) {
  return composeBands(resizeBand(size, 2 * size, ALIGNED), resizeBand(2 * size, end, HALF_PIXEL));
}

async function labelsOf(logits: Float32Array, labels: number, [h, w]: number[], [H, W]: number[]) {
  const [rows, columns] = [twice(h!, H!), twice(w!, W!)];
  const kernel = argMaxResized({ labels, rows, columns, precision: "f32" });
  const bytes = await runKernel(kernel, logits, rows.start, rows.weights, columns.start, columns.weights);
  const all = kernel.output.dtype === "u8" ? new Uint8Array(bytes) : new Uint16Array(bytes);
  expect([...all.subarray(H! * W!)], "filler of the last word").toEqual(new Array(all.length - H! * W!).fill(0));
  return [...all.subarray(0, H! * W!)];
}

test.each([
  [1, 5, 6, 7, 9],
  [2, 5, 6, 7, 9],
  [7, 12, 11, 31, 45],
  [11, 9, 12, 40, 37],
  [40, 6, 7, 13, 11],
  [150, 6, 5, 9, 14],
  [255, 3, 3, 5, 7],
  [256, 3, 3, 5, 7],
  [257, 4, 3, 9, 5],
  [7, 1, 1, 3, 1],
  [7, 24, 2, 1, 50],
  [7, 5, 4, 13, 2],
  [150, 4, 4, 7, 3],
  [11, 40, 40, 6, 9],
  [5, 30, 30, 3, 4],
  [6, 20, 200, 5, 4],
  [4, 200, 20, 4, 5],
])("%i labels, %i×%i to %i×%i", async (labels, h, w, H, W) => {
  const logits = randomNormal(h * w * labels, labels, { deviation: 3 });
  const big = resize(
    resize(logits, [h, w, labels], [2 * h, 2 * w], ALIGNED),
    [2 * h, 2 * w, labels],
    [H, W],
    HALF_PIXEL,
  );
  const want = argMax(big, labels);
  const got = await labelsOf(logits, labels, [h, w], [H, W]);
  const clear = want.margins.map((margin) => margin >= 1e-4);
  expect(clear.filter(Boolean).length).toBeGreaterThan(0.99 * H * W);
  expect(got.map((label, i) => (clear[i] ? label : -1))).toEqual(
    want.labels.map((label, i) => (clear[i] ? label : -1)),
  );
});

test.each([3, 4, 6])("gives a tie to the lowest of %i labels", async (labels) => {
  for (const ahead of [0, 1]) {
    const logits = new Float32Array(4 * labels).map((_, i) => (i % labels >= ahead ? -2 : -3));
    expect(new Set(await labelsOf(logits, labels, [2, 2], [5, 5]))).toEqual(new Set([ahead]));
  }
});

test.each([
  [3, Number.NaN, 255],
  [4, Number.NaN, 255],
  [6, Number.POSITIVE_INFINITY, 255],
  [3, Number.NEGATIVE_INFINITY, 255],
  [256, Number.NaN, 65535],
])("gives no label where one of %i values is %d", async (labels, broken, none) => {
  // The last class, which is never ahead: only the broken value can make a difference.
  const logits = new Float32Array(36 * labels).map((_, i) => -(i % labels));
  logits[(0 * 6 + 5) * labels + labels - 1] = broken;
  const got = await labelsOf(logits, labels, [6, 6], [12, 12]);
  expect(got[11]).toBe(none);
  expect(got[0]).toBe(0);
  expect(new Set(got)).toEqual(new Set([0, none]));
});

test("keeps a number free for no label", () => {
  expect(labelType(1)).toEqual({ dtype: "u8", none: 255 });
  expect(labelType(255)).toEqual({ dtype: "u8", none: 255 });
  expect(labelType(256)).toEqual({ dtype: "u16", none: 65535 });
});
