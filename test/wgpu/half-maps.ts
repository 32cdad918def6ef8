import { describe, expect, test } from "vitest";
import { antialiasedBand } from "../../src/kernels/antialiased-band.ts";
import { argMaxResized } from "../../src/kernels/arg-max-resized.ts";
import { composeBands, resizeBand } from "../../src/kernels/bands.ts";
import { cast } from "../../src/kernels/cast.ts";
import { channelsLast } from "../../src/kernels/channels-last.ts";
import { classScoresResized } from "../../src/kernels/class-scores-resized.ts";
import { maxPool2d } from "../../src/kernels/max-pool2d.ts";
import { normalizePixels } from "../../src/kernels/normalize-pixels.ts";
import { resampleMap } from "../../src/kernels/resample-map.ts";
import { resize } from "../../src/kernels/resize.ts";
import { samePadding } from "../../src/kernels/shared/uneven-padding.ts";
import { expectClose } from "../expect-close.ts";
import { randomNormal } from "../random.ts";
import { applyBands } from "../reference/apply-bands.ts";
import { argMax } from "../reference/arg-max.ts";
import { channelsLast as channelsLastLoop } from "../reference/channels-last.ts";
import { classScores } from "../reference/class-scores.ts";
import { maxPool2d as maxPool2dLoop } from "../reference/max-pool2d.ts";
import { resizeAntialiased as antialiasedLoop, resize as resizeLoop } from "../reference/resize.ts";
import { halfRounding } from "../round-to-half.ts";
import { type HalfRunner, half } from "./half-runner.ts";

const precision = "f16";

