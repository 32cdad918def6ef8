import type { CosineWindowsParams } from "../../src/kernels/cosine-windows.ts";
import { windowTokens } from "./windows.ts";

type Sizes = Omit<CosineWindowsParams, "precision" | "bias">;

/**
 * `[q k v]` `[batch, H · W, 3 · D]` cut into windows, queries and keys of each head divided by their length (1e-12 at least),
 * queries times the head's scale, in double precision: transformers' Swinv2SelfAttention. Zeros around the map become `bias`.
 */
export function cosineWindows(
  qkv: ArrayLike<number>,
  scale: ArrayLike<number>,
  bias: ArrayLike<number>,
  sizes: Sizes,
): Float64Array {
  const { batch, height, width, heads, headSize } = sizes;
  const channels = 3 * heads * headSize;
  const tokens = windowTokens(sizes);
  const y = new Float64Array(batch * tokens.length * channels);
  for (let n = 0; n < batch; n++) {
    for (const [row, token] of tokens.entries()) {
      for (let slice = 0; slice < 3 * heads; slice++) {
        const from = (c: number) => slice * headSize + c;
        const at = (c: number) =>
          token < 0 ? bias[from(c)]! : qkv[(n * height * width + token) * channels + from(c)]!;
        const vector = Array.from({ length: headSize }, (_, c) => at(c));
        const length = Math.max(Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0)), 1e-12);
        const factor = slice < heads ? scale[slice]! / length : slice < 2 * heads ? 1 / length : 1;
        const to = (n * tokens.length + row) * channels + from(0);
        for (const [c, x] of vector.entries()) y[to + c] = x * factor;
      }
    }
  }
  return y;
}
