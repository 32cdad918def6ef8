/** torch.nn.LayerNorm over the rows of `x [rows, channels]` in double precision; the variance is the biased one. */
export function layerNorm(
  x: ArrayLike<number>,
  weight: ArrayLike<number>,
  bias: ArrayLike<number>,
  epsilon: number,
): Float64Array {
  const channels = weight.length;
  const y = new Float64Array(x.length);
  for (let start = 0; start < x.length; start += channels) {
    let mean = 0;
    for (let c = 0; c < channels; c++) mean += x[start + c]! / channels;
    let variance = 0;
    for (let c = 0; c < channels; c++) variance += (x[start + c]! - mean) ** 2 / channels;
    for (let c = 0; c < channels; c++) {
      y[start + c] = ((x[start + c]! - mean) / Math.sqrt(variance + epsilon)) * weight[c]! + bias[c]!;
    }
  }
  return y;
}
