import { WINOGRAD as TRANSFORMS } from "../../../src/kernels/shared/winograd-transforms.ts";
import type { Answer } from "../../../src/model/doctor/answers.ts";
import { ATTENTION, COSINE, MASKED, POSITIONS } from "../../../src/model/doctor/attention-cases.ts";
import { bucketSums } from "../../../src/model/doctor/bucket-sums.ts";
import {
  COEFFICIENTS,
  LOOK,
  PIXELS,
  PLANES,
  ROWS,
  SEEN,
  TOKENS,
  words,
} from "../../../src/model/doctor/layout-cases.ts";
import {
  BANDS,
  BINS,
  GROUP_EPSILON,
  GROUP_NORM,
  LABELS,
  LAYER_NORM,
  POOL,
  RESIZE,
  SCORES,
  SWIGLU,
  VECTORS,
} from "../../../src/model/doctor/map-cases.ts";
import { numbers } from "../../../src/model/doctor/numbers.ts";
import {
  CONV,
  FEW_ROWS,
  GRAM,
  MATMUL,
  PATCHES,
  PRODUCT_CASES,
  QUANTIZED,
  STRIDED,
  TRANSPOSED,
} from "../../../src/model/doctor/product-cases.ts";
import { WINOGRAD, WINOGRAD_CASES } from "../../../src/model/doctor/winograd-cases.ts";
import { alignRows } from "../../reference/align-rows.ts";
import { applyBands } from "../../reference/apply-bands.ts";
import { argMax } from "../../reference/arg-max.ts";
import { attention } from "../../reference/attention.ts";
import { channelsLast } from "../../reference/channels-last.ts";
import { classScores } from "../../reference/class-scores.ts";
import { convTranspose2d } from "../../reference/conv-transpose2d.ts";
import { conv2d } from "../../reference/conv2d.ts";
import { cosineWindows } from "../../reference/cosine-windows.ts";
import { depthFromBins } from "../../reference/depth-from-bins.ts";
import { dequantize } from "../../reference/dequantize.ts";
import { epilogue } from "../../reference/epilogue.ts";
import { gram } from "../../reference/gram.ts";
import { groupNorm } from "../../reference/group-norm.ts";
import { layerNorm } from "../../reference/layer-norm.ts";
import { logAddSoftmax } from "../../reference/log-add-softmax.ts";
import { matmul } from "../../reference/matmul.ts";
import { maxPool2d } from "../../reference/max-pool2d.ts";
import { normalizePixels } from "../../reference/normalize-pixels.ts";
import { patchOffsets, patchProducts } from "../../reference/patch-embed.ts";
import { prependClassToken } from "../../reference/prepend-class-token.ts";
import { relativePositionBias } from "../../reference/relative-position-bias.ts";
import { resamplePixels } from "../../reference/resample-pixels.ts";
import { resize } from "../../reference/resize.ts";
import { swiglu } from "../../reference/swiglu.ts";
import { unitVectors } from "../../reference/unit-vectors.ts";
import { winogradWeight } from "../../reference/winograd.ts";

