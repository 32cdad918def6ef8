import type { Kernel } from "../runtime/graph/kernel.ts";
import type { Precision, TensorSpec } from "../runtime/graph/tensor.ts";
import { type Activation, activated, activationFunction } from "./shared/activation.ts";
import { loadChannels, rowStride } from "./shared/channels.ts";
import { eachItem, itemWorkgroups } from "./shared/each-item.ts";
import { type GroupedMap, groupPivots } from "./shared/norm-groups.ts";
import { enable, lanes, storage } from "./shared/storage.ts";
import { storeChannels } from "./shared/store-channels.ts";
import { wgsl } from "./shared/wgsl.ts";

export interface GroupNormParams extends GroupedMap {
  readonly activation?: Activation | undefined;
  /** Whether a map of x's shape is added, before the activation. */
  readonly residual?: boolean | undefined;
  /** Of x, the residual and y; statistics, weight and bias are f32. */
  readonly precision: Precision;
}

/**
 * `y = activation((x − μ) / √(σ² + ε) · weight + bias + residual)` with the mean and the biased variance of each group of
 * channels over an image: torch.nn.GroupNorm. Last of its three kernels.
 *
 * x `[N, H, W, C]`, statistics `[N, G, 2]` as `groupStatistics` makes them of x, weight `[C]` f32, bias `[C]` f32,
 * residual `[N, H, W, C]` → y `[N, H, W, C]`.
 */
export function groupNorm(params: GroupNormParams): Kernel {
  const { batch, height, width, channels, groups, activation = "none", residual = false, precision } = params;
  const x: TensorSpec = { shape: [batch, height, width, channels], dtype: precision };
  const statistics: TensorSpec = { shape: [batch, groups, 2], dtype: "f32" };
  const affine: TensorSpec = { shape: [channels], dtype: "f32" };
  const lane = lanes(channels);
  const blocks = Math.ceil(channels / 4);
  const count = batch * height * width * blocks;
  const isShared = (channels / groups) % 4 === 0;
  const of = (which: 0 | 1) =>
    [0, 1, 2, 3].map((j) => `statistics[2u * (image * ${groups}u + groups[${j}])${which === 0 ? "" : " + 1u"}]`);
  const four = (values: readonly string[]) => `vec4f(${isShared ? values[0] : values.join(", ")})`;
  const normalised = `(x4(base, c) - pivots4(image, c) - mean) * inverse * weight4(0u, c) + bias4(0u, c)`;
  const extra = `${residual ? " + residual" : ""}${activation === "none" ? "" : ` + ${activation}`}`;
  return {
    label: `groupNorm [${x.shape.join(", ")}] of ${groups}${extra}`,
    inputs: [x, statistics, affine, affine, ...(residual ? [x] : [])],
    output: x,
    workgroups: itemWorkgroups(count),
    flops: (5 + (residual ? 1 : 0)) * batch * height * width * channels,
    code: wgsl`
      ${enable(precision)}
      ${storage(0, "read", "x", x, lane)}
      ${storage(1, "read", "statistics", statistics, 1)}
      ${storage(2, "read", "weight", affine, lane)}
      ${storage(3, "read", "bias", affine, lane)}
      ${residual ? storage(4, "read", "residual", x, lane) : ""}
      ${storage(residual ? 5 : 4, "read_write", "y", x, lane)}
      ${loadChannels("x", channels)}
      ${loadChannels("weight", channels)}
      ${loadChannels("bias", channels)}
      ${residual ? loadChannels("residual", channels) : ""}
      ${storeChannels("y", channels, precision)}
      ${groupPivots(params)}
      ${activationFunction(activation)}

      ${eachItem(count)`
        let c = i % ${blocks}u;
        let image = i / ${height * width * blocks}u;
        let base = i / ${blocks}u * ${rowStride(channels)}u;
        let groups = groups4(c);
        let mean = ${four(of(0))};
        let inverse = ${four(of(1))};
        yStore4(base, c, ${activated(activation, `(${normalised}${residual ? " + residual4(base, c)" : ""})`)});
      `}`,
  };
}
