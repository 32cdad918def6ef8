/**
 * BeitRelativePositionBias without its interpolation: what the score of each query and key gets. Table
 * `[(2 · height − 1) · (2 · width − 1), heads]` and, with a class token, its three rows → `[heads, tokens, tokens]`.
 */
export function relativePositionBias(
  table: ArrayLike<number>,
  rows: ArrayLike<number> | undefined,
  { height, width, heads }: { height: number; width: number; heads: number },
): Float64Array {
  const places = Array.from({ length: height * width }, (_, i) => ({ y: Math.floor(i / width), x: i % width }));
  const tokens = [...(rows ? ["class" as const] : []), ...places];
  const bias = new Float64Array(heads * tokens.length ** 2);
  for (let h = 0; h < heads; h++) {
    for (const [i, query] of tokens.entries()) {
      for (const [j, key] of tokens.entries()) {
        const at = (h * tokens.length + i) * tokens.length + j;
        if (query === "class") bias[at] = rows![(key === "class" ? 2 : 0) * heads + h]!;
        else if (key === "class") bias[at] = rows![heads + h]!;
        else {
          const [dy, dx] = [query.y - key.y + height - 1, query.x - key.x + width - 1];
          bias[at] = table[(dy * (2 * width - 1) + dx) * heads + h]!;
        }
      }
    }
  }
  return bias;
}
