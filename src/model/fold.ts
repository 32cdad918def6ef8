/** torch.nn.BatchNorm2d's default. */
const BATCH_NORM_EPSILON = 1e-5;

/** Row r of `[rows, …]` times `factors[r]`. */
export function scaleRows(values: Float32Array, factors: Float32Array): Float32Array {
  const length = values.length / factors.length;
  return values.map((value, i) => value * factors[Math.floor(i / length)]!);
}

/** Row r of `[rows, …]` as `(w − μ)/√(σ² + ε)` with its own mean and its biased variance (weight standardisation). */
export function standardizeRows(values: Float32Array, rows: number, epsilon: number): Float32Array {
  const length = values.length / rows;
  const standardized = new Float32Array(values.length);
  for (let first = 0; first < values.length; first += length) {
    const row = values.subarray(first, first + length);
    const mean = row.reduce((sum, w) => sum + w, 0) / length;
    const variance = row.reduce((sum, w) => sum + (w - mean) ** 2, 0) / length;
    for (const [i, w] of row.entries()) standardized[first + i] = (w - mean) / Math.sqrt(variance + epsilon);
  }
  return standardized;
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

/** `[N, K]` times `[K, M]`, summed in double precision. */
export function multiply(a: Float32Array, b: Float32Array, k: number): Float32Array {
  const [n, m] = [a.length / k, b.length / k];
  const product = new Float32Array(n * m);
  const row = new Float64Array(m);
  for (let i = 0; i < n; i++) {
    row.fill(0);
    for (let j = 0; j < k; j++) {
      const factor = a[i * k + j]!;
      for (let c = 0; c < m; c++) row[c]! += factor * b[j * m + c]!;
    }
    product.set(row, i * m);
  }
  return product;
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

/**
 * Rows `[4 · C]` of Swin's patch merging, which takes four neighbours column by column, as the window `[C, 2, 2]` of a
 * convolution, by rows.
 */
export function mergedTaps(values: Float32Array, channels: number): Float32Array {
  return values.map((_, i) => {
    const [row, within] = [Math.floor(i / (4 * channels)), i % (4 * channels)];
    const [channel, tap] = [Math.floor(within / 4), within % 4];
    const place = 2 * (tap % 2) + Math.floor(tap / 2);
    return values[(4 * row + place) * channels + channel]!;
  });
}
