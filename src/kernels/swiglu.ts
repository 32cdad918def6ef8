import type { Kernel } from "../runtime/graph/kernel.ts";
import type { Precision, TensorSpec } from "../runtime/graph/tensor.ts";
import { eachItem, itemWorkgroups } from "./shared/each-item.ts";
import { enable, lanes, storage, vector } from "./shared/storage.ts";
import { wgsl } from "./shared/wgsl.ts";

export interface SwigluParams {
  readonly batch: number;
  readonly rows: number;
  /** H, half of the input's channels. */
  readonly channels: number;
  readonly precision: Precision;
}

/** `y = silu(x₁) · x₂` with `[x₁ x₂]` the halves of each row: x `[N, T, 2 · H]` → y `[N, T, H]` (Dinov2SwiGLUFFN). */
export function swiglu({ batch, rows, channels, precision }: SwigluParams): Kernel {
  const x: TensorSpec = { shape: [batch, rows, 2 * channels], dtype: precision };
  const output: TensorSpec = { shape: [batch, rows, channels], dtype: precision };
  const width = lanes(channels);
  const across = channels / width;
  const count = batch * rows * across;
  const float = width === 4 ? "vec4f" : "f32";
  return {
    label: `swiglu [${batch * rows}, ${channels}]`,
    inputs: [x],
    output,
    workgroups: itemWorkgroups(count),
    flops: 5 * count * width,
    code: wgsl`
      ${enable(precision)}
      ${storage(0, "read", "x", x, width)}
      ${storage(1, "read_write", "y", output, width)}

      ${eachItem(count)`
        let at = i / ${across}u * ${2 * across}u + i % ${across}u;
        let gate = ${float}(x[at]);
        y[i] = ${vector(precision, width)}(gate / (1.0 + exp(-gate)) * ${float}(x[at + ${across}u]));
      `}`,
  };
}
