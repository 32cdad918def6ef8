/** What is added to the scores: a bias `[heads, tokens, tokens]`, and −200 between regions `[n, tokens]`. */
export interface Added {
  readonly bias?: ArrayLike<number> | undefined;
  readonly regions?: ArrayLike<number> | undefined;
}

/**
 * `softmax(q kᵀ · scale) v` of every head in double precision: torch.nn.functional.scaled_dot_product_attention.
 * qkv `[batch, tokens, 3 · heads · headSize]` → `[batch, tokens, heads · headSize]`.
 */
export function attention(
  qkv: ArrayLike<number>,
  params: { batch: number; tokens: number; heads: number; headSize: number; scale: number },
  { bias, regions }: Added = {},
): Float64Array {
  const { batch, tokens, heads, headSize, scale } = params;
  const width = heads * headSize;
  const y = new Float64Array(batch * tokens * width);
  const weights = new Float64Array(tokens);
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      const at = (part: number, token: number) => (b * tokens + token) * 3 * width + part * width + h * headSize;
      for (let i = 0; i < tokens; i++) {
        for (let j = 0; j < tokens; j++) {
          let score = 0;
          for (let c = 0; c < headSize; c++) score += qkv[at(0, i) + c]! * qkv[at(1, j) + c]!;
          weights[j] = score * scale;
          if (bias) weights[j]! += bias[(h * tokens + i) * tokens + j]!;
          const region = (token: number) => regions![(b * tokens + token) % regions!.length];
          if (regions && region(i) !== region(j)) weights[j]! -= 200;
        }
        const highest = weights.reduce((a, b) => Math.max(a, b));
        let total = 0;
        for (let j = 0; j < tokens; j++) {
          weights[j] = Math.exp(weights[j]! - highest);
          total += weights[j]!;
        }
        for (let c = 0; c < headSize; c++) {
          let sum = 0;
          for (let j = 0; j < tokens; j++) sum += weights[j]! * qkv[at(2, j) + c]!;
          y[(b * tokens + i) * width + h * headSize + c] = sum / total;
        }
      }
    }
  }
  return y;
}
