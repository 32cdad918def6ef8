import { convTranspose2d } from "../../kernels/conv-transpose2d.ts";
import { conv2d } from "../../kernels/conv2d.ts";
import { gram } from "../../kernels/gram.ts";
import { matmul } from "../../kernels/matmul.ts";
import { patchEmbed } from "../../kernels/patch-embed.ts";
import { packConv2d, packConvTranspose2d, packedShape, packLinear, packVector } from "../../kernels/shared/pack.ts";
import { quantize } from "../../kernels/shared/quantize.ts";
import { QUANTIZED_STORAGE } from "../../kernels/shared/quantized-storage.ts";
import { allPaths, type DoctorCase, ownPath } from "./doctor-case.ts";
import { numbers } from "./numbers.ts";

/** Has every tile, whole and in part, and a sum that is cut into two. */
export const MATMUL = {
  batch: 1,
  rows: 131,
  channelsIn: 260,
  channelsOut: 72,
  bias: "channel",
} as const;
/** The first of five tokens, of three images; rows that are no whole vec4. */
export const FEW_ROWS = {
  batch: 3,
  rows: 1,
  select: { of: 5, first: 0 },
  channelsIn: 38,
  channelsOut: 10,
  bias: "channel",
  activation: "gelu",
} as const;
export const QUANTIZED = { batch: 1, rows: 19, channelsIn: 72, channelsOut: 36 } as const;
/** Of a sum that is cut into three, between taps. */
export const CONV = {
  batch: 1,
  height: 9,
  width: 10,
  channelsIn: 44,
  channelsOut: 72,
  size: 3,
  stride: 1,
  padding: 1,
  relu: true,
  residuals: 1,
} as const;
export const STRIDED = {
  batch: 2,
  height: 7,
  width: 6,
  channelsIn: 3,
  channelsOut: 5,
  size: 3,
  stride: 2,
  padding: { top: 1, bottom: 0, left: 0, right: 2 },
} as const;
export const TRANSPOSED = { batch: 2, height: 3, width: 5, channelsIn: 13, channelsOut: 7, size: 2 } as const;
export const PATCHES = {
  batch: 1,
  channelsIn: 3,
  height: 16,
  width: 20,
  patch: 4,
  channelsOut: 18,
  leading: 2,
} as const;
export const GRAM = { rows: 11, channels: 13 } as const;

const quantized = (format: "q8" | "q4"): DoctorCase => {
  const { rows, channelsIn, channelsOut } = QUANTIZED;
  const packed = packLinear(numbers(channelsOut * channelsIn, 12), channelsOut, channelsIn);
  const words = quantize(format, packed, packedShape(1, channelsIn, channelsOut)[1]!, "self-test");
  return {
    name: `matmul ${format}`,
    // Activations are f32 where weights are quantised.
    precisions: ["f32"],
    paths: (precision, traits) =>
      allPaths(matmul({ ...QUANTIZED, quantized: QUANTIZED_STORAGE[format], precision }), traits),
    inputs: [numbers(rows * channelsIn, 11), words],
  };
};

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
  {
    name: "matmul of few rows",
    paths: (precision, traits) => allPaths(matmul({ ...FEW_ROWS, precision }), traits),
    inputs: [numbers(15 * 38, 4), packLinear(numbers(10 * 38, 5), 10, 38), packVector(numbers(10, 6))],
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
    name: "conv2d of stride 2",
    paths: (precision, traits) => allPaths(conv2d({ ...STRIDED, precision }), traits),
    inputs: [numbers(84 * STRIDED.channelsIn, 24), packConv2d(numbers(5 * 3 * 9, 25), 5, 3, 9)],
  },
  {
    name: "convTranspose2d",
    paths: (precision, traits) => allPaths(convTranspose2d({ ...TRANSPOSED, precision }), traits),
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
    name: "gram",
    precisions: ["f32"],
    paths: async () => [ownPath(gram(GRAM))],
    inputs: [numbers(GRAM.rows * GRAM.channels, 56)],
  },
];
