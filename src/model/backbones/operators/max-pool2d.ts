import { maxPool2d as maxPool2dKernel } from "../../../kernels/max-pool2d.ts";
import { type Padding, perSide } from "../../../kernels/shared/padding.ts";
import { samePadding } from "../../../kernels/shared/uneven-padding.ts";
import type { Tensor } from "../../../runtime/graph/graph.ts";
import type { Ops } from "../../network/ops.ts";

/** The largest of each window of a map `[N, H, W, C]` with zeros around it. */
export function maxPool2d(ops: Ops, x: Tensor, size: number, stride: number, padding: "same" | "none"): Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const zeros: Padding = padding === "same" ? samePadding(height, width, size, stride) : perSide(0);
  const params = { batch, height, width, channels, size, stride, padding: zeros };
  return ops.run(ops.nameOf("maxPool2d", x), (precision) => maxPool2dKernel({ ...params, precision }), x);
}
