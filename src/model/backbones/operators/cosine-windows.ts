import { cosineWindows as cosineWindowsKernel } from "../../../kernels/cosine-windows.ts";
import { type WindowParams, windowGrid } from "../../../kernels/shared/windows.ts";
import type { Tensor } from "../../../runtime/graph/graph.ts";
import type { Weight } from "../../../runtime/graph/weight.ts";
import type { Ops } from "../../network/ops.ts";

/**
 * `[q k v]` of a map's tokens, `[N, H · W, 3 · D]`, cut into windows `[N · windows, M², 3 · D]`, queries and keys of each
 * head with length 1, queries times the head's scale.
 * @param bias of the product that made qkv: what it makes of the zeros around the map
 */
export function cosineWindows(
  ops: Ops,
  qkv: Tensor,
  scale: Weight,
  bias: Weight | undefined,
  windows: WindowParams,
  heads: number,
): Tensor {
  const [batch, , width] = qkv.shape as [number, number, number];
  const params = { ...windows, batch, heads, headSize: width / 3 / heads, bias: bias !== undefined };
  return ops.run(
    ops.nameOf("cosineWindows", qkv),
    (precision) => cosineWindowsKernel({ ...params, precision }),
    qkv,
    ops.graph.weight(scale),
    ...(bias && windowGrid(windows).isPadded ? [ops.graph.weight(bias)] : []),
  );
}
