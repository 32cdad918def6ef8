import { expect, test } from "vitest";
import { resizeBand } from "../../src/kernels/bands.ts";
import { resampleMap } from "../../src/kernels/resample-map.ts";
import { expectClose } from "../expect-close.ts";
import { randomNormal } from "../random.ts";
import { resize } from "../reference/resize.ts";
import { runFloat } from "../run-kernel.ts";

test.each([
  [1, 1, 5, 7],
  [24, 24, 61, 97],
  [37, 41, 13, 1],
  [11, 13, 11, 29],
  [3, 50, 300, 2],
])("bicubic %i×%i to %i×%i", async (h, w, H, W) => {
  const way = { mode: "bicubic", alignCorners: false } as const;
  const [rows, columns] = [resizeBand(h, H, way), resizeBand(w, W, way)];
  const x = randomNormal(h * w, h + w, { mean: 3 });
  const kernel = resampleMap({ rows, columns, precision: "f32" });
  const got = await runFloat(kernel, x, rows.start, rows.weights, columns.start, columns.weights);
  expectClose(got, resize(x, [h, w, 1], [H, W], way), [H, W], 5e-5);
});

test("answers in f32 whatever it reads", () => {
  const band = resizeBand(4, 8, { mode: "bicubic", alignCorners: false });
  const kernel = resampleMap({ rows: band, columns: band, precision: "f16" });
  expect(kernel.inputs[0]).toEqual({ shape: [1, 4, 4], dtype: "f16" });
  expect(kernel.output).toEqual({ shape: [8, 8], dtype: "f32" });
});
