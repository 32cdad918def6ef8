import type { NormalizePixelsParams } from "../../src/kernels/normalize-pixels.ts";

/** RGBA words `[height, width]`, or a window of them, normalised and framed by zeros, to planes. */
export function normalizePixels(
  pixels: Uint32Array,
  { height, width, scale, mean, deviation, pad, ...rest }: NormalizePixelsParams,
) {
  const crop = rest.crop ?? { top: 0, left: 0, height, width };
  const [outHeight, outWidth] = [pad.top + crop.height + pad.bottom, pad.left + crop.width + pad.right];
  const y = new Float64Array(3 * outHeight * outWidth);
  for (let c = 0; c < 3; c++) {
    for (let i = 0; i < crop.height * crop.width; i++) {
      const [row, column] = [Math.floor(i / crop.width), i % crop.width];
      const [from, at] = [crop.top + row, crop.left + column];
      const isInside = from >= 0 && from < height && at >= 0 && at < width;
      const byte = isInside ? (pixels[from * width + at]! >>> (8 * c)) & 255 : 0;
      const value = (byte * scale - mean[c]!) / deviation[c]!;
      y[(c * outHeight + pad.top + row) * outWidth + pad.left + column] = value;
    }
  }
  return y;
}
