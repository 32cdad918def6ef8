/** `[x_class; x₁; x₂; …] + E_pos` in double precision: x `[N, T, D]`, positions `[T, D]` → `[N, 1 + T, D]`. */
export function prependClassToken(
  x: ArrayLike<number>,
  classToken: ArrayLike<number>,
  positions: ArrayLike<number>,
  channels: number,
): Float64Array {
  const tokens = positions.length / channels;
  const batch = x.length / positions.length;
  return Float64Array.from({ length: batch * (1 + tokens) * channels }, (_, i) => {
    const c = i % channels;
    const row = Math.floor(i / channels);
    const token = (row % (1 + tokens)) - 1;
    if (token < 0) return classToken[c]!;
    const at = token * channels + c;
    return x[Math.floor(row / (1 + tokens)) * positions.length + at]! + positions[at]!;
  });
}
