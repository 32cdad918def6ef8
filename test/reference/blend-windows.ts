/** Values of one window, `[height, width, channels]` at the picture's pixels. */
export interface BlendedWindow {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
  readonly values: ArrayLike<number>;
}

/**
 * Windows blended in double precision: the mean of all that hold a pixel, each by the product of its weights for row and
 * column, `sin²(π/2 · min(1, (d + ½) / shared))` with d pixels to the nearer edge.
 */
export function blendWindows(
  windows: readonly BlendedWindow[],
  { width, height }: { readonly width: number; readonly height: number },
  channels: number,
  shared: { readonly rows: number; readonly columns: number },
): Float64Array {
  const sums = new Float64Array(width * height * channels);
  const weights = new Float64Array(width * height);
  const ramp = (at: number, tile: number, pixels: number) => {
    const distance = Math.min(at, tile - 1 - at) + 0.5;
    return distance >= pixels ? 1 : Math.sin((Math.PI / 2) * (distance / pixels)) ** 2;
  };
  for (const window of windows) {
    for (let y = 0; y < window.height; y++) {
      for (let x = 0; x < window.width; x++) {
        const weight = ramp(y, window.height, shared.rows) * ramp(x, window.width, shared.columns);
        const pixel = (window.top + y) * width + window.left + x;
        weights[pixel]! += weight;
        for (let c = 0; c < channels; c++) {
          sums[pixel * channels + c]! += weight * window.values[(y * window.width + x) * channels + c]!;
        }
      }
    }
  }
  return sums.map((sum, i) => sum / weights[Math.floor(i / channels)]!);
}
