import { expect, test } from "vitest";
import { antialiasedBand } from "../../src/kernels/antialiased-band.ts";
import { resizeBand } from "../../src/kernels/bands.ts";
import { resampleMap } from "../../src/kernels/resample-map.ts";
import { expectClose } from "../expect-close.ts";
import { randomNormal } from "../random.ts";
import { resize, resizeAntialiased } from "../reference/resize.ts";
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

test.each([
  [3, 5, 7, 9, 4],
  [4, 6, 5, 11, 13],
  [7, 8, 3, 5, 2],
])("%i channels, %i×%i to %i×%i", async (channels, h, w, H, W) => {
  const way = { mode: "bilinear", alignCorners: false } as const;
  const [rows, columns] = [resizeBand(h, H, way), resizeBand(w, W, way)];
  const x = randomNormal(h * w * channels, h + w, { mean: 3 });
  const kernel = resampleMap({ rows, columns, channels, precision: "f32" });
  const got = await runFloat(kernel, x, rows.start, rows.weights, columns.start, columns.weights);
  expectClose(got, resize(x, [h, w, channels], [H, W], way), kernel.output.shape, 2e-5);
});

test.each([
  [1, 7, 5, 3, 2],
  [8, 9, 16, 4, 21],
])("%i channels, %i×%i to %i×%i, antialiased", async (channels, h, w, H, W) => {
  const [rows, columns] = [antialiasedBand(h, H), antialiasedBand(w, W)];
  const x = randomNormal(h * w * channels, h + w, { mean: 3 });
  const kernel = resampleMap({ rows, columns, channels, precision: "f32" });
  const got = await runFloat(kernel, x, rows.start, rows.weights, columns.start, columns.weights);
  expectClose(got, resizeAntialiased(x, [h, w, channels], [H, W]), kernel.output.shape, 2e-5);
});

test.each([
  [1, 5, 6, 7, 9],
  [4, 1, 1, 3, 1],
  [150, 6, 5, 9, 14],
  [152, 6, 5, 9, 14],
])("%i channels, %i×%i to %i×%i, added to a sum", async (channels, h, w, H, W) => {
  const way = { mode: "bicubic", alignCorners: false } as const;
  const [rows, columns] = [resizeBand(h, H, way), resizeBand(w, W, way)];
  const [x, sum] = [randomNormal(h * w * channels, 1), randomNormal(H * W * channels, 2)];
  const kernel = resampleMap({ rows, columns, channels, precision: "f32", adds: true });
  const got = await runFloat(kernel, x, rows.start, rows.weights, columns.start, columns.weights, sum);
  const want = resize(x, [h, w, channels], [H, W], way).map((value, i) => value + sum[i]!);
  expectClose(got, want, kernel.output.shape, 2e-5);
});

test("what weighs nothing adds nothing", async () => {
  const rows = { inSize: 2, outSize: 3, taps: 1, start: Uint32Array.of(0, 1, 1), weights: Float32Array.of(1, 0, 0.5) };
  const columns = { inSize: 1, outSize: 1, taps: 1, start: Uint32Array.of(0), weights: Float32Array.of(1) };
  const kernel = resampleMap({ rows, columns, precision: "f32" });
  const bands = [rows.start, rows.weights, columns.start, columns.weights] as const;
  expect([...(await runFloat(kernel, Float32Array.of(3, 4), ...bands))]).toEqual([3, 0, 2]);
});

test("answers in f32 whatever it reads", () => {
  const band = resizeBand(4, 8, { mode: "bicubic", alignCorners: false });
  const kernel = resampleMap({ rows: band, columns: band, precision: "f16" });
  expect(kernel.inputs[0]).toEqual({ shape: [1, 4, 4, 1], dtype: "f16" });
  expect(kernel.output).toEqual({ shape: [1, 8, 8, 1], dtype: "f32" });
  const half = resampleMap({ rows: band, columns: band, channels: 8, precision: "f16", outPrecision: "f16" });
  expect(half.output).toEqual({ shape: [1, 8, 8, 8], dtype: "f16" });
  expect(half.code).toContain("output: array<vec4<f16>");
});
