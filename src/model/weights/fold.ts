/** torch.nn.BatchNorm2d's default. */
const BATCH_NORM_EPSILON = 1e-5;

/** Row r of `[rows, …]` times `factors[r]`. */
export function scaleRows(values: Float32Array, factors: Float32Array): Float32Array {
  const length = values.length / factors.length;
  return values.map((value, i) => value * factors[Math.floor(i / length)]!);
}

export function concatenate(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The left (0) or the right (1) half of the columns of a matrix. */
export function halfColumns(matrix: Float32Array, columns: number, which: 0 | 1): Float32Array {
  const half = new Float32Array(matrix.length / 2);
  const width = columns / 2;
  for (let row = 0; row < matrix.length / columns; row++) {
    const from = row * columns + which * width;
    half.set(matrix.subarray(from, from + width), row * width);
  }
  return half;
}

/** γ/√(σ² + ε), from weight, bias, running mean and running variance. */
export function batchNormScale([gamma, , , variance]: readonly Float32Array[]): Float32Array {
  return gamma!.map((g, i) => g / Math.sqrt(variance![i]! + BATCH_NORM_EPSILON));
}

/** β + (b − μ)·γ/√(σ² + ε), for the bias b of the convolution before. */
export function batchNormShift(statistics: readonly Float32Array[], bias?: Float32Array): Float32Array {
  const [, beta, mean] = statistics;
  const scale = batchNormScale(statistics);
  return beta!.map((b, i) => b + ((bias?.[i] ?? 0) - mean![i]!) * scale[i]!);
}
