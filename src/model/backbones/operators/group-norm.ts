import { channelMoments } from "../../../kernels/channel-moments.ts";
import { groupNorm as groupNormKernel } from "../../../kernels/group-norm.ts";
import { groupStatistics } from "../../../kernels/group-statistics.ts";
import type { Activation } from "../../../kernels/shared/activation.ts";
import type { Tensor } from "../../../runtime/graph/graph.ts";
import type { GroupNorm } from "../../network/layers.ts";
import type { Ops } from "../../network/ops.ts";

interface GroupNormOptions {
  readonly activation?: Activation;
  /** Added before the activation; a map of x's shape. */
  readonly residual?: Tensor;
}

/** torch.nn.GroupNorm of a map `[N, H, W, C]`, as three kernels. */
export function groupNorm(
  ops: Ops,
  x: Tensor,
  layer: GroupNorm,
  { activation, residual }: GroupNormOptions = {},
): Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const map = { batch, height, width, channels, groups: layer.groups };
  const label = layer.weight.label.replace(/\.weight$/, "");
  const residuals = residual ? [residual] : [];
  const precision = ops.precisionOf(label, [x, ...residuals]);
  const [input, ...added] = [x, ...residuals].map((tensor) => ops.as(tensor, precision));
  const moments = ops.graph.run(channelMoments({ ...map, precision }), input!);
  const statistics = ops.graph.run(groupStatistics({ ...map, epsilon: layer.epsilon }), moments);
  const affine = [ops.graph.weight(layer.weight), ops.graph.weight(layer.bias)];
  const kernel = groupNormKernel({ ...map, activation, residual: residual !== undefined, precision });
  return ops.named(label, ops.graph.run(kernel, input!, statistics, ...affine, ...added));
}
