import { attention } from "../../kernels/attention.ts";
import { convTranspose2d } from "../../kernels/conv-transpose2d.ts";
import { conv2d } from "../../kernels/conv2d.ts";
import { matmul } from "../../kernels/matmul.ts";
import { patchEmbed } from "../../kernels/patch-embed.ts";
import { packConv2d, packConvTranspose2d, packedShape, packLinear, packVector } from "../../kernels/shared/pack.ts";
import { quantize } from "../../kernels/shared/quantize.ts";
import { QUANTIZED_STORAGE } from "../../kernels/shared/quantized-storage.ts";
import { bandSizes, planWinograd, winogradFilters, winogradPoints } from "../../kernels/shared/winograd.ts";
import { winogradInput } from "../../kernels/winograd-input.ts";
import { winogradOutput } from "../../kernels/winograd-output.ts";
import { winogradProduct } from "../../kernels/winograd-product.ts";
import { allPaths, type DoctorCase, ownPath } from "./doctor-case.ts";
import { numbers } from "./numbers.ts";

/** Fills tiles of 64 × 64, with some left over, and is cut into two parts. */
export const MATMUL = {
  batch: 1,
  rows: 70,
  channelsIn: 260,
  channelsOut: 72,
  bias: "channel",
  activation: "gelu",
} as const;
export const QUANTIZED = { batch: 1, rows: 19, channelsIn: 70, channelsOut: 36 } as const;
export const CONV = {
  batch: 1,
  height: 9,
  width: 10,
  channelsIn: 20,
  channelsOut: 72,
  size: 3,
  stride: 1,
  padding: 1,
  relu: true,
  residuals: 1,
} as const;
export const TRANSPOSED = { batch: 2, height: 3, width: 5, channelsIn: 12, channelsOut: 7, size: 2 } as const;
export const WINOGRAD = { side: 4, batch: 1, height: 9, width: 7, channelsIn: 12, channelsOut: 20 } as const;
export const PATCHES = {
  batch: 1,
  channelsIn: 3,
  height: 16,
  width: 20,
  patch: 4,
  channelsOut: 18,
  leading: 2,
} as const;
export const ATTENTION = { batch: 2, tokens: 67, heads: 2, headSize: 12, scale: 0.25 } as const;

const quantized = (format: "q8" | "q4"): DoctorCase => {
  const { rows, channelsIn, channelsOut } = QUANTIZED;
  const packed = packLinear(numbers(channelsOut * channelsIn, 12), channelsOut, channelsIn);
  const words = quantize(format, packed, packedShape(1, channelsIn, channelsOut)[1]!, "self-test");
  return {
    name: `matmul ${format}`,
    // Activations are f32 where weights are quantised.
    precisions: ["f32"],
    paths: async (precision) => [ownPath(matmul({ ...QUANTIZED, quantized: QUANTIZED_STORAGE[format], precision }))],
    inputs: [numbers(rows * channelsIn, 11), words],
  };
};

const winogradPlan = planWinograd(WINOGRAD);

/** Sums of products. */
export const PRODUCT_CASES: readonly DoctorCase[] = [
  {
    name: "matmul",
    paths: (precision, traits) => allPaths(matmul({ ...MATMUL, precision }), traits),
    inputs: [
      numbers(MATMUL.rows * MATMUL.channelsIn, 1),
      packLinear(numbers(MATMUL.channelsOut * MATMUL.channelsIn, 2), MATMUL.channelsOut, MATMUL.channelsIn),
      numbers(MATMUL.channelsOut, 3),
    ],
  },
  quantized("q8"),
  quantized("q4"),
  {
    name: "conv2d",
    paths: (precision, traits) => allPaths(conv2d({ ...CONV, precision }), traits),
    inputs: [
      numbers(90 * CONV.channelsIn, 21),
      packConv2d(numbers(CONV.channelsOut * CONV.channelsIn * 9, 22), CONV.channelsOut, CONV.channelsIn, 9),
      numbers(90 * CONV.channelsOut, 23),
    ],
  },
  {
    name: "convTranspose2d",
    paths: async (precision) => [ownPath(convTranspose2d({ ...TRANSPOSED, precision }))],
    inputs: [
      numbers(30 * TRANSPOSED.channelsIn, 31),
      packConvTranspose2d(
        numbers(TRANSPOSED.channelsIn * TRANSPOSED.channelsOut * 4, 32),
        TRANSPOSED.channelsIn,
        TRANSPOSED.channelsOut,
        4,
      ),
      packVector(numbers(TRANSPOSED.channelsOut, 33), 4),
    ],
  },
  {
    name: "winograd",
    // Its filters are no whole 64ths, so that f16 would round them.
    precisions: ["f32"],
    paths: async (precision) => [
      {
        name: "only way",
        stages: [
          { kernel: winogradInput({ ...winogradPlan, precision }), inputs: [0, 1] },
          { kernel: winogradProduct({ ...winogradPlan, precision }), inputs: [3, 2] },
          { kernel: winogradOutput({ ...winogradPlan, precision }), inputs: [4, 1] },
        ],
      },
    ],
    inputs: [
      numbers(63 * WINOGRAD.channelsIn, 41),
      bandSizes(winogradPlan, 0),
      packConv2d(
        winogradFilters(numbers(WINOGRAD.channelsOut * WINOGRAD.channelsIn * 9, 42), WINOGRAD.side),
        WINOGRAD.channelsOut,
        WINOGRAD.channelsIn,
        winogradPoints(WINOGRAD.side),
      ),
    ],
  },
  {
    name: "patchEmbed",
    paths: async (precision) => [ownPath(patchEmbed({ ...PATCHES, precision }))],
    inputs: [
      numbers(3 * PATCHES.height * PATCHES.width, 51),
      packLinear(numbers(PATCHES.channelsOut * 48, 52), PATCHES.channelsOut, 48),
      packVector(numbers(PATCHES.channelsOut, 53)),
      numbers(2 * 20, 54),
      numbers(20 * PATCHES.channelsOut, 55),
    ],
  },
  {
    name: "attention",
    paths: (precision, traits) => allPaths(attention({ ...ATTENTION, precision }), traits),
    inputs: [numbers(2 * 67 * 3 * 24, 61)],
  },
  {
    name: "attention with bias and regions",
    paths: async (precision) => [ownPath(attention({ ...ATTENTION, bias: true, regions: 1, precision }))],
    inputs: [numbers(2 * 67 * 3 * 24, 62), numbers(2 * 67 * 67, 63), Uint32Array.from({ length: 67 }, (_, i) => i % 3)],
  },
];
