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
