export interface AttentionSizes {
  readonly batch: number;
  readonly tokens: number;
  readonly heads: number;
  readonly headSize: number;
  readonly scale: number;
}

const EPSILON = 2 ** -24;

/**
 * Largest error of any value. A score sums d products: it errs by (d + 4) units of 2^-24 of scale · ‖q‖ · ‖k‖, twice in
 * a weight (above and below the line). Sums over the keys chain T terms and a rescaling for each of T / 16 blocks;
 * exp2(x) errs by 3 + 2|x| ulp, at most 6 of the largest weight. The weights sum to 1, so all of it is of max |v|. A bias
 * is added in f32, twice in a weight as the score is.
 */
export function attentionTolerance(qkv: Float32Array, sizes: AttentionSizes, bias?: Float32Array): number {
  const { batch, tokens, heads, headSize, scale } = sizes;
  const width = heads * headSize;
  const longest = [0, 0];
  for (let at = 0; at < batch * tokens * 3 * width; at += headSize) {
    const part = Math.floor(at / width) % 3;
    const slice = qkv.subarray(at, at + headSize);
    if (part < 2) longest[part] = Math.max(longest[part]!, Math.hypot(...slice));
  }
  const score = (headSize + 4) * scale * longest[0]! * longest[1]!;
  const largestBias = bias ? bias.reduce((largest, x) => Math.max(largest, Math.abs(x)), 0) : 0;
  const units = 2 * score + 2 * (tokens + Math.ceil(tokens / 16)) + 16 + 8 * largestBias;
  return largestAttended(qkv, sizes) * EPSILON * units;
}

/** The largest magnitude among the values. */
export function largestAttended(qkv: Float32Array, { heads, headSize }: Pick<AttentionSizes, "heads" | "headSize">) {
  const width = heads * headSize;
  return qkv.reduce(
    (largest, x, at) => (Math.floor(at / width) % 3 === 2 ? Math.max(largest, Math.abs(x)) : largest),
    0,
  );
}
