/** `x [N, C, H, W]` with its channels last, and zeros after them: `[N, H, W, filled]`. */
export function channelsLast(
  x: ArrayLike<number>,
  [batch, channels, height, width]: readonly [number, number, number, number],
  filled: number,
): Float64Array {
  const pixels = height * width;
  const y = new Float64Array(batch * pixels * filled);
  for (let n = 0; n < batch; n++) {
    for (let c = 0; c < channels; c++) {
      for (let pixel = 0; pixel < pixels; pixel++) {
        y[(n * pixels + pixel) * filled + c] = x[(n * channels + c) * pixels + pixel]!;
      }
    }
  }
  return y;
}
