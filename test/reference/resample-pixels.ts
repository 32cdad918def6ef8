import type { Coefficients } from "../../src/kernels/shared/antialias.ts";

/** Rows of RGBA words resampled in the integers of Pillow; alpha is 255. */
export function resamplePixels(pixels: Uint32Array, width: number, coefficients: Coefficients): Uint32Array {
  const { taps, weightBits, bounds, weights } = coefficients;
  const outWidth = bounds.length / 2;
  return Uint32Array.from({ length: (pixels.length / width) * outWidth }, (_, i) => {
    const [row, at] = [Math.floor(i / outWidth), i % outWidth];
    const [first, count] = [bounds[2 * at]!, bounds[2 * at + 1]!];
    const byteOf = (channel: number) => {
      let sum = 0;
      for (let k = 0; k < count; k++) {
        sum += weights[at * taps + k]! * ((pixels[row * width + first + k]! >>> (8 * channel)) & 255);
      }
      return Math.min(255, Math.max(0, Math.floor(sum / 2 ** weightBits + 0.5)));
    };
    return byteOf(0) + 2 ** 8 * byteOf(1) + 2 ** 16 * byteOf(2) + 2 ** 24 * 255;
  });
}