/** What moves, resizes and reads maps, in f16. */
export function testHalfMaps({ check, run, runBytes }: HalfRunner): void {
  describe("f16 storage", () => {
    test.each([
      [2, 5, 8, 3],
      [1, 16, 13, 12],
    ] as const)("maxPool2d [%i, %i, %i, %i]", async (batch, height, width, channels) => {
      const window = { size: 3, stride: 2, padding: samePadding(height, width, 3, 2) };
      const sizes = { batch, height, width, channels, ...window };
      const x = half(batch * height * width * channels, 1, { mean: -1 });
      expect([...(await run(maxPool2d({ ...sizes, precision }), x))]).toEqual([...maxPool2dLoop(x, sizes)]);
    });

    test("channelsLast [2, 3, 5, 7]", async () => {
      const x = half(2 * 3 * 5 * 7, 1);
      const kernel = channelsLast({ batch: 2, channels: 3, height: 5, width: 7, precision });
      expect([...(await run(kernel, x))]).toEqual([...channelsLastLoop(x, [2, 3, 5, 7], 4)]);
    });

    const rules = (["bilinear", "bicubic"] as const).flatMap((mode) =>
      [false, true].map((alignCorners) => ({ mode, alignCorners })),
    );
    test.each(rules)("resize %o", async (rule) => {
      for (const [height, width, channels, outHeight, outWidth] of [
        [3, 8, 7, 9, 5],
        [13, 17, 12, 26, 34],
      ] as const) {
        const x = half(height * width * channels, 1);
        const want = resizeLoop(x, [height, width, channels], [outHeight, outWidth], rule);
        const sizes = { batch: 1, height, width, channels, outHeight, outWidth };
        const sums = 6 * 2 ** -24 * (12 * (height + width) + 80);
        await check(resize({ ...sizes, ...rule, precision }), [x], want, sums);
      }
    });

    test.each([1, 7, 64, 1025])("cast of %i values, there and back", async (length) => {
      const values = randomNormal(length, 1, { deviation: 1e3 }).fill(65504, -1);
      const down = await run(cast({ shape: [length], from: "f32", to: "f16" }), values);
      const error = Float64Array.from(values, halfRounding);
      expectClose(down, values, [length], error, "to f16");
      expect(await run(cast({ shape: [length], from: "f16", to: "f32" }), down)).toEqual(down);
    });

    test("cast of what f16 cannot hold", async () => {
      const values = Float32Array.of(1e5, -1e38, Number.POSITIVE_INFINITY);
      const down = await run(cast({ shape: [3], from: "f32", to: "f16" }), values);
      expect([...down]).toEqual([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
    });

    test("normalizePixels", async () => {
      const [mean, deviation] = [[0.485, 0.456, 0.406] as const, [0.229, 0.224, 0.225] as const];
      const pad = { top: 1, left: 0, bottom: 2, right: 3 };
      const [height, width] = [16, 16];
      const pixels = Uint32Array.from({ length: 256 }, (_, i) => i | ((255 - i) << 8) | ((i ^ 90) << 16));
      const want = new Float64Array(3 * 19 * 19);
      for (let i = 0; i < 3 * 256; i++) {
        const [c, row, column] = [i >> 8, (i >> 4) & 15, i & 15];
        const byte = (pixels[i & 255]! >>> (8 * c)) & 255;
        want[(c * 19 + row + 1) * 19 + column] = (byte / 255 - mean[c]!) / deviation[c]!;
      }
      const kernel = normalizePixels({ height, width, scale: 1 / 255, mean, deviation, pad, precision });
      await check(kernel, [pixels], want, 1e-6);
    });

    test.each([
      [7, 12, 11, 31, 45],
      [40, 6, 7, 13, 11],
      [150, 6, 5, 9, 14],
      [257, 4, 3, 9, 5],
    ])("argMaxResized, %i labels, %i×%i to %i×%i", async (labels, h, w, H, W) => {
      const logits = half(h * w * labels, labels, { deviation: 3 });
      const [aligned, halfPixel] = [
        { mode: "bilinear", alignCorners: true },
        { mode: "bilinear", alignCorners: false },
      ] as const;
      const band = (size: number, end: number) =>
        composeBands(resizeBand(size, 2 * size, aligned), resizeBand(2 * size, end, halfPixel));
      const [rows, columns] = [band(h, H), band(w, W)];
      const big = resizeLoop(logits, [h, w, labels], [2 * h, 2 * w], aligned);
      const want = argMax(resizeLoop(big, [2 * h, 2 * w, labels], [H, W], halfPixel), labels);
      const kernel = argMaxResized({ labels, rows, columns, precision });
      const bytes = await runBytes(kernel, logits, rows.start, rows.weights, columns.start, columns.weights);
      const got = kernel.output.dtype === "u8" ? new Uint8Array(bytes) : new Uint16Array(bytes);
      const clear = want.margins.map((margin) => margin >= 1e-4);
      expect(clear.filter(Boolean).length).toBeGreaterThan(0.98 * H * W);
      expect(want.labels.filter((label, i) => clear[i] && got[i] !== label)).toEqual([]);
    });

    test.each([
      [7, 12, 11, 31, 45],
      [150, 5, 6, 9, 14],
      [4, 20, 200, 5, 4],
    ])(
      "classScoresResized and resampleMap with a sum, %i labels, %i×%i to %i×%i, whose answers are f32",
      async (...sizes) => {
        const [labels, h, w, H, W] = sizes;
        const logits = half(h * w * labels, labels, { deviation: 3 });
        const way = { mode: "bilinear", alignCorners: false } as const;
        const [rows, columns] = [resizeBand(h, H, way), resizeBand(w, W, way)];
        const params = { labels, channels: labels, rows, columns, precision } as const;
        const bands = [rows.start, rows.weights, columns.start, columns.weights] as const;
        const want = applyBands(logits, labels, rows, columns);
        const sum = randomNormal(want.length, 2);
        const sums = await run(resampleMap({ ...params, adds: true }), logits, ...bands, sum);
        expectClose(
          sums,
          want.map((value, i) => value + sum[i]!),
          [1, H, W, labels],
          1e-5,
        );
        const scores = await run(classScoresResized(params), logits, ...bands);
        const { confidence, margin, entropy } = classScores(want, labels);
        expectClose(scores, [...confidence, ...margin, ...entropy], [3, H, W], 1e-5);
      },
    );

    test.each([
      [24, 24, 61, 97],
      [37, 41, 13, 1],
    ])("resampleMap %i×%i to %i×%i, whose answer is f32", async (h, w, H, W) => {
      const way = { mode: "bicubic", alignCorners: false } as const;
      const [rows, columns] = [resizeBand(h, H, way), resizeBand(w, W, way)];
      const x = half(h * w, h + w, { mean: 3 });
      const kernel = resampleMap({ rows, columns, precision });
      const got = await run(kernel, x, rows.start, rows.weights, columns.start, columns.weights);
      expectClose(got, resizeLoop(x, [h, w, 1], [H, W], way), [H, W], 5e-5);
    });

    test.each([5, 8])("resampleMap antialiased, %i channels, whose answer is f16", async (channels) => {
      const [rows, columns] = [antialiasedBand(9, 4), antialiasedBand(5, 13)];
      const x = half(9 * 5 * channels, 1);
      const kernel = resampleMap({ rows, columns, channels, precision, outPrecision: precision });
      const want = antialiasedLoop(x, [9, 5, channels], [4, 13]);
      await check(kernel, [x, rows.start, rows.weights, columns.start, columns.weights], want, 2e-5);
    });
  });
}
