import { describe, expect, test } from "vitest";
import { antialiasedBand } from "../../src/kernels/antialiased-band.ts";
import { argMaxResized } from "../../src/kernels/arg-max-resized.ts";
import { attention } from "../../src/kernels/attention.ts";
import { composeBands, resizeBand } from "../../src/kernels/bands.ts";
import { cast } from "../../src/kernels/cast.ts";
import { channelsLast } from "../../src/kernels/channels-last.ts";
import { classScoresResized } from "../../src/kernels/class-scores-resized.ts";
import { convTranspose2d } from "../../src/kernels/conv-transpose2d.ts";
import { conv2d } from "../../src/kernels/conv2d.ts";
import { cosineWindows } from "../../src/kernels/cosine-windows.ts";
import { depthFromBins } from "../../src/kernels/depth-from-bins.ts";
import { layerNorm } from "../../src/kernels/layer-norm.ts";
import { matmul } from "../../src/kernels/matmul.ts";
import { maxPool2d } from "../../src/kernels/max-pool2d.ts";
import { normalizePixels } from "../../src/kernels/normalize-pixels.ts";
import { patchEmbed } from "../../src/kernels/patch-embed.ts";
import { prependClassToken } from "../../src/kernels/prepend-class-token.ts";
import { relativePositionBias } from "../../src/kernels/relative-position-bias.ts";
import { resampleMap } from "../../src/kernels/resample-map.ts";
import { resize } from "../../src/kernels/resize.ts";
import { packConv2d, packConvTranspose2d, packLinear, packVector } from "../../src/kernels/shared/pack.ts";
import { samePadding } from "../../src/kernels/shared/uneven-padding.ts";
import { windowedRows } from "../../src/kernels/shared/windows.ts";
import { swiglu } from "../../src/kernels/swiglu.ts";
import { unitVectors } from "../../src/kernels/unit-vectors.ts";
import type { ConstantData } from "../../src/runtime/graph/graph.ts";
import type { Kernel } from "../../src/runtime/graph/kernel.ts";
import { elementCount } from "../../src/runtime/graph/tensor.ts";
import { loadFloats, storeFloats } from "../../src/runtime/session/store-floats.ts";
import { expectClose } from "../expect-close.ts";
import { checkGroupNorm } from "../kernels/check-group-norm.ts";
import { checkProduct } from "../kernels/check-product.ts";
import { sumTolerance } from "../kernels/sum-tolerance.ts";
import { randomNormal } from "../random.ts";
import { applyBands } from "../reference/apply-bands.ts";
import { argMax } from "../reference/arg-max.ts";
import { attention as attentionLoop } from "../reference/attention.ts";
import { channelsLast as channelsLastLoop } from "../reference/channels-last.ts";
import { classScores } from "../reference/class-scores.ts";
import { convTranspose2d as convTranspose2dLoop } from "../reference/conv-transpose2d.ts";
import { conv2d as conv2dLoop } from "../reference/conv2d.ts";
import { cosineWindows as cosineWindowsLoop } from "../reference/cosine-windows.ts";
import { depthFromBins as binsLoop } from "../reference/depth-from-bins.ts";
import { epilogue } from "../reference/epilogue.ts";
import { layerNorm as layerNormLoop } from "../reference/layer-norm.ts";
import { matmul as matmulLoop } from "../reference/matmul.ts";
import { maxPool2d as maxPool2dLoop } from "../reference/max-pool2d.ts";
import { patchOffsets, patchProducts } from "../reference/patch-embed.ts";
import { prependClassToken as prependLoop } from "../reference/prepend-class-token.ts";
import { relativePositionBias as biasLoop } from "../reference/relative-position-bias.ts";
import { resizeAntialiased as antialiasedLoop, resize as resizeLoop } from "../reference/resize.ts";
import { swiglu as swigluLoop } from "../reference/swiglu.ts";
import { unitVectors as unitLoop } from "../reference/unit-vectors.ts";
import { halfRounding, roundToHalf } from "../round-to-half.ts";
import type { Wgpu } from "./open-wgpu.ts";

const precision = "f16";
const half = (length: number, seed: number, of?: { mean?: number; deviation?: number }) =>
  roundToHalf(randomNormal(length, seed, of));

