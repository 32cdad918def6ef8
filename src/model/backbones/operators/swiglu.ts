import { swiglu as swigluKernel } from "../../../kernels/swiglu.ts";
import type { Tensor } from "../../../runtime/graph/graph.ts";
import type { Ops } from "../../network/ops.ts";

/** `silu(x₁) · x₂` of the two halves of the channels, `[N, T, 2 · H]` → `[N, T, H]`. */
export function swiglu(ops: Ops, x: Tensor): Tensor {
  const [batch, tokens, width] = x.shape as [number, number, number];
  const params = { batch, rows: tokens, channels: width / 2 };
  return ops.run(ops.nameOf("swiglu", x), (precision) => swigluKernel({ ...params, precision }), x);
}
