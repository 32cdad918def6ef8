import type { Answer } from "../../../src/model/doctor/answers.ts";
import { bucketSums } from "../../../src/model/doctor/bucket-sums.ts";
import {
  BANDS,
  COSINE,
  GROUP_EPSILON,
  GROUP_NORM,
  LABELS,
  LAYER_NORM,
  RESIZE,
  SWIGLU,
} from "../../../src/model/doctor/map-cases.ts";
import { numbers } from "../../../src/model/doctor/numbers.ts";
import {
  ATTENTION,
  CONV,
  MATMUL,
  PATCHES,
  PRODUCT_CASES,
  QUANTIZED,
  TRANSPOSED,
  WINOGRAD,
} from "../../../src/model/doctor/product-cases.ts";
import { applyBands } from "../../reference/apply-bands.ts";
import { argMax } from "../../reference/arg-max.ts";
import { attention } from "../../reference/attention.ts";
import { classScores } from "../../reference/class-scores.ts";
import { convTranspose2d } from "../../reference/conv-transpose2d.ts";
import { conv2d } from "../../reference/conv2d.ts";
import { cosineWindows } from "../../reference/cosine-windows.ts";
import { dequantize } from "../../reference/dequantize.ts";
import { epilogue } from "../../reference/epilogue.ts";
import { groupNorm } from "../../reference/group-norm.ts";
import { layerNorm } from "../../reference/layer-norm.ts";
import { matmul } from "../../reference/matmul.ts";
import { patchOffsets, patchProducts } from "../../reference/patch-embed.ts";
import { resize } from "../../reference/resize.ts";
import { swiglu } from "../../reference/swiglu.ts";

/** What the float64 loops make of the doctor's cases. */
const LOOPS: Readonly<Record<string, () => ArrayLike<number>>> = {
  matmul: () => {
    const { rows, channelsIn, channelsOut, activation } = MATMUL;
    const sums = matmul(numbers(rows * channelsIn, 1), numbers(channelsOut * channelsIn, 2), MATMUL);
    return epilogue(sums, channelsOut, { bias: numbers(channelsOut, 3), activation });
  },
  "matmul q8": () => quantized("q8"),
  "matmul q4": () => quantized("q4"),
  conv2d: () => {
    const x = numbers(90 * CONV.channelsIn, 21).map((value) => Math.max(0, value));
    const sums = conv2d(x, numbers(CONV.channelsOut * CONV.channelsIn * 9, 22), CONV);
    return epilogue(sums, CONV.channelsOut, { residuals: [numbers(90 * CONV.channelsOut, 23)] });
  },
  convTranspose2d: () => {
    const { channelsIn, channelsOut } = TRANSPOSED;
    const sums = convTranspose2d(numbers(30 * channelsIn, 31), numbers(channelsIn * channelsOut * 4, 32), TRANSPOSED);
    return epilogue(sums, channelsOut, { bias: numbers(channelsOut, 33) });
  },
  winograd: () => {
    const { channelsIn, channelsOut } = WINOGRAD;
    const sizes = { ...WINOGRAD, size: 3, stride: 1, padding: 1 };
    return conv2d(numbers(63 * channelsIn, 41), numbers(channelsOut * channelsIn * 9, 42), sizes);
  },
  patchEmbed: () => {
    const { height, width, channelsOut } = PATCHES;
    const products = patchProducts(numbers(3 * height * width, 51), numbers(channelsOut * 48, 52), PATCHES);
    // Each token before the patches is filled up from 18 numbers to 20.
    const tokens = numbers(2 * 20, 54).filter((_, i) => i % 20 < channelsOut);
    const offsets = patchOffsets(numbers(channelsOut, 53), tokens, numbers(20 * channelsOut, 55), PATCHES);
    return products.map((value, i) => value + offsets[i]!);
  },
  attention: () => attention(numbers(2 * 67 * 3 * 24, 61), ATTENTION),
  "attention with bias and regions": () =>
    attention(numbers(2 * 67 * 3 * 24, 62), ATTENTION, {
      bias: numbers(2 * 67 * 67, 63),
      regions: Array.from({ length: 67 }, (_, i) => i % 3),
    }),
  layerNorm: () => layerNorm(numbers(19 * 70, 71), numbers(70, 72), numbers(70, 73), LAYER_NORM.epsilon),
  groupNorm: () => {
    const { batch, height, width, channels, groups } = GROUP_NORM;
    const x = numbers(2 * 63 * channels, 74);
    const [weight, bias] = [numbers(channels, 75), numbers(24, 76)];
    const normed = groupNorm(x, [batch, height * width, channels], groups, weight, bias, GROUP_EPSILON);
    return normed.map((value) => Math.max(0, value));
  },
  "resize bilinear": () => resized("bilinear", true),
  "resize bicubic": () => resized("bicubic", false),
  resampleMap: () => applyBands(numbers(35 * LABELS, 82), LABELS, BANDS.rows, BANDS.columns),
  swiglu: () => swiglu(numbers(SWIGLU.rows * 2 * SWIGLU.channels, 83), SWIGLU.channels),
  cosineWindows: () => cosineWindows(numbers(35 * 36, 84), numbers(2, 85), numbers(36, 86), COSINE),
  argMaxResized: () => argMax(applyBands(numbers(35 * LABELS, 92), LABELS, BANDS.rows, BANDS.columns), LABELS).labels,
  classScoresResized: () => {
    const logits = applyBands(numbers(35 * LABELS, 93), LABELS, BANDS.rows, BANDS.columns);
    const { confidence, margin, entropy } = classScores(logits, LABELS);
    return [...confidence, ...margin, ...entropy];
  },
};

function quantized(format: "q8" | "q4"): Float64Array {
  const { rows, channelsIn, channelsOut } = QUANTIZED;
  const { inputs } = PRODUCT_CASES.find(({ name }) => name === `matmul ${format}`)!;
  // Filled up to multiples of 4.
  const [depth, columns] = [72, 36];
  const values = dequantize(format, inputs[1] as Uint32Array, depth, columns);
  const weight = Float64Array.from({ length: channelsOut * channelsIn }, (_, i) => {
    return values[(i % channelsIn) * columns + Math.floor(i / channelsIn)]!;
  });
  return matmul(numbers(rows * channelsIn, 11), weight, QUANTIZED);
}

function resized(mode: "bilinear" | "bicubic", alignCorners: boolean): Float64Array {
  const { height, width, channels, outHeight, outWidth } = RESIZE;
  const rule = { mode, alignCorners };
  return resize(numbers(35 * channels, 81), [height, width, channels], [outHeight, outWidth], rule);
}

/** By the case's name; seven digits. */
export function expectedAnswers(): Record<string, Answer> {
  return Object.fromEntries(
    Object.entries(LOOPS).map(([name, loop]) => {
      const values = loop();
      const magnitudes = bucketSums(Array.from(values, Math.abs));
      return [name, { scale: short(Math.max(...magnitudes)), sums: Array.from(bucketSums(values), short) }];
    }),
  );
}

function short(value: number): number {
  return Number(value.toPrecision(7));
}