/**
 * Every kernel with f16 storage against the float64 loops, on inputs that are f16 numbers: what is left is the rounding
 * of the answer, and sums in f32.
 */
export function testHalfKernels(wgpu: Wgpu): void {
  async function runBytes(kernel: Kernel, ...inputs: ConstantData[]): Promise<ArrayBuffer> {
    const stored = inputs.map((data, i) =>
      kernel.inputs[i]!.dtype === "f16" ? storeFloats(data as Float32Array, "f16") : data,
    );
    return (await wgpu.call("runKernel", kernel, stored)).buffer as ArrayBuffer;
  }

  async function run(kernel: Kernel, ...inputs: ConstantData[]): Promise<Float32Array> {
    const { shape, dtype } = kernel.output;
    return loadFloats(await runBytes(kernel, ...inputs), dtype === "f16" ? "f16" : "f32", elementCount(shape));
  }

  /** @param sums largest error before the answer is stored */
  async function check(kernel: Kernel, inputs: ConstantData[], want: ArrayLike<number>, sums: number | Float64Array) {
    expect(kernel.output.dtype).toBe("f16");
    const error = (i: number) => (typeof sums === "number" ? sums : sums[i]!);
    const tolerance = Float64Array.from(want, (y, i) => error(i) + halfRounding(y));
    expectClose(await run(kernel, ...inputs), want, kernel.output.shape, tolerance, kernel.label);
  }

  describe("f16 storage", () => {
    test.each([
      { batch: 1, rows: 1, channelsIn: 1, channelsOut: 1 },
      { batch: 1, rows: 37, channelsIn: 129, channelsOut: 63, activation: "gelu", bias: "channel" },
      { batch: 2, rows: 131, channelsIn: 64, channelsOut: 68, bias: "image", residuals: 1, activation: "gelu" },
      { batch: 3, rows: 5, select: { of: 7, first: 1 }, channelsIn: 12, channelsOut: 20, residuals: 2 },
      {
        batch: 2,
        rows: 35,
        windows: windowedRows({ height: 5, width: 7, window: 3, shift: 1 }),
        channelsIn: 12,
        channelsOut: 20,
      },
    ] as const)("matmul %o", async (sizes) => {
      const { channelsIn: depth, channelsOut } = sizes;
      const kernel = matmul({ ...sizes, precision });
      const [x, weight] = [half(elementCount(kernel.inputs[0]!.shape), 1), half(channelsOut * depth, 2)];
      const packed = packLinear(weight, channelsOut, depth);
      const reference = (a: Float32Array, b: Float32Array) => matmulLoop(a, b, sizes);
      await checkProduct({ kernel, x, weight, packed, reference, depth, epilogue: sizes }, run);
    });

    test.each([
      { batch: 2, height: 5, width: 8, channelsIn: 3, channelsOut: 13, size: 3, stride: 2 },
      {
        batch: 1,
        height: 13,
        width: 17,
        channelsIn: 64,
        channelsOut: 32,
        size: 3,
        stride: 1,
        relu: true,
        residuals: 2,
      },
    ] as const)("conv2d %o", async (params) => {
      const { batch, height, width, channelsIn, channelsOut, size } = params;
      const sizes = { ...params, padding: samePadding(height, width, size, params.stride) };
      const depth = size * size * channelsIn;
      const [x, weight] = [half(batch * height * width * channelsIn, 1), half(channelsOut * depth, 2)];
      const packed = packConv2d(weight, channelsOut, channelsIn, size * size);
      const passed = (a: Float32Array) => ("relu" in params ? a.map((value) => Math.max(0, value)) : a);
      const reference = (a: Float32Array, b: Float32Array) => conv2dLoop(passed(a), b, sizes);
      const kernel = conv2d({ ...sizes, precision });
      await checkProduct({ kernel, x, weight, packed, reference, depth, epilogue: params }, run);
    });

    test.each([
      { batch: 2, height: 3, width: 5, channelsIn: 7, channelsOut: 3, size: 2 },
      { batch: 1, height: 11, width: 4, channelsIn: 8, channelsOut: 12, size: 4 },
    ])("convTranspose2d %o", async (sizes) => {
      const { batch, height, width, channelsIn, channelsOut, size } = sizes;
      const [x, weight] = [half(batch * height * width * channelsIn, 1), half(channelsIn * channelsOut * size ** 2, 2)];
      const bias = randomNormal(channelsOut, 3);
      const want = epilogue(convTranspose2dLoop(x, weight, sizes), channelsOut, { bias });
      const products = convTranspose2dLoop(x.map(Math.abs), weight.map(Math.abs), sizes);
      const magnitudes = epilogue(products, channelsOut, { bias: bias.map(Math.abs) });
      const packed = packConvTranspose2d(weight, channelsIn, channelsOut, size ** 2);
      const inputs = [x, packed, packVector(bias, size ** 2)];
      const kernel = convTranspose2d({ ...sizes, precision });
      await check(kernel, inputs, want, sumTolerance(magnitudes, channelsIn, want, {}));
    });

    test.each([
      { batch: 2, channelsIn: 3, height: 5, width: 7, patch: 2, channelsOut: 5 },
      { batch: 1, channelsIn: 3, height: 28, width: 43, patch: 14, channelsOut: 24 },
      { batch: 2, channelsIn: 3, height: 28, width: 43, patch: 14, channelsOut: 24, leading: 2 },
    ])("patchEmbed %o", async (sizes) => {
      const { batch, channelsIn, height, width, patch, channelsOut, leading = 1 } = sizes;
      const depth = channelsIn * patch * patch;
      const patches = Math.floor(height / patch) * Math.floor(width / patch);
      const [pixels, weight] = [half(batch * channelsIn * height * width, 1), half(channelsOut * depth, 2)];
      const [bias, token] = [randomNormal(channelsOut, 3), randomNormal(leading * channelsOut, 4)];
      const positions = half(patches * channelsOut, 5);
      const embed = (...[a, b, c, d, e]: [Float32Array, Float32Array, Float32Array, Float32Array, Float32Array]) => {
        const offsets = patchOffsets(c, d, e, sizes);
        return patchProducts(a, b, sizes).map((value, i) => value + offsets[i]!);
      };
      const want = embed(pixels, weight, bias, token, positions);
      const abs = (values: Float32Array) => values.map(Math.abs);
      const magnitudes = embed(abs(pixels), abs(weight), abs(bias), abs(token), abs(positions));
      const inputs = [pixels, packLinear(weight, channelsOut, depth), packVector(bias), packVector(token), positions];
      await check(patchEmbed({ ...sizes, precision }), inputs, want, sumTolerance(magnitudes, depth, want, {}));
    });

    test.each([
      [17, 63],
      [5, 1024],
    ])("layerNorm [%i, %i]", async (rows, channels) => {
      const x = half(rows * channels, 1, { mean: 3, deviation: 2 });
      const [weight, bias] = [randomNormal(channels, 2, { mean: 1 }), randomNormal(channels, 3)];
      const epsilon = 1e-6;
      const want = layerNormLoop(x, weight, bias, epsilon);
      // No value, weight or bias of a normal distribution is past 6.
      await check(layerNorm({ rows, channels, epsilon, precision }), [x, weight, bias], want, 60 * 2 ** -24 * 48);
      const residual = half(rows * channels, 4);
      const kernel = layerNorm({ rows, channels, epsilon, residual: true, precision });
      const sum = want.map((y, i) => y + residual[i]!);
      await check(kernel, [x, weight, bias, residual], sum, 61 * 2 ** -24 * 54);
    });

    test.each([
      { batch: 2, height: 5, width: 7, window: 3, shift: 1, heads: 3, headSize: 7 },
      { batch: 1, height: 8, width: 8, window: 4, shift: 2, heads: 2, headSize: 32 },
    ])("cosineWindows %o", async (sizes) => {
      const { batch, height, width, heads, headSize } = sizes;
      const channels = 3 * heads * headSize;
      const qkv = half(batch * height * width * channels, 1, { deviation: 2 });
      const [scale, bias] = [randomNormal(heads, 2, { mean: 10 }), randomNormal(channels, 3)];
      const kernel = cosineWindows({ ...sizes, bias: true, precision });
      const inputs = [qkv, scale, ...(kernel.inputs.length > 2 ? [packVector(bias)] : [])];
      // Values are below 16: see the tolerance of the kernel's own test.
      await check(kernel, inputs, cosineWindowsLoop(qkv, scale, bias, sizes), (headSize / 2 + 12) * 2 ** -24 * 16);
    });

    test.each([
      { batch: 2, height: 7, width: 9, channels: 12, groups: 3, activation: "relu" },
      { batch: 1, height: 9, width: 13, channels: 64, groups: 32, activation: "none" },
      { batch: 2, height: 3, width: 5, channels: 10, groups: 5, activation: "relu" },
    ] as const)("groupNorm %o", async (sizes) => {
      const length = sizes.batch * sizes.height * sizes.width * sizes.channels;
      const x = half(length, 1, { mean: 3, deviation: 2 });
      await checkGroupNorm({ ...sizes, precision }, x, {}, run);
      await checkGroupNorm({ ...sizes, precision }, x, { residual: half(length, 4) }, run);
    });

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

    test.each([
      [2, 3, 5, 7],
      [1, 6, 4, 12],
    ] as const)("prependClassToken [%i, %i, %i, %i]", async (batch, height, width, channels) => {
      const [x, positions] = [half(batch * height * width * channels, 1), half(height * width * channels, 2)];
      const classToken = randomNormal(channels, 3);
      const want = prependLoop(x, classToken, positions, channels);
      const kernel = prependClassToken({ batch, height, width, channels, precision });
      // One addition of numbers below 8.
      await check(kernel, [x, packVector(classToken), positions], want, 2 ** -24 * 16);
    });

    test.each([
      { batch: 2, tokens: 33, heads: 3, headSize: 7 },
      { batch: 1, tokens: 197, heads: 2, headSize: 64 },
    ])("attention %o", async (params) => {
      const { batch, tokens, heads, headSize } = params;
      const sizes = { ...params, scale: 1 / Math.sqrt(headSize) };
      const qkv = half(batch * tokens * 3 * heads * headSize, 7, { deviation: 1.5 });
      // Scores of up to 20 err by (d + 4) units of 2^-24, values are below 8.
      const sums = 8 * 2 ** -24 * (2 * (headSize + 4) * 20 + 2 * tokens);
      await check(attention({ ...sizes, precision }), [qkv], attentionLoop(qkv, sizes), sums);

      const bias = half(heads * tokens * tokens, 8);
      const regions = Uint32Array.from({ length: tokens }, (_, t) => t % 2);
      const kernel = attention({ ...sizes, bias: true, regions: 1, precision });
      await check(kernel, [qkv, bias, regions], attentionLoop(qkv, sizes, { bias, regions }), sums);
    });

    test("relativePositionBias", async () => {
      const sizes = { height: 5, width: 3, heads: 6, classToken: true };
      const [table, rows] = [half(9 * 5 * 6, 1), half(3 * 6, 2)];
      await check(relativePositionBias({ ...sizes, precision }), [table, rows], biasLoop(table, rows, sizes), 0);
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

    test.each([
      { batch: 2, rows: 3, channels: 5 },
      { batch: 1, rows: 17, channels: 64 },
    ])("swiglu %o", async (sizes) => {
      const { batch, rows, channels } = sizes;
      const x = half(batch * rows * 2 * channels, 1, { deviation: 3 });
      await check(swiglu({ ...sizes, precision }), [x], swigluLoop(x, channels), 13 * 2 ** -24 * 15 ** 2);
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

    test.each([7, 64])("depthFromBins of %i bins", async (bins) => {
      const sizes = { batch: 2, height: 3, width: 5, bins, minDepth: 0.001, maxDepth: 10 };
      const x = half(30 * bins, 1, { deviation: 3 });
      await check(depthFromBins({ ...sizes, precision }), [x], binsLoop(x, sizes), 10 * 2 ** -24 * (2 * bins + 8));
    });

    test("unitVectors, whose answer is f32", async () => {
      const x = half(3 * 35, 1);
      const kernel = unitVectors({ batch: 1, height: 5, width: 7, channels: 3, precision });
      expectClose(await run(kernel, x), unitLoop(x, 3), kernel.output.shape, 2 ** -24 * 11);
    });
  });
}
