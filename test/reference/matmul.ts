import type { WindowParams } from "../../src/kernels/shared/windows.ts";
import { windowTokens } from "./windows.ts";

export interface MatmulSizes {
  readonly batch: number;
  readonly rows: number;
  readonly select?: { readonly of: number; readonly first: number } | undefined;
  readonly windows?: WindowParams | undefined;
  readonly channelsIn: number;
  readonly channelsOut: number;
}

/**
 * `y = x Wᵀ` in double precision: torch.nn.Linear without its bias. x `[batch, of, K]`, of which rows `first …` of each
 * image are taken, weight `[N, K]` → `[batch, rows, N]`. With `windows` x is cut into them, and y is not.
 */
export function matmul(x: ArrayLike<number>, weight: ArrayLike<number>, sizes: MatmulSizes): Float64Array {
  const { batch, rows, channelsIn, channelsOut } = sizes;
  const cut = sizes.windows && windowTokens(sizes.windows);
  const { of, first } = cut ? { of: cut.length, first: 0 } : (sizes.select ?? { of: rows, first: 0 });
  const y = new Float64Array(batch * rows * channelsOut);
  for (let b = 0; b < batch; b++) {
    for (let row = 0; row < rows; row++) {
      const from = (b * of + (cut ? cut.indexOf(row) : first + row)) * channelsIn;
      for (let n = 0; n < channelsOut; n++) {
        let sum = 0;
        for (let k = 0; k < channelsIn; k++) sum += x[from + k]! * weight[n * channelsIn + k]!;
        y[(b * rows + row) * channelsOut + n] = sum;
      }
    }
  }
  return y;
}
