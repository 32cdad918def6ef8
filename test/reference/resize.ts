/** `torch.nn.functional.interpolate(size=[H, W])` of `x [h, w, channels]` in double precision, without antialiasing. */
export function resize(
  x: ArrayLike<number>,
  [h, w, channels]: readonly [number, number, number],
  [H, W]: readonly [number, number],
  { mode, alignCorners }: { readonly mode: "bilinear" | "bicubic"; readonly alignCorners: boolean },
): Float64Array {
  const y = new Float64Array(H * W * channels);
  for (let row = 0; row < H; row++) {
    for (let column = 0; column < W; column++) {
      const sourceRow = source(row, h, H, alignCorners);
      const sourceColumn = source(column, w, W, alignCorners);
      const [top, left] = [Math.floor(sourceRow), Math.floor(sourceColumn)];
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let i = top - 1; i <= top + 2; i++) {
          for (let j = left - 1; j <= left + 2; j++) {
            const weight = kernel(sourceRow - i, mode) * kernel(sourceColumn - j, mode);
            if (weight !== 0) sum += weight * x[(clamp(i, h) * w + clamp(j, w)) * channels + c]!;
          }
        }
        y[(row * W + column) * channels + c] = sum;
      }
    }
  }
  return y;
}

/**
 * The same with `mode="bilinear", antialias=True`: each output weighs the input by a triangle as wide as two of its own
 * pixels, or of the input's if those are larger.
 */
export function resizeAntialiased(
  x: ArrayLike<number>,
  [h, w, channels]: readonly [number, number, number],
  [H, W]: readonly [number, number],
): Float64Array {
  const y = new Float64Array(H * W * channels);
  for (let row = 0; row < H; row++) {
    for (let column = 0; column < W; column++) {
      for (let c = 0; c < channels; c++) {
        let [sum, weights] = [0, 0];
        for (let i = 0; i < h; i++) {
          for (let j = 0; j < w; j++) {
            const weight = triangle(i, h, row, H) * triangle(j, w, column, W);
            sum += weight * x[(i * w + j) * channels + c]!;
            weights += weight;
          }
        }
        y[(row * W + column) * channels + c] = sum / weights;
      }
    }
  }
  return y;
}

/** How much of input pixel `i` output pixel `o` sees. */
function triangle(i: number, inSize: number, o: number, outSize: number): number {
  const scale = inSize / outSize;
  return Math.max(0, 1 - Math.abs(i + 0.5 - scale * (o + 0.5)) / Math.max(1, scale));
}

/** For bilinear, PyTorch clamps the position to 0 and not the taps: with two taps of the same pixel, it is the same. */
function source(i: number, inSize: number, outSize: number, alignCorners: boolean): number {
  if (alignCorners) return outSize > 1 ? (i * (inSize - 1)) / (outSize - 1) : 0;
  return ((i + 0.5) * inSize) / outSize - 0.5;
}

function clamp(i: number, size: number): number {
  return Math.min(Math.max(i, 0), size - 1);
}

function kernel(distance: number, mode: "bilinear" | "bicubic"): number {
  const d = Math.abs(distance);
  if (mode === "bilinear") return Math.max(0, 1 - d);
  const a = -0.75;
  if (d <= 1) return (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1;
  if (d < 2) return a * d ** 3 - 5 * a * d ** 2 + 8 * a * d - 4 * a;
  return 0;
}
