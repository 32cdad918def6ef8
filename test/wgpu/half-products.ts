import { describe, test } from "vitest";
import { attention } from "../../src/kernels/attention.ts";
import { convTranspose2d } from "../../src/kernels/conv-transpose2d.ts";
import { conv2d } from "../../src/kernels/conv2d.ts";
import { matmul } from "../../src/kernels/matmul.ts";
import { patchEmbed } from "../../src/kernels/patch-embed.ts";
import { relativePositionBias } from "../../src/kernels/relative-position-bias.ts";
import { packConv2d, packConvTranspose2d, packLinear, packVector } from "../../src/kernels/shared/pack.ts";
import { samePadding } from "../../src/kernels/shared/uneven-padding.ts";
import { windowedRows } from "../../src/kernels/shared/windows.ts";
import { elementCount } from "../../src/runtime/graph/tensor.ts";
import { checkProduct } from "../kernels/check-product.ts";
import { sumTolerance } from "../kernels/sum-tolerance.ts";
import { randomNormal } from "../random.ts";
import { attention as attentionLoop } from "../reference/attention.ts";
import { convTranspose2d as convTranspose2dLoop } from "../reference/conv-transpose2d.ts";
import { conv2d as conv2dLoop } from "../reference/conv2d.ts";
import { epilogue } from "../reference/epilogue.ts";
import { matmul as matmulLoop } from "../reference/matmul.ts";
import { patchOffsets, patchProducts } from "../reference/patch-embed.ts";
import { relativePositionBias as biasLoop } from "../reference/relative-position-bias.ts";
import { type HalfRunner, half } from "./half-runner.ts";

const precision = "f16";

/** Products and attention, in f16. */
export function testHalfProducts({ check, run }: HalfRunner): void {
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
  });
}