/** What the float64 loops make of the doctor's cases. */
const LOOPS: Readonly<Record<string, () => ArrayLike<number>>> = {
  matmul: () => {
    const { rows, channelsIn, channelsOut } = MATMUL;
    const sums = matmul(numbers(rows * channelsIn, 1), numbers(channelsOut * channelsIn, 2), MATMUL);
    return epilogue(sums, channelsOut, { bias: numbers(channelsOut, 3) });
  },
  "matmul of few rows": () => {
    const { batch, select, channelsIn, channelsOut, activation } = FEW_ROWS;
    const x = numbers(batch * select.of * channelsIn, 4);
    const sums = matmul(x, numbers(channelsOut * channelsIn, 5), FEW_ROWS);
    return epilogue(sums, channelsOut, { bias: numbers(channelsOut, 6), activation });
  },
  "matmul q8": () => quantized("q8"),
  "matmul q4": () => quantized("q4"),
  conv2d: () => {
    const x = numbers(90 * CONV.channelsIn, 21).map((value) => Math.max(0, value));
    const sums = conv2d(x, numbers(CONV.channelsOut * CONV.channelsIn * 9, 22), CONV);
    return epilogue(sums, CONV.channelsOut, { residuals: [numbers(90 * CONV.channelsOut, 23)] });
  },
  "conv2d of stride 2": () => conv2d(numbers(84 * 3, 24), numbers(5 * 3 * 9, 25), STRIDED),
  convTranspose2d: () => {
    const { channelsIn, channelsOut } = TRANSPOSED;
    const sums = convTranspose2d(numbers(30 * channelsIn, 31), numbers(channelsIn * channelsOut * 4, 32), TRANSPOSED);
    return epilogue(sums, channelsOut, { bias: numbers(channelsOut, 33) });
  },
  winograd: () => {
    const { channelsIn, channelsOut } = WINOGRAD;
    const sizes = { ...WINOGRAD, size: 3, stride: 1, padding: 1 };
    const x = numbers(WINOGRAD.height * WINOGRAD.width * channelsIn, 41);
    return conv2d(x, numbers(channelsOut * channelsIn * 9, 42), sizes);
  },
  "winograd weight q8": () => transformed("q8"),
  "winograd weight q4": () => transformed("q4"),
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
    attention(numbers(2 * 37 * 3 * 12, 62), MASKED, {
      bias: numbers(37 * 37, 63),
      regions: Array.from({ length: 37 }, (_, i) => i % 3),
    }),
  relativePositionBias: () => relativePositionBias(numbers(5 * 7 * 3, 64), numbers(3 * 3, 65), POSITIONS),
  gram: () => {
    // Filled up to a multiple of 4.
    const [{ channels }, size] = [GRAM, 16];
    const x = numbers(GRAM.rows * channels, 56);
    return Array.from({ length: size * size }, (_, at) => {
      const [i, j] = [Math.floor(at / size), at % size];
      return Math.max(i, j) < channels ? gram(x, channels, i, j) : 0;
    });
  },
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
  maxPool2d: () => maxPool2d(numbers(42 * POOL.channels, 77), POOL),
  depthFromBins: () => depthFromBins(numbers(15 * BINS.bins, 94), BINS),
  unitVectors: () => unitVectors(numbers(35 * 3, 95), VECTORS.channels),
  logAddSoftmax: () => {
    const [x, sum] = [numbers(SCORES.rows * SCORES.channels, 96), numbers(SCORES.rows * SCORES.channels, 97)];
    return logAddSoftmax(x, SCORES.channels, sum);
  },
  channelsLast: () => {
    const { batch, channels, height, width } = PLANES;
    return channelsLast(numbers(2 * 3 * 35, 101), [batch, channels, height, width], 4);
  },
  prependClassToken: () =>
    prependClassToken(numbers(2 * 6 * 7, 102), numbers(7, 103), numbers(6 * 7, 104), TOKENS.channels),
  cast: () => numbers(46, 105),
  alignRows: () => alignRows(bytesOf(words(49, 106)), ROWS.height, ROWS.width, 256),
  normalizePixels: () => normalizePixels(words(30, 107), { ...PIXELS, precision: "f32" }),
  resamplePixels: () => bytesOf(resamplePixels(words(30, 108), PIXELS.width, COEFFICIENTS)),
  largestMagnitude: () => {
    const largest = Float32Array.of(Math.max(...numbers(LOOK.shape[0], 109).map(Math.abs)));
    const [count, ...before] = SEEN;
    return bytesOf(Uint32Array.of(count! + 1, ...before).with(count! + 1, new Uint32Array(largest.buffer)[0]!));
  },
};

/** As they lie in memory. */
const bytesOf = ({ buffer }: Uint32Array) => new Uint8Array(buffer);

/** `[36, K, N]`: neither K nor N is filled up. */
function transformed(format: "q8" | "q4"): Float64Array {
  const { channelsIn, channelsOut } = WINOGRAD;
  const { inputs } = WINOGRAD_CASES.find(({ name }) => name === `winograd weight ${format}`)!;
  const values = dequantize(format, inputs[0] as Uint32Array, 9 * channelsIn, channelsOut);
  return winogradWeight(values, channelsIn * channelsOut, TRANSFORMS[WINOGRAD.side]);
}

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
