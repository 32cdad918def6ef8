import { convTranspose2d } from "../../../src/kernels/conv-transpose2d.ts";
import { packConvTranspose2d, packVector } from "../../../src/kernels/shared/pack.ts";
import type { Precision } from "../../../src/runtime/graph/tensor.ts";
import { convTranspose2d as convTranspose2dLoop } from "../../../test/reference/conv-transpose2d.ts";
import { epilogue } from "../../../test/reference/epilogue.ts";
import type { Expected, KernelCase } from "../kernel-case.ts";
import { randomValues, randomWeights } from "../random-values.ts";
import { sample, takeRows } from "../sample.ts";

/** A transposed convolution whose stride is its window, with a bias, on a map `[height, width, C]` → `[…, C]`. */
export function convTranspose2dCase(
  role: string,
  { height, width }: { readonly height: number; readonly width: number },
  channels: number,
  size: number,
  precision: Precision,
): KernelCase {
  const sizes = { batch: 1, height, width, channelsIn: channels, channelsOut: channels, size };
  const kernel = convTranspose2d({ ...sizes, precision });
  const taps = size * size;
  return {
    role,
    recordedAs: kernel.label,
    kernel,
    data: () => {
      const x = randomValues(height * width * channels, precision);
      const weight = randomWeights(channels, channels * taps, precision);
      const bias = randomValues(channels, precision);
      return {
        inputs: [x, packConvTranspose2d(weight, channels, channels, taps), packVector(bias, taps)],
        expected: () =>
          expected({ width, channels, size }, sample(height * width, channels * taps, channels).rows, x, weight, bias),
      };
    },
  };
}

/** The windows that some pixels paint, each pixel a map of its own. */
function expected(
  { width, channels, size }: { readonly width: number; readonly channels: number; readonly size: number },
  pixels: readonly number[],
  x: Float32Array,
  weight: Float32Array,
  bias: Float32Array,
): Expected {
  const alone = { batch: pixels.length, height: 1, width: 1, channelsIn: channels, channelsOut: channels, size };
  const sums = convTranspose2dLoop(takeRows(x, pixels, channels), weight, alone);
  const positions = pixels.flatMap((pixel) => {
    const [top, left] = [Math.floor(pixel / width) * size, (pixel % width) * size];
    return Array.from({ length: size * size * channels }, (_, i) => {
      const [tap, channel] = [Math.floor(i / channels), i % channels];
      const row = top + Math.floor(tap / size);
      return (row * width * size + left + (tap % size)) * channels + channel;
    });
  });
  return { positions, values: epilogue(sums, channels, { bias }) };
}
