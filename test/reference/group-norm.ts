/**
 * torch.nn.GroupNorm of `x [N, pixels, C]` (channels last) in double precision; the variance is the biased one.
 * @param sizes `[N, pixels, C]`
 */
export function groupNorm(
  x: ArrayLike<number>,
  [batch, pixels, channels]: readonly [number, number, number],
  groups: number,
  weight: ArrayLike<number>,
  bias: ArrayLike<number>,
  epsilon: number,
): Float64Array {
  const size = channels / groups;
  const y = new Float64Array(x.length);
  for (let n = 0; n < batch; n++) {
    for (let g = 0; g < groups; g++) {
      const places: number[] = [];
      for (let p = 0; p < pixels; p++) {
        for (let c = 0; c < size; c++) places.push((n * pixels + p) * channels + g * size + c);
      }
      const mean = places.reduce((sum, at) => sum + x[at]!, 0) / places.length;
      const variance = places.reduce((sum, at) => sum + (x[at]! - mean) ** 2, 0) / places.length;
      for (const at of places) {
        y[at] = ((x[at]! - mean) / Math.sqrt(variance + epsilon)) * weight[at % channels]! + bias[at % channels]!;
      }
    }
  }
  return y;
}
