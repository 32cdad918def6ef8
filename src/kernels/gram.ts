import type { Kernel } from "../runtime/graph/kernel.ts";
import type { TensorSpec } from "../runtime/graph/tensor.ts";
import { loadChannels, rowStride } from "./shared/channels.ts";
import { momentBlocks } from "./shared/compensate.ts";
import { eachItem, itemWorkgroups } from "./shared/each-item.ts";
import { multipleOf4 } from "./shared/pack.ts";
import { lanes, storage } from "./shared/storage.ts";
import { unroll } from "./shared/unroll.ts";
import { wgsl } from "./shared/wgsl.ts";

export interface GramParams {
  readonly rows: number;
  readonly channels: number;
}

/**
 * `xᵀx` in blocks along the diagonal, for calibration: x `[R, C]` f32 → y `[blocks, size, size]` f32 (`momentBlocks`), what
 * lies beyond C being 0. An invocation sums 4 × 4 products.
 */
export function gram({ rows, channels }: GramParams): Kernel {
  const { blocks, size } = momentBlocks(channels);
  const x: TensorSpec = { shape: [rows, channels], dtype: "f32" };
  const y: TensorSpec = { shape: [blocks, size, size], dtype: "f32" };
  const side = size / 4;
  const count = blocks * side * side;
  return {
    label: `gram [${rows}, ${channels}]`,
    inputs: [x],
    output: y,
    workgroups: itemWorkgroups(count),
    flops: 2 * rows * channels * size,
    code: wgsl`
      ${storage(0, "read", "x", x, lanes(channels))}
      ${storage(1, "read_write", "y", y, 4)}
      ${loadChannels("x", channels)}

      ${eachItem(count)`
        let block = i / ${side * side}u;
        let down = i / ${side}u % ${side}u;
        let across = i % ${side}u;
        let a4 = block * ${side}u + down;
        let b4 = block * ${side}u + across;
        ${unroll(4, (k) => `var sum${k} = vec4f();`)}
        if (max(a4, b4) < ${multipleOf4(channels) / 4}u) {
          for (var row = 0u; row < ${rows}u; row++) {
            let a = x4(row * ${rowStride(channels)}u, a4);
            let b = x4(row * ${rowStride(channels)}u, b4);
            ${unroll(4, (k) => `sum${k} += a[${k}] * b;`)}
          }
        }
        let at = (block * ${size}u + 4u * down) * ${side}u + across;
        ${unroll(4, (k) => `y[at + ${k * side}u] = sum${k};`)}
      `}`,
  };
}
