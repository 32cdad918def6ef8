import type { Kernel } from "../runtime/graph/kernel.ts";
import type { Precision, TensorSpec } from "../runtime/graph/tensor.ts";
import { eachItem, itemWorkgroups } from "./shared/each-item.ts";
import { multipleOf4 } from "./shared/pack.ts";
import { enable, storage, vector } from "./shared/storage.ts";
import { wgsl } from "./shared/wgsl.ts";

export interface ChannelsLastParams {
  readonly batch: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly precision: Precision;
}

/**
 * x `[N, C, H, W]` → y `[N, H, W, C']` with C filled up by zeros to C', a multiple of 4: pixels as a convolution that loads
 * four channels at once wants them. Its packed weight is filled up in the same way.
 */
export function channelsLast({ batch, channels, height, width, precision }: ChannelsLastParams): Kernel {
  const filled = multipleOf4(channels);
  const x: TensorSpec = { shape: [batch, channels, height, width], dtype: precision };
  const y: TensorSpec = { shape: [batch, height, width, filled], dtype: precision };
  const blocks = filled / 4;
  const pixels = height * width;
  const count = batch * pixels * blocks;
  return {
    label: `channelsLast [${x.shape.join(", ")}]`,
    inputs: [x],
    output: y,
    workgroups: itemWorkgroups(count),
    flops: 0,
    code: wgsl`
      ${enable(precision)}
      ${storage(0, "read", "x", x, 1)}
      ${storage(1, "read_write", "y", y, 4)}

      ${eachItem(count)`
        let c = 4u * (i % ${blocks}u);
        let image = i / ${pixels * blocks}u;
        let first = image * ${channels * pixels}u + i / ${blocks}u % ${pixels}u;
        var four = ${vector(precision, 4)}();
        for (var j = 0u; j < min(4u, ${channels}u - c); j++) { four[j] = x[first + (c + j) * ${pixels}u]; }
        y[i] = four;
      `}`,
  };
}
